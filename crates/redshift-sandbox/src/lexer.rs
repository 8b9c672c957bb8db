//! Redshift's tokens. Backslash escapes in every literal; identifiers fold to lower case.

/// One token and where it begins in the statement, in bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: Kind,
    /// Its first byte in the statement's text.
    pub offset: usize,
    /// The byte after its last.
    pub end: usize,
}

/// What a token is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// A word without quotes, ASCII letters folded to lower case.
    Word(String),
    /// An identifier in double quotes, folded too unless names are case-sensitive; the quotes are taken off.
    Quoted(String),
    /// A `'…'` literal, its escapes resolved.
    Literal(String),
    /// A number as written, without sign.
    Number(String),
    /// Punctuation or an operator character, one at a time; `::` is one token.
    Symbol(&'static str),
}
