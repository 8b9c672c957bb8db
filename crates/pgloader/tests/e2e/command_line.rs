//! The command line: every option shows its effect, every row of the table of exit codes its code.

use std::path::PathBuf;
use std::process::Command;

use private_postgres::Server;

use crate::kit::{Bench, PGLOADER, Run, load_csv};

fn bench() -> Bench {
    let bench = Bench::new();
    bench.sql("CREATE TABLE t (id int PRIMARY KEY, name text)");
    bench.place.write("data.csv", "1,a\n2,b\n");
    bench
}

fn load_file(bench: &Bench, with: &str) -> PathBuf {
    bench.place.write("test.load", load_csv("t", with))
}

fn ids(bench: &Bench) -> String {
    bench.sql("SELECT string_agg(id::text, ' ' ORDER BY id) FROM t")
}

// shows: --no-NAME
#[test]
fn options_may_follow_the_load_file_cluster_and_be_taken_back() {
    let bench = bench();
    let file = load_file(&bench, "truncate");
    let run = Run::of(bench.command().arg(&file).args(["-qvd", "--dry-run", "--no-dry-run", "--no-sysinit"]));
    run.expect(0, &[" SQL TRUNCATE"]);
    assert_eq!(ids(&bench), "1 2");
}

// shows: --client-min-messages; --log-min-messages; --quiet; --verbose; --debug
#[test]
fn thresholds_say_what_the_console_and_the_file_show() {
    let bench = bench();
    let file = load_file(&bench, "truncate");
    let run = |options: &[&str]| {
        let _ = std::fs::remove_file(bench.place.path("root/pgloader.log"));
        let run = Run::of(bench.command().args(options).arg(&file)).expect(0, &["2 read = 2 written"]);
        (run.stderr, bench.place.rejected("pgloader.log"))
    };
    let index = "WARNING Target table \"public.t\" has 1 indexes";
    for (options, on_console, in_file) in [
        (&[][..], "WARNING ", "NOTICE "),
        (&["--verbose"], "NOTICE ", "NOTICE "),
        (&["--debug"], "SQL ", "SQL "),
        (&["--client-min-messages", "sql"], "SQL ", "NOTICE "),
        (&["--log-min-messages=SQL"], "WARNING ", "SQL "),
    ] {
        let (console, file) = run(options);
        assert!(console.contains(on_console) && console.contains(index), "{options:?}: {console}");
        assert!(file.contains(in_file), "{options:?}: {file}");
        assert_eq!(console.contains(" NOTICE "), on_console != "WARNING ", "{options:?}: {console}");
    }
    for options in [&["--quiet"][..], &["--client-min-messages", "error", "--log-min-messages", "error"]] {
        let (console, file) = run(options);
        assert!(console.contains("LOG pgloader version") && !console.contains("WARNING"), "{console}");
        assert!(file.contains("LOG pgloader version") && !file.contains("WARNING"), "{file}");
    }
    Run::of(bench.command().args(["--client-min-messages", "loud"]).arg(&file))
        .expect(2, &["loud", "possible values", "notice"]);
}

// shows: --logfile
#[test]
fn the_log_begins_with_what_is_run_and_where_its_files_are() {
    let bench = bench();
    let file = load_file(&bench, "");
    let run = Run::of(bench.command().args(["-v", "-L", "logs/x.log"]).arg(&file)).expect(0, &[]);
    let root = bench.place.path("root");
    let lines = [
        "NOTICE Starting pgloader, log system is ready.".to_owned(),
        format!("LOG pgloader version \"{}\"", env!("CARGO_PKG_VERSION")),
        format!("LOG Main logs in '{}'", root.join("logs/x.log").display()),
        format!("LOG Data errors in '{}'", root.display()),
        format!("LOG Parsing commands from file '{}'", file.display()),
    ];
    for (line, expected) in run.stderr.lines().zip(&lines) {
        assert!(line.ends_with(expected.as_str()), "{line}");
        let time: &str = line.split(' ').next().unwrap();
        assert_eq!((time.len(), &time[26..]), (27, "Z"), "UTC with microseconds: {time}");
    }
    assert_eq!(run.stderr, bench.place.rejected("logs/x.log"));
}

// shows: several load files; bad: missing load file
#[test]
fn all_missing_load_files_are_reported_and_the_others_run() {
    let bench = bench();
    let file = load_file(&bench, "");
    let run = Run::of(bench.command().arg("no-1.load").arg(&file).arg("no-2.load"));
    run.expect(1, &["cannot read no-1.load", "cannot read no-2.load", "2 read = 2 written"]);
    bench.sql("TRUNCATE t");
    let run = Run::of(bench.command().args(["--on-error-stop", "no-1.load", "no-2.load"]).arg(&file));
    run.expect(1, &["cannot read no-1.load", "cannot read no-2.load"]);
    assert_eq!(ids(&bench), "");
}

// shows: --help; --version; bad: wrong usage
#[test]
fn version_help_and_usage_errors_have_their_codes() {
    let run = |options: &[&str]| Run::of(Command::new(PGLOADER).args(options));
    let version = run(&["--version"]).expect(0, &[]);
    assert_eq!(version.stdout.lines().count(), 2);
    assert!(version.stdout.starts_with("pgloader version \""), "{version:?}");
    assert_eq!(run(&["-V"]).stdout, version.stdout);
    let help = run(&["--help"]).expect(0, &["Usage: pgloader [OPTIONS] LOAD-FILE...", "SOURCE TARGET"]);
    assert!(help.stderr.is_empty(), "{help:?}");
    run(&["-h"]).expect(0, &["Usage"]);
    run(&[]).expect(2, &["Usage"]);
    run(&["--dry-rum", "x"]).expect(2, &["Undefined option '--dry-rum'", "'--dry-run'", "Usage"]);
    run(&["-x"]).expect(2, &["Undefined option '-x'"]);
    run(&["--context"]).expect(2, &["--context"]);
    run(&["--regress", "a", "b"]).expect(2, &["--regress takes one load file"]);
    run(&["-U"]).expect(2, &["Usage"]);
}

// shows: --list-encodings
#[test]
fn the_encodings_are_listed() {
    let run = Run::of(Command::new(PGLOADER).arg("-E")).expect(0, &[]);
    let lines: Vec<&str> = run.stdout.lines().collect();
    assert_eq!(lines[0], format!("{:<30}Aliases", "Name"));
    assert_eq!(lines[1], format!("{:<30}{}", "-".repeat(8), "-".repeat(14)));
    assert!(run.stdout.ends_with("\n\n"), "{run:?}");
    let names: Vec<&str> = lines[2..lines.len() - 1].iter().map(|line| line[..30].trim_end()).collect();
    assert!(names.is_sorted() && names.contains(&"EBCDIC-US") && names.contains(&"UTF-8"), "{names:?}");
    assert!(run.stdout.contains(&format!("{:<30}UTF8\n", "UTF-8")), "{run:#?}");
    assert_eq!(Run::of(Command::new(PGLOADER).arg("--list-encodings")).stdout, run.stdout);
}

// shows: --self-upgrade
#[test]
fn sources_of_newer_lisp_are_warned_about() {
    let bench = bench();
    let file = load_file(&bench, "");
    let run = Run::of(bench.command().args(["--self-upgrade", "/src/pgloader"]).arg(&file));
    run.expect(0, &["WARNING --self-upgrade has no effect", "2 written"]);
}

// shows: --root-dir
#[test]
fn the_root_directory_is_made_and_holds_what_is_rejected() {
    let bench = bench();
    bench.place.write("data.csv", "1,a\nx,b\n");
    let file = load_file(&bench, "");
    let root = bench.place.path("a/b");
    Run::of(bench.command().arg("-D").arg(&root).arg(&file)).expect(0, &["1 rejected"]);
    assert_eq!(std::fs::read_to_string(root.join("t/t.dat")).unwrap(), "x\tb\n");
    assert!(root.join("pgloader.log").is_file());
    Run::of(bench.command().arg("-D/proc/none").arg(&file)).expect(1, &["FATAL", "--root-dir"]);
}

/// Three commands, of which the second one fails in the way that `second` says.
fn three(second: &str) -> String {
    let into = |data: &str, with: &str| {
        format!(
            "LOAD CSV FROM '{data}' INTO postgresql:///?t WITH fields terminated by ','{with} \
             AFTER LOAD DO $$ INSERT INTO after VALUES ('{data}') $$;\n"
        )
    };
    into("one.csv", "") + &into("two.csv", second) + &into("three.csv", "")
}

/// What is loaded, and after what, of three commands in one file and a fourth in another.
fn run_three(second: &str, options: &[&str]) -> (Run, String) {
    let bench = Bench::new();
    bench.sql("CREATE TABLE t (id int PRIMARY KEY, name text); CREATE TABLE after (name text)");
    bench.place.write("one.csv", "1,a\n");
    bench.place.write("two.csv", "2,b\nx,c\n");
    bench.place.write("three.csv", "3,d\n");
    bench.place.write("data.csv", "4,d\n");
    let (first, other) = (bench.place.write("first.load", three(second)), load_file(&bench, ""));
    let run = Run::of(bench.command().args(options).arg(first).arg(other));
    let after = bench.sql("SELECT coalesce(string_agg(name, ' ' ORDER BY name), '') FROM after");
    (run, format!("{} | {after}", ids(&bench)))
}

// shows: --on-error-stop; on error stop; on error resume next; max errors
#[test]
fn an_error_stops_the_run_only_where_that_is_asked_for() {
    let (run, found) = run_three("", &[]);
    run.expect(0, &["1 row was rejected"]);
    assert_eq!(found, "1 2 3 4 | one.csv three.csv two.csv");

    let (run, found) = run_three(", on error stop", &[]);
    run.expect(1, &["x"]);
    assert_eq!(found, "1 | one.csv", "a written on error stop ends the run");

    for second in ["", ", on error resume next"] {
        let (run, found) = run_three(second, &["--on-error-stop"]);
        let run = run.expect(1, &["x"]);
        assert_eq!(found, "1 | one.csv", "--on-error-stop wins: {second}");
        assert_eq!(run.stdout.matches("Total import time").count(), 2, "summaries: {run:#?}");
    }

    let (run, found) = run_three(", max errors = 0", &[]);
    run.expect(1, &["more rows were rejected than max errors = 0 allows"]);
    assert_eq!(found, "1 2 3 4 | one.csv three.csv two.csv", "max errors ends nothing");
}

#[test]
fn clauses_beside_a_load_file_are_warned_about_one_by_one() {
    let bench = bench();
    let file = load_file(&bench, "");
    let options = [
        ["--type", "csv"],
        ["--encoding", "latin1"],
        ["--set", "work_mem='1MB'"],
        ["--with", "truncate"],
        ["--field", "id"],
        ["--cast", "type int to text"],
        ["--before", "/no.sql"],
        ["--after", "/no.sql"],
    ];
    let mut run =
        Run::of(bench.command().arg(&file).args(options.iter().flatten())).expect(0, &["2 written"]);
    for [option, _] in options {
        run = run.expect(0, &[&format!("WARNING Option \"{option}\" is ignored when using a load file")]);
    }
}

// shows: --context; template variable; bad: malformed context file
#[test]
fn a_context_file_gives_variables_before_the_environment() {
    let bench = bench();
    let load = load_csv("{{TABLE}}", "truncate").replace("data.csv", "{{ file }}.csv");
    let load = bench.place.write("test.load", load + "-- {{Mixed}}\n");
    let context = bench.place.write("v.ini", "; all sections count\n[a]\nfile = data\n[b]\ntable: t\n");
    let mut command = bench.command();
    command.env("TABLE", "no_such").env("Mixed", "x");
    Run::of(command.arg("-C").arg(&context).arg(&load)).expect(0, &["2 read = 2 written"]);
    Run::of(bench.command().env("FILE", "data").arg(&load)).expect(1, &["TABLE", "test.load:1"]);
    Run::of(bench.command().args(["--context", "/nowhere.ini"]).arg(&load)).expect(1, &["/nowhere.ini"]);
    let malformed = bench.place.write("bad.ini", "[a]\nno value\n");
    let run = Run::of(bench.command().arg("--context").arg(malformed).arg(&load));
    run.expect(1, &["bad.ini:2:1: error", "key = value"]);
}

// shows: --no-ssl-cert-verification
#[test]
fn certificates_go_unverified_where_that_is_asked_for() {
    let bench = bench();
    let openssl = "req -new -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=elsewhere -keyout server.key -out server.crt";
    let mut command = Command::new("openssl");
    Run::of(command.args(openssl.split(' ')).current_dir(bench.place.path(""))).expect(0, &[]);
    let file = |name: &str| std::fs::read(bench.place.path(name)).unwrap();
    let server = Server::builder().config("ssl = on").file("server.crt", file("server.crt"));
    let server = server.file("server.key", file("server.key")).start().unwrap();
    server.psql("postgres", "CREATE TABLE t (id int, name text)").unwrap();
    let uri = format!("postgresql://postgres@localhost:{}/postgres?sslmode=verify-full&t", server.port());
    let load = bench.place.write("test.load", load_csv("t", "").replace("postgresql:///?tablename=t", &uri));
    Run::of(bench.command().arg(&load)).expect(1, &["ertificate"]);
    for options in [&["--dry-run"][..], &[]] {
        let mut command = bench.command();
        Run::of(command.args(options).arg("--no-ssl-cert-verification").arg(&load)).expect(0, &[]);
    }
    assert_eq!(server.psql("postgres", "SELECT count(*) FROM t").unwrap(), "2");
}

// shows: --load-lisp-file; bad: expression that recurses
#[test]
fn functions_of_lisp_files_are_used() {
    let bench = bench();
    let load = "LOAD CSV FROM 'data.csv' (id, name) INTO postgresql:///?t (id, name text using (twice name)) \
                WITH fields terminated by ',', truncate;";
    let load = bench.place.write("test.load", load);
    let twice = bench.place.write("twice.lisp", "(defun twice (s) (concatenate 'string s s))\n");
    Run::of(bench.command().arg("-l").arg(&twice).arg(&load)).expect(0, &["2 written"]);
    assert_eq!(bench.sql("SELECT name FROM t ORDER BY id"), "aa\nbb");
    let later = bench.place.write("later.lsp", "(defun twice (s) (if (string= s \"a\") (twice s) s))\n");
    let mut command = bench.command();
    let run = Run::of(command.arg("-l").arg(twice).arg("--load-lisp-file").arg(later).arg(&load));
    run.expect(0, &["data.csv:1: column name: calls are nested more than", "1 written + 1 rejected"]);
    assert_eq!(bench.sql("SELECT name FROM t"), "b");
}

// shows: bad: Lisp file
#[test]
fn functions_come_from_lisp_files() {
    let bench = bench();
    let load = "LOAD CSV FROM 'data.csv' (id, name) INTO postgresql:///?t (id, name text using (twice name)) \
                WITH fields terminated by ',', truncate;";
    let load = bench.place.write("test.load", load);
    let lisp =
        "(in-package #:pgloader.transforms)\n(defun twice (text) \"Doc.\" (format nil \"~a~a\" text text))\n";
    let lisp = bench.place.write("mine.lisp", lisp);
    Run::of(bench.command().arg(&load)).expect(1, &["twice", "test.load:1:", "^"]);
    for option in ["-l", "--load-lisp-file"] {
        Run::of(bench.command().arg(option).arg(&lisp).arg(&load)).expect(0, &["2 written"]);
        assert_eq!(bench.sql("SELECT name FROM t ORDER BY id"), "aa\nbb");
    }
    let dry = Run::of(bench.command().arg("--dry-run").arg("-l").arg(&lisp).arg(&load));
    dry.expect(0, &["name <- using (twice name)"]);
    let unknown = bench.place.write("bad.lisp", "(defun f (x) x)\n(defstruct s)\n");
    Run::of(bench.command().arg("-l").arg(unknown).arg(&load)).expect(1, &["defstruct", "bad.lisp:2:"]);
    let other = bench.place.write("mine.clj", "");
    Run::of(bench.command().arg("-l").arg(other).arg(&load))
        .expect(1, &["mine.clj is no Lisp file", ".lisp"]);
    Run::of(bench.command().args(["-l", "no.lisp"]).arg(&load)).expect(1, &["cannot read no.lisp"]);
}

// shows: --generate
#[test]
fn completions_and_the_man_page_are_made_from_the_definition() {
    let generated =
        |what: &str| Run::of(Command::new(PGLOADER).args(["--generate", what])).expect(0, &[]).stdout;
    let bench = bench();
    for shell in ["bash", "zsh", "fish"] {
        let script = generated(&format!("complete-{shell}"));
        assert!(script.contains("dry-run") && script.contains("on-error-stop"), "{script}");
        assert!(!script.contains("no-dry-run") && !script.contains("dynamic-space-size"), "{script}");
    }
    let script = bench.place.write("_pgloader", generated("complete-zsh"));
    let run = Run::of(Command::new("zsh").args(["-f", "-n"]).arg(script)).expect(0, &[]);
    assert_eq!(run.stderr, "", "zsh has something to say");
    let script = bench.place.write("pgloader.bash", generated("complete-bash"));
    let complete = format!(
        "set -eu; source '{}'; COMP_WORDS=(pgloader --dry); COMP_CWORD=1; _pgloader pgloader --dry pgloader; echo \"${{COMPREPLY[@]}}\"",
        script.display()
    );
    let run = Run::of(Command::new("bash").args(["--norc", "-c", &complete])).expect(0, &[]);
    assert_eq!(run.stdout.trim(), "--dry-run", "{run:#?}");

    let page = bench.place.write("pgloader.1", generated("man"));
    let mut man = Command::new("man");
    let page = Run::of(man.args(["--warnings", "-l"]).arg(page).env("MANWIDTH", "9999")).expect(0, &[]);
    assert_eq!(page.stderr, "", "troff has something to say");
    for section in ["NAME", "SYNOPSIS", "OPTIONS", "OPTIONS OF WITH", "EXIT STATUS", "ENVIRONMENT", "FILES"] {
        assert!(page.stdout.lines().any(|line| line == section), "{section} is missing in {page:#?}");
    }
    for option in pgloader_sources::csv::OPTIONS.iter().chain(&pgloader_plan::options::ALL) {
        assert!(page.stdout.contains(option.help), "{} is missing in {page:#?}", option.name);
    }
}

// shows: --upgrade-config
#[test]
fn old_configurations_become_load_files_that_run() {
    let bench = bench();
    let ini = format!(
        "[pgsql]\nbase = {}\npg_option_work_mem = 12MB\n[t]\nfilename = data.csv\nfield_sep = ,\ntruncate = True\ncolumns = *\n",
        bench.database
    );
    let ini = bench.place.write("old.conf", ini);
    let run = Run::of(bench.command().arg("-U").arg(&ini)).expect(0, &["LOAD CSV", "truncate"]);
    assert!(run.stdout.contains("          id,\n          name\n"), "{run:#?}");
    bench.run(&run.stdout).expect(0, &["2 read = 2 written"]);
    Run::of(bench.command().args(["--upgrade-config", "/nowhere.conf"])).expect(1, &["/nowhere.conf"]);
    let bad = bench.place.write("bad.conf", "nonsense\n");
    Run::of(bench.command().arg("--upgrade-config").arg(bad)).expect(1, &["bad.conf:1:1", "^"]);
}
