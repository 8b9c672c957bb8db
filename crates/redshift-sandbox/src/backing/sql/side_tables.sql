-- What Redshift knows of a table and the backing server does not. Runs at every start, also over what an
-- earlier run left in a database given with --backing.
CREATE SCHEMA IF NOT EXISTS rs_catalog;

CREATE TABLE IF NOT EXISTS rs_catalog.tables (
    relid oid PRIMARY KEY,
    style int2 NOT NULL
);

-- typid and typmod are those of the declared type; src is the DEFAULT as Redshift prints it.
CREATE TABLE IF NOT EXISTS rs_catalog.columns (
    relid oid,
    attnum int2,
    typid oid NOT NULL,
    typmod int4 NOT NULL,
    src text,
    encoding int2 NOT NULL,
    distkey bool NOT NULL,
    sortord int2 NOT NULL,
    seed int8,
    step int8,
    by_default bool,
    PRIMARY KEY (relid, attnum)
);

-- Two numbers for each constraint: its own, and that of the index that Redshift pretends to have.
CREATE SEQUENCE IF NOT EXISTS rs_catalog.constraint_oids INCREMENT 2 START 100000000;

CREATE TABLE IF NOT EXISTS rs_catalog.constraints (
    oid oid PRIMARY KEY DEFAULT (nextval('rs_catalog.constraint_oids'))::oid,
    relid oid NOT NULL,
    name text NOT NULL,
    kind "char" NOT NULL,
    columns int2[] NOT NULL,
    target oid NOT NULL DEFAULT 0,
    target_columns int2[],
    description text
);

-- Names of more than 63 bytes.
CREATE TABLE IF NOT EXISTS rs_catalog.long_names (
    short text PRIMARY KEY,
    long text NOT NULL
);

CREATE TABLE IF NOT EXISTS rs_catalog.users (
    name text PRIMARY KEY
);

CREATE TABLE IF NOT EXISTS rs_catalog.slices (
    slice int4 PRIMARY KEY
);

CREATE TABLE IF NOT EXISTS rs_catalog.load_errors (
    username name NOT NULL,
    query int4 NOT NULL,
    xid int8 NOT NULL,
    session int4 NOT NULL,
    tbl int4 NOT NULL,
    starttime timestamp NOT NULL DEFAULT (now() AT TIME ZONE 'UTC'),
    filename text NOT NULL,
    line_number int8 NOT NULL,
    colname text NOT NULL,
    type text NOT NULL,
    col_length text NOT NULL,
    position int4 NOT NULL,
    raw_line text NOT NULL,
    raw_field_value text NOT NULL,
    err_code int4 NOT NULL,
    err_reason text NOT NULL
);

CREATE TABLE IF NOT EXISTS rs_catalog.loads (
    username name NOT NULL,
    query int4 NOT NULL,
    xid int8 NOT NULL,
    session int4 NOT NULL,
    status text NOT NULL,
    table_name text NOT NULL,
    start_time timestamp NOT NULL,
    end_time timestamp NOT NULL DEFAULT (clock_timestamp() AT TIME ZONE 'UTC'),
    source text NOT NULL,
    loaded int8 NOT NULL,
    refused int8 NOT NULL
);

-- No statement of a client can name these; the sessions write them within the clients' transactions.
GRANT USAGE, CREATE ON SCHEMA rs_catalog TO PUBLIC;
GRANT SELECT, INSERT, UPDATE, DELETE ON
    rs_catalog.tables, rs_catalog.columns, rs_catalog.constraints, rs_catalog.long_names TO PUBLIC;
GRANT USAGE ON SEQUENCE rs_catalog.constraint_oids TO PUBLIC;
