//! A cursor over a statement's tokens.

use crate::error::SqlError;
use crate::lexer::{Kind, Token};
use crate::sql::reserved::is_reserved;

/// What remains of a statement. Every method that wants something answers 42601 if it is not there.
#[derive(Debug)]
pub(super) struct Words<'a> {
    tokens: &'a [Token],
    at: usize,
}

impl<'a> Words<'a> {
    /// At the first token.
    pub fn new(tokens: &'a [Token]) -> Words<'a> {
        Words { tokens, at: 0 }
    }

    /// Whether all tokens were taken.
    pub fn is_done(&self) -> bool {
        self.at == self.tokens.len()
    }

    /// Takes a word if it comes next; `word` is in lower case.
    pub fn take_word(&mut self, word: &str) -> bool {
        self.take_if(|kind| matches!(kind, Kind::Word(w) if w == word))
    }

    /// Takes a symbol if it comes next.
    pub fn take_symbol(&mut self, symbol: &str) -> bool {
        self.take_if(|kind| matches!(kind, Kind::Symbol(s) if *s == symbol))
    }

    /// Takes this word.
    pub fn need_word(&mut self, word: &str) -> Result<(), SqlError> {
        if self.take_word(word) { Ok(()) } else { Err(self.unexpected()) }
    }

    /// Takes this symbol.
    pub fn need_symbol(&mut self, symbol: &str) -> Result<(), SqlError> {
        if self.take_symbol(symbol) { Ok(()) } else { Err(self.unexpected()) }
    }

    /// Takes any word without quotes.
    pub fn word(&mut self) -> Result<&'a str, SqlError> {
        match self.kind() {
            Some(Kind::Word(word)) => Ok(self.took(word)),
            _ => Err(self.unexpected()),
        }
    }

    /// Takes a literal.
    pub fn literal(&mut self) -> Result<&'a str, SqlError> {
        match self.kind() {
            Some(Kind::Literal(text)) => Ok(self.took(text)),
            _ => Err(self.unexpected()),
        }
    }

    /// Takes a whole number without sign.
    pub fn number(&mut self) -> Result<u64, SqlError> {
        let number = match self.kind() {
            Some(Kind::Number(digits)) => digits.parse().ok(),
            _ => None,
        };
        number.map(|n| self.took(n)).ok_or_else(|| self.unexpected())
    }

    /// Takes a name: an identifier in quotes, or a word that is not reserved.
    pub fn name(&mut self) -> Result<&'a str, SqlError> {
        match self.kind() {
            Some(Kind::Quoted(name)) => Ok(self.took(name)),
            Some(Kind::Word(word)) if !is_reserved(word) => Ok(self.took(word)),
            _ => Err(self.unexpected()),
        }
    }

    /// Steps back by one token, so that [`Words::unexpected`] names it.
    pub fn step_back(&mut self) {
        self.at = self.at.saturating_sub(1);
    }

    /// The syntax error for the token that comes next. Literals are not shown: they may be secret.
    pub fn unexpected(&self) -> SqlError {
        let Some(token) = self.tokens.get(self.at) else {
            return SqlError::new("42601", "syntax error at end of input");
        };
        let around = self.tokens[self.at.saturating_sub(2)..=self.at].iter().map(masked);
        let context = around.collect::<Vec<_>>().join(" ");
        let near = masked(token);
        SqlError::new("42601", format!("syntax error at or near \"{near}\" in context \"{context}\""))
    }

    fn kind(&self) -> Option<&'a Kind> {
        self.tokens.get(self.at).map(|token| &token.kind)
    }

    fn take_if(&mut self, wanted: impl Fn(&Kind) -> bool) -> bool {
        let found = self.kind().is_some_and(wanted);
        self.at += usize::from(found);
        found
    }

    fn took<T>(&mut self, value: T) -> T {
        self.at += 1;
        value
    }
}

/// The tokens as text again, one blank between two.
pub(super) fn statement(tokens: &[Token]) -> String {
    tokens.iter().map(written).collect::<Vec<_>>().join(" ")
}

/// One token as text, a literal as three stars.
fn masked(token: &Token) -> String {
    if matches!(token.kind, Kind::Literal(_)) { "'***'".to_owned() } else { written(token) }
}

/// One token as text. Words were folded, so they are all written in capitals, as keywords mostly are.
fn written(token: &Token) -> String {
    match &token.kind {
        Kind::Word(word) => word.to_ascii_uppercase(),
        Kind::Quoted(name) => format!("\"{}\"", name.replace('"', "\"\"")),
        Kind::Literal(text) => format!("'{}'", text.replace('\\', "\\\\").replace('\'', "''")),
        Kind::Number(digits) => digits.clone(),
        Kind::Symbol(symbol) => (*symbol).to_owned(),
    }
}
