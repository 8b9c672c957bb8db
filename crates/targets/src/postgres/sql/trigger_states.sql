SELECT CASE tgenabled WHEN 'D' THEN 'DISABLE TRIGGER '
                      WHEN 'R' THEN 'ENABLE REPLICA TRIGGER '
                      ELSE 'ENABLE ALWAYS TRIGGER ' END || pg_catalog.quote_ident(tgname)
  FROM pg_catalog.pg_trigger
 WHERE tgrelid = {oid} AND NOT tgisinternal AND tgenabled <> 'O'
 ORDER BY tgname
