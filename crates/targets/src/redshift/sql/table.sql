SELECT n.nspname, c.relname, c.relkind, a.attname, t.typname, a.atttypmod, a.attnotnull, d.adsrc
  FROM pg_namespace n
  JOIN pg_class c     ON c.relnamespace = n.oid
  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
  JOIN pg_type t      ON t.oid = a.atttypid
  LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
 WHERE c.relkind IN ('r', 'v')
   AND c.relname = {name}
   AND n.nspname IN ({schemas})
 ORDER BY n.nspname, c.relname, a.attnum
