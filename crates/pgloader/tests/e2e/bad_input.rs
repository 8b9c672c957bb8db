//! What bad input gets: a message to act on, a true exit code, good rows kept as the options say.

use std::process::Command;

use crate::kit::{Bench, Run, load_csv, pgloader};
use private_postgres::Server;

const TABLE: &str = "CREATE TABLE t (id int PRIMARY KEY, name text)";

fn bench() -> Bench {
    let bench = Bench::new();
    bench.sql(TABLE);
    bench
}

fn count(bench: &Bench) -> String {
    bench.sql("SELECT count(*) FROM t")
}

// shows: bad: missing data file
#[test]
fn a_missing_data_file_is_named() {
    let bench = bench();
    bench.run(&load_csv("t", "")).expect(1, &["data.csv", "no such file"]);
}

#[test]
fn a_missing_load_file_is_named() {
    let bench = bench();
    Run::of(bench.command().arg("/nowhere/x.load")).expect(1, &["/nowhere/x.load", "No such file"]);
}

// shows: bad: directory for a file
#[test]
fn a_directory_is_no_file() {
    let bench = bench();
    std::fs::create_dir_all(bench.place.path("data.csv")).unwrap();
    bench.run(&load_csv("t", "")).expect(1, &["data.csv", "directory"]);
}

/// Root reads everything, so the test takes that right away first.
// shows: bad: unreadable data file
#[test]
fn an_unreadable_file_is_named() {
    use std::os::unix::fs::PermissionsExt;
    let bench = bench();
    let data = bench.place.write("data.csv", "1,a\n");
    std::fs::set_permissions(&data, std::fs::Permissions::from_mode(0o000)).unwrap();
    let load = bench.place.write("test.load", load_csv("t", ""));
    let inner = bench.command();
    let mut command = Command::new("setpriv");
    command.args(["--bounding-set", "-dac_override,-dac_read_search", "--"]).arg(inner.get_program());
    command.args(inner.get_args()).arg(load);
    for (name, value) in inner.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    Run::of(&mut command).expect(1, &["data.csv", "permission denied"]);
}

// shows: bad: bytes that are no text
#[test]
fn records_of_bad_utf8_are_rejected_and_the_rest_is_loaded() {
    let bench = bench();
    let run = bench.load(b"1,a\n2,\xff\xfe\n3,c\n", "t", "");
    run.expect(0, &["3 read = 2 written + 1 rejected", "data.csv:2"]);
    assert_eq!(std::fs::read(bench.place.path("root/t/t.raw")).unwrap(), b"2,\xff\xfe\n");
}

// shows: nul bytes; bad: NUL bytes
#[test]
fn nul_bytes_are_rejected_or_stripped_as_told() {
    let bench = bench();
    bench.load(b"1,a\x00b\n2,c\n", "t", "").expect(0, &["2 read = 1 written + 1 rejected", "nul bytes"]);
    assert_eq!(std::fs::read(bench.place.path("root/t/t.raw")).unwrap(), b"1,a\x00b\n");
    let run = bench.load(b"3,a\x00b\x00\n4,c\n", "t", "nul bytes = strip");
    run.expect(0, &["2 read = 2 written + 0 rejected", "2 NUL characters stripped"]);
    assert_eq!(bench.sql("SELECT name FROM t WHERE id = 3"), "ab");
}

// shows: bad: record without end
#[test]
fn a_line_of_200_mb_is_one_rejected_record() {
    let bench = bench();
    let mut data = b"1,a\n2,".to_vec();
    data.resize(200 << 20, b'x');
    data.extend_from_slice(b"\n3,c\n");
    bench
        .load(&data, "t", "")
        .expect(0, &["3 read = 2 written + 1 rejected", "max record size", "data.csv:2"]);
    let raw = std::fs::metadata(bench.place.path("root/t/t.raw")).unwrap().len();
    assert_eq!(raw, data.len() as u64 - 8);
}

// shows: bad: unbalanced quote
#[test]
fn an_unbalanced_quote_costs_its_own_record_only() {
    let bench = bench();
    let run = bench.load("1,a\n2,\"open\n3,c\n4,d\n", "t", "");
    run.expect(0, &["4 read = 3 written + 1 rejected", "data.csv:2"]);
    assert_eq!(bench.place.rejected("t/t.raw"), "2,\"open\n");
    assert_eq!(bench.sql("SELECT id FROM t ORDER BY id"), "1\n3\n4");
}

#[test]
fn missing_values_are_null_and_extra_ones_are_ignored() {
    let bench = bench();
    bench.load("1\n2,b,extra\n", "t", "").expect(0, &["2 read = 2 written"]);
    assert_eq!(bench.sql("SELECT id, coalesce(name, 'NULL') FROM t ORDER BY id"), "1|NULL\n2|b");
}

// shows: bad: unknown option
#[test]
fn an_unknown_option_names_the_nearest_one() {
    let bench = bench();
    let run = bench.load("1,a\n", "t", "batch row = 5");
    run.expect(1, &["test.load:1:", "^", "batch rows"]);
}

// shows: bad: value of an option
#[test]
fn a_bad_value_tells_what_is_expected() {
    let bench = bench();
    bench.load("1,a\n", "t", "batch rows = many").expect(1, &["test.load:1:", "batch rows", "number"]);
    bench.load("1,a\n", "t", "batch rows = 0").expect(1, &["batch rows = 0", "at least 1"]);
}

// shows: bad: template variable that is undefined
#[test]
fn an_undefined_variable_is_named() {
    let bench = bench();
    bench
        .run("LOAD CSV FROM '{{NO_SUCH_VARIABLE}}' INTO postgresql:///?t;")
        .expect(1, &["NO_SUCH_VARIABLE", "test.load:1:"]);
}

// shows: template partial; bad: template that loops; bad: template that misses a file
#[test]
fn templates_that_loop_or_miss_are_errors_at_their_tag() {
    let bench = bench();
    bench.place.write("again.part", "{{> again.part}}");
    bench.place.write("undefined.part", "INTO {{NO_SUCH_VARIABLE}}");
    for (tag, message) in [
        ("{{> none.part}}", "the partial `none.part` cannot be included: cannot read"),
        ("{{> again.part}}", "the partial `again.part` is included again"),
        ("{{> undefined.part}}", "in the partial `undefined.part`: the template variable `NO_SUCH_VARIABLE`"),
        ("{{#HOME}}", "the template section `HOME` is never closed"),
    ] {
        let caret = "^".repeat(tag.len());
        bench.run(&format!("LOAD CSV FROM a {tag};")).expect(1, &["test.load:1:17:", message, &caret]);
    }
}

// shows: bad: regular expression that does not compile
#[test]
fn a_regular_expression_that_does_not_compile_is_shown() {
    let bench = bench();
    bench
        .run("LOAD CSV FROM ALL FILENAMES MATCHING ~/a[z-a]/ INTO postgresql:///?t;")
        .expect(1, &["does not compile", "^^^^^^ invalid character class range"]);
    bench.run("LOAD CSV FROM FILENAME MATCHING ~<x(> INTO postgresql:///?t;").expect(1, &["test.load:1:35:"]);
}

// shows: bad: wrong password
#[test]
fn wrong_passwords_are_refused_without_showing_them() {
    let server = Server::builder().hba("host all all 127.0.0.1/32 scram-sha-256").start().unwrap();
    server.psql("postgres", "CREATE ROLE loader LOGIN PASSWORD 'right'").unwrap();
    let bench = bench();
    bench.place.write("data.csv", "1,a\n");
    let load = format!(
        "LOAD CSV FROM 'data.csv' INTO postgresql://loader:wrong5ecret@127.0.0.1:{}/postgres?t WITH fields terminated by ',';",
        server.port()
    );
    let run = bench.run(&load).expect(1, &["28P01", "loader"]);
    assert!(!format!("{run:?}").contains("wrong5ecret"));
    assert!(!bench.place.rejected("pgloader.log").contains("wrong5ecret"));
}

// shows: bad: unknown host
#[test]
fn an_unknown_host_is_named() {
    let bench = bench();
    bench.place.write("data.csv", "1,a\n");
    let load = "LOAD CSV FROM 'data.csv' INTO postgresql://u@no-such-host.invalid/db?t WITH fields terminated by ',';";
    bench.run(load).expect(1, &["no-such-host.invalid"]);
}

#[test]
fn a_server_without_tls_is_refused_where_tls_is_required() {
    let bench = bench();
    bench.place.write("data.csv", "1,a\n");
    let load = format!(
        "LOAD CSV FROM 'data.csv' INTO postgresql://postgres@127.0.0.1:{}/{}?sslmode=require&t WITH fields terminated by ',';",
        bench.server.port(),
        bench.database
    );
    bench.run(&load).expect(1, &["TLS"]);
    assert_eq!(count(&bench), "0");
}

// shows: bad: missing database, table or column
#[test]
fn a_missing_database_table_or_column_is_named() {
    let bench = bench();
    bench.place.write("data.csv", "1,a\n");
    let into = |uri: &str| format!("LOAD CSV FROM 'data.csv' INTO {uri} WITH fields terminated by ',';");
    bench.run(&into("postgresql:///no_such_db?t")).expect(1, &["no_such_db"]);
    bench.run(&into("postgresql:///?no_such_table")).expect(1, &["no table no_such_table"]);
    bench.run(&into("postgresql:///?other.t")).expect(1, &["no table other.t"]);
    bench.run(&into("postgresql:///?t (id, nope)")).expect(1, &["no column nope", "id, name"]);
    bench.run(&into("postgresql:///")).expect(1, &["target table"]);
}

// shows: bad: missing privilege
#[test]
fn a_missing_privilege_is_told() {
    let bench = bench();
    let role = format!("reader_{}", bench.database);
    bench.sql(&format!("CREATE ROLE {role} LOGIN; GRANT SELECT ON t TO {role}"));
    bench.place.write("data.csv", "1,a\n");
    let file = bench.place.write("test.load", load_csv("t", ""));
    Run::of(bench.command().env("PGUSER", role).arg(file)).expect(1, &["42501", "permission denied"]);
}

// shows: bad: full disk
#[test]
fn a_full_disk_below_the_root_directory_ends_the_load() {
    let bench = bench();
    let rows: String = (0..20_000).map(|i| format!("x{i},{}\n", "y".repeat(50))).collect();
    bench.place.write("data.csv", rows);
    let load = bench.place.write("test.load", load_csv("t", ""));
    let full = bench.place.path("full");
    std::fs::create_dir_all(&full).unwrap();
    let inner = pgloader(bench.server, &bench.database, &bench.place);
    let mut command = Command::new("unshare");
    let script = "mount -t tmpfs -o size=256k tmpfs \"$0\" && exec \"$1\" --root-dir \"$0\" --logfile /dev/null \"$2\"";
    command.args(["--map-root-user", "--mount", "sh", "-c", script]);
    command.arg(&full).arg(inner.get_program()).arg(load);
    for (name, value) in inner.get_envs() {
        if let Some(value) = value {
            command.env(name, value);
        }
    }
    Run::of(&mut command)
        .expect(1, &["cannot write the reject file", "No space left on device", "--root-dir"]);
}

#[test]
fn a_full_disk_for_the_log_does_not_end_the_load() {
    let bench = bench();
    bench.place.write("data.csv", "1,a\n");
    let load = bench.place.write("test.load", load_csv("t", ""));
    Run::of(bench.command().args(["--logfile", "/dev/full"]).arg(load)).expect(0, &["1 read = 1 written"]);
}

// shows: bad: root directory that cannot be made
#[test]
fn a_root_directory_that_cannot_be_made_is_told() {
    let bench = bench();
    let file = bench.place.write("a-file", "");
    let run = Run::of(bench.command().arg("--root-dir").arg(file.join("below")).arg("x.load"));
    run.expect(1, &["--root-dir"]);
}

#[test]
fn usage_errors_exit_with_2() {
    let bench = bench();
    Run::of(&mut bench.command()).expect(2, &["Usage"]);
    Run::of(bench.command().arg("--no-such-option"))
        .expect(2, &["Undefined option '--no-such-option'", "Usage"]);
    Run::of(bench.command().arg("--help")).expect(0, &["Exit codes"]);
    Run::of(bench.command().arg("--version")).expect(0, &["pgloader version"]);
}

// shows: bad: source that is not built yet
#[test]
fn what_is_not_built_is_refused_by_name() {
    let bench = bench();
    for (load, name) in [
        ("LOAD FIXED FROM 'x' (a from 0 for 1) INTO postgresql:///?t;", "LOAD FIXED"),
        ("LOAD DATABASE FROM mysql://h/d INTO postgresql:///d;", "LOAD DATABASE"),
        ("LOAD CSV FROM https://h/x.csv INTO postgresql:///?t;", "https://"),
        ("LOAD ARCHIVE FROM x.zip LOAD CSV FROM x INTO postgresql:///?t;", "LOAD ARCHIVE"),
        ("LOAD CSV FROM 'x.csv.gz' INTO postgresql:///?t WITH fields terminated by ',';", "x.csv.gz"),
    ] {
        bench.run(load).expect(1, &["not built yet", name]);
    }
}

// shows: --max-errors; max errors
#[test]
fn max_errors_turns_rejects_into_exit_1() {
    let bench = bench();
    bench.load("1,a\nx,b\ny,c\n", "t", "max errors = 2").expect(0, &["2 rejected"]);
    bench.load("2,a\nx,b\ny,c\n", "t", "max errors = 1").expect(1, &["max errors = 1"]);
    let file = bench.place.write("test.load", load_csv("t", "truncate"));
    Run::of(bench.command().args(["--max-errors", "0"]).arg(file)).expect(1, &["max errors = 0"]);
}

#[test]
fn a_summary_that_nobody_reads_does_not_end_the_load() {
    let bench = bench();
    bench.place.write("data.csv", "1,a\n");
    let load = bench.place.write("test.load", load_csv("t", ""));
    let mut child = crate::kit::start(bench.command().arg(load));
    drop(child.stdout.take());
    drop(child.stderr.take());
    assert_eq!(child.wait().unwrap().code(), Some(0));
    assert_eq!(count(&bench), "1");
}

#[test]
fn a_server_that_is_not_there_is_reported_at_once() {
    let bench = bench();
    bench.place.write("data.csv", "1,a\n");
    let load = "LOAD CSV FROM 'data.csv' INTO postgresql://u@127.0.0.1:1/db?t WITH fields terminated by ',';";
    let start = std::time::Instant::now();
    bench.run(load).expect(1, &["127.0.0.1:1", "onnection refused"]);
    assert!(start.elapsed() < std::time::Duration::from_secs(5));
}
