select id, replace(b, E'\n', '<LF>'), quote_nullable(c) from t order by 1, 2, 3
