select quote_nullable(id), quote_nullable(amount) from t order by 1, 2
