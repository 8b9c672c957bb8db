select id, b, c from t order by id
