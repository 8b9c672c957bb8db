//! `--dry-run`: connects, checks, shows what would run, and loads nothing.

use crate::kit::{Bench, Run};

fn bench() -> Bench {
    let bench = Bench::new();
    bench.sql("CREATE TABLE t (id int PRIMARY KEY, name text); INSERT INTO t VALUES (7, 'kept')");
    bench.place.write("data.csv", "id,name\n1,a\n2,b\n");
    bench
}

fn dry_run(bench: &Bench, load: &str) -> Run {
    let file = bench.place.write("test.load", load);
    Run::of(bench.command().arg("--dry-run").arg(file))
}

const LOAD: &str = "LOAD CSV FROM 'data.csv' INTO postgresql:///?t
    WITH csv header, fields terminated by ',', truncate, drop indexes, batch rows = 10
    SET work_mem TO '12MB'
    BEFORE LOAD DO $$ INSERT INTO t VALUES (8, 'before') $$
    AFTER LOAD DO $$ DROP TABLE t $$, $$ CREATE ROLE x PASSWORD 'hush' $$;";

// shows: --dry-run
#[test]
fn the_plan_is_shown_in_order_and_nothing_is_done() {
    let bench = bench();
    let run = dry_run(&bench, LOAD).expect(
        0,
        &[
            "DRY RUN, only checking PostgreSQL connection.",
            "Success, opened ",
            "Attempting to connect to postgresql://",
            "Running a simple query: SELECT 1;",
            "DRY RUN: LOAD CSV of ",
            "test.load:1 would do this; nothing was done.",
            "data.csv, encoding utf-8",
            "batch rows = 10",
            "work_mem TO '12MB'",
            "id   <- field 1 (id)",
            "name <- field 2 (name)",
            "CREATE ROLE x PASSWORD '***'",
        ],
    );
    let steps = [
        "1. before load: INSERT INTO t",
        "2. Drop Indexes: ALTER TABLE \"public\".\"t\" DROP CONSTRAINT",
        "3. Truncate: TRUNCATE \"public\".\"t\"",
        "4. COPY \"public\".\"t\" (\"id\", \"name\") FROM STDIN",
        "5. Create Indexes: CREATE UNIQUE INDEX",
        "6. Constraints: ALTER TABLE",
        "7. after load: DROP TABLE t",
        "8. after load: CREATE ROLE",
    ];
    let places: Vec<usize> = steps.iter().map(|step| run.stdout.find(step).unwrap()).collect();
    assert!(places.is_sorted(), "{run:#?}");
    assert_eq!(bench.sql("SELECT id, name FROM t"), "7|kept");
    assert!(!bench.place.path("root/t").exists());
}

#[test]
fn what_is_wrong_is_told_for_every_command() {
    let bench = bench();
    let command = |from: &str, into: &str| {
        format!("LOAD CSV FROM '{from}' INTO {into} WITH fields terminated by ',', skip header = 1;\n")
    };
    let load = command("no-such.csv", "postgresql:///?t")
        + &command("data.csv", "postgresql://u@127.0.0.1:1/db?t")
        + &command("data.csv", "postgresql:///?nowhere")
        + &command("data.csv", "postgresql:///?t (id, nope)")
        + &command("data.csv", "postgresql:///?t");
    dry_run(&bench, &load).expect(
        1,
        &[
            "no-such.csv",
            "Failed to connect to postgresql://u@127.0.0.1:1/db",
            "no table nowhere",
            "no column nope",
            "id   <- field 1\n",
        ],
    );
    assert_eq!(bench.sql("SELECT id FROM t"), "7");
    dry_run(&bench, "LOAD CSV FROM nonsense nonsense").expect(1, &["test.load:1:", "^"]);
    let unknown = "LOAD CSV FROM 'data.csv' WITH ENCODING klingon INTO postgresql:///?t";
    dry_run(&bench, unknown).expect(1, &["klingon"]);
}

#[test]
fn a_table_that_before_load_may_make_is_no_error() {
    let bench = bench();
    let load = |before: &str| {
        format!("LOAD CSV FROM 'data.csv' INTO postgresql:///?made WITH fields terminated by ',' {before};")
    };
    let run = dry_run(&bench, &load("BEFORE LOAD DO $$ CREATE TABLE made (id int, name text) $$"));
    run.expect(0, &["no table made", "known only at run time", "1. before load: CREATE TABLE made"]);
    dry_run(&bench, &load("")).expect(1, &["no table made"]);
    assert_eq!(bench.sql("SELECT to_regclass('made') IS NULL"), "t");
}

#[test]
fn sql_files_are_read_too() {
    let bench = bench();
    let load = "LOAD CSV FROM 'data.csv' INTO postgresql:///?t WITH fields terminated by ',' BEFORE LOAD EXECUTE 'b.sql';";
    dry_run(&bench, load).expect(1, &["b.sql"]);
    bench.place.write("b.sql", "SELECT 1; SELECT 'two';");
    dry_run(&bench, load).expect(0, &["1. before load: SELECT 1", "2. before load: SELECT 'two'"]);
}

#[test]
fn expressions_dates_and_every_file_are_shown() {
    let bench = Bench::new();
    bench.sql("CREATE TABLE p (id int, day date, place text, kind text, none text)");
    bench.place.write("in/a-1.csv", "1;20240131;x\n");
    bench.place.write("in/a-2.csv", "2;20240201;y\n");
    let load = "LOAD CSV FROM ALL FILENAMES MATCHING ~/a-.*csv$/ IN DIRECTORY 'in'
        HAVING FIELDS (id, day [date format 'YYYYMMDD'], name)
        INTO postgresql:///?p (id, day, place text using (format nil \"~a!\" name), kind text using \"fixed\", none text using nil);";
    dry_run(&bench, load).expect(
        0,
        &[
            "a-1.csv, encoding",
            "a-2.csv, encoding",
            "id    <- field 1 (id)",
            "day   <- field 2 (day), date format 'YYYYMMDD'",
            "place <- using (format nil \"~a!\" name)",
            "kind  <- the constant 'fixed'",
            "none  <- NULL",
        ],
    );
    assert_eq!(bench.sql("SELECT count(*) FROM p"), "0");
}
