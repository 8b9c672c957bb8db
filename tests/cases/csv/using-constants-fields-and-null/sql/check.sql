select a, quote_nullable(b), quote_nullable(c), quote_nullable(d), quote_nullable(e), f, g, quote_nullable(h), i from t order by ctid
