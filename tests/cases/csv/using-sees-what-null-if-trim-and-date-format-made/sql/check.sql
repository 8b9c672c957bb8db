select id, n, quote_nullable(trimmed), year, day from t order by id
