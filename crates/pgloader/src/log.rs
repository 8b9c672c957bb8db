//! Log lines on stderr and in the log file: `2026-11-23T10:20:30.123000Z LEVEL message`.
//!
//! Code logs through `tracing`; what has no level there says its own: `tracing::info!(severity = "LOG", …)`.

use std::fmt::{self, Write as _};
use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;

use crate::cli::Output;
use crate::journal::Journal;
use crate::progress::Progress;

/// The levels of log lines, low to high. A threshold shows itself and everything above.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, clap::ValueEnum)]
pub enum Level {
    /// Everything.
    Data,
    /// What is done, in detail.
    Debug,
    /// What is done.
    Info,
    /// Statements sent to the target.
    Sql,
    /// What a user may want to know.
    Notice,
    /// What a user should know.
    Warning,
    /// Something failed.
    Error,
    /// What a user always wants to see in a log.
    Log,
    /// A command failed.
    Fatal,
    /// The program cannot go on.
    Panic,
}

impl Level {
    const ALL: [(Level, &'static str); 10] = [
        (Level::Data, "DATA"),
        (Level::Debug, "DEBUG"),
        (Level::Info, "INFO"),
        (Level::Sql, "SQL"),
        (Level::Notice, "NOTICE"),
        (Level::Warning, "WARNING"),
        (Level::Error, "ERROR"),
        (Level::Log, "LOG"),
        (Level::Fatal, "FATAL"),
        (Level::Panic, "PANIC"),
    ];

    /// As log lines show it.
    pub fn name(self) -> &'static str {
        Level::ALL[self as usize].1
    }

    fn named(name: &str) -> Option<Level> {
        Level::ALL.iter().find(|(_, known)| *known == name).map(|(level, _)| *level)
    }
}

impl From<tracing::Level> for Level {
    fn from(level: tracing::Level) -> Level {
        match level {
            tracing::Level::TRACE => Level::Data,
            tracing::Level::DEBUG => Level::Debug,
            tracing::Level::INFO => Level::Notice,
            tracing::Level::WARN => Level::Warning,
            tracing::Level::ERROR => Level::Error,
        }
    }
}

/// Makes the root directory and starts the log, whose console lines go to `progress` and whose warnings to `journal`
/// too. Returns the log file's path.
pub fn start(output: &Output, progress: Progress, journal: Journal) -> Result<PathBuf, String> {
    let cannot = |path: &Path, error: std::io::Error| {
        format!(
            "FATAL cannot write below {}: {error}\nHINT: name another directory with --root-dir, or another file with --logfile",
            path.display()
        )
    };
    std::fs::create_dir_all(&output.root_dir).map_err(|error| cannot(&output.root_dir, error))?;
    let path = output.root_dir.join(&output.logfile);
    if let Some(directory) = path.parent() {
        std::fs::create_dir_all(directory).map_err(|error| cannot(directory, error))?;
    }
    let open = File::options().create(true).append(true).open(&path);
    let file = open.map_err(|error| cannot(&path, error))?;
    let log = Log {
        console: output.console_level(),
        file_level: output.file_level(),
        file: Mutex::new(file),
        progress,
        journal,
    };
    tracing_subscriber::registry().with(log).try_init().map_err(|error| format!("FATAL {error}"))?;
    Ok(path)
}

struct Log {
    console: Level,
    file_level: Level,
    file: Mutex<File>,
    progress: Progress,
    journal: Journal,
}

impl<S: Subscriber> Layer<S> for Log {
    fn enabled(&self, metadata: &tracing::Metadata<'_>, _: Context<'_, S>) -> bool {
        metadata.target().starts_with("pgloader")
    }

    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut line = Line::default();
        event.record(&mut line);
        let level = line.severity.unwrap_or(Level::from(*event.metadata().level()));
        let message = format!("{}{}", line.message, line.fields);
        let is_of_a_row = event.metadata().target() == pgloader_engine::REJECTS;
        if level >= Level::Warning && level != Level::Log && !is_of_a_row {
            self.journal.add(level, &message);
        }
        if level < self.console.min(self.file_level) {
            return;
        }
        let time = format!("{:.6}", jiff::Timestamp::now());
        if level >= self.console {
            self.progress.log(&time, level, &message);
        }
        if level >= self.file_level {
            let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
            // A log that cannot be written must not end a load.
            let _ = file.write_all(format!("{time} {} {message}\n", level.name()).as_bytes());
        }
    }
}

/// What an event says.
#[derive(Default)]
struct Line {
    severity: Option<Level>,
    message: String,
    fields: String,
}

impl Visit for Line {
    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            "severity" => self.severity = Level::named(value),
            _ => self.record_debug(field, &format_args!("{value}")),
        }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        // Writing to a string cannot fail.
        let _ = match field.name() {
            "message" => write!(self.message, "{value:?}"),
            name => write!(self.fields, " {name}={value:?}"),
        };
    }
}
