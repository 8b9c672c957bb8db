SELECT n.nspname, r.relname, con.conname, pg_catalog.pg_get_constraintdef(con.oid), i.relname,
       pg_catalog.obj_description(con.oid, 'pg_constraint')
  FROM pg_catalog.pg_constraint con
  JOIN pg_catalog.pg_class r ON r.oid = con.conrelid
  JOIN pg_catalog.pg_namespace n ON n.oid = r.relnamespace
  JOIN pg_catalog.pg_class i ON i.oid = con.conindid
 WHERE con.contype = 'f' AND con.confrelid = {oid} AND {top}
 ORDER BY n.nspname, r.relname, con.conname
