//! The record grammar once more, character by character and as slow as it is plain: what tests compare with.

#![allow(clippy::unwrap_used, reason = "what is not expected is a failed test")]

use super::dialect::{Dialect, Quoting};

/// What a reader hands over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    Row(Vec<Option<String>>),
    Malformed(Vec<u8>),
    Skipped,
}

pub struct Reference<'a> {
    pub text: &'a str,
    pub dialect: &'a Dialect,
    pub max_record: usize,
}

struct Malformed;

impl Reference<'_> {
    pub fn events(&self) -> Vec<Event> {
        let (mut at, mut events) = (0, Vec::new());
        while at < self.text.len() {
            let (event, end) = match self.record(at) {
                Ok((_, end)) if end - at > self.max_record => self.first_line(at),
                Ok((fields, end)) if fields == [None] => (Event::Skipped, end),
                Ok((fields, end)) => (Event::Row(fields), end),
                Err(Malformed) => self.first_line(at),
            };
            events.push(event);
            at = end;
        }
        events
    }

    fn first_line(&self, start: usize) -> (Event, usize) {
        let mut at = start;
        while at < self.text.len() && !self.is(at, &self.dialect.terminator) {
            match self.dialect.quoting {
                Quoting::Following { escape, .. } if self.is(at, &escape) => {
                    at += escape.len();
                    at += self.line_end(at).unwrap_or(self.char_len(at));
                }
                _ => at += self.char_len(at),
            }
        }
        let end = (at + self.dialect.terminator.len()).min(self.text.len());
        (Event::Malformed(self.text.as_bytes()[start..end].to_vec()), end)
    }

    fn record(&self, mut at: usize) -> Result<(Vec<Option<String>>, usize), Malformed> {
        let mut fields = Vec::new();
        loop {
            let (value, next) = self.field(at)?;
            fields.push(value);
            if next == self.text.len() {
                return Ok((fields, next));
            }
            if let Some(len) = self.line_end(next) {
                return Ok((fields, next + len));
            }
            at = next + self.dialect.separator.len();
        }
    }

    fn field(&self, start: usize) -> Result<(Option<String>, usize), Malformed> {
        let at = self.after_blanks(start);
        if let Some(quote) = self.dialect.quote()
            && self.is(at, &quote)
        {
            let (value, at) = self.section(at + quote.len())?;
            return Ok((Some(value), self.closing(at)?));
        }
        self.unquoted(start)
    }

    fn unquoted(&self, mut at: usize) -> Result<(Option<String>, usize), Malformed> {
        let mut value: Vec<(&str, bool)> = Vec::new();
        while !self.ends_field(at) {
            match self.dialect.quoting {
                Quoting::Following { escape, .. }
                    if self.is(at, &escape) && at + escape.len() < self.text.len() =>
                {
                    at += escape.len();
                    let len = self.line_end(at).unwrap_or(self.char_len(at));
                    value.push((&self.text[at..at + len], true));
                    at += len;
                }
                Quoting::Prefixed { quote, escape } if self.is(at, &[&*escape, &*quote].concat()) => {
                    at += escape.len();
                    value.push((&self.text[at..at + quote.len()], true));
                    at += quote.len();
                }
                Quoting::Doubled(quote) if self.is(at, &quote) => {
                    let (section, end) = self.section(at + quote.len())?;
                    let value = self.trimmed(&value, false).unwrap_or_default() + &section;
                    return Ok((Some(value), self.closing(end)?));
                }
                _ => {
                    let len = self.char_len(at);
                    value.push((&self.text[at..at + len], false));
                    at += len;
                }
            }
        }
        Ok((self.trimmed(&value, true), at))
    }

    fn section(&self, mut at: usize) -> Result<(String, usize), Malformed> {
        let quote = self.dialect.quote().unwrap();
        let mut value = String::new();
        while at < self.text.len() {
            let skipped = match self.dialect.quoting {
                Quoting::Doubled(_) if self.is(at, &[&*quote, &*quote].concat()) => quote.len(),
                Quoting::Prefixed { escape, .. } if self.is(at, &[&*escape, &*quote].concat()) => {
                    escape.len()
                }
                Quoting::Following { escape, .. } if self.is(at, &escape) => escape.len(),
                _ if self.is(at, &quote) => return Ok((value, at + quote.len())),
                _ => 0,
            };
            at += skipped;
            if at == self.text.len() {
                break;
            }
            value.push_str(&self.text[at..at + self.char_len(at)]);
            at += self.char_len(at);
        }
        Err(Malformed)
    }

    fn closing(&self, at: usize) -> Result<usize, Malformed> {
        let at = self.after_blanks(at);
        if self.ends_field(at) { Ok(at) } else { Err(Malformed) }
    }

    fn trimmed(&self, value: &[(&str, bool)], right: bool) -> Option<String> {
        let is_blank = |&&(char, literal): &&(&str, bool)| {
            self.dialect.trim && !literal && self.dialect.is_blank(char.as_bytes()[0])
        };
        let from = value.iter().take_while(is_blank).count();
        let rest = &value[from..];
        let dropped = if right { rest.iter().rev().take_while(is_blank).count() } else { 0 };
        let rest = &rest[..rest.len() - dropped];
        (!rest.is_empty()).then(|| rest.iter().map(|(char, _)| *char).collect())
    }

    fn after_blanks(&self, mut at: usize) -> usize {
        while self.dialect.trim && !self.ends_field(at) && self.dialect.is_blank(self.text.as_bytes()[at]) {
            at += 1;
        }
        at
    }

    fn ends_field(&self, at: usize) -> bool {
        at == self.text.len() || self.is(at, &self.dialect.separator) || self.line_end(at).is_some()
    }

    fn line_end(&self, at: usize) -> Option<usize> {
        if self.dialect.ends_with_lf() && self.is(at, b"\r\n") {
            return Some(2);
        }
        self.is(at, &self.dialect.terminator).then_some(self.dialect.terminator.len())
    }

    fn is(&self, at: usize, mark: &[u8]) -> bool {
        self.text.as_bytes()[at..].starts_with(mark)
    }

    fn char_len(&self, at: usize) -> usize {
        self.text[at..].chars().next().map_or(0, char::len_utf8)
    }
}
