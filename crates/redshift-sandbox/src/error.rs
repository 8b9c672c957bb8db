//! Errors as Redshift words them, and those of the sandbox itself.

use std::fmt;
use std::io;

/// What is sent to the client as an ErrorResponse.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SqlError {
    /// Five characters.
    pub sqlstate: &'static str,
    /// The primary message.
    pub message: String,
    /// The multi-line block that Redshift adds to errors while loading.
    pub detail: Option<String>,
    /// What to do.
    pub hint: Option<String>,
}

impl SqlError {
    /// An error without detail and hint.
    pub fn new(sqlstate: &'static str, message: impl Into<String>) -> SqlError {
        SqlError { sqlstate, message: message.into(), detail: None, hint: None }
    }
}

impl fmt::Display for SqlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.sqlstate, self.message)?;
        self.detail.as_ref().map_or(Ok(()), |detail| write!(f, "\n{detail}"))
    }
}

impl std::error::Error for SqlError {}

/// Why a sandbox does not start or does not answer.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The private PostgreSQL server.
    #[error(transparent)]
    Postgres(#[from] private_postgres::Error),
    /// The private S3 server.
    #[error("the private S3 server does not start: {0}")]
    S3(String),
    /// The server given with `--backing`, or SQL that it refused.
    #[error("the backing server: {0}")]
    Backing(String),
    /// Certificates cannot be made.
    #[error("cannot make a certificate: {0}")]
    Tls(String),
    /// The operating system.
    #[error("cannot {action}: {source}")]
    System {
        /// What was tried, as an infinitive.
        action: &'static str,
        /// Its answer.
        source: io::Error,
    },
    /// The sandbox refused a statement.
    #[error("{sqlstate}: {message}")]
    Refused {
        /// Five characters.
        sqlstate: String,
        /// The primary message.
        message: String,
    },
}

impl Error {
    /// Names the action in an [`io::Error`].
    pub(crate) fn system(action: &'static str, source: io::Error) -> Error {
        Error::System { action, source }
    }
}

impl From<tokio_postgres::Error> for Error {
    fn from(error: tokio_postgres::Error) -> Error {
        let message = error.as_db_error().map_or_else(|| error.to_string(), |refusal| refusal.to_string());
        Error::Backing(message)
    }
}
