select quote_nullable(replace(id, E'\n', '<LF>')), quote_nullable(replace(b, E'\n', '<LF>')), quote_nullable(replace(c, E'\n', '<LF>')) from t order by 1, 2, 3
