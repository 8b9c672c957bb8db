//! One load file: read, expanded, parsed, its commands run in order.

use std::path::{Path, PathBuf};

use pgloader_command::{Command, Lookup, SourceText, Surroundings, expand, parse};
use pgloader_core::Error;

use crate::cli::Arguments;
use crate::command::{self, Session};
use crate::dry_run;
use crate::ended::Ended;
use crate::{registry, unbuilt};

/// A load file and its commands.
pub struct LoadFile {
    /// Its text.
    pub text: SourceText,
    /// Where it is.
    pub path: PathBuf,
    /// The directory that relative names in it are below.
    pub directory: PathBuf,
}

/// Runs load files in order until one ends the run. Missing ones are all reported first; the others run all the same,
/// unless every error is to end the run.
pub async fn run(session: &mut Session<'_>, files: &[PathBuf]) -> Ended {
    warn_of_ignored(session.arguments);
    let missing = |file: &PathBuf| file.metadata().err().map(|error| cannot_read(file, &error));
    let mut ended = Ended::Well;
    for error in files.iter().filter_map(missing) {
        tracing::error!(severity = "FATAL", "{error}");
        ended = if session.arguments.on_error_stop { Ended::Badly } else { Ended::Incomplete };
    }
    for file in files.iter().filter(|file| file.exists()) {
        if ended.stops_the_run() {
            break;
        }
        ended = ended.and(run_file(session, file).await);
    }
    ended
}

/// Load files have clauses of their own.
fn warn_of_ignored(arguments: &Arguments) {
    for option in arguments.clauses.given() {
        tracing::warn!("Option \"{option}\" is ignored when using a load file");
    }
}

/// Runs the commands of one file.
async fn run_file(session: &mut Session<'_>, path: &Path) -> Ended {
    tracing::info!(severity = "LOG", "Parsing commands from file '{}'", path.display());
    let (file, commands) = match read(path, session) {
        Ok(read) => read,
        Err(message) => return Ended::give_up(&message),
    };
    run_commands(session, &file, &commands).await
}

/// Runs commands in order until one ends the run.
pub async fn run_commands(session: &mut Session<'_>, file: &LoadFile, commands: &[Command]) -> Ended {
    session.announce(commands);
    let mut ended = Ended::Well;
    for command in commands {
        if ended.stops_the_run() {
            break;
        }
        ended = ended.and(match session.arguments.dry_run {
            true => dry_run::run(session, file, command).await,
            false => command::run(session, file, command).await,
        });
    }
    ended
}

/// Reads a load file and its commands.
pub fn read(path: &Path, session: &Session<'_>) -> Result<(LoadFile, Vec<Command>), String> {
    let bytes = std::fs::read(path).map_err(|error| cannot_read(path, &error).to_string())?;
    let name = path.display().to_string();
    let real = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let directory = real.parent().unwrap_or(Path::new("")).to_owned();
    let partial = |name: &str| read_text(&registry::resolve(name, &directory)).map_err(|error| error.message);
    let lookup = Lookup { value: &|name| session.variables.get(name), partial: &partial };
    let text = expand(&name, &bytes, &lookup);
    let surroundings = Surroundings {
        options: &registry::options,
        file_exists: &|name| registry::resolve(name, &directory).is_file(),
        library: &session.library,
    };
    let commands = parse(&text, &surroundings).and_then(|statements| unbuilt::runnable(statements, &text));
    let commands = commands.map_err(|error| error.to_string())?;
    Ok((LoadFile { text, path: path.to_owned(), directory }, commands))
}

/// A file of text; errors name it and say what to do.
pub fn read_text(path: &Path) -> Result<String, Error> {
    let bytes = std::fs::read(path).map_err(|error| cannot_read(path, &error))?;
    String::from_utf8(bytes).map_err(|error| {
        let line =
            1 + error.as_bytes()[..error.utf8_error().valid_up_to()].iter().filter(|b| **b == b'\n').count();
        Error::new(format!("{}:{line}: the file is not UTF-8", path.display()))
            .hint("convert it, for instance with iconv")
    })
}

/// That a file cannot be read.
pub fn cannot_read(path: &Path, error: &std::io::Error) -> Error {
    let hint = match error.kind() {
        std::io::ErrorKind::NotFound => {
            "check the name; a relative one starts at the current directory, within a load file at its directory"
        }
        std::io::ErrorKind::IsADirectory => "name a file in it",
        _ => "make the file readable for this user",
    };
    Error::new(format!("cannot read {}: {error}", path.display())).hint(hint)
}
