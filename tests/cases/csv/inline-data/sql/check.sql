select id, name from t order by id;
