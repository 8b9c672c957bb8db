select quote_nullable(id), quote_nullable(amount) from t order by ctid
