//! `--regress`: a load, and its table compared with what is expected.

use crate::kit::{Bench, Run, load_csv};

fn bench(columns: &str, data: &str, expected: &str) -> Bench {
    let bench = Bench::new();
    bench.sql(&format!("CREATE TABLE t ({columns}); CREATE SCHEMA expected"));
    bench.place.write("data.csv", data);
    bench.place.write("test.load", load_csv("t", "truncate"));
    bench.place.write("regress/expected/test.out", expected);
    bench
}

fn regress(bench: &Bench) -> Run {
    Run::of(bench.command().arg("--regress").arg(bench.place.path("test.load")))
}

#[test]
fn equal_tables_pass_again_and_again() {
    let bench = bench(
        "id int, at point, name text",
        "1,\"(1,2)\",a\n2,,b\n2,,b\n",
        "2\t\\N\tb\n1\t(1,2)\ta\n2\t\\N\tb\n",
    );
    regress(&bench).expect(0, &["LOG Regress pass."]);
    regress(&bench).expect(0, &["LOG Regress pass."]);
}

// shows: --regress
#[test]
fn differences_in_either_direction_and_duplicates_fail() {
    for (expected, words) in [
        ("1\ta\n2\tb\n3\tc\n", "1 expected rows are missing, 0 rows are not expected"),
        ("1\ta\n", "0 expected rows are missing, 1 rows are not expected"),
        ("1\ta\n2\tb\n2\tb\n", "1 expected rows are missing, 0 rows are not expected"),
        ("1\ta\n2\t\\N\n", "1 expected rows are missing, 1 rows are not expected"),
    ] {
        let bench = bench("id int, name text", "1,a\n2,b\n", expected);
        let run = regress(&bench).expect(5, &["Regression test failed: ", words]);
        assert!(!run.stderr.contains("Regress pass"), "{run:#?}");
    }
}

// shows: bad: regression files
#[test]
fn what_is_missing_is_named() {
    let bench = bench("id int, name text", "1,a\n", "1\ta\n");
    let run = Run::of(bench.command().args(["--regress", "/nowhere.load"]));
    run.expect(5, &["Regression test failed", "/nowhere.load"]);
    std::fs::remove_file(bench.place.path("regress/expected/test.out")).unwrap();
    regress(&bench).expect(5, &["regress/expected/test.out"]);
    bench.place.write("regress/expected/test.out", "1\ta\n");
    bench.sql("DROP SCHEMA expected");
    regress(&bench).expect(1, &["expected", "CREATE SCHEMA expected"]);
    bench.place.write("test.load", load_csv("t", "") + &load_csv("t", ""));
    regress(&bench).expect(1, &["one command"]);
    bench.place.write("test.load", "nonsense");
    regress(&bench).expect(1, &["test.load:1:1"]);
}
