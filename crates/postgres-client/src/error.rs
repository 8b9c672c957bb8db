//! What can go wrong between this client and a server.

use std::fmt;

use fallible_iterator::FallibleIterator;
use postgres_protocol::message::backend::ErrorFields;

/// An error or a notice as the server reports it: the fields of the messages
/// ErrorResponse and NoticeResponse (PostgreSQL documentation, "Error and Notice Message Fields").
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DbError {
    /// `ERROR`, `FATAL`, `PANIC`, `WARNING`, `NOTICE`, `INFO`, `LOG` or `DEBUG`; not translated on
    /// servers from 9.6 on.
    pub severity: String,
    /// The five characters of the SQLSTATE.
    pub sqlstate: String,
    /// The primary message, in the server's language.
    pub message: String,
    /// More about the error; may hold values of the row concerned.
    pub detail: Option<String>,
    /// What the server suggests.
    pub hint: Option<String>,
    /// Where it happened, e.g. `COPY t, line 3, column a: "x"` (the field `W`).
    pub context: Option<String>,
    /// The character in the query text, counted from 1.
    pub position: Option<u32>,
    /// The character in [`internal_query`](Self::internal_query), counted from 1.
    pub internal_position: Option<u32>,
    /// The text of a query the server made itself, e.g. inside a PL/pgSQL function.
    pub internal_query: Option<String>,
    /// The schema of the object concerned.
    pub schema: Option<String>,
    /// The table concerned.
    pub table: Option<String>,
    /// The column concerned.
    pub column: Option<String>,
    /// The data type concerned.
    pub data_type: Option<String>,
    /// The constraint concerned.
    pub constraint: Option<String>,
}

/// A message that is no error; it has the same fields.
pub type Notice = DbError;

impl DbError {
    pub(crate) fn read(mut fields: ErrorFields<'_>) -> DbError {
        let mut error = DbError::default();
        let mut translated_severity = String::new();
        // A field list that ends early still gives the fields before its end.
        while let Ok(Some(field)) = fields.next() {
            let text = String::from_utf8_lossy(field.value_bytes()).into_owned();
            match field.type_() {
                b'S' => translated_severity = text,
                b'V' => error.severity = text,
                b'C' => error.sqlstate = text,
                b'M' => error.message = text,
                b'P' => error.position = text.parse().ok(),
                b'p' => error.internal_position = text.parse().ok(),
                other => error.set_optional(other, text),
            }
        }
        if error.severity.is_empty() {
            error.severity = translated_severity;
        }
        error
    }

    fn set_optional(&mut self, field: u8, text: String) {
        let place = match field {
            b'D' => &mut self.detail,
            b'H' => &mut self.hint,
            b'W' => &mut self.context,
            b'q' => &mut self.internal_query,
            b's' => &mut self.schema,
            b't' => &mut self.table,
            b'c' => &mut self.column,
            b'd' => &mut self.data_type,
            b'n' => &mut self.constraint,
            _ => return,
        };
        *place = Some(text);
    }

    /// True when the server ends the session after this message.
    pub fn ends_session(&self) -> bool {
        self.severity == "FATAL" || self.severity == "PANIC"
    }
}

impl fmt::Display for DbError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.severity, self.message)?;
        if !self.sqlstate.is_empty() {
            write!(f, " [{}]", self.sqlstate)?;
        }
        for (label, text) in [("DETAIL", &self.detail), ("HINT", &self.hint)] {
            if let Some(text) = text {
                write!(f, "\n{label}: {text}")?;
            }
        }
        Ok(())
    }
}

/// Why an operation of this crate failed. No variant ever holds a password.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The server refused; the connection stays usable unless [`DbError::ends_session`].
    #[error("{0}")]
    Database(Box<DbError>),
    /// An established connection broke; it cannot be used any more.
    #[error("the connection to {server} was lost: {reason}")]
    Lost {
        /// Host and port, or the socket.
        server: String,
        /// What broke it.
        reason: String,
    },
    /// No connection could be made.
    #[error("cannot connect to {server}: {reason}{}", hint_line(.hint))]
    Connect {
        /// Host and port, or the socket.
        server: String,
        /// What failed.
        reason: String,
        /// What to do about it.
        hint: Option<String>,
        /// Whether the same attempt may succeed later, as when a server restarts.
        transient: bool,
    },
    /// None of several servers would do; each with its own reason.
    #[error("cannot connect to any of the {} servers:{}{}", .failures.len(), list(.failures), NO_SERVER)]
    NoServer {
        /// In the order in which they were tried.
        failures: Vec<Error>,
    },
    /// This client could not take part in the authentication the server asked for.
    #[error("cannot authenticate at {server}: {reason}{}", hint_line(.hint))]
    Authentication {
        /// Host and port, or the socket.
        server: String,
        /// What failed.
        reason: String,
        /// What to do about it.
        hint: Option<String>,
    },
    /// Encryption was refused or failed.
    #[error("no TLS connection to {server}: {reason}{}", hint_line(.hint))]
    Tls {
        /// Host and port.
        server: String,
        /// What failed.
        reason: String,
        /// What to do about it.
        hint: Option<String>,
    },
    /// The server sent what the protocol does not allow; the connection cannot be used any more.
    #[error("the server at {server} broke the PostgreSQL protocol: {reason}")]
    Protocol {
        /// Host and port, or the socket.
        server: String,
        /// What was wrong.
        reason: String,
    },
    /// An earlier operation was given up half way (its future was dropped), so that the
    /// position in the conversation is unknown. Connect anew.
    #[error("this connection to {server} was abandoned in the middle of an operation; connect again")]
    Abandoned {
        /// Host and port, or the socket.
        server: String,
    },
    /// The request cannot be sent as it is: nothing has reached the server.
    #[error("{0}")]
    Request(String),
}

fn hint_line(hint: &Option<String>) -> String {
    hint.as_ref().map(|hint| format!("\nHINT: {hint}")).unwrap_or_default()
}

const NO_SERVER: &str = "\nHINT: check hosts and ports, and target_session_attrs if it is set";

fn list(failures: &[Error]) -> String {
    let line = |failure: &Error| {
        let text = failure.to_string();
        let first = text.split("\nHINT: ").next().unwrap_or_default();
        format!("\n- {first}")
    };
    failures.iter().map(line).collect()
}

impl Error {
    /// The server's report, when the server refused.
    pub fn database(&self) -> Option<&DbError> {
        match self {
            Error::Database(error) => Some(error),
            _ => None,
        }
    }

    /// The SQLSTATE, when the server refused.
    pub fn sqlstate(&self) -> Option<&str> {
        self.database().map(|error| error.sqlstate.as_str())
    }

    /// Whether a loader should connect again and repeat its transaction: the connection was lost
    /// or refused, or the server is shutting down or starting up (57P01, 57P02, 57P03, class 08).
    pub fn is_transient(&self) -> bool {
        match self {
            Error::Database(error) => transient_sqlstate(&error.sqlstate),
            Error::Lost { .. } => true,
            Error::Connect { transient, .. } => *transient,
            Error::NoServer { failures } => failures.iter().any(Error::is_transient),
            _ => false,
        }
    }
}

fn transient_sqlstate(sqlstate: &str) -> bool {
    matches!(sqlstate, "57P01" | "57P02" | "57P03") || sqlstate.starts_with("08")
}
