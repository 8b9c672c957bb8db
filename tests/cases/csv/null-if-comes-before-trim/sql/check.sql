select id, quote_nullable(a), quote_nullable(b), quote_nullable(c), quote_nullable(d), quote_nullable(e) from t order by 1, 2, 3, 4, 5, 6
