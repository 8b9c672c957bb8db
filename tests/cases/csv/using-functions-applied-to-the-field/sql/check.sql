select quote_nullable(a), quote_nullable(b), quote_nullable(c) from t order by ctid
