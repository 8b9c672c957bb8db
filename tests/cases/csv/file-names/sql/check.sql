select id, b from t order by ctid
