//! Regular expressions: `~/…/` and the other pairs of delimiters.

use std::error::Error;

use fancy_regex::Regex;

use super::{Read, Reader};
use crate::text::{Span, Spanned};

/// What may stand around an expression behind its `~`.
const DELIMITERS: [(char, char); 9] = [
    ('/', '/'),
    ('[', ']'),
    ('{', '}'),
    ('(', ')'),
    ('<', '>'),
    ('"', '"'),
    ('\'', '\''),
    ('|', '|'),
    ('#', '#'),
];

/// `~` and an opening delimiter, each of one byte.
const OPENING: usize = 2;

impl Reader<'_> {
    /// An expression without its delimiters; `None` where none stands here. Nothing is an escape for the closing
    /// delimiter.
    pub(crate) fn take_regex(&mut self) -> Read<Option<Spanned<String>>> {
        let Some(written) = self.rest().strip_prefix('~') else {
            self.want("a regular expression such as `~/…/`");
            return Ok(None);
        };
        let start = self.at();
        let opening = written.chars().next();
        let Some((_, close)) = DELIMITERS.into_iter().find(|(open, _)| Some(*open) == opening) else {
            let error = self.error(Span { start, end: start + 1 }, "a regular expression has no delimiter");
            return Err(
                error.help("write it as `~/…/`, or between one of the pairs [] {} () <> \"\" '' || ##")
            );
        };
        let inside = &written[1..];
        match inside.find(close) {
            None => Err(self.never_closed("regular expression", OPENING, &close.to_string())),
            Some(0) => {
                let span = Span { start, end: start + OPENING + 1 };
                Err(self.error(span, "this regular expression is empty"))
            }
            Some(length) => {
                let value = inside[..length].to_owned();
                Ok(Some(Spanned { value, span: self.advance(OPENING + length + 1) }))
            }
        }
    }

    /// The expression, ready to be used by this program.
    pub(crate) fn compiled(&self, written: Spanned<String>) -> Read<Spanned<Regex>> {
        let Spanned { value, span } = written;
        Regex::new(&value).map(|value| Spanned { value, span }).map_err(|error| {
            let inside = Span { start: span.start + OPENING, end: span.end - 1 };
            let spot = match error {
                fancy_regex::Error::ParseError(at, _) => spot(&value, at, inside),
                _ => inside,
            };
            self.error(spot, "this regular expression does not compile").label(reason(&error))
        })
    }
}

/// Why an expression does not compile, in one line.
fn reason(error: &fancy_regex::Error) -> String {
    let text = match error {
        fancy_regex::Error::ParseError(_, why) => why.to_string(),
        fancy_regex::Error::CompileError(why) => match &**why {
            fancy_regex::CompileError::InnerError(why) => innermost(why),
            why => why.to_string(),
        },
        _ => error.to_string(),
    };
    let line = text.lines().last().unwrap_or_default();
    line.strip_prefix("error: ").unwrap_or(line).to_owned()
}

/// What the first cause of an error says.
fn innermost(error: &dyn Error) -> String {
    match error.source() {
        Some(source) => innermost(source),
        None => error.to_string(),
    }
}

/// The character at byte `at` of an expression that stands `inside`; the whole where there is none.
fn spot(expression: &str, at: usize, inside: Span) -> Span {
    match expression.get(at..).and_then(|rest| rest.chars().next()) {
        Some(char) => Span { start: inside.start + at, end: inside.start + at + char.len_utf8() },
        None => inside,
    }
}

#[cfg(test)]
mod tests {
    use crate::reader::tests::read;

    // shows: regular expression
    #[test]
    fn every_pair_of_delimiters() {
        let cases = [
            ("~/a.b/ x", "a.b"),
            ("~[a] x", "a"),
            ("~{a} x", "a"),
            ("~(a|b) x", "a|b"),
            ("~<a> x", "a"),
            ("~\"a'\" x", "a'"),
            ("~'a' x", "a"),
            ("~|a| x", "a"),
            ("~#a--/*# x", "a--/*"),
            ("~/a\\/ x", "a\\"),
        ];
        for (text, expected) in cases {
            let found = read(text, |reader| Ok(reader.take_regex()?.map(|regex| regex.value)));
            assert_eq!(found, Ok((Some(expected.to_owned()), "x".to_owned())), "{text}");
        }
        let refused = [
            ("~a", "a regular expression has no delimiter"),
            ("~", "a regular expression has no delimiter"),
            ("~/a", "this regular expression is never closed"),
            ("~//", "this regular expression is empty"),
        ];
        for (text, message) in refused {
            assert_eq!(read(text, |reader| reader.take_regex()).unwrap_err(), message, "{text}");
        }
    }
}
