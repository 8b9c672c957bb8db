select id, encode(convert_to(b, 'UTF8'), 'hex'), count(*) from t group by id, b order by id
