select quote_nullable(id), quote_nullable(b) from t order by 1, 2
