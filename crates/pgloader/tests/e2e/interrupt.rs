//! Ctrl-C once and twice.

use std::process::{Child, Command};

use crate::kit::{Bench, Run, load_csv, start, wait_until};

fn interrupt(child: &Child) {
    let status = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(status.success());
}

/// A table with an index whose load waits at the third row until the test lets go of a lock.
fn blocked() -> (Bench, Child) {
    let bench = Bench::new();
    bench.sql(
        "CREATE TABLE t (id int, name text); CREATE INDEX n ON t (name); CREATE TABLE lock (x int);
         CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            IF NEW.id = 3 THEN PERFORM pg_sleep(120); END IF; RETURN NEW; END $$;
         CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW EXECUTE PROCEDURE f()",
    );
    bench.place.write("data.csv", "1,a\n2,b\n3,c\n4,d\n");
    let file = bench.place.write("test.load", load_csv("t", "drop indexes, batch rows = 2, concurrency = 1"));
    let child = start(bench.command().arg(file));
    wait_until("the load sleeps", || {
        bench.sql("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = current_database()") == "1"
    });
    (bench, child)
}

#[test]
fn once_ends_in_order_and_restores_the_indexes() {
    let (bench, child) = blocked();
    interrupt(&child);
    let run = Run::from(child.wait_with_output().unwrap());
    run.expect(130, &["interrupted", "Create Indexes", "Total import time", "public.t: 4 read = "]);
    assert_eq!(bench.sql("SELECT indexname FROM pg_indexes WHERE tablename = 't'"), "n");
    assert_eq!(bench.sql("SELECT count(*) FROM t WHERE id >= 3"), "0");
    wait_until("the server has ended the sessions", || {
        bench.sql("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'pgloader' AND datname = current_database()") == "0"
    });
}

#[test]
fn twice_ends_at_once_and_tells_what_is_left_to_do() {
    let bench = Bench::new();
    bench.sql(
        "CREATE TABLE t (id int, name text); CREATE INDEX n ON t (name);
         CREATE FUNCTION slow(text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS 'BEGIN PERFORM pg_sleep(120); RETURN $1; END';
         CREATE INDEX s ON t (slow(name))",
    );
    bench.place.write("data.csv", "1,a\n");
    let file = bench.place.write("test.load", load_csv("t", "drop indexes, concurrency = 1"));
    let child = start(bench.command().arg(file));
    wait_until("the index is being built", || {
        bench.sql("SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'CREATE INDEX s%' AND wait_event = 'PgSleep'") == "1"
    });
    interrupt(&child);
    std::thread::sleep(std::time::Duration::from_millis(300));
    interrupt(&child);
    let run = Run::from(child.wait_with_output().unwrap());
    run.expect(130, &["ends at once", "CREATE INDEX s ON public.t USING btree (public.slow(name));"]);
}

#[test]
fn before_anything_is_written_nothing_is_left() {
    let bench = Bench::new();
    bench.sql("CREATE TABLE t (id int, name text)");
    bench.place.write("data.csv", "1,a\n");
    let load = load_csv("t", "").replace(';', "") + " BEFORE LOAD DO $$ SELECT pg_sleep(120) $$;";
    let file = bench.place.write("test.load", load);
    let child = start(bench.command().arg(file));
    wait_until("the hook sleeps", || {
        bench.sql("SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(120)%' AND wait_event = 'PgSleep' AND datname = current_database()") == "1"
    });
    interrupt(&child);
    Run::from(child.wait_with_output().unwrap()).expect(130, &["before load"]);
    assert_eq!(bench.sql("SELECT count(*) FROM t"), "0");
}

/// A reader that waits for a pipe nobody writes to does not keep the program.
#[test]
// What was read, but is in no batch yet, is not counted.
fn a_reader_blocked_in_the_system_is_left_behind() {
    let bench = Bench::new();
    bench.sql("CREATE TABLE t (id int, name text)");
    let pipe = bench.place.path("data.csv");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let file = bench.place.write("test.load", load_csv("t", ""));
    let mut child = start(bench.command().arg(file));
    let mut writer = std::fs::File::options().write(true).open(&pipe).unwrap();
    std::io::Write::write_all(&mut writer, b"1,a\n2,").unwrap();
    wait_until("the writers are connected", || {
        bench.sql("SELECT count(*) >= 2 FROM pg_stat_activity WHERE application_name = 'pgloader' AND datname = current_database()") == "t"
    });
    interrupt(&child);
    wait_until("the program ends", || child.try_wait().unwrap().is_some());
    drop(writer);
    Run::from(child.wait_with_output().unwrap())
        .expect(130, &["0 read = 0 written + 0 rejected + 0 skipped"]);
}

/// One Ctrl-C ends a wait for somebody's lock, and nothing has changed.
#[test]
fn a_wait_for_a_lock_is_ended() {
    let bench = Bench::new();
    bench.sql("CREATE TABLE t (id int PRIMARY KEY, name text)");
    bench.place.write("data.csv", "1,a\n");
    let database = bench.database.clone();
    let locker = std::thread::spawn(move || {
        let server = private_postgres::Server::shared();
        let _ended = server.psql(&database, "BEGIN; LOCK TABLE t; SELECT pg_sleep(60)");
    });
    let sleeping = "FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = current_database()";
    wait_until("the lock is held", || bench.sql(&format!("SELECT count(*) {sleeping}")) == "1");
    let file = bench.place.write("test.load", load_csv("t", "truncate, drop indexes"));
    let child = start(bench.command().arg(file));
    wait_until("the load waits", || {
        bench.sql("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()") == "1"
    });
    interrupt(&child);
    let begun = std::time::Instant::now();
    Run::from(child.wait_with_output().unwrap()).expect(130, &["Total import time          1"]);
    assert!(begun.elapsed() < std::time::Duration::from_secs(10));
    bench.sql(&format!("SELECT pg_terminate_backend(pid) {sleeping}"));
    locker.join().unwrap();
    assert_eq!(bench.sql("SELECT indexname FROM pg_indexes WHERE tablename = 't'"), "t_pkey");
}
