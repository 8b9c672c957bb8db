CREATE OR REPLACE FUNCTION rs_catalog.long_name(name) RETURNS text LANGUAGE sql STABLE AS
$$ SELECT coalesce((SELECT l.long FROM rs_catalog.long_names l WHERE l.short = $1::text), $1::text) $$;

CREATE OR REPLACE FUNCTION rs_catalog.format_type(oid, int4) RETURNS text LANGUAGE sql STABLE AS
$$ SELECT CASE $1 WHEN 4000 THEN 'super'
                  WHEN 6551 THEN 'binary varying' || CASE WHEN $2 > 4 THEN '(' || $2 - 4 || ')' ELSE '' END
                  ELSE pg_catalog.format_type($1, $2) END $$;

-- In the order of the encodings' numbers.
CREATE OR REPLACE FUNCTION rs_catalog.format_encoding(int4) RETURNS text LANGUAGE sql IMMUTABLE AS
$$ SELECT (ARRAY['none', 'auto', 'az64', 'bytedict', 'delta', 'delta32k', 'lzo', 'mostly8', 'mostly16',
                 'mostly32', 'runlength', 'text255', 'text32k', 'zstd'])[$1 + 1] $$;

CREATE OR REPLACE FUNCTION rs_catalog.sysdate() RETURNS timestamp LANGUAGE sql STABLE AS
$$ SELECT pg_catalog.transaction_timestamp() AT TIME ZONE 'UTC' $$;

CREATE OR REPLACE FUNCTION rs_catalog.getdate() RETURNS timestamp LANGUAGE sql STABLE AS
$$ SELECT pg_catalog.date_trunc('second', pg_catalog.statement_timestamp() AT TIME ZONE 'UTC') $$;

-- A value for a VARCHAR of so many bytes: blanks beyond them are cut.
CREATE OR REPLACE FUNCTION rs_catalog.fitting(text, int4) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT AS
$$ DECLARE
       cut text := pg_catalog.rtrim($1, ' ');
   BEGIN
       IF pg_catalog.octet_length($1) <= $2 THEN
           RETURN $1;
       ELSIF pg_catalog.octet_length(cut) <= $2 THEN
           RETURN pg_catalog.rpad(cut, pg_catalog.length(cut) + $2 - pg_catalog.octet_length(cut));
       END IF;
       RAISE EXCEPTION 'value too long for type character varying(%)', $2 USING ERRCODE = '22001';
   END $$;

-- A value for a CHAR of so many bytes.
CREATE OR REPLACE FUNCTION rs_catalog.single_byte(text, int4) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT AS
$$ BEGIN
       IF pg_catalog.octet_length($1) <> pg_catalog.length($1) THEN
           RAISE EXCEPTION 'CHAR string contains invalid ASCII character' USING ERRCODE = '22001';
       ELSIF pg_catalog.octet_length(pg_catalog.rtrim($1, ' ')) > $2 THEN
           RAISE EXCEPTION 'value too long for type character(%)', $2 USING ERRCODE = '22001';
       END IF;
       RETURN $1;
   END $$;

-- Casts to VARCHAR: there is none from boolean.
DO $$
DECLARE
    type text;
BEGIN
    FOREACH type IN ARRAY ARRAY['int2', 'int4', 'int8', 'numeric', 'float4', 'float8', 'text', 'bpchar', 'name',
                                '"char"', 'date', 'time', 'timetz', 'timestamp', 'timestamptz', 'oid', 'int2[]',
                                'regclass', 'json'] LOOP
        EXECUTE format('CREATE OR REPLACE FUNCTION rs_catalog.as_varchar(%s) RETURNS text LANGUAGE sql STABLE AS '
                       '''SELECT $1::text''', type);
    END LOOP;
END $$;

-- As the superuser, since PostgreSQL wants more than INSERT for such a lock.
CREATE OR REPLACE FUNCTION rs_catalog.lock_for_adding(regclass) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS
$$ BEGIN
       IF NOT has_table_privilege(session_user, $1, 'INSERT') THEN
           RAISE EXCEPTION 'permission denied for table %', (SELECT relname FROM pg_class WHERE oid = $1)
                 USING ERRCODE = '42501';
       END IF;
       EXECUTE format('LOCK TABLE %s IN SHARE ROW EXCLUSIVE MODE', $1);
   END $$;

CREATE OR REPLACE FUNCTION rs_catalog.column_names(oid, int2[]) RETURNS text LANGUAGE sql STABLE AS
$$ SELECT string_agg(quote_ident(rs_catalog.long_name(a.attname)), ', ' ORDER BY k.place)
     FROM unnest($2) WITH ORDINALITY k(attnum, place)
     JOIN pg_catalog.pg_attribute a ON a.attrelid = $1 AND a.attnum = k.attnum $$;

CREATE OR REPLACE FUNCTION rs_catalog.table_name(oid) RETURNS text LANGUAGE sql STABLE AS
$$ SELECT CASE WHEN pg_catalog.pg_table_is_visible(c.oid) THEN ''
               ELSE quote_ident(rs_catalog.long_name(n.nspname)) || '.' END
          || quote_ident(rs_catalog.long_name(c.relname))
     FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = $1 $$;

CREATE OR REPLACE FUNCTION rs_catalog.pg_get_constraintdef(oid) RETURNS text LANGUAGE sql STABLE AS
$$ SELECT CASE k.kind WHEN 'p' THEN 'PRIMARY KEY' WHEN 'u' THEN 'UNIQUE' ELSE 'FOREIGN KEY' END
          || ' (' || rs_catalog.column_names(k.relid, k.columns) || ')'
          || CASE WHEN k.kind = 'f' THEN ' REFERENCES ' || rs_catalog.table_name(k.target)
                  || '(' || rs_catalog.column_names(k.target, k.target_columns) || ')' ELSE '' END
     FROM rs_catalog.constraints k WHERE k.oid = $1 $$;

CREATE OR REPLACE FUNCTION rs_catalog.pg_get_constraintdef(oid, bool) RETURNS text LANGUAGE sql STABLE AS
$$ SELECT rs_catalog.pg_get_constraintdef($1) $$;
