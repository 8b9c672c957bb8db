SELECT a.attname,
       {generated},
       {identity} OR coalesce(pg_catalog.pg_get_expr(d.adbin, d.adrelid) ~ 'nextval\(', false),
       (WITH RECURSIVE base AS (
            SELECT t.typname, t.typtype, t.typnamespace, t.typbasetype
              FROM pg_catalog.pg_type t WHERE t.oid = a.atttypid
            UNION ALL
            SELECT t.typname, t.typtype, t.typnamespace, t.typbasetype
              FROM base JOIN pg_catalog.pg_type t ON t.oid = base.typbasetype
             WHERE base.typtype = 'd')
        SELECT CASE WHEN typtype = 'e' THEN 'text' ELSE typname END
          FROM base
         WHERE typtype = 'e' OR typtype = 'b' AND typnamespace = 'pg_catalog'::pg_catalog.regnamespace)
  FROM pg_catalog.pg_attribute a
  LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
 WHERE a.attrelid = {oid} AND a.attnum > 0 AND NOT a.attisdropped
 ORDER BY a.attnum
