select quote_nullable(id), quote_nullable(replace(replace(b, E'\r', '<CR>'), E'\n', '<LF>')) from t order by 1, 2
