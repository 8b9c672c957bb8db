//! What the load language has and this version cannot do yet, refused by name where it stands.

use pgloader_command::{Command, CommandKind, Diagnostic, Origin, SourceText, Span, Statement};

/// The commands, all of which can be run.
///
/// # Errors
/// The first thing in them that is not built yet.
pub fn runnable(statements: Vec<Statement>, text: &SourceText) -> Result<Vec<Command>, Diagnostic> {
    statements.into_iter().map(|statement| load(statement, text)).collect()
}

fn load(statement: Statement, text: &SourceText) -> Result<Command, Diagnostic> {
    match statement {
        Statement::Load(command) if first_unbuilt(&command).is_none() => Ok(*command),
        Statement::Load(command) => Err(refusal(&command, text)),
        Statement::Archive(archive) => Err(refused(text, "LOAD ARCHIVE", archive.head)),
    }
}

/// What is said of a command that cannot be run.
pub fn refusal(command: &Command, text: &SourceText) -> Diagnostic {
    let whole = || (command.kind.to_string(), command.head);
    let (what, span) = first_unbuilt(command).unwrap_or_else(whole);
    refused(text, &what, span)
}

fn refused(text: &SourceText, what: &str, span: Span) -> Diagnostic {
    Diagnostic::error(text, span, format!("{what} is not built yet"))
}

fn first_unbuilt(command: &Command) -> Option<(String, Span)> {
    if command.kind != CommandKind::Csv {
        return Some((command.kind.to_string(), command.head));
    }
    origin(&command.source)
}

fn origin(source: &Origin) -> Option<(String, Span)> {
    let what = match source {
        Origin::File(_) | Origin::Stdin(_) | Origin::Inline(_) | Origin::Matching(_) => return None,
        Origin::Url(url) | Origin::Server(url) => url.value.split_inclusive("://").next().unwrap_or_default(),
    };
    Some((format!("FROM {what}"), source.span()))
}
