//! What makes a record malformed, and how that is told.

use std::fmt;
use std::path::Path;

use pgloader_files::encoding::Encoding;

use super::dialect::{Dialect, Quoting};

/// What is wrong with a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Something other than a separator or a line end follows a closing quote.
    TextAfterQuote,
    /// The file ends inside quotes.
    Unclosed,
    /// It is wider than the option `max record size` allows; `open` says that it does not end because a quote is
    /// open.
    TooWide {
        /// Whether a quote is open where it becomes too wide.
        open: bool,
    },
    /// It has bytes that are no character in the file's encoding; this is the first.
    Encoding(u8),
    /// It has a NUL byte.
    Nul,
}

/// One malformed record, told to the user: where, what, and what to do.
pub struct Complaint<'a> {
    /// The file.
    pub path: &'a Path,
    /// The line on which the record begins, from 1.
    pub line: u64,
    /// What is wrong.
    pub fault: Fault,
    /// The line on which that is: of the text, the quote or the byte.
    pub fault_line: u64,
    /// The limit that the record exceeds, in bytes.
    pub max_record: usize,
    /// How the file is written.
    pub dialect: &'a Dialect,
    /// Its encoding.
    pub encoding: Encoding,
}

impl fmt::Display for Complaint<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Complaint { path, line, fault_line, max_record, .. } = self;
        write!(f, "{}:{line}: ", path.display())?;
        match self.fault {
            Fault::TextAfterQuote if line == fault_line => write!(f, "text follows a closing quote"),
            Fault::TextAfterQuote => write!(
                f,
                "text follows a closing quote on line {fault_line}: a quote between these lines may be unbalanced"
            ),
            Fault::Unclosed => write!(f, "the quote opened on line {fault_line} is never closed"),
            Fault::TooWide { open } => {
                write!(f, "the record is wider than `max record size` ({max_record} bytes)")?;
                if open { write!(f, ": the quote opened on line {fault_line} is not closed") } else { Ok(()) }
            }
            Fault::Encoding(byte) => {
                let encoding = self.encoding.name();
                write!(f, "the byte 0x{byte:02X} on line {fault_line} is not valid {encoding}")
            }
            Fault::Nul => {
                write!(f, "there is a NUL byte on line {fault_line}, which PostgreSQL cannot store")
            }
        }?;
        write!(f, "; {}", self.advice())
    }
}

impl Complaint<'_> {
    fn advice(&self) -> String {
        match self.fault {
            Fault::TextAfterQuote | Fault::Unclosed | Fault::TooWide { open: true } => self.quoting_advice(),
            Fault::TooWide { open: false } => {
                "check `lines terminated by`, or raise `max record size`".to_owned()
            }
            Fault::Encoding(_) => {
                let example = if self.encoding.is_utf8() { "latin1" } else { "utf-8" };
                format!(
                    "correct the line, or name the file's encoding, for instance: WITH ENCODING {example}"
                )
            }
            Fault::Nul => "correct the line, or load without such bytes: nul bytes = strip".to_owned(),
        }
    }

    fn quoting_advice(&self) -> String {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        match self.dialect.quoting {
            Quoting::None => "correct the line".to_owned(),
            Quoting::Doubled(quote) => {
                format!("inside quotes a quote is written {0}{0}; see also `fields escaped by`", text(&quote))
            }
            Quoting::Prefixed { quote, escape } | Quoting::Following { quote, escape } => {
                let [quote, escape] = [text(&quote), text(&escape)];
                format!("inside quotes a quote is written {escape}{quote}; see also `fields escaped by`")
            }
        }
    }
}
