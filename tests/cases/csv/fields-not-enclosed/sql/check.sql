select id, coalesce(b, 'NULL'), coalesce(c, 'NULL') from t order by 1, 2, 3
