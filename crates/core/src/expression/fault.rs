//! What is wrong with the text of an expression, a library or a pattern.

use std::ops::Range;

/// An error in something that a user has written, to be shown with a caret below `range`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The bytes concerned, counted from the start of the text that was read. May be empty.
    pub range: Range<usize>,
    /// One sentence without a final full stop.
    pub message: String,
    /// What the user can do.
    pub hint: Option<String>,
}

impl Fault {
    /// A fault of these bytes.
    pub fn new(range: Range<usize>, message: impl Into<String>) -> Fault {
        Fault { range, message: message.into(), hint: None }
    }

    /// The same with a hint.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Fault {
        self.hint = Some(hint.into());
        self
    }
}
