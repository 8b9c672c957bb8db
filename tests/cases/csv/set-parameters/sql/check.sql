select to_char(day, 'YYYY-MM-DD'), name, memory, mine, lock from (select 1 n, ctid c, * from t union all select 2, ctid, * from app.only_there) r
order by n, c
