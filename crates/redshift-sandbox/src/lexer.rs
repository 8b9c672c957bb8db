//! Redshift's tokens. Backslash escapes in every literal; identifiers fold to lower case.

use crate::error::SqlError;

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

/// Longest identifier in bytes; a longer one is cut on a character boundary.
const NAME_BYTES: usize = 127;

const SYMBOLS: &[&str] = &[
    "::", "(", ")", "[", "]", ",", ";", ".", ":", "+", "-", "*", "/", "<", ">", "=", "~", "!", "@", "#", "%",
    "^", "&", "|", "`", "?",
];

/// The tokens of a text, comments left out. `case_sensitive` keeps the case of quoted identifiers.
///
/// # Errors
/// What Redshift says of `E'…'`, `U&'…'`, `$$` and of quotes and comments without an end.
pub fn tokens(text: &str, case_sensitive: bool) -> Result<Vec<Token>, SqlError> {
    let mut lexer = Lexer { text, at: 0, case_sensitive };
    let mut tokens = Vec::new();
    while let Some(token) = lexer.next()? {
        tokens.push(token);
    }
    Ok(tokens)
}

/// The statements of a text: the tokens between semicolons, where there are any.
pub fn statements(tokens: &[Token]) -> impl Iterator<Item = &[Token]> {
    tokens.split(|token| token.kind == Kind::Symbol(";")).filter(|statement| !statement.is_empty())
}

/// What was written from the first of some tokens to the last; `text` is what their offsets count in.
pub fn spelt<'a>(text: &'a str, tokens: &[Token]) -> &'a str {
    match (tokens.first(), tokens.last()) {
        (Some(first), Some(last)) => &text[first.offset..last.end],
        _ => "",
    }
}

struct Lexer<'a> {
    text: &'a str,
    at: usize,
    case_sensitive: bool,
}

impl<'a> Lexer<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn next(&mut self) -> Result<Option<Token>, SqlError> {
        self.skip_blank()?;
        let offset = self.at;
        let Some(first) = self.rest().chars().next() else { return Ok(None) };
        let kind = match first {
            '\'' => Kind::Literal(self.literal()?),
            '"' => Kind::Quoted(self.quoted()?),
            '$' => self.parameter()?,
            _ if starts_number(self.rest()) => Kind::Number(self.number()),
            _ if starts_name(self.rest()) => self.word()?,
            _ => self.symbol()?,
        };
        Ok(Some(Token { kind, offset, end: self.at }))
    }

    fn skip_blank(&mut self) -> Result<(), SqlError> {
        loop {
            let rest = self.rest();
            self.at +=
                rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == '\x0b').len();
            let rest = self.rest();
            if rest.starts_with("--") {
                self.at += rest.find(['\n', '\r']).unwrap_or(rest.len());
            } else if rest.starts_with("/*") {
                let length = block_comment(rest).ok_or_else(|| self.unterminated("/* comment"))?;
                self.at += length;
            } else {
                return Ok(());
            }
        }
    }

    /// A `'…'` literal: `''` and backslash escapes as in PostgreSQL 8.0.
    fn literal(&mut self) -> Result<String, SqlError> {
        let (bytes, length) =
            unescaped(self.rest().as_bytes()).ok_or_else(|| self.unterminated("quoted string"))?;
        self.at += length;
        let invalid = |byte: u8| {
            SqlError::new("22021", format!("invalid byte sequence for encoding \"UNICODE\": 0x{byte:02x}"))
        };
        let value = String::from_utf8(bytes).map_err(|error| {
            invalid(error.as_bytes().get(error.utf8_error().valid_up_to()).copied().unwrap_or_default())
        })?;
        if value.contains('\0') { Err(invalid(0)) } else { Ok(value) }
    }

    fn quoted(&mut self) -> Result<String, SqlError> {
        let mut name = String::new();
        let mut chars = self.rest().char_indices().skip(1).peekable();
        while let Some((at, c)) = chars.next() {
            if c != '"' {
                name.push(c);
            } else if chars.next_if(|(_, next)| *next == '"').is_some() {
                name.push('"');
            } else {
                self.at += at + 1;
                return self.named(name);
            }
        }
        Err(self.unterminated("quoted identifier"))
    }

    fn named(&self, mut name: String) -> Result<String, SqlError> {
        if name.is_empty() {
            return Err(SqlError::new("42601", "zero-length delimited identifier"));
        }
        if !self.case_sensitive {
            name.make_ascii_lowercase();
        }
        name.truncate(name.floor_char_boundary(NAME_BYTES));
        Ok(name)
    }

    /// `$1`: a dollar sign and a number. Dollar quotes are refused everywhere.
    fn parameter(&mut self) -> Result<Kind, SqlError> {
        if !self.rest()[1..].starts_with(|c: char| c.is_ascii_digit()) {
            return Err(self.unexpected("$"));
        }
        self.at += 1;
        Ok(Kind::Symbol("$"))
    }

    fn number(&mut self) -> String {
        let length = number_length(self.rest().as_bytes());
        let number = self.rest()[..length].to_owned();
        self.at += length;
        number
    }

    fn word(&mut self) -> Result<Kind, SqlError> {
        let rest = self.rest();
        let length =
            rest.char_indices().skip(1).find(|(_, c)| !continues_name(*c)).map_or(rest.len(), |(at, _)| at);
        let mut word = rest[..length].to_ascii_lowercase();
        refuse_prefixed_literal(&word, &rest[length..])?;
        self.at += length;
        word.truncate(word.floor_char_boundary(NAME_BYTES));
        Ok(Kind::Word(word))
    }

    fn symbol(&mut self) -> Result<Kind, SqlError> {
        let symbol = SYMBOLS.iter().find(|symbol| self.rest().starts_with(**symbol));
        let symbol = symbol.ok_or_else(|| {
            let character: String = self.rest().chars().take(1).collect();
            self.unexpected(&character)
        })?;
        self.at += symbol.len();
        Ok(Kind::Symbol(symbol))
    }

    fn unexpected(&self, what: &str) -> SqlError {
        let (line, column) = place(self.text, self.at);
        SqlError::new(
            "42601",
            format!(
                "syntax error at or near \"{what}\" in context \"{what}\", at line {line}, column {column}"
            ),
        )
    }

    /// The rest of the text is not shown: it may hold a secret.
    fn unterminated(&self, what: &str) -> SqlError {
        let (line, column) = place(self.text, self.at);
        SqlError::new("42601", format!("unterminated {what} at line {line}, column {column}"))
    }
}

/// Line and column of a byte, both from 1, the column in characters.
pub fn place(text: &str, offset: usize) -> (usize, usize) {
    let before = &text[..text.floor_char_boundary(offset)];
    let line = before.matches('\n').count() + 1;
    let start = before.rfind('\n').map_or(0, |at| at + 1);
    (line, before[start..].chars().count() + 1)
}

/// The length of a comment in `/* … */`, which may hold others.
fn block_comment(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let (mut depth, mut at) = (0_usize, 0);
    while at + 1 < bytes.len() {
        match &bytes[at..at + 2] {
            b"/*" => depth += 1,
            b"*/" => depth -= 1,
            _ => {
                at += 1;
                continue;
            }
        }
        at += 2;
        if depth == 0 {
            return Some(at);
        }
    }
    None
}

/// The value of the literal that `text` begins with, and its length with the quotes.
fn unescaped(text: &[u8]) -> Option<(Vec<u8>, usize)> {
    let mut value = Vec::new();
    let mut at = 1;
    loop {
        match (*text.get(at)?, text.get(at + 1)) {
            (b'\'', Some(b'\'')) => {
                value.push(b'\'');
                at += 2;
            }
            (b'\'', _) => return Some((value, at + 1)),
            (b'\\', Some(_)) => at += 1 + escape(&text[at + 1..], &mut value),
            (byte, _) => {
                value.push(byte);
                at += 1;
            }
        }
    }
}

/// Takes what follows a backslash and returns its length; `text` is not empty.
fn escape(text: &[u8], value: &mut Vec<u8>) -> usize {
    let octal = text.iter().take(3).take_while(|byte| matches!(byte, b'0'..=b'7')).count();
    if octal > 0 {
        let number = text[..octal].iter().fold(0_u32, |number, digit| number * 8 + u32::from(digit - b'0'));
        // As in PostgreSQL, only the low byte counts.
        value.push(number.to_le_bytes()[0]);
        return octal;
    }
    value.push(match text[0] {
        b'n' => b'\n',
        b't' => b'\t',
        b'r' => b'\r',
        b'b' => 8,
        b'f' => 12,
        other => other,
    });
    1
}

fn starts_number(text: &str) -> bool {
    let text = text.strip_prefix('.').unwrap_or(text);
    text.starts_with(|c: char| c.is_ascii_digit())
}

/// Digits, one point, digits, exponent.
fn number_length(text: &[u8]) -> usize {
    let digits = |from: usize| text[from..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let mut at = digits(0);
    if text.get(at) == Some(&b'.') {
        at += 1 + digits(at + 1);
    }
    if matches!(text.get(at), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(text.get(at + 1), Some(b'+' | b'-')));
        match digits((at + 1 + sign).min(text.len())) {
            0 => {}
            exponent => at += 1 + sign + exponent,
        }
    }
    at
}

/// A name begins with a letter, an underscore, or for a temporary table with `#` and a letter.
fn starts_name(text: &str) -> bool {
    let letter = |c: char| c.is_ascii_alphabetic() || c == '_' || !c.is_ascii();
    text.strip_prefix('#').unwrap_or(text).starts_with(letter)
}

fn continues_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '$') || !c.is_ascii()
}

/// `E'…'` and `U&'…'` are no literals here.
fn refuse_prefixed_literal(word: &str, rest: &str) -> Result<(), SqlError> {
    match word {
        "e" if rest.starts_with('\'') => Err(SqlError::new("42704", "type \"e\" does not exist")),
        "u" if rest.starts_with("&'") => Err(SqlError::new("42703", "column \"u\" does not exist")),
        "b" | "x" | "n" if rest.starts_with('\'') => {
            Err(SqlError::new("0A000", "bit strings and national strings are not implemented in sandbox"))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn kinds(text: &str) -> Vec<Kind> {
        tokens(text, false).unwrap().into_iter().map(|token| token.kind).collect()
    }

    fn literal(text: &str) -> String {
        match kinds(text).as_slice() {
            [Kind::Literal(value)] => value.clone(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_backslash_escapes_in_every_literal() {
        for (written, value) in [
            (r"'a\\b'", r"a\b"),
            (r"'it''s'", "it's"),
            (r"'it\'s'", "it's"),
            (r"'\n\t\r\b\f'", "\n\t\r\u{8}\u{c}"),
            (r"'\101\60x'", "A0x"),
            (r"'\303\251'", "é"),
            (r"'pg\\_%'", r"pg\_%"),
            (r"'\q'", "q"),
            ("'é\n'", "é\n"),
        ] {
            assert_eq!(literal(written), value, "{written}");
        }
    }

    #[test]
    fn only_ascii_letters_fold_and_quoted_names_too() {
        assert_eq!(kinds("ÀBC"), [Kind::Word("Àbc".into())]);
        assert_eq!(kinds("\"A \"\"b\""), [Kind::Quoted("a \"b".into())]);
        let kept = tokens("\"Ab\" Ab", true).unwrap();
        assert_eq!(kept[0].kind, Kind::Quoted("Ab".into()));
        assert_eq!(kept[1].kind, Kind::Word("ab".into()));
    }

    #[test]
    fn long_names_are_cut_at_a_character() {
        let name = format!("a{}", "é".repeat(80));
        assert_eq!(kinds(&name), [Kind::Word(format!("a{}", "é".repeat(63)))]);
        assert_eq!(kinds(&format!("\"{}\"", "x".repeat(200))), [Kind::Quoted("x".repeat(127))]);
    }

    #[test]
    fn comments_are_left_out_and_offsets_kept() {
        let text = "a -- b\n/* c /* d */ */ e::f";
        let found = tokens(text, false).unwrap();
        let words: Vec<&str> = found.iter().map(|token| &text[token.offset..token.end]).collect();
        assert_eq!(words, ["a", "e", "::", "f"]);
    }

    #[test]
    fn numbers() {
        for number in ["1", "1.5", ".5", "1e10", "1.e-3", "007"] {
            assert_eq!(kinds(number), [Kind::Number(number.into())]);
        }
        assert_eq!(kinds("1e"), [Kind::Number("1".into()), Kind::Word("e".into())]);
        assert_eq!(kinds("$1"), [Kind::Symbol("$"), Kind::Number("1".into())]);
    }

    #[test]
    fn what_redshift_does_not_know_is_refused() {
        for (text, sqlstate) in [
            ("SELECT E'a'", "42704"),
            ("SELECT U&'a'", "42703"),
            ("SELECT $$a$$", "42601"),
            ("SELECT 'a", "42601"),
            ("SELECT \"a", "42601"),
            ("SELECT \"\"", "42601"),
            ("/* a", "42601"),
            ("SELECT '\\377'", "22021"),
            ("SELECT 'a\\0'", "22021"),
        ] {
            assert_eq!(tokens(text, false).unwrap_err().sqlstate, sqlstate, "{text}");
        }
    }

    #[test]
    fn statements_are_split_at_semicolons() {
        let found = tokens(";a b; ';' c;;", false).unwrap();
        assert_eq!(statements(&found).map(<[Token]>::len).collect::<Vec<_>>(), [2, 2]);
    }

    #[test]
    fn a_secret_without_closing_quote_is_not_shown() {
        let error = tokens("COPY t SECRET_ACCESS_KEY 'hidden", false).unwrap_err();
        assert!(!error.message.contains("hidden"), "{}", error.message);
    }

    proptest! {
        #[test]
        fn lexing_never_panics(text in ".*", case_sensitive: bool) {
            if let Ok(found) = tokens(&text, case_sensitive) {
                let mut last = 0;
                for token in found {
                    prop_assert!(last <= token.offset && token.offset < token.end && token.end <= text.len());
                    last = token.end;
                }
            }
        }

        #[test]
        fn a_literal_as_redshift_quotes_it_comes_back(value in "[^\0]*") {
            let written = format!("'{}'", value.replace('\\', "\\\\").replace('\'', "''"));
            prop_assert_eq!(literal(&written), value);
        }
    }
}
