//! Runs every folder of `tests/cases`: see the README there.

use std::path::{Path, PathBuf};

use crate::kit::{Bench, Run};

#[test]
fn every_case_gives_what_it_expects() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/cases");
    let mut cases = Vec::new();
    for source in entries(&root) {
        cases.extend(entries(&source).into_iter().filter(|case| case.join("case.load").is_file()));
    }
    let wanted = std::env::var("CASE").unwrap_or_default();
    cases.retain(|case| case.to_string_lossy().contains(&wanted));
    assert!(!cases.is_empty(), "no case {wanted} below {}", root.display());
    let failures: Vec<String> = cases.iter().filter_map(|case| run(case).err()).collect();
    assert!(
        failures.is_empty(),
        "{} of {} cases failed:\n{}",
        failures.len(),
        cases.len(),
        failures.join("\n")
    );
}

fn entries(directory: &Path) -> Vec<PathBuf> {
    let mut all: Vec<PathBuf> =
        std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()).collect();
    all.retain(|path| path.is_dir());
    all.sort();
    all
}

fn run(case: &Path) -> Result<(), String> {
    let bench = Bench::new();
    let text = |name: &str| std::fs::read_to_string(case.join(name)).ok();
    if let Some(setup) = text("sql/setup.sql") {
        bench.sql(&setup);
    }
    let run = Run::of(bench.command().arg(case.join("case.load")));
    let mut problems = Vec::new();
    let expected_code = text("expected/exit").map_or(0, |code| code.trim().parse().unwrap());
    if run.code != Some(expected_code) {
        problems.push(format!("exit code {:?}, expected {expected_code}", run.code));
    }
    for line in text("expected/messages").unwrap_or_default().lines() {
        if !run.stderr.contains(line) && !run.stdout.contains(line) {
            problems.push(format!("nothing says: {line}"));
        }
    }
    if let Some(check) = text("sql/check.sql") {
        let mut found = bench.sql(&check).trim_end().to_owned() + "\n";
        let mut expected = text("expected/check.out").unwrap_or_default().trim_end().to_owned() + "\n";
        if check.contains("order by ctid") {
            (found, expected) = (sorted(&found), sorted(&expected));
        }
        compare("the table", &found, &expected, &mut problems);
    }
    for suffix in ["dat", "raw"] {
        let mut found: String = rejects(&bench.place.path("root"), suffix);
        let expected = std::fs::read(case.join(format!("expected/rejects.{suffix}"))).unwrap_or_default();
        let mut expected = String::from_utf8_lossy(&expected).into_owned();
        if suffix == "dat" {
            (found, expected) = (sorted(&found), sorted(&expected));
        }
        compare(&format!("rejects.{suffix}"), &found, &expected, &mut problems);
    }
    match problems.is_empty() {
        true => Ok(()),
        false => Err(format!("== {}\n{}\n{run:#?}", case.display(), problems.join("\n"))),
    }
}

/// All reject files of a kind, of whatever table.
fn rejects(root: &Path, suffix: &str) -> String {
    let mut all = String::new();
    for table in entries(root) {
        let name = table.file_name().unwrap().to_string_lossy().into_owned();
        let bytes = std::fs::read(table.join(format!("{name}.{suffix}"))).unwrap_or_default();
        all += &String::from_utf8_lossy(&bytes);
    }
    all
}

/// For lines whose order is that in which writers end their batches.
fn sorted(rows: &str) -> String {
    let mut rows: Vec<&str> = rows.split_inclusive('\n').collect();
    rows.sort_unstable();
    rows.concat()
}

fn compare(what: &str, found: &str, expected: &str, problems: &mut Vec<String>) {
    if found != expected {
        problems.push(format!("{what}: found\n{found}\nexpected\n{expected}"));
    }
}
