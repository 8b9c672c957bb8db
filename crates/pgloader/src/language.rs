//! Which command has which clause and option: checked against the reference, and written into the guide.

use std::fmt::Write as _;
use std::path::Path;

use pgloader_command::{CommandKind, Lookup, Surroundings, clauses, expand, parse};
use pgloader_core::expression::Library;

use crate::registry;

/// How the tables name the commands, in their order.
const COMMANDS: [(CommandKind, char, &str); 9] = [
    (CommandKind::Csv, 'C', "CSV FROM a"),
    (CommandKind::Fixed, 'F', "FIXED FROM a"),
    (CommandKind::Copy, 'P', "COPY FROM a"),
    (CommandKind::Dbf, 'D', "DBF FROM a"),
    (CommandKind::Ixf, 'I', "IXF FROM a"),
    (CommandKind::MySql, 'M', "DATABASE FROM mysql://h/d"),
    (CommandKind::Postgres, 'G', "DATABASE FROM pgsql://h/d"),
    (CommandKind::MsSql, 'S', "DATABASE FROM mssql://h/d"),
    (CommandKind::SQLite, 'Q', "DATABASE FROM a.db"),
];

/// The error of a text, if it has one.
fn error(text: &str) -> Option<String> {
    let library = Library::default();
    let surroundings =
        Surroundings { options: &registry::options, file_exists: &|_| false, library: &library };
    let lookup = Lookup { value: &|_| None, partial: &|_| Err(String::new()) };
    parse(&expand("t.load", text.as_bytes(), &lookup), &surroundings).err().map(|error| error.to_string())
}

/// Options, and the commands that must read them: §3.1 of the reference, old and new spellings alike.
const ACCEPTED: &[(&str, &str)] = &[
    ("on error stop", "CFPDIMGSQ"),
    ("on error resume next", "CFPDIMGSQ"),
    ("workers = 4", "CFPDIMGSQ"),
    ("concurrency = 1", "CFPDIMGSQ"),
    ("batch rows = 25000", "CFPDIMGSQ"),
    ("batch size = 20 MB", "CFPDIMGSQ"),
    ("prefetch rows = 100000", "CFPDIMGSQ"),
    ("batch concurrency = 3", "CFPDIMGSQ"),
    ("max parallel create index = 2", "CFPDIMGSQ"),
    ("downcase identifiers", "CFPDIMGSQ"),
    ("quote identifiers", "CFPDIMGSQ"),
    ("snake_case identifiers", "CFPDIMGSQ"),
    ("truncate", "CFPDIMGSQ"),
    ("no truncate", "CFPDIMGSQ"),
    ("disable triggers", "CFPDIMGSQ"),
    ("disable no triggers", "CFPDIMGSQ"),
    ("drop indexes", "CFPDIMGSQ"),
    ("reindex", "CFPDIMGSQ"),
    ("skip header = 1", "CFP"),
    ("csv header", "C"),
    ("fixed header", "F"),
    ("fields optionally enclosed by '\"'", "C"),
    ("fields enclosed by '\"'", "C"),
    ("fields not enclosed", "C"),
    ("fields escaped by backslash-quote", "C"),
    ("fields terminated by ','", "C"),
    ("lines terminated by '\\n'", "CFP"),
    ("trim unquoted blanks", "C"),
    ("keep unquoted blanks", "C"),
    ("csv escape mode quote", "C"),
    ("csv escape mode following", "C"),
    ("date format 'YYYY-MM-DD'", "CFP"),
    ("null if blanks", "CF"),
    ("null if 'x'", "CF"),
    ("delimiter '|'", "P"),
    ("delimiter = '|'", "P"),
    ("null ''", "P"),
    ("null = ''", "P"),
    ("encoding latin1", "CFPDMGSQ"),
    ("encoding 'latin1'", "CFPDMGSQ"),
    ("data only", "DIMGSQ"),
    ("schema only", "DIMGSQ"),
    ("include drop", "DIMGSQ"),
    ("include no drop", "DIMGSQ"),
    ("create tables", "CFPDIMGSQ"),
    ("create no tables", "CFPDIMGSQ"),
    ("create table", "CFPDIMGSQ"),
    ("table name = 's.t'", "DI"),
    ("timezone UTC", "I"),
    ("timezone GMT", "I"),
    ("timezone 'Europe/Paris'", "I"),
    ("create schemas", "MGSQ"),
    ("create no schemas", "MGSQ"),
    ("drop schema", "MGSQ"),
    ("create indexes", "MGSQ"),
    ("create no indexes", "MGSQ"),
    ("preserve index names", "MGSQ"),
    ("uniquify index names", "MGSQ"),
    ("reset sequences", "MGSQ"),
    ("reset no sequences", "MGSQ"),
    ("foreign keys", "MGSQ"),
    ("no foreign keys", "MGSQ"),
    ("single reader per thread", "MGSQ"),
    ("multiple readers per thread", "MGSQ"),
    ("multiple reader per thread", "MGSQ"),
    ("rows per range = 10000", "MGSQ"),
    ("chunk size = 50 MB", "MGSQ"),
    ("single reader", "MGSQ"),
];

#[test]
fn every_command_reads_its_options_and_no_others() {
    for (option, expected) in ACCEPTED {
        let is_refused = |(_, _, source): &&(CommandKind, char, &str)| {
            let error = error(&format!("LOAD {source} INTO postgresql:///d WITH {option};"));
            error.is_some_and(|error| error.contains("has no option") || error.contains("` expects "))
        };
        let accepting = COMMANDS.iter().filter(|command| !is_refused(command));
        assert_eq!(accepting.map(|(_, letter, _)| letter).collect::<String>(), *expected, "{option}");
    }
}

#[test]
fn options_of_old_are_refused_with_a_hint() {
    for option in ["drop tables", "reject file = 'x'", "log file = 'x'", "log level = debug"] {
        let error = error(&format!("LOAD CSV FROM a INTO postgresql:///d WITH {option};")).unwrap();
        assert!(error.contains("help: pgloader no longer has it"), "{error}");
    }
}

fn letters(has: impl Fn(CommandKind) -> bool) -> String {
    let letter = |(kind, letter, _): &(CommandKind, char, &str)| if has(*kind) { *letter } else { '·' };
    COMMANDS.iter().map(letter).collect()
}

/// The two tables of the guide.
fn tables() -> String {
    let mut text = "| clause | commands |\n|---|---|\n".to_owned();
    for (words, kinds) in clauses() {
        let _ = writeln!(text, "| `{words}` | `{}` |", letters(|kind| kinds.contains(&kind)));
    }
    text.push_str("\n| option | commands | default |\n|---|---|---|\n");
    // The encoding belongs to the grammar: the guide speaks of it in words.
    let mut seen = vec!["encoding"];
    let options = COMMANDS.iter().flat_map(|(kind, _, _)| registry::options(*kind));
    for option in options {
        if seen.contains(&option.name) {
            continue;
        }
        seen.push(option.name);
        let has = |kind| registry::options(kind).iter().any(|other| other.name == option.name);
        let mut words: Vec<String> = option.forms.iter().map(|form| format!("`{}`", form.words)).collect();
        words.dedup();
        let _ = writeln!(text, "| {} | `{}` | {} |", words.join(", "), letters(has), option.default);
    }
    text
}

/// `APPROVE=1` in the environment writes the tables anew.
#[test]
fn the_guide_has_every_clause_and_option() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/load-language.md");
    let guide = std::fs::read_to_string(&path).unwrap();
    let (before, rest) = guide.split_once("<!-- tables -->\n").unwrap();
    let (written, after) = rest.split_once("<!-- end of tables -->\n").unwrap();
    let tables = tables();
    if std::env::var_os("APPROVE").is_some() {
        let text = format!("{before}<!-- tables -->\n{tables}<!-- end of tables -->\n{after}");
        std::fs::write(path, text).unwrap();
    }
    assert!(written == tables, "the tables of docs/load-language.md are old: run this test with APPROVE=1");
}
