select id, replace(b, E'\n', '<LF>'), replace(c, E'\n', '<LF>') from t order by 1, 2, 3
