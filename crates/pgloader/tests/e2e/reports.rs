//! `--summary`: every form, one file for all commands, and what becomes of a report that cannot be written.

use serde_json::Value;

use crate::kit::{Bench, Run, load_csv};

/// Two good rows and a bad one.
fn bench() -> Bench {
    let bench = Bench::new();
    bench.sql("CREATE TABLE t (id int, name text); CREATE TABLE \"T 2\" (id int, name text)");
    bench.place.write("data.csv", "1,a\nx,b\n3,c\n");
    bench
}

fn run(bench: &Bench, load: &str, arguments: &[&str]) -> Run {
    let file = bench.place.write("test.load", load);
    Run::of(bench.command().args(arguments).arg(file))
}

fn two_commands() -> String {
    load_csv("t", "")
        + &load_csv("t", "").replace("postgresql:///?tablename=t", "postgresql:///?tablename=\"T 2\"")
}

/// Times replaced by `T`: digits, a dot, digits, `s`.
fn timeless(text: &str) -> String {
    let mut out = String::new();
    for part in text.split_inclusive('s') {
        let number = part.trim_end_matches('s').trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
        let is_time = part.ends_with('s') && number.len() + 6 <= part.len();
        out += if is_time { number } else { part };
        out += if is_time { "T" } else { "" };
    }
    out
}

// shows: --summary
#[test]
fn csv_and_copy_hold_all_commands_in_order() {
    for (name, expected) in [
        (
            "reports/r.csv",
            "\"fetch\";0;0;0;0;\"T\"\n\"public.t\";3;2;1;12;\"T\"\n\"Files Processed\";0;1;0;0;\"T\"\n\
             \"COPY Threads Completion\";0;2;0;0;\"T\"\n\"fetch\";0;0;0;0;\"T\"\n\
             \"public.\\\"T 2\\\"\";3;2;1;12;\"T\"\n\"Files Processed\";0;1;0;0;\"T\"\n\
             \"COPY Threads Completion\";0;2;0;0;\"T\"\n",
        ),
        (
            "reports/r.copy",
            "fetch\t0\t0\t0\t0\t\"T\"\npublic.t\t3\t2\t1\t12\t\"T\"\nFiles Processed\t0\t1\t0\t0\t\"T\"\n\
             COPY Threads Completion\t0\t2\t0\t0\t\"T\"\nfetch\t0\t0\t0\t0\t\"T\"\n\
             public.\"T 2\"\t3\t2\t1\t12\t\"T\"\nFiles Processed\t0\t1\t0\t0\t\"T\"\n\
             COPY Threads Completion\t0\t2\t0\t0\t\"T\"\n",
        ),
    ] {
        let bench = bench();
        let load = two_commands().replace("by ','", "by ',', concurrency = 1");
        let run = run(&bench, &load, &["--summary", name]).expect(0, &["1 row was rejected"]);
        assert_eq!(run.stdout, "", "the report goes to the file instead");
        let report = bench.place.rejected(name);
        assert_eq!(timeless(&report), expected, "{report}");
    }
}

// shows: --summary
#[test]
fn json_is_one_object_a_line() {
    let bench = bench();
    run(&bench, &two_commands(), &["-S", "r.json"]).expect(0, &[]);
    let text = bench.place.rejected("r.json");
    let reports: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let names: Vec<&Value> = reports.iter().map(|report| &report["DATA"][0][0]["NAME"]).collect();
    assert_eq!(names, ["public.t", "public.\"T 2\""]);
    let table = &reports[0]["DATA"][0][0];
    assert_eq!((&table["READ"], &table["ROWS"], &table["ERRS"]), (&3.into(), &2.into(), &1.into()));
    assert!(table["STOP"].as_u64() >= table["START"].as_u64(), "{text}");
    assert!(text.ends_with("}\n"));
}

// shows: --summary
#[test]
fn any_other_extension_gives_text_without_the_verbose_columns() {
    let bench = bench();
    bench.place.write("root/r.CSV", "earlier");
    let verbose = run(&bench, &two_commands(), &["-v", "--summary", "r.CSV"]).expect(0, &[]);
    assert_eq!(verbose.stdout, "");
    let report = bench.place.rejected("r.CSV");
    assert_eq!(report.matches("Total import time").count(), 2, "{report}");
    assert!(report.contains("public.\"T 2\"") && !report.contains("imported"), "{report}");
    assert_eq!(bench.place.rejected("r.CSV.bak"), "earlier");
    let on_console = run(&bench, &two_commands(), &["-v"]).expect(0, &["imported"]);
    assert!(on_console.stdout.lines().all(|line| line == line.trim_end()), "{}", on_console.stdout);
}

// shows: bad: report path that cannot be written
#[test]
fn a_path_that_cannot_be_written_is_found_out_before_anything_runs() {
    for path in ["sub", "data.txt/r.json", "../data.csv/r.html"] {
        let bench = bench();
        bench.place.write("root/sub/x", "");
        bench.place.write("root/data.txt", "");
        let load = load_csv("t", "").replace(';', " BEFORE LOAD DO $$ DROP TABLE \"T 2\" $$;");
        run(&bench, &load, &["--summary", path]).expect(1, &["cannot write the summary to ", path, "HINT: "]);
        assert_eq!(bench.sql("SELECT count(*) FROM t"), "0");
        assert_eq!(bench.sql("SELECT count(*) FROM \"T 2\""), "0");
    }
}

// shows: bad: report path that cannot be written
#[test]
fn a_report_that_the_disk_does_not_take_goes_to_stdout_and_the_code_is_1() {
    let bench = bench();
    let run = run(&bench, &two_commands(), &["--summary", "/dev/full"]);
    let run = run.expect(1, &["cannot write the summary to /dev/full", "No space left"]);
    assert_eq!(run.stdout.matches("Total import time").count(), 2, "{}", run.stdout);
    assert_eq!(bench.sql("SELECT count(*) FROM t"), "2");
}

#[test]
fn a_device_is_written_to_as_it_is() {
    let bench = bench();
    let run = run(&bench, &two_commands(), &["--summary", "/dev/stdout"]).expect(0, &[]);
    assert_eq!(run.stdout.matches("Total import time").count(), 2, "{}", run.stdout);
}

#[test]
fn a_failed_load_has_its_report_too() {
    let bench = bench();
    let load = load_csv("t", "on error stop");
    run(&bench, &load, &["--summary", "r.html"]).expect(1, &["invalid input syntax for type integer: \"x\""]);
    let page = bench.place.rejected("r.html");
    assert!(page.contains("Failed: 0 rows loaded"), "{page}");
    assert!(page.contains("invalid input syntax for type integer: &quot;…&quot;"), "{page}");
    run(&bench, &load, &["--summary", "r.txt"]).expect(1, &[]);
    let text = bench.place.rejected("r.txt");
    assert!(text.contains("public.t          1          0"), "{text}");
    assert!(text.contains("3 read = 0 written + 0 rejected + 3 skipped"), "{text}");
    run(&bench, &load_csv("no_such", ""), &["--summary", "r.txt"]).expect(1, &[]);
    assert!(bench.place.rejected("r.txt").contains("Total import time          1"));
}

#[test]
fn a_run_without_a_command_leaves_a_page_that_says_why() {
    let bench = bench();
    run(&bench, "LOAD CSV nonsense;", &["--summary", "r.html"]).expect(1, &[]);
    let page = bench.place.rejected("r.html");
    assert!(page.contains("Failed: 0 rows loaded") && page.contains("<li>FATAL "), "{page}");
}

// shows: --summary
#[test]
fn the_page_counts_rejects_by_reason_and_shows_no_value() {
    let bench = bench();
    bench.sql(
        "ALTER TABLE t ADD CHECK (id <> 7); CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS
         $$ BEGIN IF NEW.id = 8 THEN RAISE 'secret-%', NEW.name USING ERRCODE = '23514'; END IF; RETURN NEW; END $$;
         CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW EXECUTE PROCEDURE f()",
    );
    bench.place.write(
        "data.csv",
        "secret-1,a\nsecret-2,b\n7,secret-3\n8,secret-4\n\"9\"secret-5,e\n99999999999,secret-6\n5,f\n",
    );
    run(&bench, &load_csv("t", ""), &["--summary", "r.htm"]).expect(0, &["6 rows were rejected"]);
    let page = bench.place.rejected("r.htm");
    assert!(!page.contains("secret-") && !page.contains("99999999999"), "{page}");
    for reason in [
        "<bdi>22P02</bdi>",
        "invalid input syntax for type integer: &quot;…&quot;",
        "<bdi>33.3 %</bdi>",
        "<bdi>22003</bdi>",
        "violates check constraint &quot;t_id_check&quot;",
        "raised by a trigger or function of the target",
        "text follows a closing quote",
        "root/t</code>",
    ] {
        assert!(page.contains(reason), "no {reason} in {page}");
    }
}
