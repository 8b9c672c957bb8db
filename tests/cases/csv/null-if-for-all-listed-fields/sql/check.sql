select id, quote_nullable(a), quote_nullable(b), quote_nullable(c), quote_nullable(d) from t order by ctid
