select id, b from t order by 1, 2
