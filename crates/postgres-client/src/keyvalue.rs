//! Connection strings of the form `host=db.example.com dbname=shop` (PostgreSQL documentation,
//! "Keyword/Value Connection Strings").

use crate::keywords::known;
use crate::uri::{UriError, Written};

/// Whether the text begins like a string of this form.
pub(crate) fn begins(text: &str) -> bool {
    first_name(text).is_some()
}

/// The name at the start of the text, which a `=` follows.
fn first_name(text: &str) -> Option<&str> {
    let text = text.trim_start();
    let name = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(0);
    (name > 0 && text[name..].trim_start().starts_with('=')).then(|| &text[..name])
}

pub(crate) fn parse(text: &str) -> Result<Written, UriError> {
    let mut reader = Reader { text, place: 0 };
    let mut written = Written::default();
    loop {
        reader.skip_blanks();
        if reader.rest().is_empty() {
            return Ok(written);
        }
        let from = reader.place;
        let name = reader.name()?;
        let value = reader.value(from)?;
        written.set(from..reader.place, name, value)?;
    }
}

struct Reader<'a> {
    text: &'a str,
    place: usize,
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.place..]
    }

    fn skip_blanks(&mut self) {
        self.place = self.text.len() - self.rest().trim_start().len();
    }

    /// The name and the `=` behind it.
    fn name(&mut self) -> Result<&'a str, UriError> {
        let from = self.place;
        let rest = self.rest();
        let name = &rest[..rest.find(|c: char| c == '=' || c.is_whitespace()).unwrap_or(rest.len())];
        self.place += name.len();
        self.skip_blanks();
        match self.rest().starts_with('=') {
            true => self.place += 1,
            false => {
                return Err(self.error(
                    from,
                    "this has no value",
                    "write name=value; a value that holds blanks stands in single quotes",
                ));
            }
        }
        self.refuse_next_option(from)?;
        self.skip_blanks();
        Ok(name)
    }

    /// Blanks may stand before a value, so in `port= password=secret` the password would be that of the port, and
    /// be shown as a wrong one.
    fn refuse_next_option(&self, from: usize) -> Result<(), UriError> {
        let rest = self.rest();
        let next = first_name(rest).filter(|_| rest.starts_with(char::is_whitespace)).and_then(known);
        match next {
            Some(_) => Err(self.error(
                from,
                "this has no value: another option follows",
                "leave it out, or write name='' for one that is empty",
            )),
            None => Ok(()),
        }
    }

    /// A value, in quotes or up to a blank. A backslash takes the next character as it is.
    fn value(&mut self, from: usize) -> Result<String, UriError> {
        let quoted = self.rest().starts_with('\'');
        self.place += usize::from(quoted);
        let mut value = String::new();
        let mut letters = self.rest().chars();
        while let Some(c) = letters.next() {
            let ends = if quoted { c == '\'' } else { c.is_whitespace() };
            if ends {
                self.place += usize::from(quoted);
                return Ok(value);
            }
            self.place += c.len_utf8();
            let c = match c {
                '\\' => letters.next().inspect(|next| self.place += next.len_utf8()),
                c => Some(c),
            };
            value.extend(c);
        }
        match quoted {
            true => Err(self.error(
                from,
                "the value has no closing quote",
                "add a ' after it, and write \\' for a quote inside",
            )),
            false => Ok(value),
        }
    }

    fn error(&self, from: usize, message: &str, hint: &str) -> UriError {
        UriError {
            offset: from,
            length: self.place - from,
            message: message.to_owned(),
            hint: Some(hint.to_owned()),
        }
    }
}
