//! Every option, clause, flag and parameter for files has a test that shows its effect: `docs/dev/tests.md` lists
//! them, written by this test.
//!
//! A test says what it shows in a comment of its own line, `-- shows: a; b` in a load file of `tests/cases`,
//! `// shows: a; b` above a Rust test. `UPDATE_DOCS=1` writes the table anew.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::kit::PGLOADER;

/// Clauses and their parts, in the order of the language; braces would be tags in a load file.
const CLAUSES: [&str; 55] = [
    "LOAD CSV",
    "FROM 'file'",
    "FROM file",
    "FROM csv://file",
    "FROM stdin",
    "FROM -",
    "FROM inline",
    "FROM FILENAME MATCHING",
    "FROM FIRST FILENAME MATCHING",
    "FROM ALL FILENAMES MATCHING",
    "IN DIRECTORY",
    "regular expression",
    "WITH ENCODING",
    "HAVING FIELDS",
    "[null if 'text']",
    "[null if blanks]",
    "[trim both whitespace]",
    "[trim left whitespace]",
    "[trim right whitespace]",
    "[date format 'pattern']",
    "[terminated by 'c']",
    "several brackets",
    "field options without brackets",
    "INTO uri",
    "INTO 'uri'",
    "INTO 'name=value …'",
    "INTO jdbc:…",
    "INTO uri?table",
    "INTO uri INTO table",
    "TARGET TABLE",
    "TARGET COLUMNS",
    "field or column list after WITH",
    "column type",
    "USING \"text\"",
    "USING field",
    "USING number",
    "USING nil",
    "USING (form)",
    "WITH",
    "SET",
    "BEFORE LOAD DO",
    "BEFORE LOAD EXECUTE",
    "AFTER LOAD DO",
    "AFTER LOAD EXECUTE",
    "clauses in any order",
    "several commands",
    "line comment",
    "block comment",
    "template variable",
    "template value in three braces",
    "template section",
    "template inverted section",
    "template comment",
    "template delimiters",
    "template partial",
];

/// What a user or the world around the program gets wrong; in a mark `bad: ` stands before it.
const BAD_INPUT: [&str; 57] = [
    "mistake in a load file, with its caret",
    "missing semicolon",
    "comma before a bracket",
    "second list of columns",
    "unknown option",
    "value of an option",
    "separator of several characters",
    "date format of no meaning",
    "unknown encoding",
    "regular expression that does not compile",
    "template variable that is undefined",
    "template that loops",
    "template that misses a file",
    "nesting without end",
    "source that is not built yet",
    "unknown field",
    "unknown function",
    "expression of another language",
    "expression that divides by zero",
    "expression that recurses",
    "Lisp file",
    "psql command in an SQL file",
    "COPY FROM stdin in an SQL file",
    "failing SQL before or after the load",
    "wrong usage",
    "clause of the command line",
    "source or target of the command line",
    "malformed context file",
    "missing load file",
    "missing data file",
    "missing directory",
    "pattern without match",
    "directory for a file",
    "unreadable data file",
    "malformed record",
    "unbalanced quote",
    "record without end",
    "bytes that are no text",
    "NUL bytes",
    "header with duplicates",
    "missing database, table or column",
    "missing privilege",
    "unknown host",
    "server that is not there",
    "unknown parameter of a connection",
    "wrong password",
    "password file that others can read",
    "line of a password file",
    "service file",
    "certificate",
    "private key",
    "full disk",
    "root directory that cannot be made",
    "report path that cannot be written",
    "regression files",
    "terminal that goes away",
    "pipe that is closed",
];

const BAD: &str = "bad: ";

#[test]
fn every_feature_has_a_test_that_shows_it() {
    let shown = shown();
    let features = features();
    let known: BTreeSet<&String> = features.iter().flat_map(|(_, names)| names).collect();
    let unknown: Vec<_> = shown.iter().filter(|(name, _)| !known.contains(name)).collect();
    assert!(unknown.is_empty(), "tests show what does not exist: {unknown:#?}");
    let unshown: Vec<_> = known.iter().filter(|name| !shown.contains_key(**name)).collect();
    assert!(unshown.is_empty(), "no test says that it shows {unshown:#?}");
    let path = root().join("docs/dev/tests.md");
    let table = table(&features, &shown);
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, &table).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(written == table, "{} is out of date: run this test with UPDATE_DOCS=1", path.display());
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// What there is, under its headings.
fn features() -> Vec<(&'static str, Vec<String>)> {
    let clauses = CLAUSES.iter().map(|&clause| clause.to_owned()).collect();
    let bad_input = BAD_INPUT.iter().map(|name| format!("{BAD}{name}")).collect();
    vec![
        ("Clauses", clauses),
        ("Options of WITH", options()),
        ("Flags", flags()),
        ("Connection parameters and variables", parameters()),
        ("Bad input", bad_input),
    ]
}

fn options() -> Vec<String> {
    let all = pgloader_plan::options::ALL.into_iter().chain(pgloader_sources::csv::OPTIONS.iter().copied());
    all.flat_map(|option| option.forms)
        .map(|form| form.words.to_owned())
        .collect::<BTreeSet<_>>()
        .into_iter()
        .collect()
}

/// Every flag that `--help` tells of.
fn flags() -> Vec<String> {
    let help = Command::new(PGLOADER).arg("--help").output().unwrap();
    let help = String::from_utf8(help.stdout).unwrap();
    let declared = help.lines().filter(|line| line.trim_start().starts_with('-'));
    let long = declared.filter_map(|line| line.split_whitespace().find(|word| word.starts_with("--")));
    let name = |word: &str| word.split(['=', '[', ',']).next().unwrap_or(word).to_owned();
    let others = ["--no-NAME", "several load files"].map(str::to_owned);
    let flags: Vec<String> = long.map(name).chain(others).collect();
    assert!(flags.len() > 20, "{flags:?}");
    flags
}

/// Those of the guide's table, which another test holds complete.
fn parameters() -> Vec<String> {
    let guide = std::fs::read_to_string(root().join("docs/connections.md")).unwrap();
    let rows = guide.lines().skip_while(|line| !line.starts_with("| parameter | variable |")).skip(2);
    let mut names = Vec::new();
    for row in rows.take_while(|line| line.starts_with('|')) {
        for column in row.split('|').skip(1).take(2) {
            names.extend(column.split('`').skip(1).step_by(2).map(str::to_owned));
        }
    }
    assert!(names.len() > 40, "{names:?}");
    names.extend(["PGSERVICEFILE", "PGSYSCONFDIR", "USER"].map(str::to_owned));
    names
}

/// What tests say they show, and which ones.
fn shown() -> BTreeMap<String, Vec<String>> {
    let mut shown: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for path in files(&root().join("tests/cases")).into_iter().chain(files(&root().join("crates"))) {
        let mark = match path.extension().and_then(|ending| ending.to_str()) {
            Some("load") => "-- shows: ",
            Some("rs") => "// shows: ",
            _ => continue,
        };
        let Ok(text) = std::fs::read_to_string(&path) else { continue };
        let lines: Vec<&str> = text.lines().collect();
        for (index, line) in lines.iter().enumerate() {
            let Some(names) = line.trim_start().strip_prefix(mark) else { continue };
            let test = test_name(&path, &lines[index..]);
            for name in names.split("; ") {
                shown.entry(name.trim().to_owned()).or_default().push(test.clone());
            }
        }
    }
    shown
}

/// A case's folder, or a Rust test's file and function.
fn test_name(path: &Path, lines: &[&str]) -> String {
    let root = root();
    let relative = path.strip_prefix(&root).unwrap_or(path);
    if path.extension().is_some_and(|ending| ending == "load") {
        let case = relative.parent().unwrap_or(relative);
        return case.strip_prefix("tests/cases").unwrap_or(case).display().to_string();
    }
    let function = lines.iter().find_map(|line| {
        let line = line.trim_start();
        let line = line.strip_prefix("async ").unwrap_or(line);
        line.strip_prefix("fn ").and_then(|rest| rest.split('(').next())
    });
    let function = function.unwrap_or_else(|| unreachable!("no test follows a mark in {}", path.display()));
    format!("{}: {function}", relative.strip_prefix("crates").unwrap_or(relative).display())
}

/// All files below a directory, in order.
fn files(directory: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    let mut entries: Vec<_> =
        std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        match path.is_dir() {
            true => all.extend(files(&path)),
            false => all.push(path),
        }
    }
    all
}

fn table(features: &[(&str, Vec<String>)], shown: &BTreeMap<String, Vec<String>>) -> String {
    let mut text = String::from(
        "# What shows what\n\nWhich test shows the effect of what a user can write to load a file. Written by \
         `crates/pgloader/tests/e2e/coverage.rs`.\n",
    );
    for (heading, names) in features {
        // Writing to a string cannot fail.
        let _ = write!(text, "\n## {heading}\n\n| | shown by |\n|---|---|\n");
        for name in names {
            let tests: BTreeSet<&String> = shown.get(name).into_iter().flatten().collect();
            let tests: Vec<&str> = tests.into_iter().map(String::as_str).collect();
            let name = name.strip_prefix(BAD).unwrap_or(name);
            let _ = writeln!(text, "| `{name}` | {} |", tests.join("<br>"));
        }
    }
    text
}
