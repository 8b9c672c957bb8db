//! Options whose effect only the server sees: batches, writers, indexes built at a time.

use crate::kit::{Bench, load_csv};

fn numbers(count: usize) -> String {
    (1..=count).map(|i| format!("{i},name {i}\n")).collect()
}

/// Each batch is a transaction of its own, which the rows tell.
// shows: batch rows; batch size
#[test]
fn batches_have_as_many_rows_or_bytes_as_told() {
    let bench = Bench::new();
    bench.sql("CREATE TABLE t (id int, name text)");
    bench.place.write("data.csv", numbers(3000));
    let batches = |with: &str| {
        bench.run(&load_csv("t", &format!("truncate, concurrency = 1, {with}"))).expect(0, &["3000 written"]);
        bench.sql("SELECT count(DISTINCT xmin::text) FROM t").parse::<usize>().unwrap()
    };
    assert_eq!(batches("batch rows = 10000"), 1);
    let by_rows = batches("batch rows = 100");
    assert!((24..=43).contains(&by_rows), "100 rows, give or take 30 %: {by_rows}");
    let by_bytes = batches("batch size = 1 kB");
    assert!((30..=150).contains(&by_bytes), "40 to 90 kB: {by_bytes}");
}

/// Every writer has a connection of its own, and the server takes its time for each row.
// shows: concurrency; workers
#[test]
fn as_many_writers_as_told_load_a_table() {
    let bench = Bench::new();
    bench.sql(
        "CREATE FUNCTION slow_pid() RETURNS int LANGUAGE plpgsql AS
            $$ BEGIN PERFORM pg_sleep(0.005); RETURN pg_backend_pid(); END $$;
         CREATE TABLE t (id int, name text, writer int DEFAULT slow_pid())",
    );
    bench.place.write("data.csv", numbers(300));
    let cores = std::thread::available_parallelism().unwrap().get().min(2).to_string();
    for (with, writers) in [
        ("concurrency = 1", "1"),
        ("concurrency = 2", "2"),
        ("concurrency = 3, workers = 2", "3"),
        ("workers = 1", "1"),
        ("workers = 2", &cores),
    ] {
        let load = load_csv("t", &format!("truncate, batch rows = 10, {with}"));
        bench.run(&load.replace("tablename=t", "tablename=t (id, name)")).expect(0, &["300 written"]);
        assert_eq!(bench.sql("SELECT count(DISTINCT writer) FROM t"), writers, "{with}");
    }
}

/// Each build holds a lock for a while and counts when another one has it.
// shows: max parallel create index
#[test]
fn as_many_indexes_as_told_are_built_at_a_time() {
    let bench = Bench::new();
    bench.sql(
        "CREATE TABLE t (id int, name text); CREATE SEQUENCE met;
         CREATE FUNCTION build() RETURNS void LANGUAGE plpgsql AS $$ BEGIN
            IF NOT pg_try_advisory_xact_lock(1) THEN PERFORM nextval('public.met'); END IF;
            PERFORM pg_sleep(0.5); END $$;
         CREATE FUNCTION key(x int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS
            $$ BEGIN PERFORM public.build(); RETURN x; END $$;
         CREATE INDEX a ON t (key(id)); CREATE INDEX b ON t (key(id + 1)); CREATE INDEX c ON t (key(id + 2))",
    );
    for (with, overlaps) in [("max parallel create index = 1, ", "f"), ("", "t")] {
        bench.load("1,a\n", "t", &format!("{with}truncate, drop indexes")).expect(0, &["Create Indexes"]);
        assert_eq!(bench.sql("SELECT is_called FROM met"), overlaps, "{with}");
        assert_eq!(bench.sql("SELECT count(*) FROM pg_indexes WHERE tablename = 't'"), "3");
    }
}

// shows: reindex
#[test]
fn reindex_is_drop_indexes() {
    let bench = Bench::new();
    bench.sql("CREATE TABLE t (id int PRIMARY KEY, name text); CREATE TABLE before AS SELECT 't_pkey'::regclass::oid AS id");
    bench.load("1,a\n", "t", "reindex").expect(0, &["Drop Indexes", "Create Indexes", "1 written"]);
    assert_eq!(bench.sql("SELECT id <> 't_pkey'::regclass FROM before"), "t");
}

// shows: create tables; create table; create no tables
#[test]
fn tables_of_files_are_never_made() {
    let bench = Bench::new();
    bench.sql("CREATE TABLE t (id int, name text)");
    for with in ["create tables", "create table", "create no tables"] {
        bench.load("1,a\n", "nowhere", with).expect(1, &["no table nowhere"]);
        bench.load("1,a\n", "t", &format!("{with}, truncate")).expect(0, &["1 written"]);
    }
}
