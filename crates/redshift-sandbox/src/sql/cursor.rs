//! A place among a statement's tokens, and the errors of a parser standing there.

use crate::error::SqlError;
use crate::lexer::{Kind, Token, place, spelt};
use crate::sql::reserved::is_reserved;

/// How deep expressions and queries may nest.
const DEPTH: u32 = 100;

/// What has a name: a table, a type's schema is never written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectName {
    /// As written before the point.
    pub schema: Option<String>,
    /// As written behind it.
    pub name: String,
}

impl std::fmt::Display for ObjectName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let Some(schema) = &self.schema {
            write!(f, "{schema}.")?;
        }
        f.write_str(&self.name)
    }
}

/// Reads tokens one by one.
#[derive(Debug)]
pub struct Cursor<'a> {
    text: &'a str,
    tokens: &'a [Token],
    at: usize,
    depth: u32,
}

impl<'a> Cursor<'a> {
    /// Before the first of a statement's tokens; `text` is what their offsets count in.
    pub fn new(text: &'a str, tokens: &'a [Token]) -> Cursor<'a> {
        Cursor { text, tokens, at: 0, depth: 0 }
    }

    /// The next token.
    pub fn peek(&self) -> Option<&'a Kind> {
        self.ahead(0)
    }

    /// The token so many behind the next.
    pub fn ahead(&self, count: usize) -> Option<&'a Kind> {
        self.tokens.get(self.at + count).map(|token| &token.kind)
    }

    /// All tokens of the statement.
    pub fn all(&self) -> &'a [Token] {
        self.tokens
    }

    /// Passes over the next token.
    pub fn advance(&mut self) {
        self.at += 1;
    }

    /// The statement as written, without what is around its tokens.
    pub fn statement(&self) -> &'a str {
        spelt(self.text, self.tokens)
    }

    /// Whether the next token is this word, which may be a reserved one.
    pub fn sees(&self, word: &str) -> bool {
        self.sees_at(0, word)
    }

    /// Whether the token so many behind the next is this word.
    pub fn sees_at(&self, count: usize, word: &str) -> bool {
        matches!(self.ahead(count), Some(Kind::Word(found)) if found == word)
    }

    /// Takes the word if it is next.
    pub fn accept(&mut self, word: &str) -> bool {
        let found = self.sees(word);
        self.at += usize::from(found);
        found
    }

    /// Takes the words if they are next, all or none.
    pub fn accept_all(&mut self, words: &[&str]) -> bool {
        let found = words.iter().enumerate().all(|(count, word)| self.sees_at(count, word));
        self.at += if found { words.len() } else { 0 };
        found
    }

    /// Takes the first of the words that is next.
    pub fn accept_any<'w>(&mut self, words: &[&'w str]) -> Option<&'w str> {
        words.iter().copied().find(|word| self.accept(word))
    }

    /// Takes the word or fails.
    pub fn expect(&mut self, word: &str) -> Result<(), SqlError> {
        if self.accept(word) { Ok(()) } else { Err(self.unexpected()) }
    }

    /// Whether the next token is this symbol.
    pub fn sees_symbol(&self, symbol: &str) -> bool {
        matches!(self.peek(), Some(Kind::Symbol(found)) if *found == symbol)
    }

    /// Takes the symbol if it is next.
    pub fn accept_symbol(&mut self, symbol: &str) -> bool {
        let found = self.sees_symbol(symbol);
        self.at += usize::from(found);
        found
    }

    /// Takes the symbol or fails.
    pub fn expect_symbol(&mut self, symbol: &str) -> Result<(), SqlError> {
        if self.accept_symbol(symbol) { Ok(()) } else { Err(self.unexpected()) }
    }

    /// The operator that is next: adjacent operator characters, as PostgreSQL's lexer joins them.
    pub fn operator(&self) -> String {
        let mut operator = String::new();
        let mut end = None;
        for token in &self.tokens[self.at.min(self.tokens.len())..] {
            match token.kind {
                Kind::Symbol(symbol) if is_operator(symbol) && end.is_none_or(|end| end == token.offset) => {
                    operator.push_str(symbol);
                    end = Some(token.end);
                }
                _ => break,
            }
        }
        // A sign at the end belongs to what follows, but for operators with these characters.
        while operator.len() > 1
            && operator.ends_with(['+', '-'])
            && !operator.contains(['~', '!', '@', '#', '%', '^', '&', '|', '`', '?'])
        {
            operator.pop();
        }
        operator
    }

    /// Takes an operator found by [`Cursor::operator`]: one token a character.
    pub fn take_operator(&mut self, operator: &str) {
        self.at += operator.len();
    }

    /// A name: quoted, or a word that is not reserved.
    pub fn name(&mut self) -> Result<String, SqlError> {
        let name = self.peek_name().ok_or_else(|| self.unexpected())?;
        self.at += 1;
        Ok(name.to_owned())
    }

    /// The name that is next, if one is.
    pub fn peek_name(&self) -> Option<&'a str> {
        match self.peek() {
            Some(Kind::Quoted(name)) => Some(name),
            Some(Kind::Word(word)) if !is_reserved(word) => Some(word),
            _ => None,
        }
    }

    /// What follows a point or AS, where reserved words are known to be names.
    pub fn label(&mut self) -> Result<String, SqlError> {
        match self.peek() {
            Some(Kind::Quoted(name) | Kind::Word(name)) => {
                self.at += 1;
                Ok(name.clone())
            }
            _ => Err(self.unexpected()),
        }
    }

    /// A name, or two with a point between.
    pub fn object(&mut self) -> Result<ObjectName, SqlError> {
        let first = self.name()?;
        if self.accept_symbol(".") {
            return Ok(ObjectName { schema: Some(first), name: self.label()? });
        }
        Ok(ObjectName { schema: None, name: first })
    }

    /// Names in parentheses, separated by commas.
    pub fn names(&mut self) -> Result<Vec<String>, SqlError> {
        self.expect_symbol("(")?;
        let names = self.list(Cursor::name)?;
        self.expect_symbol(")")?;
        Ok(names)
    }

    /// One or more, separated by commas.
    pub fn list<T>(
        &mut self,
        mut one: impl FnMut(&mut Self) -> Result<T, SqlError>,
    ) -> Result<Vec<T>, SqlError> {
        let mut found = vec![one(self)?];
        while self.accept_symbol(",") {
            found.push(one(self)?);
        }
        Ok(found)
    }

    /// A `'…'` literal.
    pub fn literal(&mut self) -> Result<&'a str, SqlError> {
        match self.peek() {
            Some(Kind::Literal(value)) => {
                self.at += 1;
                Ok(value)
            }
            _ => Err(self.unexpected()),
        }
    }

    /// A whole number, with a sign or without.
    pub fn integer(&mut self) -> Result<i64, SqlError> {
        let before = self.at;
        let sign = if self.accept_symbol("-") { "-" } else { "" };
        if let Some(Kind::Number(number)) = self.peek()
            && let Ok(value) = format!("{sign}{number}").parse()
        {
            self.at += 1;
            return Ok(value);
        }
        self.at = before;
        Err(self.unexpected())
    }

    /// Fails unless all tokens are taken.
    pub fn end(&self) -> Result<(), SqlError> {
        if self.at_end() { Ok(()) } else { Err(self.unexpected()) }
    }

    /// Whether all tokens are taken.
    pub fn at_end(&self) -> bool {
        self.at >= self.tokens.len()
    }

    /// Runs a production one level deeper.
    pub fn deeper<T>(&mut self, inner: impl FnOnce(&mut Self) -> Result<T, SqlError>) -> Result<T, SqlError> {
        if self.depth >= DEPTH {
            return Err(SqlError::new("54001", "stack depth limit exceeded"));
        }
        self.depth += 1;
        let result = inner(self);
        self.depth -= 1;
        result
    }

    /// The syntax error at the next token.
    pub fn unexpected(&self) -> SqlError {
        self.unexpected_at(self.at)
    }

    /// The syntax error at the token taken last.
    pub fn unexpected_before(&self) -> SqlError {
        self.unexpected_at(self.at.saturating_sub(1))
    }

    /// The syntax error at a token of the statement, with up to three tokens before it as context.
    pub fn unexpected_at(&self, index: usize) -> SqlError {
        let Some(token) = self.tokens.get(index) else {
            return SqlError::new("42601", "syntax error at end of input");
        };
        let near = shown(self.text, token);
        let context: Vec<&str> = self.tokens[index.saturating_sub(3)..=index]
            .iter()
            .map(|token| shown(self.text, token))
            .collect();
        let (line, column) = place(self.text, token.offset);
        SqlError::new(
            "42601",
            format!(
                "syntax error at or near \"{near}\" in context \"{}\", at line {line}, column {column}",
                context.join(" ")
            ),
        )
    }
}

/// A token's text. A literal's stays hidden: it may be a secret.
fn shown<'a>(text: &'a str, token: &Token) -> &'a str {
    match token.kind {
        Kind::Literal(_) => "'...'",
        _ => &text[token.offset..token.end],
    }
}

fn is_operator(symbol: &str) -> bool {
    matches!(
        symbol,
        "+" | "-" | "*" | "/" | "<" | ">" | "=" | "~" | "!" | "@" | "#" | "%" | "^" | "&" | "|" | "`" | "?"
    )
}
