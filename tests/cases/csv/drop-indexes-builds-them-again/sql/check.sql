select conname, pg_get_constraintdef(oid) from pg_constraint where contype in ('p', 'u', 'f') and conrelid in ('t'::regclass, 'child'::regclass)
union all select indexname, indexdef from pg_indexes where tablename = 't'
union all select 'row ' || id, b || c from t
union all select 'child', t_id::text from child
order by 1, 2
