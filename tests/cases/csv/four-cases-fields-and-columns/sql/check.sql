select quote_nullable(id), quote_nullable(b), quote_nullable(c), x from t order by 1, 2, 3, 4
