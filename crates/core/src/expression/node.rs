//! What the reader makes of text.

use std::ops::Range;

/// One form and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Node {
    /// Its bytes, counted from the start of the text that was read.
    pub(super) range: Range<usize>,
    /// What it is.
    pub(super) kind: Kind,
}

/// What a form is.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Kind {
    Integer(i128),
    Float(f64),
    Character(char),
    Text(String),
    /// As written.
    Symbol(String),
    /// Lower-case, without the colon.
    Keyword(String),
    /// Between parentheses; `'x` and `#'x` are lists too.
    List(Vec<Node>),
    /// Between square brackets: the parameters of `fn`.
    Vector(Vec<Node>),
}

impl Node {
    /// The lower-case name of a symbol without its package.
    pub(super) fn name(&self) -> Option<String> {
        match &self.kind {
            Kind::Symbol(text) => Some(bare_name(text)),
            _ => None,
        }
    }

    /// The forms of a list.
    pub(super) fn list(&self) -> Option<&[Node]> {
        match &self.kind {
            Kind::List(nodes) => Some(nodes),
            _ => None,
        }
    }

    /// The name at the head of a list, and what follows it.
    pub(super) fn call(&self) -> Option<(String, &[Node])> {
        let (head, rest) = self.list()?.split_first()?;
        Some((head.name()?, rest))
    }
}

/// `CL:T` → `t`, `pgloader.transforms::right-trim` → `right-trim`.
pub(super) fn bare_name(symbol: &str) -> String {
    let name = symbol.rsplit(':').next().filter(|name| !name.is_empty()).unwrap_or(symbol);
    name.to_lowercase()
}
