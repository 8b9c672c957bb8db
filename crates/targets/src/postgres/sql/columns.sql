SELECT a.attname,
       {generated},
       {identity} OR coalesce(pg_catalog.pg_get_expr(d.adbin, d.adrelid) ~ 'nextval\(', false)
  FROM pg_catalog.pg_attribute a
  LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
 WHERE a.attrelid = {oid} AND a.attnum > 0 AND NOT a.attisdropped
 ORDER BY a.attnum
