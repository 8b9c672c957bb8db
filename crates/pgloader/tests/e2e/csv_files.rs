//! Where CSV files come from: standard input, the load file itself, all files that match.

use std::io::Write;
use std::process::Stdio;

use crate::kit::{Bench, Run, start};

fn bench() -> Bench {
    let bench = Bench::new();
    bench.sql("CREATE TABLE t (id text, b text)");
    bench
}

/// What is in the table, in one line.
fn rows(bench: &Bench) -> String {
    let all =
        "SELECT string_agg(concat_ws(':', id, b), ' ' ORDER BY id COLLATE \"C\", b COLLATE \"C\") FROM t";
    bench.sql(all).trim_end().to_owned()
}

/// Runs `load` with `data` on standard input.
fn run_with_input(bench: &Bench, load: &str, data: &[u8]) -> Run {
    let file = bench.place.write("test.load", load);
    let mut child = start(bench.command().arg("--verbose").arg(file).stdin(Stdio::piped()));
    child.stdin.take().unwrap().write_all(data).unwrap();
    Run::from(child.wait_with_output().unwrap())
}

// shows: FROM stdin
#[test]
fn standard_input_is_read_once_header_and_guess_included() {
    let bench = bench();
    let load = "LOAD CSV FROM stdin INTO postgresql:///?tablename=t WITH csv header;";
    // Malformed beyond what is looked at to guess.
    let data = [b"B;ID\nx,y;1\n\"z\nz\";2\n".as_slice(), &b"same;3\n".repeat(1000), b"\"q\"q;4\n"].concat();
    run_with_input(&bench, load, &data).expect(
        0,
        &[
            "stdin: guessed fields terminated by ';', fields escaped by double-quote",
            "stdin:1005: text follows a closing quote",
            "1003 read = 1002 written + 1 rejected",
        ],
    );
    bench.sql("DELETE FROM t WHERE id = '3'");
    assert_eq!(rows(&bench), "1:x,y 2:z\nz");
    assert_eq!(bench.place.rejected("t/t.raw"), "\"q\"q;4\n");
}

// shows: FROM -
#[test]
fn standard_input_without_header_is_guessed_from_the_columns_of_the_table() {
    let bench = bench();
    let load = "LOAD CSV FROM - WITH ENCODING latin1 INTO postgresql:///?tablename=t;";
    let mut data = b"1|\xe9,,\n".to_vec();
    data.extend(b"2|x,,\n".repeat(200_000));
    run_with_input(&bench, load, &data)
        .expect(0, &["stdin: guessed fields terminated by '|'", "200001 read = 200001 written"]);
    assert_eq!(bench.sql("SELECT b FROM t WHERE id = '1'").trim_end(), "é,,");
}

#[test]
fn an_empty_standard_input_is_an_empty_file() {
    let bench = bench();
    let load = "LOAD CSV FROM stdin INTO postgresql:///?tablename=t WITH fields terminated by ',';";
    run_with_input(&bench, load, b"").expect(0, &["t: 0 read = 0 written"]);
}

// shows: FROM inline
#[test]
fn inline_data_has_line_numbers_of_the_load_file() {
    let bench = bench();
    bench
        .run(
            "-- é {{HOME}}\nLOAD CSV FROM inline INTO postgresql:///?tablename=t\n\
             WITH fields terminated by ',', skip header = 1;\n\n-- then\nid,b\n1,{{ é\n2,\"x\"y\n3, z ;\n",
        )
        .expect(0, &["test.load:8: text follows a closing quote", "3 read = 2 written + 1 rejected"]);
    assert_eq!(rows(&bench), "1:{{ é 3:z ;");
}

/// Files of several directories, in an order that is not that of their names.
fn directory(bench: &Bench) {
    bench.place.write("in/b/2.csv", "b;id\nsecond;2\n");
    bench.place.write("in/a/3.csv", "ID;B;more\n3;third;x\n");
    bench.place.write("in/1.csv", "id;b\n1;\"fi\"rst\n4;fourth\n");
    bench.place.write("in/other.txt", "id;b\n9;ninth\n");
}

// shows: FROM ALL FILENAMES MATCHING; IN DIRECTORY; regular expression
#[test]
fn all_files_that_match_are_loaded_each_with_its_header() {
    let bench = bench();
    directory(&bench);
    bench
        .run(
            "LOAD CSV FROM ALL FILENAMES MATCHING ~/(?<!x)[.]csv$/ IN DIRECTORY 'in' \
             INTO postgresql:///?tablename=t WITH csv header, fields terminated by ';';",
        )
        .expect(
            0,
            &[
                "in/1.csv:2: text follows a closing quote",
                "Files Processed          0          3",
                "t: 4 read = 3 written + 1 rejected",
            ],
        );
    assert_eq!(rows(&bench), "2:second 3:third 4:fourth");
    assert_eq!(bench.place.rejected("t/t.raw"), "1;\"fi\"rst\n");
}

// shows: FROM FILENAME MATCHING; FROM FIRST FILENAME MATCHING
#[test]
fn the_first_file_is_that_of_the_first_path() {
    let bench = bench();
    directory(&bench);
    for first in ["", "FIRST"] {
        let load = "FILENAME MATCHING ~<in/.+/> INTO postgresql:///?tablename=t WITH csv header, truncate;";
        bench.run(&format!("LOAD CSV FROM {first} {load}")).expect(0, &[]);
        assert_eq!(rows(&bench), "3:third");
    }
}

// shows: bad: pattern without match; bad: missing directory
#[test]
fn a_pattern_without_match_and_a_directory_that_is_missing_are_errors() {
    let bench = bench();
    directory(&bench);
    let load = |pattern: &str, directory: &str| {
        format!(
            "LOAD CSV FROM ALL FILENAMES MATCHING {pattern} IN DIRECTORY '{directory}' INTO postgresql:///?t \
             WITH fields terminated by ',';"
        )
    };
    let place = bench.place.path("in").display().to_string();
    bench
        .run(&load("~/nothing/", "in"))
        .expect(1, &[&format!("No file matching 'nothing' in expanded archive in '{place}'")]);
    let missing = bench.place.path("none").display().to_string();
    bench
        .run(&load("~/csv/", "none"))
        .expect(1, &[&format!("test.load:1:15: error: Directory \"{missing}\" does not exist.")]);
}

#[test]
fn one_file_that_cannot_be_read_does_not_keep_the_others_from_being_loaded() {
    let bench = bench();
    directory(&bench);
    bench.place.write("in/a/4.csv", "id\n5\n");
    bench.place.write("in/a/5.csv.gz", "packed");
    let load = "LOAD CSV FROM ALL FILENAMES MATCHING ~/csv/ IN DIRECTORY 'in' INTO postgresql:///?t \
                WITH csv header, fields terminated by ';'";
    let words = [
        "the header does not name `b`, as that of the first file does",
        "4.csv",
        "5.csv.gz: compressed files and archives are not built yet",
    ];
    bench.run(&format!("{load};")).expect(1, &words);
    assert_eq!(rows(&bench), "2:second 3:third 4:fourth");
    bench.sql("TRUNCATE t");
    bench.place.write("in/1.csv", "id;b\n4;fourth\n");
    bench.run(&format!("{load}, on error stop;")).expect(1, &words[..2]);
    assert_eq!(rows(&bench), "");
}

#[test]
fn guessing_tells_what_it_found() {
    let bench = bench();
    bench.place.write("data.csv", "1,\"a \\\"b\\\", c\"\n");
    let load = bench.place.write("test.load", "LOAD CSV FROM 'data.csv' INTO postgresql:///?t;");
    Run::of(bench.command().arg("--verbose").arg(load))
        .expect(0, &["NOTICE", "data.csv: guessed fields terminated by ',', fields escaped by '\\'"]);
    assert_eq!(rows(&bench), "1:a \"b\", c");
}

#[test]
fn a_named_pipe_is_guessed_without_being_read_twice() {
    let bench = bench();
    let path = bench.place.path("pipe.csv");
    assert!(std::process::Command::new("mkfifo").arg(&path).status().unwrap().success());
    let writer = std::thread::spawn(move || std::fs::write(path, "b|id\nx|1\n"));
    bench
        .run("LOAD CSV FROM 'pipe.csv' INTO postgresql:///?t WITH csv header;")
        .expect(0, &["1 read = 1 written"]);
    writer.join().unwrap().unwrap();
    assert_eq!(rows(&bench), "1:x");
}
