//! Makes rows of the records of a block.

use std::convert::Infallible;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use pgloader_core::source::{Block, Blocks, Given, Intake, Parse, Stopped};
use pgloader_core::{Row, Span};
use pgloader_files::encoding::{Encoding, marked_byte};

use super::dialect::Dialect;
use super::fault::Fault;
use super::fields::Fields;
use super::lines::LineCounter;
use super::read::CAPACITY;
use super::record::{Splitter, Step};
use super::records::Rules;
use super::value;

/// Parses blocks of one file, one after the other.
pub struct Parser {
    rules: Arc<Rules>,
    path: PathBuf,
    splitter: Splitter,
    /// The quick way to find fields, where the dialect allows it.
    fields: Option<Fields>,
    change_values: bool,
    /// For each field of the first file the field of this one, where their headers differ.
    order: Option<Vec<usize>>,
    /// The fields in that order.
    ordered: Vec<Span>,
    /// The record at hand as it was before its values were rewritten; empty where they were not.
    original: Vec<u8>,
}

impl Parser {
    /// A parser for the file that messages call `path`, which gives the fields in this `order`.
    pub fn new(path: PathBuf, rules: Arc<Rules>, order: Option<Vec<usize>>) -> Parser {
        Parser {
            splitter: Splitter::new(rules.dialect.clone()),
            fields: Fields::new(&rules.dialect),
            change_values: rules.change_values(),
            path,
            rules,
            order,
            ordered: Vec::new(),
            original: Vec::new(),
        }
    }
}

impl Parse for Parser {
    fn parse(&mut self, block: &mut Block, rows: &mut dyn Intake) -> Result<(), Stopped> {
        let text = &mut block.bytes[block.range.clone()];
        self.splitter.forget();
        if let Some(fields) = &mut self.fields {
            fields.restart(0);
        }
        let (mut at, mut clean_to) = (0, clean_to(text, 0));
        while at < text.len() {
            let Some(end) = self.split(text, at) else {
                return self.give_miscut(&text[at..], rows);
            };
            self.original.clear();
            let given = if end <= clean_to {
                self.give(&mut text[at..end], rows)?
            } else {
                clean_to = self::clean_to(text, end);
                self.give_unclean(text, at..end, block.line, rows)?
            };
            if let Given::Refused(why) = given {
                self.hand_over(text, at..end, block.line, &why, rows)?;
            }
            at = end;
        }
        Ok(())
    }
}

impl Parser {
    /// Finds the fields of the record at `at`, and where it ends.
    #[inline]
    fn split(&mut self, text: &[u8], at: usize) -> Option<usize> {
        match &mut self.fields {
            Some(fields) => fields.split(text, at, &mut self.splitter).or_else(|| self.split_anew(text, at)),
            None => self.split_closely(text, at),
        }
    }

    /// The same where the splitter has not seen the record before.
    fn split_anew(&mut self, text: &[u8], at: usize) -> Option<usize> {
        self.splitter.forget();
        let end = self.split_closely(text, at)?;
        if let Some(fields) = &mut self.fields {
            fields.restart(end);
        }
        Some(end)
    }

    fn split_closely(&mut self, text: &[u8], at: usize) -> Option<usize> {
        self.splitter.begin(at);
        match self.splitter.split(text, true) {
            Step::Record(end) => Some(end),
            _ => None,
        }
    }

    /// Gives a record in which there is nothing to be checked any more.
    #[inline]
    fn give(&mut self, record: &mut [u8], rows: &mut dyn Intake) -> Result<Given, Stopped> {
        let (spans, rewrites) = self.splitter.fields();
        if spans[..] == [Span::NULL] {
            return rows.skipped().map(|()| Given::Taken);
        }
        if !rewrites.is_empty() {
            self.original.extend_from_slice(record);
            finish_values(&self.rules.dialect, record, &mut self.splitter);
        }
        self.apply_rules(record);
        let spans = self.splitter.fields().0;
        let Some(order) = &self.order else { return rows.row(Row::new(record, spans)) };
        let field = |&field: &usize| spans.get(field).copied().unwrap_or(Span::NULL);
        self.ordered.clear();
        self.ordered.extend(order.iter().map(field));
        rows.row(Row::new(record, &self.ordered))
    }

    /// Hands over the record at `range`, of which no row can be made, as it stands in the file. `line` is that of
    /// `text`.
    #[cold]
    fn hand_over(
        &mut self,
        text: &mut [u8],
        range: Range<usize>,
        line: u64,
        why: &str,
        rows: &mut dyn Intake,
    ) -> Result<(), Stopped> {
        let mut lines = LineCounter::new(self.rules.dialect.terminator, line);
        let line = lines.advance(text, 0, range.start as u64);
        let why = format!("{}:{line}: {why}", self.path.display());
        let record = &mut text[range];
        if !self.original.is_empty() {
            record.copy_from_slice(&self.original);
        }
        reject(self.rules.encoding, record, &why, rows)
    }

    fn apply_rules(&mut self, record: &[u8]) {
        if !self.change_values {
            return;
        }
        for (index, span) in self.splitter.fields().0.iter_mut().enumerate() {
            *span = self.rules.values.get(index).unwrap_or(&self.rules.other_values).apply(record, *span);
        }
    }

    /// Gives the record at `range`, which may be no valid UTF-8 or have NUL bytes. `line` is that of `text`.
    fn give_unclean(
        &mut self,
        text: &mut [u8],
        range: Range<usize>,
        line: u64,
        rows: &mut dyn Intake,
    ) -> Result<Given, Stopped> {
        let record = &mut text[range.clone()];
        match unclean(self.rules.encoding, record, &mut self.splitter) {
            None => self.give(record, rows),
            Some((Fault::Nul, _)) if self.rules.strip_nuls => self.give_stripped(record, rows),
            Some((fault, at)) => {
                let mut lines = LineCounter::new(self.rules.dialect.terminator, line);
                let line = lines.advance(text, 0, range.start as u64);
                let fault_line = lines.advance(text, 0, (range.start + at) as u64);
                let why = self.rules.complaint(&self.path, fault, line, fault_line);
                reject(self.rules.encoding, &text[range], &why, rows).map(|()| Given::Taken)
            }
        }
    }

    fn give_stripped(&mut self, record: &mut [u8], rows: &mut dyn Intake) -> Result<Given, Stopped> {
        self.original.extend_from_slice(record);
        finish_values(&self.rules.dialect, record, &mut self.splitter);
        let (spans, rewrites) = self.splitter.fields();
        rewrites.clear();
        let count = value::strip_nuls(&self.rules.dialect, record, spans);
        let given = self.give(record, rows);
        rows.stripped_nuls(count);
        given
    }

    /// What was cut at a wrong place is lost to nobody.
    #[cold]
    fn give_miscut(&self, text: &[u8], rows: &mut dyn Intake) -> Result<(), Stopped> {
        debug_assert!(false, "cut at a wrong place: {:?}", String::from_utf8_lossy(text));
        let why = format!(
            "{}: records were cut apart at a wrong place; this is a defect of pgloader: please report it with the file",
            self.path.display()
        );
        rows.malformed(text, &why)
    }
}

/// Hands over a record as it stands in the file; in one piece, for other parsers may reject theirs meanwhile.
fn reject(encoding: Encoding, record: &[u8], why: &str, rows: &mut dyn Intake) -> Result<(), Stopped> {
    if encoding.is_utf8() {
        return rows.malformed(record, why);
    }
    let mut whole = Vec::new();
    let Ok(()) = encoding.original(record, |piece| {
        whole.extend_from_slice(piece);
        Ok::<(), Infallible>(())
    });
    rows.malformed(&whole, why)
}

/// Makes the fields that the splitter found in `record` into values, in place.
pub(super) fn finish_values(dialect: &Dialect, record: &mut [u8], splitter: &mut Splitter) {
    let (spans, rewrites) = splitter.fields();
    for rewrite in &*rewrites {
        spans[rewrite.index] = value::rewrite(dialect, record, rewrite);
    }
}

/// What is wrong with the bytes of a record whose fields the splitter found, and where.
pub(super) fn unclean(encoding: Encoding, record: &[u8], splitter: &mut Splitter) -> Option<(Fault, usize)> {
    if let Err(error) = simdutf8::compat::from_utf8(record) {
        let at = error.valid_up_to();
        let byte = marked_byte(&record[at..]).filter(|_| !encoding.is_utf8());
        return Some((Fault::Encoding(byte.unwrap_or(record[at])), at));
    }
    let (spans, rewrites) = splitter.fields();
    Some((Fault::Nul, value::first_nul(record, spans, rewrites)?))
}

/// Up to where `text` is valid UTF-8 without NUL bytes, from `from` on.
fn clean_to(text: &[u8], from: usize) -> usize {
    let rest = &text[from..];
    let valid = match simdutf8::compat::from_utf8(rest) {
        Ok(_) => rest.len(),
        Err(error) => error.valid_up_to(),
    };
    from + memchr::memchr(0, &rest[..valid]).unwrap_or(valid)
}

/// Parses each block as soon as it is cut.
pub struct AtOnce<'a> {
    parser: Parser,
    rows: &'a mut dyn Intake,
    /// The buffer of the block before.
    spare: Vec<u8>,
}

impl<'a> AtOnce<'a> {
    /// Gives rows and rejects to `rows`, in the order of the file.
    pub fn new(parser: Parser, rows: &'a mut dyn Intake) -> AtOnce<'a> {
        AtOnce { parser, rows, spare: Vec::new() }
    }
}

impl Blocks for AtOnce<'_> {
    fn spare(&mut self) -> Result<Vec<u8>, Stopped> {
        Ok(std::mem::take(&mut self.spare))
    }

    fn block(&mut self, mut block: Block) -> Result<(), Stopped> {
        let given = self.parser.parse(&mut block, self.rows);
        if block.bytes.len() <= 2 * CAPACITY {
            self.spare = block.bytes;
        }
        given
    }

    fn rejects(&mut self) -> &mut dyn Intake {
        self.rows
    }
}
