select id, quote_nullable(replace(replace(b, E'\n', '<LF>'), '\', '<BS>')), count(*) from t group by id, b order by id
