select id, encode(convert_to(b, 'UTF8'), 'hex') from t order by id
