//! Row by row what is refused (8.3, 8.4 of the reference) and what is accepted and translated (8.5).

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod common;

use common::{Client, refusal, shared};
use redshift_sandbox::Sandbox;

/// Each statement with the SQLSTATE and the beginning of the message that it must meet.
fn all_refused(table: &[(&str, &str, &str)]) {
    for (sql, sqlstate, message) in table {
        let (state, text) = refusal(shared(), sql);
        assert_eq!(state, *sqlstate, "{sql}: {text}");
        assert!(text.starts_with(message), "{sql}: {text}");
    }
}

/// Each query with its rows.
fn all_answered(sandbox: &Sandbox, table: &[(&str, &str)]) {
    for (sql, rows) in table {
        assert_eq!(sandbox.sql(sql).unwrap_or_else(|error| panic!("{sql}: {error}")), *rows, "{sql}");
    }
}

#[test]
fn literals_that_redshift_does_not_know() {
    all_refused(&[
        ("SELECT E'a'", "42704", "type \"e\" does not exist"),
        ("SELECT U&'a'", "42703", "column \"u\" does not exist"),
        ("SELECT $$a$$", "42601", "syntax error at or near \"$\""),
        ("SELECT 'a", "42601", "unterminated quoted string"),
        (
            "CREATE TABLE tag (a int)",
            "42601",
            "syntax error at or near \"tag\" in context \"CREATE TABLE tag\", at line 1, column 14",
        ),
        (
            "CREATE TABLE t (\n  user int)",
            "42601",
            "syntax error at or near \"user\" in context \"TABLE t ( user\", at line 2, column 3",
        ),
        ("SELEC 1", "42601", "syntax error at or near \"SELEC\""),
        ("SELECT 1 FROM", "42601", "syntax error at end of input"),
        ("SELECT 1 1", "42601", "syntax error at or near \"1\""),
    ]);
}

#[test]
fn objects_that_redshift_does_not_have() {
    all_refused(&[
        (
            "CREATE INDEX i ON t (c)",
            "0A000",
            "SQL command \"CREATE INDEX i ON t (c)\" not supported on Redshift tables.",
        ),
        (
            "CREATE UNIQUE INDEX i ON t (c)",
            "0A000",
            "SQL command \"CREATE UNIQUE INDEX i ON t (c)\" not supported on Redshift tables.",
        ),
        ("CREATE SEQUENCE s", "0A000", "SQL command \"CREATE SEQUENCE s\" not supported."),
        (
            "CREATE TYPE myenum AS ENUM ('a')",
            "42601",
            "syntax error at or near \"ENUM\" in context \"TYPE myenum AS ENUM\"",
        ),
        ("CREATE TYPE t AS (a int)", "0A000", "SQL command "),
        ("CREATE DOMAIN d AS int", "0A000", "SQL command "),
        ("CREATE TRIGGER t BEFORE INSERT ON x EXECUTE PROCEDURE f()", "0A000", "SQL command "),
        ("CREATE RULE r AS ON INSERT TO t DO NOTHING", "0A000", "SQL command "),
        ("CREATE EXTENSION hstore", "0A000", "SQL command "),
        ("CREATE TABLESPACE x LOCATION '/'", "0A000", "SQL command "),
        ("CREATE COLLATION c FROM \"C\"", "0A000", "SQL command "),
        ("CREATE PUBLICATION p", "0A000", "SQL command "),
        ("DO 'BEGIN END'", "0A000", "SQL command \"DO 'BEGIN END'\" not supported."),
        ("CREATE UNLOGGED TABLE t (a int)", "42601", "syntax error at or near \"UNLOGGED\""),
        ("SAVEPOINT x", "0A000", "SQL command \"SAVEPOINT x\" not supported."),
        ("RELEASE SAVEPOINT x", "0A000", "SQL command \"RELEASE SAVEPOINT x\" not supported."),
        ("ROLLBACK TO SAVEPOINT x", "0A000", "SQL command \"ROLLBACK TO SAVEPOINT x\" not supported."),
        ("SET CONSTRAINTS ALL DEFERRED", "42601", "syntax error at or near \"ALL\""),
        ("ALTER TABLE t DISABLE TRIGGER ALL", "42601", "syntax error at or near \"DISABLE\""),
        ("TRUNCATE a, b", "42601", "syntax error at or near \",\""),
        ("TRUNCATE a CASCADE", "42601", "syntax error at or near \"CASCADE\""),
        ("TRUNCATE a RESTART IDENTITY", "42601", "syntax error at or near \"RESTART\""),
        ("COMMENT ON SCHEMA public IS 'x'", "0A000", "SQL command "),
        ("COMMENT ON DATABASE dev IS 'x'", "42501", "must be owner of database dev"),
        ("LISTEN x", "0A000", "SQL command \"LISTEN x\" not supported."),
        (
            "UNLOAD ('select 1') TO 's3://b/p' CREDENTIALS 'aws_access_key_id=a;aws_secret_access_key=hidden'",
            "0A000",
            "SQL command \"unload ( '***' ) to '***' credentials '***'\" not supported.",
        ),
        ("LOCK pg_class", "42501", "permission denied"),
        ("LOCK nothing", "25P01", "LOCK TABLE may only be used in transaction blocks"),
    ]);
}

#[test]
fn columns_that_redshift_does_not_take() {
    all_refused(&[
        ("CREATE TABLE x (c bytea)", "0A000", "Column \"x.c\" has unsupported type \"bytea\"."),
        ("CREATE TABLE x (c serial)", "0A000", "Column \"x.c\" has unsupported type \"serial\"."),
        ("CREATE TABLE x (c text[])", "0A000", "Column \"x.c\" has unsupported type \"text[]\"."),
        ("CREATE TABLE x (c interval)", "0A000", "Column \"x.c\" has unsupported type \"interval\"."),
        ("CREATE TABLE x (c oid)", "0A000", "Column \"x.c\" has unsupported type \"oid\"."),
        ("CREATE TABLE x (c uuid)", "42704", "type \"uuid\" does not exist"),
        ("CREATE TABLE x (c jsonb)", "42704", "type \"jsonb\" does not exist"),
        ("CREATE TABLE x (c varchar(65536))", "22023", "length for type varchar cannot exceed 65535"),
        ("CREATE TABLE x (c char(4097))", "22023", "length for type char cannot exceed 4096"),
        ("CREATE TABLE x (c decimal(39,2))", "22023", "DECIMAL precision 39 must be between 1 and 38"),
        (
            "CREATE TABLE x (c int CHECK (c > 0))",
            "0A000",
            "ALTER/CREATE TABLE column CHECK constraint is not supported",
        ),
        ("CREATE TABLE x (c int, CHECK (c > 0))", "0A000", "CREATE TABLE CHECK constraint is not supported"),
        ("CREATE TABLE x (c int, EXCLUDE USING gist (c WITH =))", "42601", "syntax error at or near "),
        ("CREATE TABLE x (c int) PARTITION BY RANGE (c)", "42601", "syntax error at or near \"PARTITION\""),
        ("CREATE TABLE x (c int) INHERITS (y)", "42601", "syntax error at or near \"INHERITS\""),
        ("CREATE TABLE x (c int) TABLESPACE y", "42601", "syntax error at or near \"TABLESPACE\""),
        ("CREATE TABLE x (c int) WITH (fillfactor = 70)", "42601", "syntax error at or near \"WITH\""),
        (
            "CREATE TABLE x (c int GENERATED ALWAYS AS IDENTITY)",
            "42601",
            "syntax error at or near \"ALWAYS\"",
        ),
        ("CREATE TABLE x (c smallint IDENTITY(1,1))", "0A000", ""),
        ("CREATE TABLE x (xmin int)", "42701", "column name \"xmin\" conflicts with a system column name"),
        ("CREATE TABLE x (\"oid\" int)", "42701", "column name \"oid\" conflicts with a system column name"),
        ("CREATE TABLE x (c int DEFAULT now())", "0A000", ""),
        (
            "CREATE TABLE x (c timestamp DEFAULT CURRENT_TIMESTAMP)",
            "42601",
            "syntax error at or near \"CURRENT_TIMESTAMP\"",
        ),
        (
            "CREATE TABLE x (c int DEFAULT nextval('s'))",
            "42883",
            "function nextval(\"unknown\") does not exist",
        ),
        ("CREATE TABLE x (c int NULL PRIMARY KEY)", "42P16", ""),
        ("CREATE TABLE x (c int REFERENCES nowhere (c))", "42P01", "relation \"nowhere\" does not exist"),
        ("CREATE TABLE pg_catalog.x (c int)", "42501", "permission denied for schema pg_catalog"),
        ("CREATE SCHEMA rs_catalog", "42939", ""),
        ("CREATE SCHEMA public", "42P06", "schema \"public\" already exists"),
    ]);
}

#[test]
fn queries_that_redshift_does_not_run() {
    shared().sql("CREATE TABLE asked (a int, b boolean, c varchar(10))").unwrap();
    all_refused(&[
        (
            "SELECT string_agg(c, ',') FROM asked",
            "42883",
            "function string_agg(character varying, \"unknown\") does not exist",
        ),
        ("SELECT array_agg(a) FROM asked", "42883", "function array_agg("),
        ("SELECT gen_random_uuid()", "42883", "function gen_random_uuid() does not exist"),
        ("SELECT pg_sleep(1)", "42883", "function pg_sleep(integer) does not exist"),
        (
            "SELECT pg_try_advisory_lock('x')",
            "42883",
            "function pg_try_advisory_lock(\"unknown\") does not exist",
        ),
        ("SELECT format('%s', 'x')", "42883", "function format(\"unknown\", \"unknown\") does not exist"),
        ("SELECT to_regclass('x')", "42883", "function to_regclass(\"unknown\") does not exist"),
        ("SELECT rs_catalog.getdate()", "42883", "function rs_catalog.getdate does not exist"),
        ("SELECT * FROM generate_series(1, 2)", "42601", "syntax error at or near \"(\""),
        ("SELECT * FROM unnest(1)", "42601", ""),
        ("SELECT * FROM pg_enum", "42P01", "relation \"pg_enum\" does not exist"),
        (
            "SELECT * FROM pg_catalog.pg_extension",
            "42P01",
            "relation \"pg_catalog.pg_extension\" does not exist",
        ),
        ("SELECT * FROM pg_stat_activity", "42P01", "relation \"pg_stat_activity\" does not exist"),
        ("SELECT * FROM rs_catalog.columns", "42P01", "relation \"rs_catalog.columns\" does not exist"),
        ("SELECT * FROM pg_toast.x", "42P01", "relation \"pg_toast.x\" does not exist"),
        ("SELECT * FROM svv_table_info", "42501", "permission denied for relation svv_table_info"),
        ("SELECT c.conindid FROM pg_constraint c", "42703", "column c.conindid does not exist"),
        ("SELECT a.attidentity FROM pg_attribute a", "42703", "column a.attidentity does not exist"),
        ("SELECT a.attgenerated FROM pg_attribute a", "42703", "column a.attgenerated does not exist"),
        ("SELECT a.attcollation FROM pg_attribute a", "42703", "column a.attcollation does not exist"),
        ("SELECT indisvalid FROM pg_index", "42703", "column \"indisvalid\" does not exist"),
        (
            "SELECT relrowsecurity, relispartition FROM pg_class",
            "42703",
            "column \"relrowsecurity\" does not exist",
        ),
        ("SELECT typcollation FROM pg_type", "42703", "column \"typcollation\" does not exist"),
        ("SELECT b::varchar FROM asked", "42846", "cannot cast type boolean to character varying"),
        ("SELECT CAST(a = 1 AS text) FROM asked", "42846", "cannot cast type boolean to character varying"),
        ("INSERT INTO asked VALUES (1) ON CONFLICT DO NOTHING", "42601", "syntax error at or near \"ON\""),
        ("INSERT INTO asked VALUES (1) RETURNING a", "42601", "syntax error at or near \"RETURNING\""),
        ("SELECT * FROM (VALUES (1)) v", "42601", ""),
        ("SELECT * FROM asked, LATERAL (SELECT 1) x", "42601", ""),
        ("SELECT count(*) FILTER (WHERE a > 1) FROM asked", "42601", ""),
        ("SELECT DISTINCT ON (a) a FROM asked", "42601", "syntax error at or near \"ON\""),
        ("SELECT a IS DISTINCT FROM 1 FROM asked", "42601", "syntax error at or near \"DISTINCT\""),
        ("SELECT a FROM asked FOR UPDATE", "42601", "syntax error at or near \"FOR\""),
        ("SELECT ARRAY[1]", "42601", ""),
        ("SELECT conkey[1] FROM pg_constraint", "42601", ""),
        ("SELECT * FROM asked TABLESAMPLE SYSTEM (1)", "42601", ""),
        ("SELECT 1; DROP TABLE asked; SELECT pg_read_file('/etc/passwd')", "42883", ""),
        (
            "SELECT current_schema(), a FROM asked",
            "0A000",
            "Specified types or functions (one per INFO message) not supported on Redshift tables.",
        ),
        ("SELECT now() FROM stl_load_errors", "0A000", "Specified types or functions"),
        ("SELECT a FROM asked WHERE c = format_type(23, -1)", "0A000", "Specified types or functions"),
    ]);
    let deep = format!("SELECT {}1{}", "(".repeat(10_000), ")".repeat(10_000));
    assert_eq!(refusal(shared(), &deep).0, "54001");
    assert_eq!(shared().sql("SELECT count(*) FROM asked").unwrap(), "0", "still there");
}

#[test]
fn what_leader_and_compute_nodes_do_is_said() {
    let mut client = Client::connect(shared(), &[]).unwrap();
    let messages = client.query("SELECT current_schema() FROM stl_load_errors");
    assert_eq!(common::notices(&messages), ["Function \"current_schema()\" not supported."]);
    assert_eq!(client.value("SELECT current_schema()"), "public");
}

#[test]
fn expressions_mean_what_they_say() {
    let sandbox = shared();
    sandbox.sql("CREATE TABLE expr (a int, b varchar(20), c decimal(6,2))").unwrap();
    sandbox.sql(r"INSERT INTO expr VALUES (1, 'it''s \\ é', 1.5), (2, NULL, -2.25), (3, 'x_y', 0)").unwrap();
    all_answered(
        sandbox,
        &[
            ("SELECT 1 + 2 * 3 - -4 % 3, 2 - 1 - 1, -2 + 3", "8|0|1"),
            ("SELECT a=-1, a<>1, a!=2, a<=1, a >= 2 FROM expr WHERE a = 1", "f|f|t|t|f"),
            ("SELECT a FROM expr WHERE NOT a = 1 AND (a = 2 OR a = 3) ORDER BY a DESC", "3\n2"),
            ("SELECT a FROM expr WHERE a BETWEEN 2 AND 3 AND a NOT IN (3)", "2"),
            ("SELECT a FROM expr WHERE b LIKE 'x\\\\_y' OR b ILIKE 'X%'", "3"),
            ("SELECT a FROM expr WHERE b NOT LIKE '%!_%' ESCAPE '!'", "1"),
            ("SELECT a FROM expr WHERE b IS NULL", "2"),
            ("SELECT a FROM expr WHERE b IS NOT NULL AND a IN (SELECT a FROM expr WHERE c > 0)", "1"),
            (
                "SELECT CASE WHEN a = 1 THEN 'one' ELSE 'more' END, CASE a WHEN 1 THEN 'I' END FROM expr ORDER BY a LIMIT 2",
                "one|I\nmore|",
            ),
            (
                "SELECT b || '!', b::varchar(3), CAST(c AS int), '7'::int + 1 FROM expr WHERE a = 3",
                "x_y!|x_y|0|8",
            ),
            (
                "SELECT count(*), count(b), count(DISTINCT a), sum(c), min(a), max(a) FROM expr",
                "3|2|3|-0.75|1|3",
            ),
            ("SELECT a % 2, count(*) FROM expr GROUP BY a % 2 HAVING count(*) > 1 ORDER BY 1", "1|2"),
            (
                "SELECT lower('ÀB'), upper('ab'), length('é'), octet_length('é'), md5('a')",
                "àb|AB|1|2|0cc175b9c0f1b6a831c399e269772661",
            ),
            (
                "SELECT trim('  a '), trim(BOTH 'x' FROM 'xax'), substring('abcdef', 2, 3), substring('abc' FROM 2), coalesce(NULL, 'z')",
                "a|a|bcd|bc|z",
            ),
            (
                "SELECT x.a, y.b FROM expr x LEFT JOIN expr AS y ON x.a = y.a + 2 ORDER BY x.a",
                "1|\n2|\n3|it's \\ é",
            ),
            ("SELECT n FROM (SELECT count(*) AS n FROM expr) q", "3"),
            ("SELECT a FROM expr WHERE EXISTS (SELECT 1 FROM expr e WHERE e.a = 4)", ""),
            ("SELECT (SELECT max(a) FROM expr)", "3"),
            ("SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 1 ORDER BY 1", "1\n1\n2"),
            ("SELECT DISTINCT a > 1 FROM expr ORDER BY 1", "f\nt"),
            ("SELECT expr.*, public.expr.a FROM public.expr WHERE a = 3 OFFSET 0", "3|x_y|0.00|3"),
            (
                "SELECT date '2024-02-29', '2024-02-29 10:00'::timestamp, TRUE, NULL",
                "2024-02-29|2024-02-29 10:00:00|t|",
            ),
            ("SELECT a FROM expr, pg_constraint WHERE a + 90 = ANY(conkey)", ""),
            ("SELECT current_database(), current_user, session_user, user", "dev|loader|loader|loader"),
            (r"SELECT 'a\tb\101' = 'a	bA'", "t"),
        ],
    );
}

#[test]
fn output_columns_have_the_usual_names() {
    let mut client = Client::connect(shared(), &[]).unwrap();
    let messages = client.query(
        "SELECT 1, count(*), 'a'::varchar, pg_backend_pid(), current_user, version(), 1 AS \"Order\", trim('a')",
    );
    let text = String::from_utf8_lossy(&messages[0].body).into_owned();
    for name in ["?column?", "count", "varchar", "pg_backend_pid", "current_user", "version", "order", "trim"]
    {
        assert!(text.contains(name), "{name} in {text:?}");
    }
    assert_eq!(client.value("SELECT pg_backend_pid()"), client.pid.to_string());
}

#[test]
fn lengths_are_bytes_on_insert() {
    let sandbox = shared();
    sandbox.sql("CREATE TABLE bytes (v varchar(4), c char(3), d decimal, n int NOT NULL DEFAULT 7)").unwrap();
    sandbox.sql("INSERT INTO bytes (v, c, d) VALUES ('éé', 'a', 1.5), ('abc    ', 'abc  ', NULL)").unwrap();
    assert_eq!(sandbox.sql("SELECT v, c, d, n FROM bytes ORDER BY d").unwrap(), "éé|a  |2|7\nabc |abc||7");
    all_refused(&[
        ("INSERT INTO bytes (v) VALUES ('ééé')", "22001", "value too long for type character varying(4)"),
        ("UPDATE bytes SET v = 'abcde'", "22001", "value too long for type character varying(4)"),
        ("INSERT INTO bytes (c) VALUES ('abcd')", "22001", "value too long for type character(3)"),
        ("INSERT INTO bytes (c) VALUES ('é')", "22001", ""),
        ("INSERT INTO bytes (d) VALUES (1e18)", "22003", "Numeric data overflow (result precision)"),
        ("INSERT INTO bytes (n) VALUES (NULL)", "23502", "Cannot insert a NULL value into column n"),
        (
            "INSERT INTO bytes VALUES (1, 2, 3, 4, 5)",
            "42601",
            "INSERT has more expressions than target columns",
        ),
        (
            "INSERT INTO bytes (nope) VALUES (1)",
            "42703",
            "column \"nope\" of relation \"bytes\" does not exist",
        ),
    ]);
}

#[test]
fn names_fold_and_long_ones_are_kept() {
    let sandbox = shared();
    let long = format!("long_{}", "é".repeat(61));
    sandbox.sql(&format!("CREATE TABLE \"Mixed\" (\"CamelCase\" int, {long} int)")).unwrap();
    sandbox.sql(&format!("INSERT INTO MIXED (camelcase, {long}) VALUES (1, 2)")).unwrap();
    assert_eq!(sandbox.sql(&format!("SELECT \"camelCASE\", \"{long}\" FROM \"mixed\"")).unwrap(), "1|2");
    let columns = "SELECT attname FROM pg_attribute a JOIN pg_class c ON c.oid = attrelid
                    WHERE relname = 'mixed' AND attnum > 0 ORDER BY attnum";
    assert_eq!(sandbox.sql(columns).unwrap(), format!("camelcase\n{long}"));
    let mut client = Client::connect(sandbox, &[]).unwrap();
    let described = client.query("SELECT * FROM mixed");
    assert!(String::from_utf8_lossy(&described[0].body).contains(&long));
    sandbox
        .sql(&format!("CREATE TABLE {long} (a int); ALTER TABLE {long} RENAME TO {long}"))
        .expect_err("renamed to itself");
    let cut = format!("{}{}", "t".repeat(126), "é");
    sandbox.sql(&format!("CREATE TABLE {cut} (a int)")).unwrap();
    assert_eq!(
        sandbox.sql(&format!("SELECT relname FROM pg_class WHERE relname = '{}'", "t".repeat(126))).unwrap(),
        "t".repeat(126)
    );
}

#[test]
fn case_sensitive_names_are_a_setting() {
    let sandbox = Sandbox::builder().case_sensitive(true).start().unwrap();
    sandbox.sql("CREATE TABLE \"Mixed\" (\"A\" int, a int)").unwrap();
    assert_eq!(sandbox.sql("SHOW enable_case_sensitive_identifier").unwrap(), "on");
    assert_eq!(refusal(&sandbox, "SELECT * FROM Mixed").0, "42P01");
    let folded = "SET enable_case_sensitive_identifier TO off; SHOW enable_case_sensitive_identifier";
    assert_eq!(sandbox.sql(folded).unwrap(), "off");
}

#[test]
fn truncate_commits_what_came_before() {
    let mut client = Client::connect(shared(), &[]).unwrap();
    client.query("CREATE TABLE emptied (a int); CREATE TABLE kept (a int)");
    client.query("INSERT INTO emptied VALUES (1)");
    client.query("BEGIN");
    client.query("INSERT INTO kept VALUES (1)");
    let truncated = client.query("TRUNCATE emptied");
    assert_eq!(truncated.last().unwrap().body, b"T", "the block seems to go on");
    client.query("INSERT INTO emptied VALUES (2)");
    client.query("ROLLBACK");
    assert_eq!(client.value("SELECT count(*) FROM kept"), "1");
    assert_eq!(client.value("SELECT count(*) FROM emptied"), "0");
}

#[test]
fn commands_that_stand_alone() {
    let mut client = Client::connect(shared(), &[]).unwrap();
    client.query("CREATE TABLE alone (a varchar(10), b varchar(10) DEFAULT 'x', c int)");
    for (sql, message) in [
        ("VACUUM", "25001 VACUUM cannot run inside a transaction block"),
        (
            "ALTER TABLE alone ALTER COLUMN a TYPE varchar(20)",
            "25001 ALTER TABLE ALTER COLUMN cannot run inside a transaction block",
        ),
        ("ALTER TABLE alone APPEND FROM x", "25001 ALTER TABLE APPEND cannot run inside a transaction block"),
    ] {
        client.query("BEGIN");
        assert_eq!(client.outcome(sql), message);
        client.query("ROLLBACK");
    }
    for (sql, answer) in [
        ("ALTER TABLE alone ALTER COLUMN a TYPE varchar(20)", "ALTER TABLE"),
        ("ALTER TABLE alone ALTER COLUMN a TYPE varchar(20)", "0A000 target column size should be different"),
        (
            "ALTER TABLE alone ALTER COLUMN b TYPE varchar(20)",
            "0A000 cannot alter type of a column with a default or a constraint",
        ),
        ("ALTER TABLE alone ALTER COLUMN c TYPE bigint", "0A000 cannot alter type of a column \"c\""),
        ("ALTER TABLE alone ADD PRIMARY KEY (c)", "42P16 column \"c\" of a primary key must be NOT NULL"),
        ("ALTER TABLE alone ADD COLUMN d int DEFAULT 5", "ALTER TABLE"),
        ("INSERT INTO alone (a) VALUES ('12345678901234567890')", "INSERT 0 1"),
        ("ALTER TABLE alone RENAME TO together", "ALTER TABLE"),
    ] {
        assert_eq!(client.outcome(sql), answer, "{sql}");
    }
    assert!(client.outcome("ALTER TABLE together ADD COLUMN e int, ADD COLUMN f int").starts_with("42601 "));
    assert_eq!(client.value("SELECT d FROM together"), "5");
}

#[test]
fn defaults_and_temporary_tables() {
    let mut client = Client::connect(shared(), &[]).unwrap();
    assert_eq!(
        client.outcome(
            "CREATE TEMP TABLE dflt (a int DEFAULT -1, b varchar(10) DEFAULT 'it''s', c timestamp DEFAULT SYSDATE,
             d timestamp DEFAULT GETDATE(), e date DEFAULT CURRENT_DATE, f boolean DEFAULT true, g int DEFAULT NULL)"
        ),
        "CREATE TABLE"
    );
    client.query("CREATE TABLE #hash (a int)");
    client.query("INSERT INTO #hash VALUES (1)");
    assert_eq!(client.value("SELECT count(*) FROM #hash"), "1");
    assert_eq!(client.outcome("INSERT INTO dflt (g) VALUES (DEFAULT)"), "INSERT 0 1");
    assert_eq!(client.value("SELECT b FROM dflt WHERE a = -1 AND c IS NOT NULL AND d <= c AND f"), "it's");
    drop(client);
    assert_eq!(refusal(shared(), "SELECT * FROM #hash").0, "42P01");
}

#[test]
fn what_is_there_or_not_is_skipped_where_allowed() {
    let mut client = Client::connect(shared(), &[]).unwrap();
    assert_eq!(client.outcome("DROP TABLE absent"), "42P01 table \"absent\" does not exist");
    let skipped = client.query("DROP TABLE IF EXISTS absent, absent2 CASCADE");
    assert_eq!(common::notices(&skipped).len(), 2);
    client.query("CREATE SCHEMA IF NOT EXISTS twice");
    assert_eq!(client.outcome("CREATE SCHEMA IF NOT EXISTS twice"), "CREATE SCHEMA");
    client.query("CREATE TABLE twice.t (a int)");
    assert_eq!(client.outcome("CREATE TABLE IF NOT EXISTS twice.t (b int)"), "CREATE TABLE");
    assert!(client.outcome("CREATE TABLE twice.t (b int)").starts_with("42P07 "));
    assert!(client.outcome("DROP SCHEMA twice").starts_with("2BP01 "));
    assert_eq!(client.outcome("DROP SCHEMA twice CASCADE"), "DROP SCHEMA");
    client.query(
        "CREATE TABLE parent (id int PRIMARY KEY); CREATE TABLE child (id int REFERENCES parent (id))",
    );
    assert!(client.outcome("DROP TABLE parent").starts_with("2BP01 "));
    assert_eq!(client.outcome("DROP TABLE parent CASCADE"), "DROP TABLE");
    assert_eq!(client.outcome("DROP TABLE child"), "DROP TABLE");
}

#[test]
fn constraints_are_not_enforced() {
    let sandbox = shared();
    sandbox.sql("CREATE TABLE people (id int PRIMARY KEY, mail varchar(20) UNIQUE)").unwrap();
    sandbox.sql("CREATE TABLE pets (owner int REFERENCES people, name varchar(9))").unwrap();
    sandbox.sql("INSERT INTO people VALUES (1, 'a'), (1, 'a')").unwrap();
    sandbox.sql("INSERT INTO pets VALUES (99, 'rex')").unwrap();
    assert_eq!(sandbox.sql("SELECT count(*) FROM people").unwrap(), "2");
    assert_eq!(refusal(sandbox, "INSERT INTO people (mail) VALUES ('b')").0, "23502");
    assert_eq!(refusal(sandbox, "CREATE TABLE toys (pet varchar(9) REFERENCES pets (name))").0, "42830");
}
