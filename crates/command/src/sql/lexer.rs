//! The tokens of PostgreSQL's SQL, as far as they decide where a statement ends.
//!
//! After <https://www.postgresql.org/docs/current/sql-syntax-lexical.html>, with `standard_conforming_strings` on.

use std::ops::Range;

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// White space or a comment.
    Blank,
    /// A keyword or an identifier without quotes.
    Word,
    /// A string, a quoted identifier, a dollar-quoted text.
    Quoted,
    /// `;`
    Semicolon,
    /// `(`
    Open,
    /// `)`
    Close,
    /// `.`
    Dot,
    /// `\`
    Backslash,
    /// Anything else.
    Other,
}

/// One token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    pub kind: Kind,
    pub range: Range<usize>,
}

/// Something without end: what it is, and where it begins.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Unclosed {
    pub what: &'static str,
    pub opening: Range<usize>,
}

/// The token at `at`, which is before the end of `text`.
pub(super) fn token(text: &str, at: usize) -> Result<Token, Unclosed> {
    let rest = &text[at..];
    let first = rest.chars().next().unwrap_or(' ');
    let unclosed = |what, length| Unclosed { what, opening: at..at + length };
    let (kind, length) = match first {
        c if c.is_whitespace() => (Kind::Blank, rest.len() - rest.trim_start().len()),
        '-' if rest.starts_with("--") => (Kind::Blank, rest.find('\n').unwrap_or(rest.len())),
        '/' if rest.starts_with("/*") => (Kind::Blank, comment(rest).ok_or_else(|| unclosed("comment", 2))?),
        'e' | 'E' if rest[1..].starts_with('\'') => {
            (Kind::Quoted, escaped_string(rest).ok_or_else(|| unclosed("string", 2))?)
        }
        '\'' => (Kind::Quoted, quoted(rest, '\'').ok_or_else(|| unclosed("string", 1))?),
        '"' => (Kind::Quoted, quoted(rest, '"').ok_or_else(|| unclosed("quoted identifier", 1))?),
        '$' => match dollar_tag(rest) {
            Some(tag) => {
                (Kind::Quoted, dollar_quoted(rest, tag).ok_or_else(|| unclosed("dollar-quoted text", tag))?)
            }
            None => (Kind::Other, 1 + run(&rest[1..], |c| c.is_ascii_digit())),
        },
        c if starts_word(c) => (Kind::Word, run(rest, continues_word)),
        c if c.is_ascii_digit() => (Kind::Other, run(rest, |c| continues_word(c) && c != '$')),
        ';' => (Kind::Semicolon, 1),
        '(' => (Kind::Open, 1),
        ')' => (Kind::Close, 1),
        '.' => (Kind::Dot, 1),
        '\\' => (Kind::Backslash, 1),
        c => (Kind::Other, c.len_utf8()),
    };
    Ok(Token { kind, range: at..at + length })
}

fn starts_word(c: char) -> bool {
    c.is_ascii_alphabetic() || c == '_' || !c.is_ascii()
}

fn continues_word(c: char) -> bool {
    starts_word(c) || c.is_ascii_digit() || c == '$'
}

fn run(text: &str, goes_on: impl Fn(char) -> bool) -> usize {
    text.find(|c| !goes_on(c)).unwrap_or(text.len())
}

/// The length of the block comment at the start; comments nest.
fn comment(text: &str) -> Option<usize> {
    let mut depth = 1;
    let mut at = 2;
    while depth > 0 {
        at += text[at..].find(['/', '*'])?;
        let (step, change) = match &text.as_bytes()[at..] {
            [b'/', b'*', ..] => (2, 1),
            [b'*', b'/', ..] => (2, -1),
            _ => (1, 0),
        };
        at += step;
        depth += change;
    }
    Some(at)
}

/// The length of what stands in this quote at the start; a doubled quote is part of it.
fn quoted(text: &str, quote: char) -> Option<usize> {
    let mut at = 1;
    loop {
        at += text[at..].find(quote)? + 1;
        if !text[at..].starts_with(quote) {
            return Some(at);
        }
        at += 1;
    }
}

/// The length of the `E''` string at the start, and of its continuations on later lines.
fn escaped_string(text: &str) -> Option<usize> {
    let mut at = 2;
    loop {
        at += text[at..].find(['\'', '\\'])?;
        if text[at..].starts_with('\\') {
            at += 1 + text[at + 1..].chars().next()?.len_utf8();
        } else if text[at + 1..].starts_with('\'') {
            at += 2;
        } else {
            match continuation(&text[at + 1..]) {
                Some(length) => at += 1 + length,
                None => return Some(at + 1),
            }
        }
    }
}

/// The length of white space with a newline in it and a quote behind it: the string goes on.
fn continuation(text: &str) -> Option<usize> {
    let blank = text.len() - text.trim_start().len();
    (text[..blank].contains('\n') && text[blank..].starts_with('\'')).then_some(blank + 1)
}

/// The length of `$tag$` at the start.
fn dollar_tag(text: &str) -> Option<usize> {
    let tag = &text[1..];
    let length = run(tag, |c| continues_word(c) && c != '$');
    let well_begun = length == 0 || tag.starts_with(starts_word);
    (well_begun && tag[length..].starts_with('$')).then_some(length + 2)
}

fn dollar_quoted(text: &str, tag: usize) -> Option<usize> {
    let inside = &text[tag..];
    inside.find(&text[..tag]).map(|end| end + 2 * tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens() {
        let cases = [
            (" \n x", Kind::Blank, 3),
            ("-- ';\nx", Kind::Blank, 5),
            ("--", Kind::Blank, 2),
            ("/* a /* ; */ ' */;", Kind::Blank, 17),
            ("/***/x", Kind::Blank, 5),
            ("/*/**/*/x", Kind::Blank, 8),
            ("'a''b' c", Kind::Quoted, 6),
            ("'a\\';", Kind::Quoted, 4),
            ("E'a\\';' x", Kind::Quoted, 7),
            ("e'a''b\\\\';", Kind::Quoted, 9),
            ("E'a'\n 'b\\'c' x", Kind::Quoted, 12),
            ("E'a' 'b\\'", Kind::Quoted, 4),
            ("\"a\"\";\"x", Kind::Quoted, 6),
            ("U&'x'", Kind::Word, 1),
            ("$$ ; $$x", Kind::Quoted, 7),
            ("$a_1$ $$ $a_2$ ; $a_1$", Kind::Quoted, 22),
            ("$é$;$é$", Kind::Quoted, 9),
            ("$1;", Kind::Other, 2),
            ("$1$", Kind::Other, 2),
            ("a$b$c;", Kind::Word, 5),
            ("1e'x'", Kind::Other, 2),
            (";x", Kind::Semicolon, 1),
            ("(", Kind::Open, 1),
            ("/x", Kind::Other, 1),
            ("\\i", Kind::Backslash, 1),
        ];
        for (text, kind, length) in cases {
            assert_eq!(token(text, 0), Ok(Token { kind, range: 0..length }), "{text}");
        }
    }

    #[test]
    fn what_has_no_end() {
        let cases = [
            ("/* /* */", "comment", 2),
            ("/*/", "comment", 2),
            ("'a''", "string", 1),
            ("E'a\\'", "string", 2),
            ("E'\\", "string", 2),
            ("\"a", "quoted identifier", 1),
            ("$a$ $b$", "dollar-quoted text", 3),
        ];
        for (text, what, length) in cases {
            assert_eq!(token(text, 0), Err(Unclosed { what, opening: 0..length }), "{text}");
        }
    }
}
