//! BEFORE and AFTER LOAD, truncate, triggers, indexes and their return.

use crate::kit::{Bench, load_csv};

const INDEXES: &str = "
    SELECT indexdef FROM pg_indexes WHERE schemaname NOT IN ('pg_catalog', 'information_schema')
    UNION ALL SELECT conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint WHERE contype <> 'n' AND connamespace = 'public'::regnamespace
    UNION ALL SELECT relname || ' ' || obj_description(oid) FROM pg_class WHERE obj_description(oid) IS NOT NULL AND relkind = 'i' AND oid > 16383
    UNION ALL SELECT 'clustered ' || indexrelid::regclass FROM pg_index WHERE indisclustered AND indexrelid > 16383
    UNION ALL SELECT 'identity ' || indexrelid::regclass FROM pg_index WHERE indisreplident AND indexrelid > 16383
    UNION ALL SELECT 'statistics ' || attstattarget FROM pg_attribute WHERE attstattarget = 77
    UNION ALL SELECT 'constraint ' || obj_description(oid, 'pg_constraint') FROM pg_constraint WHERE obj_description(oid, 'pg_constraint') IS NOT NULL
    ORDER BY 1";

fn indexed() -> Bench {
    let bench = Bench::new();
    bench.sql(
        "CREATE TABLE \"T x\" (id int PRIMARY KEY, a int, b text, c int4range, UNIQUE (a, id) DEFERRABLE INITIALLY DEFERRED,
            EXCLUDE USING gist (c WITH &&));
         CREATE INDEX \"an index\" ON \"T x\" (lower(b)) WHERE a > 0;
         CREATE UNIQUE INDEX u ON \"T x\" (b) INCLUDE (a);
         COMMENT ON INDEX u IS 'it''s \\ mine';
         ALTER TABLE \"T x\" CLUSTER ON u;
         ALTER TABLE \"T x\" ALTER COLUMN b SET NOT NULL;
         CREATE UNIQUE INDEX r ON \"T x\" (b);
         ALTER TABLE \"T x\" REPLICA IDENTITY USING INDEX r;
         CREATE TABLE child (id int REFERENCES \"T x\" (id), x int);
         ALTER TABLE child ADD CONSTRAINT unchecked FOREIGN KEY (x) REFERENCES \"T x\" (id) NOT VALID;
         COMMENT ON CONSTRAINT unchecked ON child IS 'a key';
         ALTER INDEX \"an index\" ALTER COLUMN 1 SET STATISTICS 77",
    );
    bench
}

fn load(with: &str) -> String {
    format!(
        "LOAD CSV FROM 'data.csv' INTO postgresql:/// TARGET TABLE \"T x\" (id, a, b)
         WITH fields terminated by ',', drop indexes{with};"
    )
}

// shows: drop indexes
#[test]
fn indexes_come_back_as_they_were() {
    let bench = indexed();
    let before = bench.sql(INDEXES);
    assert_eq!(before.lines().count(), 16, "{before}");
    bench.place.write("data.csv", "1,2,x\n2,3,y\n");
    bench.run(&load("")).expect(0, &["Create Indexes", "Constraints", "Create Foreign Keys", "2 written"]);
    assert_eq!(bench.sql(INDEXES), before);
}

#[test]
fn indexes_come_back_after_a_failure_too() {
    let bench = indexed();
    let before = bench.sql(INDEXES);
    bench.place.write("data.csv", "1,2,x\nbad,3,y\n");
    bench.run(&load(", on error stop")).expect(1, &["22P02", "Create Indexes"]);
    assert_eq!(bench.sql(INDEXES), before);
}

#[test]
fn an_index_that_cannot_be_built_again_is_told_with_its_statement() {
    let bench = Bench::new();
    bench.sql("CREATE TABLE t (id int PRIMARY KEY, name text); CREATE INDEX n ON t (name)");
    let run = bench.load("1,a\n1,b\n", "t", "drop indexes");
    run.expect(1, &["23505", "CREATE UNIQUE INDEX t_pkey", "2 written"]);
    assert_eq!(bench.sql("SELECT indexname FROM pg_indexes WHERE tablename = 't'"), "n");
}

#[test]
fn indexes_of_partitioned_tables_come_back() {
    let bench = Bench::new();
    bench.sql(
        "CREATE TABLE t (id int PRIMARY KEY, name text) PARTITION BY RANGE (id);
         CREATE TABLE t1 PARTITION OF t FOR VALUES FROM (0) TO (10);
         CREATE TABLE t2 PARTITION OF t DEFAULT; CREATE INDEX n ON t (name)",
    );
    let before = bench.sql(INDEXES);
    bench.load("1,a\n11,b\n", "t", "drop indexes").expect(0, &["2 written"]);
    assert_eq!(bench.sql(INDEXES), before);
    assert_eq!(bench.sql("SELECT count(*) FROM pg_index WHERE NOT indisvalid"), "0");
}

#[test]
fn indexes_left_in_place_are_warned_about() {
    let bench = Bench::new();
    bench.sql("CREATE TABLE t (id int PRIMARY KEY, name text)");
    bench.load("1,a\n", "t", "").expect(0, &["has 1 indexes defined against it", "drop indexes"]);
}

// shows: truncate
#[test]
fn truncate_empties_the_table_first() {
    let bench = Bench::new();
    bench.sql("CREATE TABLE t (id int, name text); INSERT INTO t VALUES (9, 'old')");
    bench.load("1,a\n", "t", "truncate").expect(0, &["Truncate", "1 written"]);
    assert_eq!(bench.sql("SELECT id FROM t"), "1");
}

// shows: disable triggers
#[test]
fn disabled_triggers_do_not_fire_and_are_enabled_again() {
    let bench = Bench::new();
    bench.sql(
        "CREATE TABLE t (id int, name text);
         CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE ''fired''; END';
         CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW EXECUTE PROCEDURE f()",
    );
    bench.load("1,a\n", "t", "disable triggers").expect(0, &["1 written"]);
    bench
        .load("2,a\n", "t", "disable triggers, on error stop, max record size = 1 kB")
        .expect(0, &["1 written"]);
    bench.load("x,a\n", "t", "disable triggers, on error stop").expect(1, &["22P02"]);
    assert_eq!(bench.sql("SELECT tgenabled FROM pg_trigger WHERE tgname = 'g'"), "O");
}

#[test]
fn triggers_come_back_in_the_state_they_were_in() {
    let bench = Bench::new();
    bench.sql(
        "CREATE TABLE t (id int, name text);
         CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
         CREATE TRIGGER o BEFORE INSERT ON t FOR EACH ROW EXECUTE PROCEDURE f();
         CREATE TRIGGER \"D d\" BEFORE INSERT ON t FOR EACH ROW EXECUTE PROCEDURE f();
         CREATE TRIGGER r BEFORE INSERT ON t FOR EACH ROW EXECUTE PROCEDURE f();
         CREATE TRIGGER a BEFORE INSERT ON t FOR EACH ROW EXECUTE PROCEDURE f();
         ALTER TABLE t DISABLE TRIGGER \"D d\", ENABLE REPLICA TRIGGER r, ENABLE ALWAYS TRIGGER a",
    );
    let states = "SELECT tgname, tgenabled FROM pg_trigger WHERE tgrelid = 't'::regclass ORDER BY 1";
    let before = bench.sql(states);
    bench.load("1,a\n", "t", "disable triggers").expect(0, &["1 written"]);
    assert_eq!(bench.sql(states), before);
    assert_eq!(before.lines().count(), 4);
}

#[test]
fn every_statement_that_cannot_be_undone_is_told() {
    let bench = Bench::new();
    bench.sql("CREATE TABLE t (id int PRIMARY KEY, name text UNIQUE); CREATE INDEX n ON t (name)");
    let run = bench.load("1,a\n1,a\n", "t", "drop indexes");
    let run = run
        .expect(1, &["left to do: CREATE UNIQUE INDEX t_pkey", "left to do: CREATE UNIQUE INDEX t_name_key"]);
    assert_eq!(run.stderr.matches("left to do: ALTER TABLE").count(), 2, "{run:#?}");
}

// shows: BEFORE LOAD DO; BEFORE LOAD EXECUTE; AFTER LOAD DO
#[test]
fn hooks_run_around_the_load_each_clause_in_one_transaction() {
    let bench = Bench::new();
    bench.place.write("data.csv", "1,a\n2,b\n");
    bench.place.write(
        "sql/setup.sql",
        "-- a comment; with a semicolon\nCREATE TABLE t (id int, name text);\n\\i more.sql\nINSERT INTO t VALUES (0, $$a;b$$)",
    );
    bench
        .place
        .write("sql/more.sql", "CREATE TABLE log (what text); /* ; */ INSERT INTO log VALUES ('it''s;')");
    let load = load_csv("t", "").replace(';', "")
        + " BEFORE LOAD EXECUTE 'sql/setup.sql' DO $$ INSERT INTO t VALUES (-1); INSERT INTO t VALUES (-2) $$
            AFTER LOAD DO $$ INSERT INTO log SELECT count(*) FROM t $$, $$ INSERT INTO log VALUES ('end') $$;";
    bench.run(&load).expect(0, &["before load", "after load", "2 written"]);
    assert_eq!(bench.sql("SELECT what FROM log"), "it's;\n5\nend");
}

// shows: bad: failing SQL before or after the load
#[test]
fn a_failing_hook_undoes_its_clause_and_stops_the_command() {
    let bench = Bench::new();
    bench.sql("CREATE TABLE t (id int, name text)");
    bench.place.write("data.csv", "1,a\n");
    let load = load_csv("t", "").replace(';', "")
        + " BEFORE LOAD DO $$ INSERT INTO t VALUES (5) $$, $$ SELECT 1/0 $$;";
    bench.run(&load).expect(1, &["22012", "division by zero", "QUERY: SELECT 1/0"]);
    let load = load_csv("t", "").replace(';', "") + " AFTER LOAD DO $$ SELECT 1/0 $$;";
    bench.run(&load).expect(1, &["22012", "1 written", "after load"]);
    assert_eq!(bench.sql("SELECT id FROM t"), "1");
}

// shows: SET
#[test]
fn settings_hold_in_every_session() {
    let bench = Bench::new();
    bench.sql("CREATE SCHEMA s; CREATE TABLE s.t (id int, name text DEFAULT current_setting('application_name'), tz text DEFAULT current_setting('timezone'))");
    bench.place.write("data.csv", "1\n");
    let load = "LOAD CSV FROM 'data.csv' (id) INTO postgresql:///?t WITH fields terminated by ','
        SET search_path TO 's, public', timezone TO 'Europe/Paris', app.user TO 'me', client_encoding TO 'latin1';";
    bench.run(load).expect(0, &["1 written", "pgloader always talk to PostgreSQL in utf-8"]);
    assert_eq!(bench.sql("SELECT name, tz FROM s.t"), "pgloader|Europe/Paris");
}
