select count(*), count(distinct id), min(n), max(n), bool_and(b = 'row "' || id || '"') from (select id, b, count(*) over (partition by id) n from t) r
