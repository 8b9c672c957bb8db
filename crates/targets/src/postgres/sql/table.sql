SELECT c.oid, n.nspname, c.relname
  FROM pg_catalog.pg_class c
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relname = {name}
   AND c.relkind IN ('r', 'p', 'v', 'f')
   AND {where}
