//! Servers that go away in the middle of a load, and come back or do not.

use private_postgres::{Server, StopMode};

use crate::kit::{Bench, Place, Run, load_csv, pgloader, start, wait_until};

const ROWS: usize = 400_000;

fn place() -> Place {
    let place = Place::new();
    let data: String = (1..=ROWS).map(|i| format!("{i},{}\n", "x".repeat(60))).collect();
    place.write("data.csv", data);
    place.write("test.load", load_csv("t", "batch rows = 2000, concurrency = 2"));
    place
}

fn table(server: &Server) {
    server.psql("postgres", "CREATE TABLE t (id int, name text)").unwrap();
}

fn some_rows(server: &Server) -> bool {
    server.psql("postgres", "SELECT count(*) > 0 FROM t").is_ok_and(|answer| answer == "t")
}

/// Killed at once and started again, several times at different moments: no batch may be lost or doubled.
#[test]
fn a_server_that_crashes_and_comes_back_loses_and_doubles_nothing() {
    let server = Server::builder().start().unwrap();
    table(&server);
    let place = place();
    let child = start(pgloader(&server, "postgres", &place).arg(place.path("test.load")));
    wait_until("the first rows are there", || some_rows(&server));
    for _ in 0..3 {
        server.stop(StopMode::Immediate).unwrap();
        server.start_again().unwrap();
        std::thread::sleep(std::time::Duration::from_millis(60));
    }
    let run = Run::from(child.wait_with_output().unwrap());
    run.expect(0, &[&format!("{ROWS} read = {ROWS} written + 0 rejected + 0 skipped"), "trying again"]);
    let found =
        server.psql("postgres", "SELECT count(*), count(DISTINCT id), min(id), max(id) FROM t").unwrap();
    assert_eq!(found, format!("{ROWS}|{ROWS}|1|{ROWS}"));
}

#[test]
fn sessions_that_an_administrator_ends_are_made_again() {
    let bench = Bench::new();
    bench.sql("CREATE TABLE t (id int, name text)");
    let place = place();
    let child = start(pgloader(bench.server, &bench.database, &place).arg(place.path("test.load")));
    wait_until("the first rows are there", || bench.sql("SELECT count(*) > 0 FROM t") == "t");
    for _ in 0..5 {
        bench.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'pgloader' AND datname = current_database() AND query LIKE '%COPY%'");
        std::thread::sleep(std::time::Duration::from_millis(30));
    }
    let run = Run::from(child.wait_with_output().unwrap());
    run.expect(0, &[&format!("{ROWS} read = {ROWS} written")]);
    assert_eq!(bench.sql("SELECT count(*), count(DISTINCT id) FROM t"), format!("{ROWS}|{ROWS}"));
}

#[test]
fn a_server_that_stays_away_ends_the_load_with_a_true_account() {
    let server = Server::builder().start().unwrap();
    table(&server);
    let place = place();
    let child = start(pgloader(&server, "postgres", &place).arg(place.path("test.load")));
    wait_until("the first rows are there", || some_rows(&server));
    server.stop(StopMode::Immediate).unwrap();
    let run = Run::from(child.wait_with_output().unwrap());
    let run = run.expect(1, &["Total import time"]);
    server.start_again().unwrap();
    let there: usize = server.psql("postgres", "SELECT count(*) FROM t").unwrap().parse().unwrap();
    let number_before = |text: &str, word: &str| -> usize {
        let before = text.split(word).next().unwrap();
        before.rsplit([' ', '\n']).next().unwrap().parse().unwrap()
    };
    let written = number_before(&run.stdout, " written");
    // A commit that was under way may have worked: then the log says how many rows that is about.
    let unknown: usize = run
        .stderr
        .split(" and whether its ")
        .skip(1)
        .map(|rest| rest.split(' ').next().unwrap().parse::<usize>().unwrap())
        .sum();
    assert!(unknown > 0 || run.stderr.contains("stayed away"), "{run:#?}");
    assert!((written..=written + unknown).contains(&there), "{there} rows are there: {run:#?}");
}

#[test]
fn on_error_stop_leaves_nothing_when_the_connection_is_lost() {
    let bench = Bench::new();
    bench.sql("CREATE TABLE t (id int, name text)");
    let place = place();
    let load = place.write("stop.load", load_csv("t", "on error stop, concurrency = 1"));
    let child = start(pgloader(bench.server, &bench.database, &place).arg(load));
    let copying = "FROM pg_stat_activity WHERE application_name = 'pgloader' AND datname = current_database() AND query LIKE 'COPY%'";
    wait_until("the copy runs", || bench.sql(&format!("SELECT count(*) {copying}")) == "1");
    bench.sql(&format!("SELECT pg_terminate_backend(pid) {copying}"));
    Run::from(child.wait_with_output().unwrap()).expect(1, &["57P01"]);
    assert_eq!(bench.sql("SELECT count(*) FROM t"), "0");
}
