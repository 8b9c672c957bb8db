select id, encode(convert_to(b, 'UTF8'), 'hex'), quote_nullable(c) from t order by 1, 2, 3
