select encode(convert_to(id, 'UTF8'), 'hex'), encode(convert_to(b, 'UTF8'), 'hex') from t order by 1, 2
