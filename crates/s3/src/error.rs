use std::fmt;

/// What an error is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kind {
    /// No AWS keys could be had; the message names each place searched.
    NoKeys,
    /// The bucket does not exist.
    NoBucket,
    /// The object, or the upload, does not exist.
    NoObject,
    /// The keys are valid, but may not do this.
    Denied,
    /// The access key id is unknown, or the secret or the session token does not belong to it.
    WrongKey,
    /// The keys were temporary, and their time is over.
    ExpiredToken,
    /// This machine's clock is wrong.
    ClockSkew,
    /// The request went to another region than the bucket's.
    WrongRegion,
    /// An option, a variable or a file of settings cannot be used.
    Settings,
    /// S3 was overloaded, failed or could not be reached: the same may succeed later. The SDK has
    /// tried several times already.
    Transient,
    /// Anything else.
    Other,
}

/// An error that a user can act on. It never holds a secret; an access key is shown by the first and
/// last four characters of its id.
///
/// `Display` gives the message, and the hint on a line of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    kind: Kind,
    message: String,
    hint: Option<String>,
    left: Vec<String>,
}

impl Error {
    pub(crate) fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), hint: None, left: Vec::new() }
    }

    #[must_use]
    pub(crate) fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    #[must_use]
    pub(crate) fn with_left(mut self, keys: Vec<String>) -> Self {
        self.left = keys;
        self
    }

    /// What it is about.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// One sentence without a final full stop: what failed, on which bucket and key, and S3's code and
    /// request id where it gave them.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// What the user can do.
    pub fn hint(&self) -> Option<&str> {
        self.hint.as_deref()
    }

    /// Whether the same may succeed later.
    pub fn is_transient(&self) -> bool {
        self.kind == Kind::Transient
    }

    /// The keys that [`crate::Store::delete`] has not deleted.
    pub fn left(&self) -> &[String] {
        &self.left
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        match &self.hint {
            Some(hint) => write!(f, "\nHINT: {hint}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Error {}
