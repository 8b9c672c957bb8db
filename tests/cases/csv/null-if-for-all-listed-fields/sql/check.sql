select id, quote_nullable(a), quote_nullable(b), quote_nullable(c), quote_nullable(d) from t order by 1, 2, 3, 4, 5
