//! Whole commands: what they mean, what their errors look like, and that no text makes the parser panic.

mod accepted;
mod commands;
mod inline;
mod options;
mod properties;
mod rendered;
mod templates;

use pgloader_core::expression::Library;
use pgloader_core::option::{Argument, Form, OptionSpec};

use super::*;
use crate::template::{Lookup, expand};

const fn form(words: &'static str, argument: Argument) -> Form {
    Form { words, argument }
}

const fn option(name: &'static str, forms: &'static [Form]) -> OptionSpec {
    OptionSpec { name, forms, default: "", help: "" }
}

pub(super) static BATCH_ROWS: OptionSpec = option("batch rows", &[form("batch rows", Argument::Number)]);
pub(super) static BATCH_SIZE: OptionSpec = option("batch size", &[form("batch size", Argument::Size)]);
pub(super) static WORKERS: OptionSpec = option("workers", &[form("workers", Argument::Number)]);
pub(super) static TRUNCATE: OptionSpec =
    option("truncate", &[form("truncate", Argument::Says("yes")), form("no truncate", Argument::Says("no"))]);
pub(super) static ON_ERROR: OptionSpec = option(
    "on error",
    &[
        form("on error stop", Argument::Says("stop")),
        form("on error resume next", Argument::Says("resume next")),
    ],
);
pub(super) static SKIP_HEADER: OptionSpec = option("skip header", &[form("skip header", Argument::Number)]);
pub(super) static CSV_HEADER: OptionSpec = option("csv header", &[form("csv header", Argument::Says("yes"))]);
pub(super) static SEPARATOR: OptionSpec =
    option("fields terminated by", &[form("fields terminated by", Argument::Separator)]);
pub(super) static QUOTE: OptionSpec = option(
    "fields enclosed by",
    &[
        form("fields enclosed by", Argument::Separator),
        form("fields optionally enclosed by", Argument::Separator),
        form("fields not enclosed", Argument::Says("none")),
    ],
);
pub(super) static ESCAPE: OptionSpec =
    option("fields escaped by", &[form("fields escaped by", Argument::Escape)]);
pub(super) static LINES: OptionSpec =
    option("lines terminated by", &[form("lines terminated by", Argument::LineEnd)]);
pub(super) static NULL_IF: OptionSpec =
    option("null if", &[form("null if blanks", Argument::Says("blanks")), form("null if", Argument::Text)]);
pub(super) static COMPRESSION: OptionSpec =
    option("compression", &[form("compression", Argument::OneOf(&["none", "gzip", "zstd"]))]);
pub(super) static IAM_ROLE: OptionSpec = option(
    "iam role",
    &[form("iam role default", Argument::Says("default")), form("iam role", Argument::Text)],
);
pub(super) static TIMEZONE: OptionSpec = option(
    "timezone",
    &[form("timezone", Argument::OneOf(&["UTC", "GMT"])), form("timezone", Argument::Text)],
);
pub(super) static TABLE_NAME: OptionSpec = option("table name", &[form("table name", Argument::Name)]);
pub(super) static DATE_FORMAT: OptionSpec =
    option("date format", &[form("date format", Argument::DateFormat)]);
pub(super) static NOT_BUILT: OptionSpec = option("magic", &[form("magic", Argument::NotBuilt)]);

fn declared(_: CommandKind) -> Vec<&'static OptionSpec> {
    vec![
        &BATCH_ROWS,
        &BATCH_SIZE,
        &WORKERS,
        &TRUNCATE,
        &ON_ERROR,
        &SKIP_HEADER,
        &CSV_HEADER,
        &SEPARATOR,
        &QUOTE,
        &ESCAPE,
        &LINES,
        &NULL_IF,
        &COMPRESSION,
        &IAM_ROLE,
        &TIMEZONE,
        &TABLE_NAME,
        &DATE_FORMAT,
        &NOT_BUILT,
    ]
}

fn variables(name: &str) -> Option<String> {
    let value = match name {
        "DBPATH" => "/data/x.csv",
        "PGDATABASE" => "postgresql://me:hidden@localhost/db",
        "ROWS" => "many",
        "SECRET" => "hidden",
        "BROKEN" => "it's hidden",
        _ => return None,
    };
    Some(value.to_owned())
}

/// The text of `t.load`.
fn expanded(text: &[u8]) -> SourceText {
    let partial = |name: &str| match name {
        "into" => Ok("INTO {{PGDATABASE}}".to_owned()),
        _ => Err("there is no such file".to_owned()),
    };
    expand("t.load", text, &Lookup { value: &variables, partial: &partial })
}

/// Everything that `text` says, as file `t.load`.
fn statements(text: &str) -> Result<Vec<Statement>, Diagnostic> {
    let library = Library::default();
    let file_exists = |name: &str| name == "p(1).csv";
    let surroundings = Surroundings { options: &declared, file_exists: &file_exists, library: &library };
    parse(&expanded(text.as_bytes()), &surroundings)
}

/// The same, without archives.
fn parse_text(text: &str) -> Result<Vec<Command>, Diagnostic> {
    let command = |statement| match statement {
        Statement::Load(command) => *command,
        Statement::Archive(_) => unreachable!("an archive: {text}"),
    };
    Ok(statements(text)?.into_iter().map(command).collect())
}

/// The file that a command reads.
fn path(command: &Command) -> &str {
    match &command.source {
        Origin::File(path) => &path.value,
        other => unreachable!("not a file: {other:?}"),
    }
}

/// The only command of `text`.
fn one(text: &str) -> Command {
    let mut commands = parse_text(text).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(commands.len(), 1, "{text}");
    commands.remove(0)
}

/// The command with these clauses behind its `INTO`.
fn with(clauses: &str) -> Command {
    one(&format!("LOAD CSV FROM a.csv INTO postgresql:///db {clauses};"))
}

/// The error of `text`.
fn error(text: &str) -> Diagnostic {
    match parse_text(text) {
        Ok(_) => panic!("no error in: {text}"),
        Err(error) => error,
    }
}
