//! SOURCE TARGET: two words of the command line that are one command, or else two load files.

mod compose;
mod kind;

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use pgloader_command::{Command, Diagnostic, SourceText, Surroundings, parse};
use pgloader_core::expression::Library;

use crate::command::Session;
use crate::ended::Ended;
use crate::files::{self, LoadFile};
use crate::{registry, unbuilt};
use compose::Clause;
use kind::Kind;

/// How messages name the text that the command line makes.
const NAME: &str = "command line";

/// Runs what two words say.
pub async fn run(session: &mut Session<'_>, source: &OsStr, target: &OsStr) -> Ended {
    let files = || [PathBuf::from(source), PathBuf::from(target)];
    // A name that is no text can be a load file's only.
    let (Some(source), Some(target)) = (source.to_str(), target.to_str()) else {
        return files::run(session, &files()).await;
    };
    let clauses = &session.arguments.clauses;
    let kind = match (kind::of(source, clauses.kind.as_deref()), registry::check_target(target)) {
        (Some(kind), Ok(())) => kind,
        (Some(_), Err(why)) => return no_target(target, &why),
        (None, Err(_)) if clauses.kind.is_none() => {
            return files::run(session, &files()).await;
        }
        (None, _) => return no_source(source),
    };
    let (text, command) = match read(session, kind, source, target) {
        Ok(read) => read,
        Err(ended) => return ended,
    };
    let file = LoadFile { text, path: PathBuf::new(), directory: PathBuf::new() };
    files::run_commands(session, &file, &[command]).await
}

fn no_source(source: &str) -> Ended {
    fatal(&format!("Failed to parse \"{source}\" as a source URI."));
    tracing::info!(severity = "LOG", "You might need to use --type.");
    Ended::Unreadable
}

fn no_target(target: &str, why: &str) -> Ended {
    fatal(&format!("Failed to parse \"{target}\" as a PostgreSQL database URI.\nHINT: {why}"));
    Ended::Unreadable
}

/// The text of the command and the command. Where there is none, all has been said.
fn read(
    session: &Session<'_>,
    kind: &Kind,
    source: &str,
    target: &str,
) -> Result<(SourceText, Command), Ended> {
    let given = &session.arguments.clauses;
    let head = compose::head(kind, source, target);
    if let Err(error) = read_text(&head, &session.library) {
        tracing::error!(severity = "FATAL", "{error}");
        return Err(Ended::Badly);
    }
    if !given.cast.is_empty() && !kind.is_database {
        tracing::info!(severity = "LOG", "Cast rules are ignored for this sources.");
    }
    let clauses = readable_clauses(session, kind, &head)?;
    let (text, command) =
        read_text(&compose::command(&head, &clauses), &session.library).map_err(|error| {
            tracing::error!("{error}");
            not_read()
        })?;
    if kind.has_fields && command.table.is_none() && registry::table_in_uri(&command).is_none() {
        say!(err, "{} data source require a table name target.", kind.name());
        return Err(Ended::Unreadable);
    }
    Ok((text, command))
}

/// All clauses, each of which can be read by itself.
fn readable_clauses(session: &Session<'_>, kind: &Kind, head: &str) -> Result<Vec<Clause>, Ended> {
    let given = &session.arguments.clauses;
    let mut clauses = compose::clauses(kind, given);
    let each_field = given.field.iter().filter_map(|fields| compose::fields([fields.as_str()]));
    let mut is_good = true;
    for clause in each_field.collect::<Vec<_>>().iter().chain(&clauses) {
        if let Err(error) = read_text(&compose::command(head, [clause]), &session.library) {
            tracing::error!("Could not parse {} {}", clause.option, error);
            is_good = false;
        }
    }
    clauses.extend(compose::fields(given.field.iter().map(String::as_str)));
    if is_good { Ok(clauses) } else { Err(not_read()) }
}

fn not_read() -> Ended {
    say!(err, "Could not parse the command line: see above.");
    Ended::Unreadable
}

/// Reads a text that is one command.
fn read_text(text: &str, library: &Library) -> Result<(SourceText, Command), Diagnostic> {
    let text = SourceText::plain(NAME, text);
    let surroundings = Surroundings {
        options: &registry::options,
        file_exists: &|name| registry::resolve(name, Path::new("")).is_file(),
        library,
    };
    let mut commands = unbuilt::runnable(parse(&text, &surroundings)?, &text)?.into_iter();
    match (commands.next(), commands.next()) {
        (Some(command), None) => Ok((text, command)),
        (_, second) => {
            let span = second.map(|command| command.span);
            Err(Diagnostic::error(&text, span.unwrap_or((0..0).into()), "there is more than one command"))
        }
    }
}

/// Says it, the passwords of connection strings masked.
fn fatal(message: &str) {
    let text = SourceText::plain(NAME, "");
    let message = Diagnostic::error(&text, (0..0).into(), message);
    tracing::error!(severity = "FATAL", "{}", message.message());
}
