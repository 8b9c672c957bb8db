//! Reads a file record by record: good ones become rows, malformed ones are handed over as they stand.

use std::io::Read;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use pgloader_core::source::{Given, Intake, Stopped};
use pgloader_core::{Result, Row, Span};

use super::dialect::{Dialect, LineEnd};
use super::doomed::Doomed;
use super::encoding::Encoding;
use super::fault::{Complaint, Fault};
use super::lines::LineCounter;
use super::read::{Buffer, CAPACITY};
use super::record::{Splitter, Step};
use super::value::{self, ValueRules};

/// What holds for all records of a file.
#[derive(Debug, Clone)]
pub struct Rules {
    /// The special characters.
    pub dialect: Dialect,
    /// How characters are encoded.
    pub encoding: Encoding,
    /// How many bytes of UTF-8 a record has at most, its line end included.
    pub max_record: usize,
    /// Whether NUL bytes are removed; else they make a record malformed.
    pub strip_nuls: bool,
    /// What the fields' values become, by field.
    pub values: Vec<ValueRules>,
    /// The same for fields beyond those.
    pub other_values: ValueRules,
}

impl Rules {
    fn change_values(&self) -> bool {
        !self.other_values.is_empty() || self.values.iter().any(|rules| !rules.is_empty())
    }
}

/// The next record.
pub(super) enum Found {
    /// A record without malformed quotes, not too wide, which ends here.
    Record(usize),
    /// A malformed one.
    Malformed(Malformed),
    /// There is no more record.
    End,
}

/// A malformed record: what is wrong, and where.
#[derive(Debug, Clone, Copy)]
pub(super) struct Malformed {
    /// What is wrong.
    pub fault: Fault,
    /// Where in the buffer.
    pub at: usize,
}

/// A file being read.
pub struct Records<R> {
    pub(super) rules: Arc<Rules>,
    path: PathBuf,
    pub(super) buffer: Buffer<R>,
    pub(super) splitter: Splitter,
    /// The start of some record read before, or of this one.
    pub(super) lines: LineCounter,
    pub(super) doomed: Option<Doomed>,
    /// Whether the record at hand is known to share the fate of the doomed one.
    pub(super) shares_fate: bool,
    change_values: bool,
    /// The record as it was before its values were rewritten; empty where they were not.
    original: Vec<u8>,
}

impl<R: Read> Records<R> {
    /// Reads `input`, which messages call `path`, from its start.
    pub fn new(input: R, path: PathBuf, rules: Arc<Rules>) -> Records<R> {
        Records::with_capacity(input, path, rules, CAPACITY)
    }

    fn with_capacity(input: R, path: PathBuf, rules: Arc<Rules>, capacity: usize) -> Records<R> {
        Records {
            buffer: Buffer::new(input, rules.encoding, capacity),
            splitter: Splitter::new(rules.dialect.clone()),
            lines: LineCounter::new(rules.dialect.terminator),
            doomed: None,
            shares_fate: false,
            change_values: rules.change_values(),
            original: Vec::new(),
            path,
            rules,
        }
    }

    /// Reads to the end of the file, or until `rows` are stopped.
    ///
    /// # Errors
    ///
    /// The file cannot be read, or `cancelled` is set.
    pub fn read(&mut self, rows: &mut dyn Intake, cancelled: &AtomicBool) -> Result<()> {
        loop {
            let given = match self.next(cancelled)? {
                Found::End => return Ok(()),
                Found::Record(end) if self.buffer.is_clean(end) => self.give(end, rows),
                Found::Record(end) => self.give_unclean(end, rows),
                Found::Malformed(malformed) => self.reject_line(malformed, rows, cancelled)?,
            };
            if given == Err(Stopped) {
                return Ok(());
            }
        }
    }

    /// Finds the record at the buffer's start and leaves it there.
    #[inline]
    pub(super) fn next(&mut self, cancelled: &AtomicBool) -> Result<Found> {
        while self.buffer.rest().is_empty() {
            if self.buffer.at_end() {
                return Ok(Found::End);
            }
            self.fill(cancelled)?;
        }
        self.splitter.begin(self.buffer.start());
        self.shares_fate = false;
        if self.doomed.is_some()
            && let Some(found) = self.share_fate()
        {
            return Ok(found);
        }
        self.split(cancelled)
    }

    fn split(&mut self, cancelled: &AtomicBool) -> Result<Found> {
        loop {
            let last = self.sees_the_end();
            let step = self.splitter.split(visible(&self.buffer, &self.rules), last);
            match self.settle(step) {
                None => self.fill(cancelled)?,
                Some(Found::Record(_)) if self.shares_fate => self.start_over(),
                Some(found) => return Ok(found),
            }
        }
    }

    /// What a step comes to; `None` where the record needs more text.
    #[inline]
    pub(super) fn settle(&self, step: Step) -> Option<Found> {
        let start = self.buffer.start();
        match step {
            Step::Record(end) if end - start <= self.rules.max_record => Some(Found::Record(end)),
            Step::More if self.visible().len() - start <= self.rules.max_record => None,
            _ => Some(Found::Malformed(self.malformed(step))),
        }
    }

    /// The record is good after all: looks at it again for its fields.
    fn start_over(&mut self) {
        self.shares_fate = false;
        self.restart();
    }

    /// Begins the record at the buffer's start, wherever the splitter stood.
    fn restart(&mut self) {
        self.splitter.begin(self.buffer.start());
        self.splitter.forget();
    }

    /// What the splitter may see: one byte more than the widest record, so that what it finds does not depend on
    /// how much happens to be in memory.
    #[inline]
    pub(super) fn visible(&self) -> &[u8] {
        visible(&self.buffer, &self.rules)
    }

    #[inline]
    fn sees_the_end(&self) -> bool {
        self.buffer.at_end() && self.visible().len() == self.buffer.bytes().len()
    }

    #[cold]
    pub(super) fn malformed(&self, step: Step) -> Malformed {
        let state = self.splitter.state();
        let limit = self.buffer.start() + self.rules.max_record;
        let too_wide =
            Malformed { fault: Fault::TooWide { open: state.open_quote().is_some() }, at: state.mark() };
        let is_too_wide = self.visible().len() > limit;
        match step {
            Step::TextAfterQuote(at) if at < limit => Malformed { fault: Fault::TextAfterQuote, at },
            Step::Unclosed if !is_too_wide => Malformed { fault: Fault::Unclosed, at: state.mark() },
            Step::More => match self.splitter.given_up(self.visible()) {
                Some(Step::TextAfterQuote(at)) if at < limit => {
                    Malformed { fault: Fault::TextAfterQuote, at }
                }
                _ => too_wide,
            },
            _ => too_wide,
        }
    }

    pub(super) fn fill(&mut self, cancelled: &AtomicBool) -> Result<()> {
        let dropped = self.buffer.to_be_dropped();
        if dropped > 0 {
            let origin = self.buffer.origin();
            self.lines.advance(self.buffer.bytes(), origin, origin + dropped as u64);
        }
        self.splitter.moved(dropped);
        self.buffer.fill(cancelled).map_err(|error| error.context(self.path.display().to_string()))
    }

    /// Gives the record that ends at `end`, in which there is nothing to be checked any more.
    #[inline]
    fn give(&mut self, end: usize, rows: &mut dyn Intake) -> Result<(), Stopped> {
        let (spans, rewrites) = self.splitter.fields();
        if spans[..] == [Span::NULL] {
            self.buffer.consume(end);
            return rows.skipped();
        }
        if !rewrites.is_empty() {
            self.keep_original(end);
            self.finish_values(end);
        }
        self.apply_rules(end);
        let record = &self.buffer.bytes()[self.buffer.start()..end];
        let given = rows.row(Row::new(record, self.splitter.fields().0));
        let given = match given {
            Ok(Given::Refused(why)) => self.refuse(end, &why, rows),
            given => given.map(|_| ()),
        };
        self.original.clear();
        self.buffer.consume(end);
        given
    }

    /// To be called before values are rewritten.
    fn keep_original(&mut self, end: usize) {
        if self.original.is_empty() {
            self.original.extend_from_slice(&self.buffer.bytes()[self.buffer.start()..end]);
        }
    }

    /// Hands over the record that ends at `end`, of which no row can be made, as it stands in the file.
    #[cold]
    fn refuse(&mut self, end: usize, why: &str, rows: &mut dyn Intake) -> Result<(), Stopped> {
        let line = self.line();
        let why = format!("{}:{line}: {why}", self.path.display());
        let range = self.buffer.start()..end;
        if !self.original.is_empty() {
            self.buffer.bytes_mut()[range.clone()].copy_from_slice(&self.original);
        }
        let mut first = true;
        self.buffer.original(range, |raw| give_raw(rows, &mut first, raw, &why))
    }

    pub(super) fn finish_values(&mut self, end: usize) {
        let start = self.buffer.start();
        let record = &mut self.buffer.bytes_mut()[start..end];
        let (spans, rewrites) = self.splitter.fields();
        for rewrite in &*rewrites {
            spans[rewrite.index] = value::rewrite(&self.rules.dialect, record, rewrite);
        }
    }

    fn apply_rules(&mut self, end: usize) {
        if !self.change_values {
            return;
        }
        let record = &self.buffer.bytes()[self.buffer.start()..end];
        for (index, span) in self.splitter.fields().0.iter_mut().enumerate() {
            *span = self.rules.values.get(index).unwrap_or(&self.rules.other_values).apply(record, *span);
        }
    }

    /// Gives a record that may be no valid UTF-8 or have NUL bytes.
    fn give_unclean(&mut self, end: usize, rows: &mut dyn Intake) -> Result<(), Stopped> {
        match self.unclean(end) {
            None => self.give(end, rows),
            Some(Malformed { fault: Fault::Nul, .. }) if self.rules.strip_nuls => {
                self.give_stripped(end, rows)
            }
            Some(malformed) => {
                let why = self.complaint(malformed);
                let mut first = true;
                let range = self.buffer.start()..end;
                let given = self.buffer.original(range, |raw| give_raw(rows, &mut first, raw, &why));
                self.buffer.consume(end);
                given
            }
        }
    }

    fn give_stripped(&mut self, end: usize, rows: &mut dyn Intake) -> Result<(), Stopped> {
        self.keep_original(end);
        self.finish_values(end);
        let start = self.buffer.start();
        let record = &mut self.buffer.bytes_mut()[start..end];
        let (spans, rewrites) = self.splitter.fields();
        rewrites.clear();
        let count = value::strip_nuls(&self.rules.dialect, record, spans);
        let given = self.give(end, rows);
        rows.stripped_nuls(count);
        given
    }

    /// What is wrong with the bytes of the complete record that ends at `end`.
    pub(super) fn unclean(&mut self, end: usize) -> Option<Malformed> {
        let start = self.buffer.start();
        let record = &self.buffer.bytes()[start..end];
        if let Err(error) = simdutf8::compat::from_utf8(record) {
            let at = error.valid_up_to();
            return Some(Malformed { fault: Fault::Encoding(record[at]), at: start + at });
        }
        let (spans, rewrites) = self.splitter.fields();
        let at = value::first_nul(record, spans, rewrites)?;
        Some(Malformed { fault: Fault::Nul, at: start + at })
    }

    /// Hands over the first line of a malformed record; what follows it is read as if nothing had been.
    fn reject_line(
        &mut self,
        malformed: Malformed,
        rows: &mut dyn Intake,
        cancelled: &AtomicBool,
    ) -> Result<Result<(), Stopped>> {
        let why = self.explain(malformed);
        let mut first = true;
        self.take_line(false, cancelled, &mut |raw| give_raw(rows, &mut first, raw, &why))
    }

    /// Consumes one line and hands it to `give`, in pieces where it is wide.
    pub(super) fn take_line(
        &mut self,
        physical: bool,
        cancelled: &AtomicBool,
        give: &mut dyn FnMut(&[u8]) -> Result<(), Stopped>,
    ) -> Result<Result<(), Stopped>> {
        loop {
            let start = self.buffer.start();
            let line_end = self.rules.dialect.line_end(self.buffer.rest(), physical, self.buffer.at_end());
            let piece = match line_end {
                LineEnd::At(len) => len,
                LineEnd::NotBefore(len) if self.buffer.at_end() || len >= CAPACITY => len,
                LineEnd::NotBefore(_) => {
                    self.fill(cancelled)?;
                    continue;
                }
            };
            let given = self.buffer.original(start..start + piece, &mut *give);
            self.buffer.consume(start + piece);
            let complete = matches!(line_end, LineEnd::At(_)) || self.buffer.at_end();
            self.restart();
            if complete || given.is_err() {
                return Ok(given);
            }
        }
    }

    /// The line of the buffer's start.
    pub(super) fn line(&mut self) -> u64 {
        let origin = self.buffer.origin();
        self.lines.advance(self.buffer.bytes(), origin, origin + self.buffer.start() as u64)
    }

    /// Tells what is wrong with the record at the buffer's start.
    pub(super) fn complaint(&mut self, malformed: Malformed) -> String {
        let line = self.line();
        let origin = self.buffer.origin();
        let fault_line =
            self.lines.clone().advance(self.buffer.bytes(), origin, origin + malformed.at as u64);
        self.tell(malformed.fault, line, fault_line)
    }

    pub(super) fn tell(&self, fault: Fault, line: u64, fault_line: u64) -> String {
        let Rules { max_record, ref dialect, .. } = *self.rules;
        Complaint { path: &self.path, line, fault, fault_line, max_record, dialect }.to_string()
    }
}

pub(super) fn visible<'b, R: Read>(buffer: &'b Buffer<R>, rules: &Rules) -> &'b [u8] {
    let bytes = buffer.bytes();
    &bytes[..bytes.len().min(buffer.start().saturating_add(rules.max_record + 1))]
}

fn give_raw(rows: &mut dyn Intake, first: &mut bool, raw: &[u8], why: &str) -> Result<(), Stopped> {
    if std::mem::replace(first, false) { rows.malformed(raw, why) } else { rows.malformed_rest(raw) }
}

#[cfg(test)]
#[path = "records_tests.rs"]
mod tests;
