-- The catalog as Redshift shows it: the columns of PostgreSQL 8.0 and Redshift's own, none of later ones.

CREATE OR REPLACE VIEW rs_catalog.pg_namespace AS
SELECT n.oid, rs_catalog.long_name(n.nspname) AS nspname, n.nspowner, n.nspacl
  FROM pg_catalog.pg_namespace n
 WHERE n.nspname <> 'rs_catalog' AND n.nspname !~ '^pg_toast';

CREATE OR REPLACE VIEW rs_catalog.pg_class AS
SELECT c.oid, rs_catalog.long_name(c.relname) AS relname, c.relnamespace, c.reltype, c.relowner, 0::oid AS relam,
       c.relfilenode, c.reltablespace, c.relpages, c.reltuples, 0::oid AS reltoastrelid, 0::oid AS reltoastidxid,
       EXISTS (SELECT FROM rs_catalog.constraints k WHERE k.relid = c.oid AND k.kind <> 'f') AS relhasindex,
       c.relisshared, c.relkind, c.relnatts, 0::int2 AS relchecks, 0::int2 AS reltriggers, 0::int2 AS relukeys,
       0::int2 AS relfkeys, 0::int2 AS relrefs, false AS relhasoids,
       EXISTS (SELECT FROM rs_catalog.constraints k WHERE k.relid = c.oid AND k.kind = 'p') AS relhaspkey,
       false AS relhasrules, false AS relhassubclass, c.relacl, coalesce(t.style, 0)::int2 AS reldiststyle
  FROM pg_catalog.pg_class c
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  LEFT JOIN rs_catalog.tables t ON t.relid = c.oid
 WHERE c.relkind IN ('r', 'v') AND n.nspname NOT IN ('rs_catalog', 'information_schema')
   AND (n.nspname <> 'pg_catalog' OR EXISTS (
        SELECT FROM pg_catalog.pg_class s JOIN pg_catalog.pg_namespace r ON r.oid = s.relnamespace
         WHERE r.nspname = 'rs_catalog' AND s.relname = c.relname))
UNION ALL
SELECT (k.oid::int8 + 1)::oid, k.name, c.relnamespace, 0, c.relowner, 403, 0, 0, 1, 0, 0, 0, false, false, 'i',
       array_length(k.columns, 1)::int2, 0, 0, 0, 0, 0, false, false, false, false, NULL, 0
  FROM rs_catalog.constraints k
  JOIN pg_catalog.pg_class c ON c.oid = k.relid
 WHERE k.kind <> 'f';

CREATE OR REPLACE VIEW rs_catalog.pg_attribute AS
SELECT a.attrelid, rs_catalog.long_name(a.attname) AS attname, coalesce(k.typid, a.atttypid) AS atttypid,
       (-1)::int4 AS attstattarget, a.attlen, a.attnum, a.attndims::int4 AS attndims, (-1)::int4 AS attcacheoff,
       coalesce(k.typmod, a.atttypmod) AS atttypmod, a.attbyval, a.attstorage, a.attalign, a.attnotnull,
       k.src IS NOT NULL AS atthasdef, a.attisdropped, a.attislocal, a.attinhcount::int4 AS attinhcount,
       coalesce(k.distkey, false) AS attisdistkey, false AS attispreloaded,
       coalesce(k.sortord, 0)::int4 AS attsortkeyord, coalesce(k.encoding, 0)::int2 AS attencodingtype,
       0::int2 AS attencrypttype
  FROM pg_catalog.pg_attribute a
  LEFT JOIN rs_catalog.columns k ON k.relid = a.attrelid AND k.attnum = a.attnum;

CREATE OR REPLACE VIEW rs_catalog.pg_type AS
SELECT t.oid, t.typname::text AS typname, t.typnamespace, t.typowner, t.typlen, t.typbyval, t.typtype,
       t.typisdefined, t.typdelim, t.typrelid, t.typelem, t.typalign, t.typstorage, t.typnotnull, t.typbasetype,
       t.typtypmod, t.typndims::int4 AS typndims, NULL::text AS typdefaultbin, t.typdefault
  FROM pg_catalog.pg_type t
 WHERE t.oid < 2280 AND t.typtype IN ('b', 'p')
   AND t.typname NOT IN ('json', '_json', 'xml', '_xml', 'pg_node_tree', 'pg_ddl_command', 'jsonb', 'xid8', '_xid8')
UNION ALL
SELECT x.oid, x.name, 11, 10, -1, false, 'b', true, ',', 0, 0, 'i', 'x', false, 0, -1, 0, NULL, NULL
  FROM (VALUES (4000::oid, 'super'), (6551::oid, 'varbyte')) x(oid, name);

CREATE OR REPLACE VIEW rs_catalog.pg_attrdef AS
SELECT (k.relid::int8 * 10 + k.attnum)::oid AS oid, k.relid AS adrelid, k.attnum AS adnum, k.src AS adbin,
       k.src AS adsrc
  FROM rs_catalog.columns k
  JOIN pg_catalog.pg_class c ON c.oid = k.relid
 WHERE k.src IS NOT NULL;

CREATE OR REPLACE VIEW rs_catalog.pg_constraint AS
SELECT k.oid, k.name AS conname, c.relnamespace AS connamespace, k.kind AS contype, false AS condeferrable,
       false AS condeferred, k.relid AS conrelid, 0::oid AS contypid, k.target AS confrelid,
       (CASE k.kind WHEN 'f' THEN 'a' ELSE ' ' END)::"char" AS confupdtype,
       (CASE k.kind WHEN 'f' THEN 'a' ELSE ' ' END)::"char" AS confdeltype,
       (CASE k.kind WHEN 'f' THEN 'u' ELSE ' ' END)::"char" AS confmatchtype,
       k.columns AS conkey, k.target_columns AS confkey, NULL::text AS conbin, NULL::text AS consrc
  FROM rs_catalog.constraints k
  JOIN pg_catalog.pg_class c ON c.oid = k.relid;

CREATE OR REPLACE VIEW rs_catalog.pg_description AS
SELECT d.objoid, d.classoid, d.objsubid, d.description
  FROM pg_catalog.pg_description d
  JOIN pg_catalog.pg_class c ON c.oid = d.objoid
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
 WHERE d.classoid = 'pg_catalog.pg_class'::regclass AND n.nspname NOT IN ('rs_catalog', 'pg_catalog')
UNION ALL
SELECT k.oid, 'pg_catalog.pg_constraint'::regclass, 0, k.description
  FROM rs_catalog.constraints k
 WHERE k.description IS NOT NULL;

CREATE OR REPLACE VIEW rs_catalog.pg_index AS
SELECT (k.oid::int8 + 1)::oid AS indexrelid, k.relid AS indrelid,
       array_to_string(k.columns, ' ')::int2vector AS indkey, ''::oidvector AS indclass,
       array_length(k.columns, 1)::int2 AS indnatts, true AS indisunique, k.kind = 'p' AS indisprimary,
       false AS indisclustered, NULL::text AS indexprs, NULL::text AS indpred
  FROM rs_catalog.constraints k
  JOIN pg_catalog.pg_class c ON c.oid = k.relid
 WHERE k.kind <> 'f';

CREATE OR REPLACE VIEW rs_catalog.pg_indexes AS
SELECT rs_catalog.long_name(n.nspname) AS schemaname, rs_catalog.long_name(c.relname) AS tablename,
       k.name AS indexname, NULL::name AS tablespace,
       'CREATE UNIQUE INDEX ' || quote_ident(k.name) || ' ON ' || quote_ident(rs_catalog.long_name(n.nspname)) || '.'
       || quote_ident(rs_catalog.long_name(c.relname)) || ' USING btree ('
       || rs_catalog.column_names(k.relid, k.columns) || ')' AS indexdef
  FROM rs_catalog.constraints k
  JOIN pg_catalog.pg_class c ON c.oid = k.relid
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
 WHERE k.kind <> 'f';

CREATE OR REPLACE VIEW rs_catalog.pg_tables AS
SELECT rs_catalog.long_name(n.nspname) AS schemaname, rs_catalog.long_name(c.relname) AS tablename,
       pg_get_userbyid(c.relowner) AS tableowner, NULL::name AS tablespace,
       EXISTS (SELECT FROM rs_catalog.constraints k WHERE k.relid = c.oid AND k.kind <> 'f') AS hasindexes,
       false AS hasrules, false AS hastriggers
  FROM pg_catalog.pg_class c
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind = 'r' AND n.nspname NOT IN ('rs_catalog', 'information_schema', 'pg_catalog');

CREATE OR REPLACE VIEW rs_catalog.pg_views AS
SELECT rs_catalog.long_name(v.schemaname) AS schemaname, rs_catalog.long_name(v.viewname) AS viewname,
       v.viewowner, v.definition
  FROM pg_catalog.pg_views v
 WHERE v.schemaname NOT IN ('rs_catalog', 'information_schema', 'pg_catalog');

CREATE OR REPLACE VIEW rs_catalog.pg_user AS
SELECT r.rolname AS usename, r.oid::int4 AS usesysid, false AS usecreatedb, r.rolsuper AS usesuper,
       r.rolsuper AS usecatupd, '********'::text AS passwd, NULL::timestamp AS valuntil, NULL::text AS useconfig
  FROM pg_catalog.pg_roles r
  JOIN rs_catalog.users u ON u.name = r.rolname;

CREATE OR REPLACE VIEW rs_catalog.stv_slices AS
SELECT s.slice / 2 AS node, s.slice, s.slice % 2 AS localslice, 'D'::char(1) AS type FROM rs_catalog.slices s;

-- Each user sees the own rows.
CREATE OR REPLACE VIEW rs_catalog.stl_load_errors AS
SELECT r.oid::int4 AS userid, 0 AS slice, e.tbl, e.starttime, e.session, e.query, e.filename::char(256) AS filename,
       e.line_number, e.colname::char(127) AS colname, e.type::char(10) AS type,
       e.col_length::char(10) AS col_length, e.position, e.raw_line::char(1024) AS raw_line,
       e.raw_field_value::char(1024) AS raw_field_value, e.err_code, e.err_reason::char(100) AS err_reason,
       0 AS is_partial, 0::int8 AS start_offset, (-1)::int8 AS copy_job_id
  FROM rs_catalog.load_errors e
  JOIN pg_catalog.pg_roles r ON r.rolname = e.username
 WHERE e.username = current_user;

CREATE OR REPLACE VIEW rs_catalog.sys_load_error_detail AS
SELECT r.oid::int4 AS user_id, e.query::int8 AS query_id, e.xid AS transaction_id, e.session AS session_id,
       'dev'::char(64) AS database_name, e.tbl AS table_id, e.starttime AS start_time,
       e.filename::char(256) AS file_name, e.line_number, e.colname::char(127) AS column_name,
       e.type::char(10) AS column_type, e.col_length::char(10) AS column_length, e.position,
       e.err_code AS error_code, e.err_reason::char(512) AS error_message
  FROM rs_catalog.load_errors e
  JOIN pg_catalog.pg_roles r ON r.rolname = e.username
 WHERE e.username = current_user;

CREATE OR REPLACE VIEW rs_catalog.no_stl_load_errors AS SELECT * FROM rs_catalog.stl_load_errors WHERE false;

CREATE OR REPLACE VIEW rs_catalog.no_sys_load_error_detail AS
SELECT * FROM rs_catalog.sys_load_error_detail WHERE false;

CREATE OR REPLACE VIEW rs_catalog.sys_load_history AS
SELECT r.oid::int4 AS user_id, l.query::int8 AS query_id, l.xid AS transaction_id, l.session AS session_id,
       'dev'::text AS database_name, l.status, l.table_name, l.start_time, l.end_time,
       (extract(epoch FROM l.end_time - l.start_time) * 1000000)::int8 AS duration, l.source AS data_source,
       'CSV'::text AS file_format, l.loaded AS loaded_rows, NULL::int8 AS loaded_bytes,
       NULL::int8 AS source_file_count, NULL::int8 AS source_file_bytes, NULL::int8 AS file_count_scanned,
       NULL::int8 AS file_bytes_scanned, l.refused AS error_count, (-1)::int8 AS copy_job_id
  FROM rs_catalog.loads l
  JOIN pg_catalog.pg_roles r ON r.rolname = l.username
 WHERE l.username = current_user;

CREATE OR REPLACE VIEW rs_catalog.stl_load_commits AS
SELECT r.oid::int4 AS userid, l.query, 0 AS slice, ''::char(256) AS name, l.source::char(256) AS filename,
       0 AS byte_offset, l.loaded + l.refused AS lines_scanned, l.refused::int4 AS errors, l.end_time AS curtime,
       1 AS status, 'CSV'::char(16) AS file_format, 0 AS is_partial, 0::int8 AS start_offset,
       (-1)::int8 AS copy_job_id
  FROM rs_catalog.loads l
  JOIN pg_catalog.pg_roles r ON r.rolname = l.username
 WHERE l.username = current_user AND l.status = 'completed';

CREATE OR REPLACE VIEW rs_catalog.stl_replacements AS
SELECT 0 AS userid, 0 AS query, 0 AS slice, 0 AS tbl, now()::timestamp AS starttime, 0 AS session,
       ''::char(256) AS filename, 0::int8 AS line_number, ''::char(127) AS colname, ''::char(1024) AS raw_line
 WHERE false;

GRANT SELECT ON
    rs_catalog.pg_namespace, rs_catalog.pg_class, rs_catalog.pg_attribute, rs_catalog.pg_type,
    rs_catalog.pg_attrdef, rs_catalog.pg_constraint, rs_catalog.pg_description, rs_catalog.pg_index,
    rs_catalog.pg_indexes, rs_catalog.pg_tables, rs_catalog.pg_views, rs_catalog.pg_user, rs_catalog.stv_slices,
    rs_catalog.stl_load_errors, rs_catalog.sys_load_error_detail, rs_catalog.no_stl_load_errors,
    rs_catalog.no_sys_load_error_detail, rs_catalog.sys_load_history, rs_catalog.stl_load_commits,
    rs_catalog.stl_replacements TO PUBLIC;
