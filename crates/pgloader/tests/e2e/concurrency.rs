//! Workers, batches, isolation of bad rows, on error stop.

use crate::kit::{Bench, Run, load_csv};

fn numbers(count: usize) -> String {
    (1..=count).map(|i| format!("{i},name {i}\n")).collect()
}

#[test]
fn every_number_of_writers_and_batch_size_gives_the_same_table() {
    let bench = Bench::new();
    bench.sql("CREATE TABLE t (id int, name text)");
    bench.place.write("data.csv", numbers(3000));
    for with in [
        "concurrency = 1",
        "concurrency = 4, batch rows = 100",
        "workers = 2, batch size = 1 kB",
        "concurrency = 3, batch rows = 1",
        "concurrency = 2, on error stop, batch rows = 10",
        "batch size = 1 GB, batch rows = 1000000",
    ] {
        bench.run(&load_csv("t", &format!("truncate, {with}"))).expect(0, &["3000 read = 3000 written"]);
        assert_eq!(
            bench.sql("SELECT count(*), count(DISTINCT id), sum(id) FROM t"),
            "3000|3000|4501500",
            "{with}"
        );
    }
}

/// Quoted line ends, escapes, line ends of both kinds, and each kind of malformed record, over many blocks; one of the
/// malformed records comes in pieces.
fn well_and_badly_written(rows: usize) -> Vec<u8> {
    let mut text = Vec::new();
    for id in 0..rows {
        let line_end = if id % 3 == 0 { "\r\n" } else { "\n" };
        text.extend(format!("{id},\"note \"\"{id}\"\"\nand more, of {id}\" ,plain\"ly\"{line_end}").bytes());
        match id % 1000 {
            100 => text.extend(format!("{id},\"text\"after a quote\n").bytes()),
            300 => text.extend([b"x,\xff", line_end.as_bytes()].concat()),
            500 => text.extend(b"x,\0\n"),
            700 => text.extend(b"\n  \n"),
            900 => text.extend(format!("\"{id}\nnext\"line\n").bytes()),
            _ => {}
        }
        if id == rows / 2 {
            text.extend(format!("\"wide\" {}\n", "x".repeat(700_000)).bytes());
        }
    }
    text.extend(b"\"never closed\n1,2\n");
    text
}

#[test]
fn malformed_records_are_the_same_with_every_number_of_threads() {
    let bench = Bench::new();
    bench.sql("CREATE TABLE t (id text, note text, third text)");
    bench.place.write("data.csv", well_and_badly_written(40_000));
    let sorted = |name: &str| {
        let text = bench.place.rejected(name);
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        lines.sort();
        lines
    };
    let mut expected = None;
    for writers in [1, 2, 4] {
        let load = load_csv("t", &format!("truncate, concurrency = {writers}, batch rows = 3000"));
        bench.run(&load).expect(0, &["40283 read = 40001 written + 202 rejected + 80 skipped"]);
        let rows = bench.sql("SELECT count(*), sum(('x' || left(md5(t::text), 8))::bit(32)::bigint) FROM t");
        let found = (rows, sorted("t/t.raw"), sorted("t/t.log"));
        assert!(found.1.iter().any(|line| line.len() == 700_007), "the wide line is in one piece");
        assert_eq!(*expected.get_or_insert_with(|| found.clone()), found, "{writers} writers");
    }
}

#[test]
fn bad_rows_first_last_adjacent_and_alone_are_the_only_ones_rejected() {
    let bench = Bench::new();
    bench.sql("CREATE TABLE t (id int CHECK (id < 900), name text)");
    let mut data = numbers(1000);
    data.insert_str(0, "first,bad\n");
    data.push_str("last,bad\n");
    let run = bench.load(data, "t", "batch rows = 250, concurrency = 2");
    run.expect(0, &["1002 read = 899 written + 103 rejected + 0 skipped"]);
    let rejected = bench.place.rejected("t/t.dat");
    assert_eq!(rejected.lines().count(), 103);
    assert!(rejected.contains("first\tbad\n") && rejected.contains("last\tbad\n"), "{rejected}");
    let log = bench.place.rejected("t/t.log");
    assert!(
        log.contains("Database error 22P02: invalid input syntax for") && log.contains("integer: \"first\""),
        "{log}"
    );
    assert!(log.contains("CONTEXT: COPY t, line 1, column id: \"first\""), "{log}");
    assert_eq!(log.matches("Database error 23514").count(), 101);
}

#[test]
fn reject_files_can_be_loaded_again() {
    let bench = Bench::new();
    bench.sql("CREATE TABLE t (id int, name text CHECK (name <> 'bad'))");
    bench
        .load("1,\"tab\there\"\n2,\"back\\slash\nand line\"\n,bad\nx,\"q\\N\"\n", "t", "")
        .expect(0, &["2 rejected"]);
    bench.sql("CREATE TABLE again (id text, name text)");
    let path = bench.place.path("root/t/t.dat");
    let text = std::fs::read_to_string(path).unwrap();
    bench.sql(&format!("COPY again FROM stdin;\n{text}\\.\n"));
    assert_eq!(bench.sql("SELECT coalesce(id, 'NULL'), name FROM again ORDER BY 1"), "NULL|bad\nx|q\\N");
}

/// Foreign keys, deferred constraints and statement triggers name no line.
#[test]
fn rows_that_break_constraints_without_a_line_are_found_by_bisection() {
    for constraint in ["", "DEFERRABLE INITIALLY DEFERRED"] {
        let bench = Bench::new();
        bench.sql(&format!(
            "CREATE TABLE p (id int PRIMARY KEY); INSERT INTO p SELECT generate_series(1, 500);
             CREATE TABLE t (id int REFERENCES p {constraint}, name text)"
        ));
        let run = bench.load(numbers(503) + "0,zero\n77,again\n", "t", "batch rows = 200");
        run.expect(0, &["505 read = 501 written + 4 rejected", "23503"]);
        assert_eq!(bench.place.rejected("t/t.dat").lines().count(), 4);
        assert_eq!(bench.sql("SELECT count(*), sum(id) FROM t"), "501|125327");
    }
}

#[test]
fn rows_that_a_trigger_refuses_are_rejected_and_those_it_leaves_out_are_skipped() {
    let bench = Bench::new();
    bench.sql(
        "CREATE TABLE t (id int, name text);
         CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            IF NEW.id = 7 THEN RAISE 'seven is refused'; END IF;
            IF NEW.id = 9 THEN RETURN NULL; END IF;
            RETURN NEW; END $$;
         CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW EXECUTE PROCEDURE f()",
    );
    let run = bench.load(numbers(20), "t", "");
    run.expect(0, &["20 read = 18 written + 1 rejected + 1 skipped", "P0001: seven is refused"]);
    assert_eq!(bench.place.rejected("t/t.dat"), "7\tname 7\n");
}

#[test]
fn duplicates_within_a_file_keep_one_row_each() {
    let bench = Bench::new();
    bench.sql("CREATE TABLE t (id int PRIMARY KEY, name text)");
    let run = bench.load(numbers(2000) + &numbers(2000), "t", "concurrency = 2, batch rows = 300");
    run.expect(0, &["4000 read = 2000 written + 2000 rejected", "23505"]);
    assert_eq!(bench.sql("SELECT count(*) FROM t"), "2000");
}

#[test]
fn on_error_stop_leaves_nothing_and_skips_after_load() {
    let bench = Bench::new();
    bench.sql("CREATE TABLE t (id int, name text); CREATE TABLE done (x int)");
    let data = numbers(5000) + "bad,row\n" + &numbers(5000);
    bench.place.write("data.csv", data);
    let after = " AFTER LOAD DO $$ INSERT INTO done VALUES (1) $$;";
    let load = |with: &str| load_csv("t", with).replace(';', "") + after;
    let second = load_csv("t", "");
    for (with, argument) in
        [("on error stop, batch rows = 100", None), ("on error resume next", Some("--on-error-stop"))]
    {
        let file = bench.place.write("test.load", load(with) + &second);
        let run = Run::of(bench.command().args(argument).arg(file));
        run.expect(1, &["22P02", "bad"]);
        assert_eq!(
            bench.sql("SELECT (SELECT count(*) FROM t), (SELECT count(*) FROM done)"),
            "0|0",
            "{with}"
        );
    }
}

/// Equal keys and deferred constraints: writers of one transaction each would wait for each other, or leave a part.
#[test]
fn on_error_stop_is_one_transaction_whatever_the_number_of_writers() {
    for constraint in ["UNIQUE", "REFERENCES p DEFERRABLE INITIALLY DEFERRED"] {
        let bench = Bench::new();
        bench.sql(&format!(
            "CREATE TABLE p (id int PRIMARY KEY); INSERT INTO p SELECT generate_series(1, 2000);
             CREATE TABLE t (id int {constraint}, name text)"
        ));
        let data = numbers(2001) + &numbers(2001);
        let run = bench.load(data, "t", "on error stop, batch rows = 50, concurrency = 4");
        run.expect(1, &["concurrency = 4 has no effect"]);
        assert_eq!(bench.sql("SELECT count(*) FROM t"), "0");
    }
}

#[test]
fn a_row_that_ends_its_session_ends_the_load_in_bounded_time() {
    let bench = Bench::new();
    bench.sql(
        "CREATE TABLE t (id int, name text);
         CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            IF NEW.id = 7 THEN PERFORM pg_terminate_backend(pg_backend_pid()); END IF; RETURN NEW; END $$;
         CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW EXECUTE PROCEDURE f()",
    );
    bench
        .load(numbers(20), "t", "batch rows = 5")
        .expect(1, &["given up after 8 attempts to write the same"]);
}

#[test]
fn on_error_stop_stops_at_a_malformed_record_too() {
    let bench = Bench::new();
    bench.sql("CREATE TABLE t (id int, name text)");
    let run = bench.load("1,a\n2,\"b\"x\n3,c\n", "t", "on error stop");
    let run = run.expect(1, &["data.csv:2", "2 read = 0 written + 0 rejected + 2 skipped"]);
    assert_eq!(run.stderr.matches("data.csv:2").count(), 1, "{run:#?}");
    assert_eq!(bench.place.rejected("t/t.raw"), "2,\"b\"x\n");
    assert_eq!(bench.sql("SELECT count(*) FROM t"), "0");
}

#[test]
fn the_order_of_rows_shows_where_numbers_are_drawn() {
    let bench = Bench::new();
    bench.sql("CREATE TABLE t (n serial, id int, name text)");
    bench.place.write("data.csv", numbers(2000));
    let load = "LOAD CSV FROM 'data.csv' (id, name) INTO postgresql:///?t WITH fields terminated by ',', batch rows = 50;";
    bench.run(load).expect(0, &["no field for column n: the default applies", "2000 written"]);
    assert_eq!(bench.sql("SELECT count(*) FROM t WHERE n = id"), "2000");
}

#[test]
fn several_commands_run_in_order_each_with_its_report() {
    let bench = Bench::new();
    bench.sql("CREATE TABLE t (id int, name text); CREATE TABLE u (id int, name text)");
    bench.place.write("data.csv", "1,a\nx,b\n");
    let run = bench.run(&(load_csv("t", "") + "\n-- and\n" + &load_csv("u", "")));
    let run = run.expect(0, &["public.t: 2 read = 1 written", "public.u: 2 read = 1 written"]);
    assert_eq!(run.stdout.matches("Total import time").count(), 2);
    assert_eq!(bench.place.rejected("u/u.dat"), "x\tb\n");
}

#[test]
fn reject_files_of_an_earlier_run_are_set_aside() {
    let bench = Bench::new();
    bench.sql("CREATE TABLE t (id int, name text)");
    bench.load("x,1\n", "t", "").expect(0, &["1 rejected"]);
    bench.load("1,fine\n", "t", "").expect(0, &["0 rejected"]);
    assert!(!bench.place.path("root/t/t.dat").exists());
    assert_eq!(bench.place.rejected("t/t.dat.bak"), "x\t1\n");
}

#[test]
fn tables_of_one_name_in_two_schemas_have_reject_files_of_their_own() {
    let bench = Bench::new();
    bench.sql("CREATE SCHEMA a; CREATE SCHEMA b; CREATE TABLE a.t (id int, name text); CREATE TABLE b.t (id int, name text)");
    bench.place.write("data.csv", "x,1\n");
    bench.run(&(load_csv("a.t", "") + &load_csv("b.t", ""))).expect(0, &["a.t: 1 read", "b.t: 1 read"]);
    assert_eq!(bench.place.rejected("a.t/a.t.dat"), "x\t1\n");
    assert_eq!(bench.place.rejected("b.t/b.t.dat"), "x\t1\n");
}

#[test]
fn fewer_connections_than_writers_are_enough() {
    let bench = Bench::new();
    let role = format!("narrow_{}", bench.database);
    bench.sql(&format!(
        "CREATE TABLE t (id int, name text); CREATE ROLE {role} LOGIN CONNECTION LIMIT 1; GRANT ALL ON t TO {role}"
    ));
    bench.place.write("data.csv", numbers(100));
    let file = bench.place.write("test.load", load_csv("t", "concurrency = 3"));
    let run = Run::of(bench.command().env("PGUSER", &role).arg(file));
    run.expect(0, &["100 read = 100 written", "1 of 3 writers: too many connections for role"]);
}
