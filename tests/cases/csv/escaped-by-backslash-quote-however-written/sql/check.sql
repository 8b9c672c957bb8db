select id, coalesce(b, 'NULL'), count(*) from t group by id, b order by id
