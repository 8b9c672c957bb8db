//! The one error type of the project: what failed, where, what to do.

use std::fmt;

/// The result of everything that can fail outside the row path.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What failed, told to a user. Never holds a secret.
///
/// `Display` gives the message and, on lines of their own, DETAIL, HINT, CONTEXT and QUERY where present: the
/// form in which logs and reject files show errors.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Error {
    /// One sentence without a final full stop.
    pub message: String,
    /// The five-character SQLSTATE where a server reported the error.
    pub sqlstate: Option<Box<str>>,
    /// The server's detail, or ours.
    pub detail: Option<Box<str>>,
    /// What the user can do.
    pub hint: Option<Box<str>>,
    /// Where it happened: the server's CONTEXT, or the file and line.
    pub context: Option<Box<str>>,
    /// The statement that failed, where it was not one the user sees anyway.
    pub query: Option<Box<str>>,
}

impl Error {
    /// An error of ours with this message.
    pub fn new(message: impl Into<String>) -> Error {
        Error { message: message.into(), ..Error::default() }
    }

    /// The same with a hint: what the user can do.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Error {
        self.hint = Some(hint.into().into());
        self
    }

    /// The same with the place where it happened.
    #[must_use]
    pub fn context(mut self, context: impl Into<String>) -> Error {
        self.context = Some(context.into().into());
        self
    }

    /// The same with the statement that failed.
    #[must_use]
    pub fn query(mut self, query: impl Into<String>) -> Error {
        self.query = Some(query.into().into());
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.sqlstate {
            Some(code) => write!(f, "Database error {code}: {}", self.message)?,
            None => write!(f, "{}", self.message)?,
        }
        let lines = [
            ("DETAIL", &self.detail),
            ("HINT", &self.hint),
            ("CONTEXT", &self.context),
            ("QUERY", &self.query),
        ];
        for (label, text) in lines {
            if let Some(text) = text {
                write!(f, "\n{label}: {text}")?;
            }
        }
        Ok(())
    }
}

impl std::error::Error for Error {}
