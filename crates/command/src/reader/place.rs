//! Where data comes from and goes to: file names and URIs.

use super::{Read, Reader};
use crate::text::{Span, Spanned};
use crate::uri;

/// What a `FROM` names.
pub(crate) enum Place {
    /// A file, without quotes.
    File(Spanned<String>),
    /// Something with a scheme that is not the command's own, and that scheme in lower case with its `://`.
    Url(Span, String),
}

impl Reader<'_> {
    /// A file name or URL, quoted or not; `None` where none stands here. `own` is the scheme that only says the type
    /// of the command, such as `csv://`, or empty; it is left out. For `exists` see [`crate::Surroundings::file_exists`].
    pub(crate) fn take_place(&mut self, own: &str, exists: &dyn Fn(&str) -> bool) -> Read<Option<Place>> {
        let written = match self.take_quoted('\'')? {
            Some(quoted) => quoted,
            None => match self.take_bare_place(own, exists) {
                Some(bare) => bare,
                None => return Ok(None),
            },
        };
        let Spanned { value, span } = written;
        let Some(scheme) = uri::scheme(&value) else { return self.file(value, span).map(Some) };
        if !value[..scheme].eq_ignore_ascii_case(own) {
            return Ok(Some(Place::Url(span, value[..scheme].to_lowercase())));
        }
        self.file(value[scheme..].to_owned(), span).map(Some)
    }

    fn file(&self, value: String, span: Span) -> Read<Place> {
        match value.is_empty() {
            true => Err(self.error(span, "the file name is empty")),
            false => Ok(Place::File(Spanned { value, span })),
        }
    }

    fn take_bare_place(&mut self, own: &str, exists: &dyn Fn(&str) -> bool) -> Option<Spanned<String>> {
        let rest = self.rest();
        let length = match uri::scheme(rest) {
            Some(scheme) if rest[..scheme].eq_ignore_ascii_case(own) => {
                scheme + bare_file_length(&rest[scheme..], exists)
            }
            Some(_) => rest.find(|c: char| c.is_whitespace() || c == ';').unwrap_or(rest.len()),
            None => bare_file_length(rest, exists),
        };
        if length == 0 {
            self.want("a file name");
            return None;
        }
        let value = rest[..length].to_owned();
        Some(Spanned { value, span: self.advance(length) })
    }

    /// Takes one of the words `stdin`, `-`, `inline`, which may also begin a file name: not where a character of
    /// file names other than `(` follows.
    pub(crate) fn take_stream(&mut self, word: &str) -> Option<Span> {
        let rest = self.rest();
        let stands = rest.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word));
        let goes_on = stands && rest[word.len()..].starts_with(|c| is_file_name(c) && c != '(');
        (stands && !goes_on).then(|| self.advance(word.len()))
    }

    /// The connection URI of `INTO`.
    pub(crate) fn expect_uri(&mut self) -> Read<Spanned<String>> {
        if let Some(quoted) = self.take_quoted('\'')? {
            return match uri::scheme(&quoted.value) {
                Some(_) => Ok(quoted),
                None => Err(self.error(quoted.span, "this is not a connection URI").label(URI)),
            };
        }
        if uri::scheme(self.rest()).is_none() {
            self.want("a connection URI such as `postgresql://user@host/database`");
            return Err(self.unexpected());
        }
        let length = uri::length(self.rest());
        let value = self.rest()[..length].to_owned();
        Ok(Spanned { value, span: self.advance(length) })
    }
}

/// What is expected where a quoted text is no URI.
const URI: &str = "expected a connection URI such as `postgresql://user@host/database`";

/// Whether this may stand in a file name without quotes.
fn is_file_name(char: char) -> bool {
    char.is_alphanumeric() || "/\\:.-_!@#$%^&*()".contains(char)
}

/// The length of the unquoted file name at the start of `text`. It ends before the first `(`, unless a file has the
/// longer name.
fn bare_file_length(text: &str, exists: &dyn Fn(&str) -> bool) -> usize {
    let home = if text.starts_with("~/") { 1 } else { 0 };
    let name = &text[home..];
    let run = home + name.find(|c| !is_file_name(c)).unwrap_or(name.len());
    match text[..run].find('(') {
        Some(open) if !exists(&text[..run]) => open,
        _ => run,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SourceText;

    fn place(text: &str) -> Result<(Option<String>, String), String> {
        let source = SourceText::plain("f", text);
        let mut reader = Reader::new(&source);
        let place =
            reader.take_place("csv://", &|name| name == "p(1).csv").map_err(|e| e.message().to_owned())?;
        let shown = place.map(|place| match place {
            Place::File(path) => path.value,
            Place::Url(span, scheme) => format!("{scheme} {}", reader.shown(span)),
        });
        Ok((shown, reader.rest().to_owned()))
    }

    #[test]
    fn places() {
        let cases = [
            ("data.csv INTO", "data.csv", "INTO"),
            ("/a/b\\c:d.-_!@#$%^&*.csv, x", "/a/b\\c:d.-_!@#$%^&*.csv", ", x"),
            ("a--b.csv", "a--b.csv", ""),
            ("a/*.csv", "a/*.csv", ""),
            ("~/a.csv;", "~/a.csv", ";"),
            ("p(1).csv", "p(1).csv", ""),
            ("p(2).csv", "p", "(2).csv"),
            ("a.csv(x, y)", "a.csv", "(x, y)"),
            ("a.csv (x)", "a.csv", "(x)"),
            ("'a b(~.csv' x", "a b(~.csv", "x"),
            ("'~/a'", "~/a", ""),
            ("csv://a.csv x", "a.csv", "x"),
            ("CSV://a.csv", "a.csv", ""),
            ("csv://a.csv(x)", "a.csv", "(x)"),
            ("'csv://a b'", "a b", ""),
            ("été.csv", "été.csv", ""),
            ("stdinx.csv", "stdinx.csv", ""),
            ("http://h/a?b=c+d~e,f; x", "http:// http://h/a?b=c+d~e,f", "; x"),
            ("'s3://b/k'", "s3:// 's3://b/k'", ""),
            ("fixed://a", "fixed:// fixed://a", ""),
        ];
        for (text, expected, rest) in cases {
            assert_eq!(place(text), Ok((Some(expected.to_owned()), rest.to_owned())), "{text}");
        }
        assert_eq!(place(", x"), Ok((None, ", x".to_owned())));
        assert_eq!(place("''"), Err("the file name is empty".to_owned()));
        assert_eq!(place("csv:// x"), Err("the file name is empty".to_owned()));
        assert_eq!(place("'a"), Err("this quote is never closed".to_owned()));
    }

    #[test]
    fn streams_are_not_the_start_of_a_file_name() {
        let cases = [
            ("stdin", "stdin", true),
            ("STDIN\n", "stdin", true),
            ("stdin(a)", "stdin", true),
            ("stdinx.csv", "stdin", false),
            ("stdin.csv", "stdin", false),
            ("- INTO", "-", true),
            ("-x.csv", "-", false),
            ("inline;", "inline", true),
            ("inline-data.csv", "inline", false),
        ];
        for (text, word, expected) in cases {
            let source = SourceText::plain("f", text);
            assert_eq!(Reader::new(&source).take_stream(word).is_some(), expected, "{text}");
        }
    }
}
