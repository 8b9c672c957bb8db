//! `pgloader SOURCE TARGET`: a command without a load file.

use std::io::Write;
use std::process::Stdio;

use crate::kit::{Bench, Run, load_csv, start};

fn bench() -> Bench {
    let bench = Bench::new();
    bench.sql("CREATE TABLE places (usps text, geoid int, aland text)");
    bench.place.write("places.txt", "state\tid\tland\nAL\t1\tx\nAK\t2\ty\n");
    bench
}

/// Runs in the test's directory: relative names start there.
fn run(bench: &Bench, words: &[&str]) -> Run {
    let directory = bench.place.path("");
    Run::of(bench.command().current_dir(directory).args(words))
}

const TAB: [&str; 2] = ["--with", "fields terminated by '\\t'"];

// shows: --type; --field; --with; --set; --before; --after
#[test]
fn the_clauses_of_the_options_hold() {
    let bench = bench();
    bench.place.write(
        "before.sql",
        "DELETE FROM places; INSERT INTO places VALUES ('before', 0, current_setting('work_mem'))",
    );
    bench.place.write("after.sql", "INSERT INTO places VALUES ('after', 9, 'z');");
    let words = [
        "--type",
        "csv",
        "--field",
        "usps,geoid",
        "--field",
        "aland [null if 'y']",
        "--with",
        "skip header = 1",
        TAB[0],
        TAB[1],
        "--set",
        "work_mem='12MB'",
        "--before",
        "before.sql",
        "--after",
        "after.sql",
        "./places.txt",
        "postgresql:///?tablename=public.places",
    ];
    run(&bench, &words).expect(0, &["2 read = 2 written"]);
    let rows = "SELECT usps, geoid, coalesce(aland, 'NULL') FROM places ORDER BY geoid";
    assert_eq!(bench.sql(rows), "before|0|12MB\nAL|1|x\nAK|2|NULL\nafter|9|z");
}

#[test]
fn with_takes_a_comma_list_and_options_may_stand_last() {
    let bench = bench();
    let list = "skip header = 1, truncate, fields terminated by '\\t'";
    for _ in 0..2 {
        run(&bench, &["places.txt", "postgresql:///?places", "--with", list, "--set", "work_mem=1MB"])
            .expect(0, &[]);
        assert_eq!(bench.sql("SELECT count(*) FROM places"), "2");
    }
}

// shows: --encoding; FROM csv://file
#[test]
fn encodings_and_schemes_are_taken() {
    let bench = bench();
    bench.place.write("places.dat", b"\xc4L\t1\tx\n");
    let words = ["--encoding", "latin1", TAB[0], TAB[1], "csv://places.dat", "postgresql:///?places"];
    run(&bench, &words).expect(0, &["1 read = 1 written"]);
    assert_eq!(bench.sql("SELECT usps FROM places"), "ÄL");
}

// shows: --dry-run
#[test]
fn a_dry_run_loads_nothing() {
    let bench = bench();
    let words = ["--dry-run", TAB[0], TAB[1], "places.txt", "postgresql:///?places"];
    run(&bench, &words).expect(0, &["DRY RUN: LOAD CSV of command line:1", "COPY \"public\".\"places\""]);
    assert_eq!(bench.sql("SELECT count(*) FROM places"), "0");
    run(&bench, &["--dry-run", "no.csv", "postgresql:///?places", TAB[0], TAB[1]]).expect(1, &["no.csv"]);
    run(&bench, &["--dry-run", "places.txt", "postgresql://u@127.0.0.1:1/d?places", TAB[0], TAB[1]])
        .expect(1, &["Failed to connect"]);
}

// shows: --cast
#[test]
fn standard_input_is_read_where_its_type_is_said() {
    let bench = bench();
    for source in ["-", "stdin"] {
        let mut command = bench.command();
        let list = "truncate, fields terminated by ','";
        command.args([
            "--type",
            "csv",
            "--field",
            "usps, geoid",
            "--with",
            list,
            source,
            "postgresql:///?places",
        ]);
        let mut child = start(command.stdin(Stdio::piped()));
        child.stdin.take().unwrap().write_all(b"AL,1\nAK,2\n").unwrap();
        Run::from(child.wait_with_output().unwrap()).expect(0, &["2 read = 2 written"]);
        assert_eq!(bench.sql("SELECT usps, geoid FROM places ORDER BY geoid"), "AL|1\nAK|2");
    }
}

#[test]
fn casts_are_ignored_for_files() {
    let bench = bench();
    let words = ["--cast", "type int to text", TAB[0], TAB[1], "places.txt", "postgresql:///?places"];
    run(&bench, &words).expect(0, &["LOG Cast rules are ignored for this sources.", "1 rejected"]);
}

// shows: bad: clause of the command line
#[test]
fn every_clause_that_cannot_be_read_is_named() {
    let bench = bench();
    let options = [
        ["--with", "batch row = 5"],
        ["--with", "truncate; LOAD CSV FROM 'x' INTO postgresql:///?t"],
        ["--field", "a b c"],
        ["--set", "work_mem 12"],
    ];
    let mut words: Vec<&str> = options.iter().flatten().copied().collect();
    words.extend(["places.txt", "postgresql:///?places"]);
    let found =
        run(&bench, &words).expect(4, &["Could not parse the command line: see above.", "batch rows", "^"]);
    for [option, _] in options {
        let written = options.iter().filter(|[other, _]| *other == option).count();
        assert_eq!(
            found.stderr.matches(&format!("ERROR Could not parse {option} ")).count(),
            written,
            "{found:#?}"
        );
    }
    assert_eq!(bench.sql("SELECT count(*) FROM places"), "0");
}

// shows: bad: source or target of the command line
#[test]
fn sources_and_targets_that_cannot_be_read_are_named() {
    let bench = bench();
    for (words, code, said) in [
        (["places", "postgresql:///?places"], 4, "FATAL Failed to parse \"places\" as a source URI."),
        (["-", "postgresql:///?places"], 4, "LOG You might need to use --type."),
        (["places.tar.gz", "postgresql:///?places"], 4, "You might need to use --type."),
        (["places.txt", "places"], 4, "FATAL Failed to parse \"places\" as a PostgreSQL database URI."),
        (["places.txt", "mysql://h/d?places"], 4, "as a PostgreSQL database URI."),
        (["places.txt", "postgresql:///"], 4, "csv data source require a table name target."),
    ] {
        run(&bench, &words).expect(code, &[said]);
    }
    let unknown = ["--type", "klingon", "places.txt", "postgresql:///?places"];
    run(&bench, &unknown).expect(4, &["Failed to parse \"places.txt\" as a source URI."]);
    let secret = run(&bench, &["places.txt", "mysql://u:hush@h/d"]).expect(4, &["mysql://u:***@h/d"]);
    assert!(!format!("{secret:?}{}", bench.place.rejected("pgloader.log")).contains("hush"));
}

#[test]
fn two_words_that_are_neither_are_two_load_files() {
    let bench = bench();
    bench.place.write("data.csv", "AL,1,x\n");
    bench.place.write("one.load", load_csv("places", ""));
    bench.place.write("two.load", load_csv("places", ""));
    let found = run(&bench, &["one.load", "two.load", "--with", "truncate"]);
    let found = found.expect(0, &["WARNING Option \"--with\" is ignored when using a load file"]);
    assert!(!found.stderr.contains("ERROR") && !found.stderr.contains("FATAL"), "{found:#?}");
    assert_eq!(bench.sql("SELECT count(*) FROM places"), "2");
    run(&bench, &["one.load", "three.load"]).expect(1, &["cannot read three.load"]);
}

// shows: bad: source that is not built yet
#[test]
fn kinds_that_are_not_built_are_refused_by_name() {
    let bench = bench();
    for (source, name) in [
        ("places.dat", "LOAD COPY"),
        ("fixed://places.txt", "LOAD FIXED"),
        ("places.dbf", "LOAD DBF"),
        ("places.ixf", "LOAD IXF"),
        ("places.sqlite", "LOAD DATABASE"),
        ("mysql://u@h/d", "LOAD DATABASE"),
    ] {
        run(&bench, &[source, "postgresql:///?places"]).expect(1, &[name, "not built yet"]);
    }
}
