//! The table of exit codes, row by row.

use std::process::Command;

use crate::kit::{Bench, PGLOADER, Run, load_csv};

/// A run with these words in a place where `data.csv` is `data` and `test.load` loads it with these options.
fn code(data: &str, load: &str, words: &[&str]) -> Run {
    let bench = Bench::new();
    bench.sql("CREATE TABLE t (id int PRIMARY KEY, name text); INSERT INTO t VALUES (7, 'there')");
    bench.place.write("data.csv", data);
    bench.place.write("test.load", load);
    let directory = bench.place.path("");
    Run::of(bench.command().current_dir(directory).args(words))
}

const GOOD: &str = "1,a\n2,b\n";

#[test]
fn success_is_0() {
    code(GOOD, &load_csv("t", ""), &["test.load"]).expect(0, &["2 written + 0 rejected"]);
    code("1,a\nx,b\n", &load_csv("t", ""), &["test.load"]).expect(0, &["1 written + 1 rejected"]);
    for option in ["--help", "--version", "--list-encodings"] {
        Run::of(Command::new(PGLOADER).arg(option)).expect(0, &[]);
    }
}

#[test]
fn wrong_usage_is_2() {
    Run::of(&mut Command::new(PGLOADER)).expect(2, &["Usage"]);
    Run::of(Command::new(PGLOADER).arg("--nonsense")).expect(2, &["Undefined option '--nonsense'"]);
}

#[test]
fn what_fails_is_1() {
    let good = load_csv("t", "");
    let hook = |hook: &str| good.replace(';', &format!(" {hook} DO $$ nonsense $$;"));
    let elsewhere = good.replace("postgresql:///", "postgresql://u@127.0.0.1:1/d");
    for (load, words) in [
        (good.as_str(), ["no.load"].as_slice()),
        ("LOAD CSV nonsense", &["test.load"]),
        (&good.replace("data.csv", "no.csv"), &["test.load"]),
        (&elsewhere, &["test.load"]),
        (&hook("BEFORE LOAD"), &["test.load"]),
        (&hook("AFTER LOAD"), &["test.load"]),
        (&load_csv("nowhere", ""), &["test.load"]),
        (&load_csv("public.nowhere", ""), &["test.load"]),
        (&good.replace("?tablename=t", ""), &["test.load"]),
        (&good, &["--load-lisp-file", "no.lisp", "test.load"]),
        (&good, &["--context", "no.ini", "test.load"]),
        (&good, &["--root-dir", "/proc/none", "test.load"]),
        (&elsewhere, &["--dry-run", "test.load"]),
        (&good, &["--max-errors", "0", "--dry-run", "no.load"]),
    ] {
        let run = code(GOOD, load, words).expect(1, &["FATAL"]);
        assert!(!run.stdout.contains("1 written"), "{words:?}: {run:#?}");
    }
    for data in ["1,a\nx,b\n", "1,a\n2,\"x\"y\n", "1,a\n7,again\n", "1,a\n2,\u{0}\n"] {
        let run = code(data, &load_csv("t", "on error stop"), &["test.load"]).expect(1, &["ERROR"]);
        assert!(run.stdout.contains("0 written"), "{run:#?}");
    }
}

/// AFTER LOAD does not run where the load could not begin.
#[test]
fn a_missing_table_skips_after_load() {
    let bench = Bench::new();
    bench.place.write("data.csv", GOOD);
    let after = " AFTER LOAD DO $$ CREATE TABLE after (id int) $$;";
    for table in ["nowhere", "public.nowhere"] {
        bench.run(&load_csv(table, "").replace(';', after)).expect(1, &["no table"]);
    }
    assert_eq!(bench.sql("SELECT to_regclass('after') IS NULL"), "t");
}

#[test]
fn clause_options_that_a_load_file_makes_moot_change_nothing() {
    code(GOOD, &load_csv("t", ""), &["--with", "x", "test.load"]).expect(0, &["WARNING Option \"--with\""]);
    code(GOOD, "nonsense", &["--with", "x", "test.load"]).expect(1, &["WARNING Option \"--with\""]);
}

#[test]
fn what_cannot_be_read_of_source_and_target_is_4() {
    for words in [
        ["data.what", "postgresql:///?t"].as_slice(),
        &["data.csv", "what"],
        &["--type", "what", "data.csv", "postgresql:///?t"],
        &["--with", "what", "data.csv", "postgresql:///?t"],
        &["data.csv", "postgresql:///"],
    ] {
        code(GOOD, "", words).expect(4, &[]);
    }
}

#[test]
fn a_regression_is_5() {
    code(GOOD, &load_csv("t", ""), &["--regress", "no.load"]).expect(5, &["Regression test failed"]);
    code(GOOD, &load_csv("t", ""), &["--regress", "test.load"]).expect(5, &["regress/expected/test.out"]);
}
