select quote_nullable(id), encode(convert_to(b, 'UTF8'), 'hex') from t order by 1, 2
