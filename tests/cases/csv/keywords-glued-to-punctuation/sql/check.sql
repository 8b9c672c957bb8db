select id, quote_nullable(f1) from t order by id
