select quote_nullable(id), quote_nullable(b) from postgres_t order by 1, 2
