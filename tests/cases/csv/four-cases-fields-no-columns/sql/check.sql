select quote_nullable(a), s, quote_nullable(b), g, quote_nullable(c) from t order by ctid
