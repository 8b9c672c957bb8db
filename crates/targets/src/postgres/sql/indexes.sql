SELECT i.relname,
       pg_catalog.pg_get_indexdef(i.oid),
       x.indisunique,
       EXISTS (SELECT FROM pg_catalog.pg_inherits h WHERE h.inhrelid = i.oid),
       i.relkind = 'I',
       con.conname,
       con.contype,
       pg_catalog.pg_get_constraintdef(con.oid),
       con.condeferrable,
       con.condeferred,
       x.indisclustered,
       x.indisreplident,
       t.spcname,
       pg_catalog.obj_description(i.oid, 'pg_class'),
       pg_catalog.obj_description(con.oid, 'pg_constraint'),
       (SELECT pg_catalog.string_agg(
                   'ALTER COLUMN ' || a.attnum || ' SET STATISTICS ' || a.attstattarget, ', ' ORDER BY a.attnum)
          FROM pg_catalog.pg_attribute a WHERE a.attrelid = i.oid AND a.attstattarget >= 0)
  FROM pg_catalog.pg_index x
  JOIN pg_catalog.pg_class i ON i.oid = x.indexrelid
  LEFT JOIN pg_catalog.pg_constraint con
    ON con.conindid = i.oid AND con.conrelid = x.indrelid AND con.contype IN ('p', 'u', 'x')
  LEFT JOIN pg_catalog.pg_tablespace t ON t.oid = i.reltablespace
 WHERE x.indrelid = {oid}
 ORDER BY i.relname
