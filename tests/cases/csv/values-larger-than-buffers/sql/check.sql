select id, length(b), replace(replace(b, 'é', ''), E'line "x"\n', '') from t order by 1, 2, 3
