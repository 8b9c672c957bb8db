SELECT EXISTS (
    SELECT FROM pg_catalog.pg_trigger
     WHERE tgrelid = {oid} AND NOT tgisinternal AND tgenabled <> 'D' AND tgtype & 1 = 1)
