use redshift_sandbox::Sandbox;
#[test]
fn first() {
    let sandbox = Sandbox::builder().s3_endpoint("http://127.0.0.1:1").start().unwrap();
    println!("{}", sandbox.uri());
    for sql in [
        "SELECT version()",
        "CREATE TABLE t (a int identity(1,1), b varchar(3) default 'x' not null, c decimal, d char(4), e timestamp, s super, v varbyte(10), primary key(a))",
        "INSERT INTO t (b, c, v) VALUES ('abc', 1.5, 'a')",
        "INSERT INTO t (b) VALUES ('abcé')",
        "SELECT * FROM t",
        "SELECT n.nspname, c.relname, c.relkind, a.attnum, a.attname, t.typname, a.atttypmod, format_type(a.atttypid, a.atttypmod), a.attnotnull, d.adsrc FROM pg_namespace n JOIN pg_class c     ON c.relnamespace = n.oid JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped JOIN pg_type t      ON t.oid = a.atttypid LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum WHERE c.relkind IN ('r', 'v') AND n.nspname NOT LIKE 'pg\\\\_%' AND n.nspname <> 'information_schema' ORDER BY n.nspname, c.relname, a.attnum",
        "COPY t FROM 's3://x/y' FORMAT CSV",
        "SELECT current_user, session_user, current_date",
        "SHOW search_path",
        "SELECT * FROM pg_user",
        "SELECT * FROM pg_tables",
        "SELECT relname from pg_class",
        "SELECT b::varchar from (select true as b) x",
        "SELECT count(*) from stl_load_errors",
        "BEGIN; LOCK t; ROLLBACK",
        "SELECT 1",
    ] {
        match sandbox.sql(sql) { Ok(x) => println!("OK {sql}\n{x}"), Err(e) => println!("ERR {sql}\n{e}") }
    }
}
