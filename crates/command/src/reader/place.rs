//! Where data comes from and goes to: file names and URIs.

use super::{Read, Reader};
use crate::scheme::{self, Said};
use crate::text::{Span, Spanned};
use crate::uri;

/// What a `FROM` names.
pub(crate) enum Place {
    /// A file, without quotes.
    File(Spanned<String>),
    /// Something with a scheme that is not the command's own, without quotes, and that scheme in lower case with its
    /// `://`.
    Url(Spanned<String>, String),
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
            let scheme = value[..scheme].to_lowercase();
            return Ok(Some(Place::Url(Spanned { value, span }, scheme)));
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
            Some(_) => url_length(rest),
            None => bare_file_length(rest, exists),
        };
        if length == 0 {
            self.want("a file name");
            return None;
        }
        Some(self.take_text(length))
    }

    /// Takes one of the words `stdin`, `-`, `inline`, which may also begin a file name: not where a character of
    /// file names other than `(` follows.
    pub(crate) fn take_stream(&mut self, word: &str) -> Option<Span> {
        let rest = self.rest();
        let stands = rest.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word));
        let goes_on = stands && rest[word.len()..].starts_with(|c| is_file_name(c) && c != '(');
        (stands && !goes_on).then(|| self.advance(word.len()))
    }

    /// The connection string of `INTO`: a URI, or in quotes also `host=… dbname=…`.
    pub(crate) fn expect_connection(&mut self) -> Read<Spanned<String>> {
        if let Some(quoted) = self.take_quoted('\'')? {
            let has_scheme = uri::scheme(uri::without_jdbc(&quoted.value)).is_some();
            return match has_scheme || uri::is_pairs(&quoted.value) {
                true => Ok(quoted),
                false => Err(self.error(quoted.span, "this is not a connection URI").label(URI)),
            };
        }
        if uri::scheme(uri::without_jdbc(self.rest())).is_none() {
            self.want("a connection URI such as `postgresql://user@host/database`");
            return Err(self.unexpected());
        }
        Ok(self.take_text(uri::length(self.rest())))
    }

    /// The source of `LOAD DATABASE`, quoted or not: a URI or the name of a file; `None` where neither stands here.
    pub(crate) fn take_database(&mut self, exists: &dyn Fn(&str) -> bool) -> Read<Option<Spanned<String>>> {
        if let Some(quoted) = self.take_quoted('\'')? {
            return Ok(Some(quoted));
        }
        let rest = self.rest();
        let plain = uri::without_jdbc(rest);
        let prefix = rest.len() - plain.len();
        let length = match (scheme::said(rest), uri::scheme(plain)) {
            (Some(Said::File(_)), Some(scheme)) => {
                prefix + scheme + bare_file_length(&plain[scheme..], exists)
            }
            (Some(Said::Place), _) => url_length(rest),
            (_, Some(_)) => uri::length(rest),
            (_, None) => bare_file_length(rest, exists),
        };
        if length == 0 {
            self.want("the URI of a database");
            self.want("a file name");
            return Ok(None);
        }
        Ok(Some(self.take_text(length)))
    }

    fn take_text(&mut self, length: usize) -> Spanned<String> {
        let value = self.rest()[..length].to_owned();
        Spanned { value, span: self.advance(length) }
    }
}

/// What is expected where a quoted text is no connection string.
const URI: &str = "expected a connection URI such as `postgresql://user@host/database`";

/// The length of an unquoted URL: up to white space, or the `;` that ends the command.
fn url_length(text: &str) -> usize {
    let token = text.find(char::is_whitespace).unwrap_or(text.len());
    text[..token].trim_end_matches(';').len()
}

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
            Place::Url(url, scheme) => format!("{scheme} {}", url.value),
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
            ("'s3://b/k'", "s3:// s3://b/k", ""),
            ("http://h/a;b=1 x", "http:// http://h/a;b=1", "x"),
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
