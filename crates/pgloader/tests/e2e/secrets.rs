//! No password is shown anywhere: not in logs, errors, summaries, report files, progress or reject files.

use crate::kit::{Bench, Run};

const SECRET: &str = "s3cr3t-marker";

/// Every text that a run leaves behind.
fn everything(bench: &Bench, run: &Run) -> String {
    let mut all = format!("{}{}", run.stdout, run.stderr);
    let mut open = vec![bench.place.path("root")];
    while let Some(directory) = open.pop() {
        for entry in std::fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true => open.push(path),
                false => all += &String::from_utf8_lossy(&std::fs::read(path).unwrap()),
            }
        }
    }
    all
}

#[test]
fn no_password_is_shown_whatever_goes_wrong() {
    let uri = |rest: &str| format!("postgresql://postgres:{SECRET}@127.0.0.1:PORT/{rest}");
    let loads = [
        format!("LOAD CSV FROM 'data.csv' INTO {} WITH fields terminated by ',';", uri("DB?t")),
        format!("LOAD CSV FROM 'data.csv' INTO {} WITH fields terminated by ',';", uri("DB?no_such")),
        format!("LOAD CSV FROM 'data.csv' INTO {} WITH fields terminated by ',';", uri("no_such?t")),
        format!("LOAD CSV FROM 'data.csv' INTO {} WITH no such option;", uri("DB?t")),
        format!("LOAD CSV FROM 'data.csv' INTO {} nonsense", uri("DB?sslmode=verify-nothing")),
        format!("LOAD CSV FROM 'data.csv' INTO {}", uri("DB?port=abc&t;")),
        format!("LOAD CSV FROM 'data.csv' INTO '{}' oops;", uri("DB")),
        format!(
            "LOAD CSV FROM 'data.csv' INTO postgresql://postgres:{SECRET}@no-such-host.invalid/x?t WITH fields terminated by ',';"
        ),
        "LOAD CSV FROM 'data.csv' INTO {{TARGET_URI}} WITH nonsense;".to_owned(),
        "LOAD CSV FROM 'data.csv' INTO {{TARGET_URI}} WITH fields terminated by ',';".to_owned(),
        format!(
            "LOAD CSV FROM 'data.csv' INTO postgresql:///?t WITH fields terminated by ',' \
             BEFORE LOAD DO $$ CREATE ROLE x PASSWORD '{SECRET}' NONSENSE $$;"
        ),
        format!(
            "LOAD CSV FROM 'data.csv' INTO postgresql:///?t WITH fields terminated by ',' \
             AFTER LOAD DO $$ DO $x$ BEGIN EXECUTE 'ALTER ROLE nobody PASSWORD ''{SECRET}'''; END $x$ $$;"
        ),
        format!(
            "LOAD CSV FROM 'data.csv' INTO postgresql:///?t WITH fields terminated by ',' \
             BEFORE LOAD DO $$ ALTER ROLE nobody ENCRYPTED PASSWORD E'{SECRET}' $$;"
        ),
    ];
    let reports = ["r.html", "r.json", "r.csv", "r.copy", "r.txt"];
    for (load, report) in loads.into_iter().zip(reports.into_iter().cycle()) {
        let bench = Bench::new();
        bench.sql("CREATE TABLE t (id int, name text)");
        bench.place.write("data.csv", "1,a\nx,b\n\"2\"x,c\n");
        let fill = |text: &str| {
            text.replace("PORT", &bench.server.port().to_string()).replace("DB", &bench.database)
        };
        let file = bench.place.write("test.load", fill(&load));
        let mut command = bench.command();
        command
            .args(["--debug", "--verbose", "--progress", "json", "--summary", report])
            .env("TARGET_URI", fill(&uri("DB?t")))
            .arg(file);
        let run = Run::of(&mut command);
        let all = everything(&bench, &run);
        assert!(!all.contains(SECRET), "{load}\n{run:#?}");
        assert!(all.contains("Starting pgloader"), "{run:#?}");
        assert!(bench.place.path("root").join(report).is_file(), "{run:#?}");
    }
}
