//! Load files: templates and commands.

use pgloader_command::{CommandKind, Diagnostic, Lookup, Statement, Surroundings, expand, parse};
use pgloader_core::expression::Library;
use pgloader_core::option::OptionSpec;
use pgloader_plan::{options::ALL, schema_options::OF_DATABASES};
use pgloader_sources::csv;

/// A password that no error may show.
const SECRET: &str = "Hush4711";

/// Any bytes are commands, or an error at a place of the file. Where there is a NUL in the input, commands are also
/// read from what surrounds it and a connection string, whose password no error may show.
///
/// # Panics
///
/// One of that is not so.
pub fn check(input: &[u8]) {
    read(input);
    let Some(nul) = input.iter().position(|&byte| byte == 0) else { return };
    let (before, after) = (&input[..nul], &input[nul + 1..]);
    let changes_delimiters = input.windows(3).any(|window| window == b"{{=");
    let says_it_itself = input.windows(SECRET.len()).any(|window| window == SECRET.as_bytes());
    if !changes_delimiters && !says_it_itself {
        let target = format!(" INTO postgresql://u:{SECRET}@h/d ");
        let shown = read(&[before, target.as_bytes(), after].concat());
        assert!(!shown.contains(SECRET), "{shown}");
    }
}

/// Reads a load file; the result is all that is said of it.
fn read(bytes: &[u8]) -> String {
    let text = expand("f.load", bytes, &Lookup { value: &variable, partial: &partial });
    let library = Library::default();
    let surroundings =
        Surroundings { options: &options, file_exists: &|name| name.contains(')'), library: &library };
    match parse(&text, &surroundings) {
        Err(error) => shown(&error),
        Ok(statements) => statements.iter().map(warnings_of).collect(),
    }
}

fn options(kind: CommandKind) -> Vec<&'static OptionSpec> {
    let of_source = match kind {
        CommandKind::MySql | CommandKind::Postgres | CommandKind::MsSql | CommandKind::SQLite => {
            &OF_DATABASES[..]
        }
        _ => csv::OPTIONS,
    };
    ALL.iter().chain(of_source).copied().collect()
}

fn variable(name: &str) -> Option<String> {
    let value = match name {
        "DBPATH" => "data.csv",
        "BROKEN" => "it's {{DBPATH}}",
        "EMPTY" => "",
        _ => return None,
    };
    Some(value.to_owned())
}

fn partial(name: &str) -> Result<String, String> {
    match name {
        "into" => Ok("INTO postgresql:///d?t {{DBPATH}}".to_owned()),
        "twice" => Ok("{{> into}}{{> into}}".to_owned()),
        "loop" => Ok("{{> loop}}".to_owned()),
        _ => Err("there is no such file".to_owned()),
    }
}

fn warnings_of(statement: &Statement) -> String {
    match statement {
        Statement::Load(command) => command.warnings.iter().map(shown).collect(),
        Statement::Archive(archive) => {
            archive.members.iter().flat_map(|member| &member.warnings).map(shown).collect()
        }
    }
}

/// The whole message, which has a place and a caret.
fn shown(diagnostic: &Diagnostic) -> String {
    let shown = diagnostic.to_string();
    assert!(diagnostic.line() >= 1 && diagnostic.column() >= 1 && shown.contains('^'), "{shown}");
    shown
}
