select count(*), count(distinct id), sum(id), bool_and(b = 'value ' || id), min(id), max(id) from t
