SELECT u.usename
  FROM pg_class c
  JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_user u      ON u.usesysid = c.relowner
 WHERE c.relname = {name}
   AND n.nspname = {schema}
