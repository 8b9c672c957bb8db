//! Separator literals and the ways to write an escape.

use pgloader_core::option::{Escape, Value};

use super::{Read, Reader};
use crate::text::Span;

/// What is written for characters that have a name. Longer ones first where one begins like another.
const NAMED: [(&str, char); 9] = [
    ("''''", '\''),
    ("'\\''", '\''),
    ("'\\t'", '\t'),
    ("'\\n'", '\n'),
    ("'\\r'", '\r'),
    ("'\\0'", '\0'),
    ("'\\\\'", '\\'),
    ("'\\\"'", '"'),
    ("'\\'", '\\'),
];

impl Reader<'_> {
    /// One character in single quotes.
    pub(crate) fn take_separator(&mut self) -> Read<Option<Value>> {
        if self.next_char() != Some('\'') {
            self.want("one character in single quotes");
            return Ok(None);
        }
        let (char, length) = self.separator()?;
        self.advance(length);
        Ok(Some(Value::Char(char)))
    }

    /// One character in single quotes, or carriage return and newline.
    pub(crate) fn take_line_end(&mut self) -> Read<Option<Value>> {
        let pair = ["'\\r\\n'", "'\r\n'"].into_iter().find(|pair| self.rest().starts_with(pair));
        match pair {
            Some(pair) => {
                self.advance(pair.len());
                Ok(Some(Value::Text("\r\n".to_owned())))
            }
            None => self.take_separator(),
        }
    }

    /// How a quote is written inside a quoted field.
    pub(crate) fn take_escape(&mut self) -> Read<Option<Value>> {
        const NAMES: [(&str, Escape); 4] = [
            ("double-quote", Escape::DoubleQuote),
            ("backslash-quote", Escape::BackslashQuote),
            ("\"\"", Escape::DoubleQuote),
            ("\\\"", Escape::BackslashQuote),
        ];
        for (name, escape) in NAMES {
            if let Some(length) = self.length_of(name) {
                self.advance(length);
                return Ok(Some(Value::Escape(escape)));
            }
            self.want(format!("`{name}`"));
        }
        Ok(self.take_separator()?.map(|value| match value {
            Value::Char('"') => Value::Escape(Escape::DoubleQuote),
            Value::Char(char) => Value::Escape(Escape::Char(char)),
            other => other,
        }))
    }

    /// The character of the literal here, which begins with a quote, and the length of the literal.
    fn separator(&self) -> Read<(char, usize)> {
        let rest = self.rest();
        if let Some((literal, char)) = NAMED.into_iter().find(|(literal, _)| rest.starts_with(literal)) {
            return Ok((char, literal.len()));
        }
        let inside = &rest[1..];
        let Some(length) = inside.find('\'') else {
            return Err(self.never_closed("quote", 1, "'"));
        };
        let span = Span { start: self.at(), end: self.at() + length + 2 };
        let mut chars = inside[..length].chars();
        let char = match (chars.next(), chars.next()) {
            (Some(char), None) => Some(char),
            _ => self.hex(&inside[..length], span)?,
        };
        char.map(|char| (char, length + 2)).ok_or_else(|| self.not_one_character(span))
    }

    /// The character with the code point `0xHH…`; `None` where this is not so written.
    fn hex(&self, text: &str, span: Span) -> Read<Option<char>> {
        let digits = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X"));
        let digits =
            digits.filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()) && !digits.is_empty());
        let Some(digits) = digits else { return Ok(None) };
        let significant = digits.trim_start_matches('0');
        let code = if significant.is_empty() { Ok(0) } else { u32::from_str_radix(significant, 16) };
        let char = code.ok().and_then(char::from_u32);
        char.map(Some).ok_or_else(|| self.error(span, "there is no character with this code"))
    }

    fn not_one_character(&self, span: Span) -> crate::Diagnostic {
        self.error(span, "a separator must be one character")
            .label("expected one character in single quotes")
            .help("write `'\\t'` for a tab, `'0xa7'` for a character by its code, `''''` for a single quote")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reader::tests::read;

    #[test]
    fn separators() {
        let cases = [
            ("','", ','),
            ("'\"'", '"'),
            ("' '", ' '),
            ("'\t'", '\t'),
            ("'\\t'", '\t'),
            ("'\\'", '\\'),
            ("'\\''", '\''),
            ("''''", '\''),
            ("'0x1'", '\u{1}'),
            ("'0x09'", '\t'),
            ("'0xa7'", '§'),
            ("'0XA7'", '§'),
            ("'0x0000000001F600'", '😀'),
            ("'0x0'", '\0'),
            ("'§'", '§'),
            ("'\\n'", '\n'),
            ("'\\r'", '\r'),
            ("'\\0'", '\0'),
            ("'\\\\'", '\\'),
            ("'\\\"'", '"'),
            ("'0'", '0'),
        ];
        for (text, char) in cases {
            let found = read(&format!("{text}, x"), |reader| reader.take_separator());
            assert_eq!(found, Ok((Some(Value::Char(char)), ", x".to_owned())), "{text}");
        }
    }

    #[test]
    fn separators_are_one_character() {
        let one = "a separator must be one character";
        let code = "there is no character with this code";
        let open = "this quote is never closed";
        let cases = [
            ("'ab'", one),
            ("''", one),
            ("'\\x'", one),
            ("'0x'", one),
            ("'0xzz'", one),
            ("'0xd800'", code),
            ("'0xfffffffff'", code),
            ("',", open),
        ];
        for (text, message) in cases {
            assert_eq!(read(text, |reader| reader.take_separator()), Err(message.to_owned()), "{text}");
        }
        assert_eq!(read("\",\"", |reader| reader.take_separator()), Ok((None, "\",\"".to_owned())));
    }

    #[test]
    fn line_ends_may_be_a_pair() {
        for text in ["'\\r\\n'", "'\r\n'"] {
            let found = read(text, |reader| reader.take_line_end());
            assert_eq!(found, Ok((Some(Value::Text("\r\n".to_owned())), String::new())));
        }
        assert_eq!(
            read("'\\n'", |reader| reader.take_line_end()),
            Ok((Some(Value::Char('\n')), String::new()))
        );
    }

    #[test]
    fn every_escape() {
        let cases = [
            ("double-quote", Escape::DoubleQuote),
            ("Double-Quote", Escape::DoubleQuote),
            ("\"\"", Escape::DoubleQuote),
            ("'\"'", Escape::DoubleQuote),
            ("backslash-quote", Escape::BackslashQuote),
            ("\\\"", Escape::BackslashQuote),
            ("'\\'", Escape::Char('\\')),
            ("'\\\\'", Escape::Char('\\')),
            ("'%'", Escape::Char('%')),
            ("''''", Escape::Char('\'')),
        ];
        for (text, escape) in cases {
            let found = read(&format!("{text}, x"), |reader| reader.take_escape());
            assert_eq!(found, Ok((Some(Value::Escape(escape)), ", x".to_owned())), "{text}");
        }
    }
}
