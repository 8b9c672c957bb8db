select id, b, count(*) from t group by id, b order by id
