//! From the bytes of the files to rows and errors. Does no IO, so that it can be tested without.

use std::collections::HashMap;

use super::csv::{Dialect, Extent, Field, Scan, Skipper};
use super::error_row::{Refused, error_row};
use super::options::Options;
use super::record::{MAX_RECORD, Refusal, Shape, too_long};
use super::{LoadError, convert::Wrong};

/// When this many bytes of rows wait, they should be sent.
const PIECE: usize = 1024 * 1024;

/// When this many errors wait, they should be recorded.
const MANY_ERRORS: usize = 1000;

/// As many bytes of a record that is too long are kept for its error.
const KEPT: usize = 4096;

/// COPY cannot go on: there are as many errors as MAXERROR says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TooManyErrors;

/// All of one COPY's records.
#[derive(Debug)]
pub(super) struct Intake {
    /// Rows as COPY text, to be taken away by the caller.
    pub rows: Vec<u8>,
    /// Refused records, to be taken away by the caller.
    pub errors: Vec<LoadError>,
    /// Rows written so far.
    pub loaded: u64,
    /// Records refused so far.
    pub refused: u64,
    shape: Shape,
    dialect: Dialect,
    limit: u64,
    header_lines: u64,
    skip_blank_lines: bool,
    physical_lines: bool,
    /// Refusals injected, by the record's number.
    injected: HashMap<u64, Wrong>,
    records: u64,
    fields: Vec<Field>,
    file: File,
}

/// Where the intake is in the file being read.
#[derive(Debug, Default)]
struct File {
    name: String,
    /// The line or the record that comes next, from 1.
    line: i64,
    header_left: u64,
    too_long: Option<TooLong>,
}

/// A record that is too long, while its end is looked for.
#[derive(Debug)]
struct TooLong {
    skipper: Skipper,
    start: Vec<u8>,
    line_feeds: i64,
}

impl Intake {
    /// For the records of a COPY with these options. `injected` are refusals by number of record, from 1.
    pub fn new(
        shape: Shape,
        options: &Options,
        physical_lines: bool,
        injected: HashMap<u64, Wrong>,
    ) -> Intake {
        Intake {
            rows: Vec::new(),
            errors: Vec::new(),
            loaded: 0,
            refused: 0,
            shape,
            dialect: Dialect {
                delimiter: options.delimiter.unwrap_or(b','),
                quote: options.quote.unwrap_or(b'"'),
            },
            limit: if options.ignore_all_errors { u64::MAX } else { options.max_error.unwrap_or(0).max(1) },
            header_lines: options.ignore_header,
            skip_blank_lines: options.ignore_blank_lines,
            physical_lines,
            injected,
            records: 0,
            fields: Vec::new(),
            file: File::default(),
        }
    }

    /// A new file begins.
    pub fn begin_file(&mut self, name: String) {
        self.file = File { name, line: 1, header_left: self.header_lines, too_long: None };
    }

    /// Takes records from the start of `bytes` and says how many bytes it took: all whole records, or as many as
    /// fill a piece. The rest must come again, with more behind. `last` says that the file ends with these bytes.
    pub fn take(&mut self, bytes: &[u8], last: bool) -> Result<usize, TooManyErrors> {
        let mut at = 0;
        while at < bytes.len() && !self.is_full() {
            match self.step(&bytes[at..], last)? {
                0 => break,
                taken => at += taken,
            }
        }
        if last && at == bytes.len() {
            self.end_too_long()?;
        }
        Ok(at)
    }

    /// Whether rows or errors should be taken away before more is read.
    pub fn is_full(&self) -> bool {
        self.rows.len() >= PIECE || self.errors.len() >= MANY_ERRORS
    }

    /// One header line, one record, or a part of one that is too long. 0 if there is less.
    fn step(&mut self, bytes: &[u8], last: bool) -> Result<usize, TooManyErrors> {
        if self.file.header_left > 0 {
            return Ok(self.header_line(bytes, last));
        }
        if self.file.too_long.is_some() {
            return self.skip(bytes);
        }
        match self.dialect.scan(bytes, last, &mut self.fields) {
            Scan::Record(extent) => {
                self.record(&bytes[..extent.len], extent)?;
                Ok(extent.taken)
            }
            Scan::More if bytes.len() > MAX_RECORD => {
                let start = bytes[..KEPT].to_vec();
                self.file.too_long =
                    Some(TooLong { skipper: Skipper::new(self.dialect), start, line_feeds: 0 });
                self.skip(bytes)
            }
            Scan::More => Ok(0),
        }
    }

    fn header_line(&mut self, bytes: &[u8], last: bool) -> usize {
        let Some(end) = bytes.iter().position(|b| *b == b'\n') else {
            return if last || bytes.len() > MAX_RECORD { bytes.len() } else { 0 };
        };
        self.file.header_left -= 1;
        self.file.line += 1;
        end + 1
    }

    fn record(&mut self, record: &[u8], extent: Extent) -> Result<(), TooManyErrors> {
        let line = self.file.line;
        self.file.line += if self.physical_lines { 1 + line_feeds(record) } else { 1 };
        if record.is_empty() && self.skip_blank_lines {
            return Ok(());
        }
        self.records += 1;
        let fields = std::mem::take(&mut self.fields);
        let written = match self.injected.remove(&self.records) {
            Some(wrong) => Err(Refusal { field: None, wrong }),
            None => self.shape.write_row(record, extent, &fields, &mut self.rows),
        };
        let outcome = match written {
            Ok(()) => {
                self.loaded += 1;
                Ok(())
            }
            Err(refusal) => self.refuse(line, record, &fields, &refusal),
        };
        self.fields = fields;
        outcome
    }

    fn refuse(
        &mut self,
        line_number: i64,
        record: &[u8],
        fields: &[Field],
        refusal: &Refusal,
    ) -> Result<(), TooManyErrors> {
        let refused = Refused { filename: &self.file.name, line_number, record, fields, refusal };
        self.errors.push(error_row(refused, &self.shape));
        self.refused += 1;
        if self.refused >= self.limit { Err(TooManyErrors) } else { Ok(()) }
    }

    /// Goes on to the end of a record that is too long.
    fn skip(&mut self, bytes: &[u8]) -> Result<usize, TooManyErrors> {
        let Some(record) = &mut self.file.too_long else { return Ok(0) };
        let end = record.skipper.find_end(bytes);
        let taken = end.unwrap_or(bytes.len());
        record.line_feeds += line_feeds(&bytes[..taken]);
        if end.is_some() {
            self.end_too_long()?;
        }
        Ok(taken)
    }

    fn end_too_long(&mut self) -> Result<(), TooManyErrors> {
        let Some(record) = self.file.too_long.take() else { return Ok(()) };
        let line = self.file.line;
        self.file.line += if self.physical_lines { record.line_feeds } else { 1 };
        self.records += 1;
        self.injected.remove(&self.records);
        self.refuse(line, &record.start, &[], &too_long())
    }
}

fn line_feeds(bytes: &[u8]) -> i64 {
    // A slice is never longer than isize::MAX.
    bytes.iter().filter(|b| **b == b'\n').count() as i64
}
