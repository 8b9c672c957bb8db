//! What a CSV file's special characters are: what the options say, made into what they mean.

use std::fmt;
use std::ops::Deref;

use pgloader_core::option::{Escape as EscapeOption, OptionSpec, Options, Value};
use pgloader_core::{Error, Result};

use super::options;

/// The bytes of one character in UTF-8, or of the pair CR LF.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    bytes: [u8; 4],
    len: u8,
}

impl Mark {
    /// The bytes of `text`, of which there are at most four.
    fn new(text: &str) -> Mark {
        let mut mark = Mark { bytes: [0; 4], len: text.len() as u8 };
        mark.bytes[..text.len()].copy_from_slice(text.as_bytes());
        mark
    }

    /// The first byte.
    pub fn first(&self) -> u8 {
        self.bytes[0]
    }
}

impl From<char> for Mark {
    fn from(char: char) -> Mark {
        Mark::new(char.encode_utf8(&mut [0; 4]))
    }
}

impl Deref for Mark {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.bytes[..usize::from(self.len)]
    }
}

/// As a load file would write it.
impl fmt::Debug for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "'{}'", String::from_utf8_lossy(self).escape_debug())
    }
}

/// The separators that are tried, in this order.
const SEPARATORS: [char; 8] = ['\t', ',', ';', '|', '%', '^', '!', '$'];

/// How fields are quoted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quoting {
    /// Not at all: quotes and escapes are ordinary characters.
    None,
    /// Inside quotes two quotes stand for one; a quote within an unquoted value opens a quoted section.
    Doubled(Mark),
    /// The escape before a quote makes that a character of the value; elsewhere the escape is one itself.
    Prefixed {
        /// The quote.
        quote: Mark,
        /// What stands before a quote that is no quote.
        escape: Mark,
    },
    /// The escape makes whatever character follows one of the value, inside quotes and outside.
    Following {
        /// The quote.
        quote: Mark,
        /// What makes the next character literal.
        escape: Mark,
    },
}

/// The special characters of one file. They are all different, and none is part of the terminator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dialect {
    /// Stands between two fields.
    pub separator: Mark,
    /// How fields are quoted.
    pub quoting: Quoting,
    /// Ends a record. Where it is LF, CR LF does so too.
    pub terminator: Mark,
    /// Whether blanks around unquoted values are dropped.
    pub trim: bool,
}

impl Dialect {
    /// What the options say: one dialect; or, where they do not name the separator, those that a file may have, in
    /// the order in which they are tried. The first is then the one to take where none fits.
    ///
    /// # Errors
    ///
    /// Two options contradict each other.
    pub fn choices(options: &Options) -> Result<Vec<Dialect>> {
        let trim = options.word(&options::UNQUOTED_BLANKS) != Some("keep");
        let terminator = terminator(options);
        let written = |separator: char| Dialect {
            separator: separator.into(),
            quoting: quoting(options),
            terminator,
            trim,
        };
        if let Some(separator) = options.char(&options::FIELDS_TERMINATED_BY) {
            let dialect = written(separator);
            return dialect.check().map(|()| vec![dialect]);
        }
        let dialects = SEPARATORS.map(written);
        dialects[0].check()?;
        let choices = dialects.into_iter().flat_map(|dialect| {
            let backslash = backslash(options).map(|quoting| Dialect { quoting, ..dialect.clone() });
            std::iter::once(dialect).chain(backslash)
        });
        Ok(choices.filter(|dialect| dialect.check().is_ok()).collect())
    }

    /// Whether records end with LF, so that CR LF ends them too.
    pub fn ends_with_lf(&self) -> bool {
        *self.terminator == *b"\n"
    }

    /// Whether what is counted as lines are those that an editor shows.
    pub fn lines_are_physical(&self) -> bool {
        self.terminator.ends_with(b"\n")
    }

    /// The quote character.
    pub fn quote(&self) -> Option<Mark> {
        match self.quoting {
            Quoting::None => None,
            Quoting::Doubled(quote) | Quoting::Prefixed { quote, .. } | Quoting::Following { quote, .. } => {
                Some(quote)
            }
        }
    }

    /// The escape character, where it is not the quote.
    pub fn escape(&self) -> Option<Mark> {
        match self.quoting {
            Quoting::None | Quoting::Doubled(_) => None,
            Quoting::Prefixed { escape, .. } | Quoting::Following { escape, .. } => Some(escape),
        }
    }

    /// Whether `byte` is a blank: space, TAB, CR or LF, unless that has another meaning here.
    pub fn is_blank(&self, byte: u8) -> bool {
        matches!(byte, b' ' | b'\t' | b'\r' | b'\n') && !self.marks().any(|(_, mark)| *mark == [byte])
    }

    fn marks(&self) -> impl Iterator<Item = (&'static OptionSpec, Mark)> {
        let quoting =
            [(&options::FIELDS_ENCLOSED_BY, self.quote()), (&options::FIELDS_ESCAPED_BY, self.escape())];
        [(&options::FIELDS_TERMINATED_BY, self.separator), (&options::LINES_TERMINATED_BY, self.terminator)]
            .into_iter()
            .chain(quoting.into_iter().filter_map(|(option, mark)| Some((option, mark?))))
    }

    fn check(&self) -> Result<()> {
        let marks: Vec<_> = self.marks().collect();
        for (index, &(option, mark)) in marks.iter().enumerate() {
            if let Some((other, _)) = marks[..index].iter().find(|(_, other)| *other == mark) {
                return Err(contradiction(format!(
                    "`{}` and `{}` are both {mark:?}",
                    other.name, option.name
                )));
            }
            let in_line_end = match &*self.terminator {
                b"\n" => *mark == *b"\r",
                pair => mark != self.terminator && *pair == *b"\r\n" && pair.contains(&mark.first()),
            };
            if in_line_end {
                return Err(contradiction(format!(
                    "`{}` is {mark:?}, which is part of line ends",
                    option.name
                )));
            }
        }
        let nul = [self.quote(), self.escape()].into_iter().flatten().any(|mark| *mark == [0]);
        if nul { Err(contradiction("NUL cannot be a quote or an escape".into())) } else { Ok(()) }
    }
}

fn contradiction(message: String) -> Error {
    Error::new(message).hint("give each of them a character of its own")
}

fn quoting(options: &Options) -> Quoting {
    let quote = match options.get(&options::FIELDS_ENCLOSED_BY) {
        Some(Value::Word(_)) => return Quoting::None,
        Some(Value::Char(quote)) => *quote,
        _ => '"',
    };
    let escape = match options.get(&options::FIELDS_ESCAPED_BY) {
        Some(Value::Escape(EscapeOption::Char(char))) => *char,
        Some(Value::Escape(EscapeOption::BackslashQuote)) => '\\',
        _ => quote,
    };
    let (quote, escape, doubled) = (quote.into(), escape.into(), escape == quote);
    match options.word(&options::CSV_ESCAPE_MODE) {
        _ if doubled => Quoting::Doubled(quote),
        Some("following") => Quoting::Following { quote, escape },
        _ => Quoting::Prefixed { quote, escape },
    }
}

/// The second way to write quotes that is tried, where the options do not name one.
fn backslash(options: &Options) -> Option<Quoting> {
    let is_open = options.get(&options::FIELDS_ESCAPED_BY).is_none();
    match quoting(options) {
        Quoting::Doubled(quote) if is_open => Some(Quoting::Prefixed { quote, escape: '\\'.into() }),
        _ => None,
    }
}

fn terminator(options: &Options) -> Mark {
    match options.get(&options::LINES_TERMINATED_BY) {
        Some(Value::Char(char)) => (*char).into(),
        Some(Value::Text(text)) if text == "\r\n" => Mark::new(text),
        _ => Mark::new("\n"),
    }
}

/// Where a line ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineEnd {
    /// Before this byte: the next line begins here.
    At(usize),
    /// Not before this byte; what follows it is not enough to know.
    NotBefore(usize),
}

impl Dialect {
    /// The end of the line at the start of `text`: its first terminator, inside quotes or not. One that an escape
    /// makes literal does not end a line, unless the line is `physical`. `last` says that nothing follows `text`.
    pub fn line_end(&self, text: &[u8], physical: bool, last: bool) -> LineEnd {
        let (terminator, escape) = match self.quoting {
            Quoting::Following { escape, .. } if !physical => (self.terminator, escape),
            _ => (self.terminator, self.terminator),
        };
        let mut from = 0;
        while let Some(index) = memchr::memchr2(terminator.first(), escape.first(), &text[from..]) {
            let at = from + index;
            let rest = &text[at..];
            let is_cut = |mark: Mark| mark.len() > rest.len() && mark.starts_with(rest);
            if !last && (is_cut(terminator) || is_cut(escape)) {
                return LineEnd::NotBefore(at);
            }
            from = at + 1;
            if rest.starts_with(&terminator) {
                return LineEnd::At(at + terminator.len());
            }
            if rest.starts_with(&escape) {
                let after = at + escape.len();
                match self.escaped_len(&text[after..], last, false) {
                    Some(len) => from = after + len,
                    None => return LineEnd::NotBefore(at),
                }
            }
        }
        LineEnd::NotBefore(text.len())
    }

    /// How many bytes an escape before `text` makes literal: one is enough for a character, of which no later byte
    /// has a meaning; outside quotes a whole line end. 0 at the end of a file, `None` where more text is needed.
    pub fn escaped_len(&self, text: &[u8], last: bool, inside: bool) -> Option<usize> {
        let line_ends: &[&[u8]] = if self.ends_with_lf() { &[b"\r\n"] } else { &[&self.terminator] };
        for &line_end in if inside { &[] } else { line_ends } {
            if text.starts_with(line_end) {
                return Some(line_end.len());
            }
            if !last && text.len() < line_end.len() && line_end.starts_with(text) {
                return None;
            }
        }
        if text.is_empty() { last.then_some(0) } else { Some(1) }
    }
}
