use std::fmt;
use std::io;
use std::path::Path;

/// Why a private server could not be had, or did not do as asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A program that is needed is not installed.
    #[error("{program} not found {place}; install it: {hint}")]
    Missing {
        /// What was looked for.
        program: String,
        /// Where it was looked for.
        place: &'static str,
        /// A command that installs it.
        hint: &'static str,
    },
    /// There is no account the server could run as.
    #[error("running as root, and neither a user postgres nor a user nobody exists to run PostgreSQL")]
    NoAccount,
    /// The operating system refused something.
    #[error("cannot {action}: {source}")]
    System {
        /// What was tried, as an infinitive.
        action: String,
        /// The system's answer.
        source: io::Error,
    },
    /// The directory of private servers cannot be trusted or used.
    #[error("{0}")]
    Directory(String),
    /// A program of PostgreSQL failed; the text is what it printed.
    #[error("{program} failed: {output}")]
    Program {
        /// The program's name.
        program: String,
        /// Its standard error, trimmed.
        output: String,
    },
    /// The server ended, or was not ready in time; the text is the end of its log.
    #[error("the private PostgreSQL server {what}; the end of its log:\n{log}")]
    Server {
        /// What happened.
        what: &'static str,
        /// The last lines of the server's log.
        log: String,
    },
    /// The server refused SQL; the text is psql's standard error, trimmed.
    #[error("{0}")]
    Sql(String),
}

/// Names the action in an [`io::Error`].
pub(crate) trait Acting<T> {
    fn acting(self, action: impl fmt::Display) -> Result<T, Error>;

    fn at(self, action: &str, path: &Path) -> Result<T, Error>
    where
        Self: Sized,
    {
        self.acting(format_args!("{action} {}", path.display()))
    }
}

impl<T> Acting<T> for io::Result<T> {
    fn acting(self, action: impl fmt::Display) -> Result<T, Error> {
        self.map_err(|source| Error::System { action: action.to_string(), source })
    }
}
