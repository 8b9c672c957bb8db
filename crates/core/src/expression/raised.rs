//! Why an expression has no value.

/// An error while an expression is evaluated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Raised {
    /// What is wrong, without a final full stop.
    pub(super) message: String,
    /// Whether `message` says where.
    pub(super) is_located: bool,
    /// A limit was reached, which `ignore-errors` does not pass over.
    pub(super) is_limit: bool,
}

impl Raised {
    pub(super) fn new(message: impl Into<String>) -> Raised {
        Raised { message: message.into(), is_located: false, is_limit: false }
    }

    pub(super) fn limit(message: impl Into<String>) -> Raised {
        Raised { is_limit: true, ..Raised::new(message) }
    }

    /// The same with the innermost call that it happened in.
    pub(super) fn within(mut self, call: &str) -> Raised {
        if !self.is_located {
            self.message = format!("{} in {call}", self.message);
            self.is_located = true;
        }
        self
    }
}
