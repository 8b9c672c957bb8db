//! Finds the records of a file one by one, exactly: good ones and malformed ones.

use std::io::Read;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use pgloader_core::Result;
use pgloader_core::source::Stopped;
use pgloader_files::encoding::Encoding;

use super::dialect::{Dialect, LineEnd};
use super::doomed::Doomed;
use super::fault::{Complaint, Fault};
use super::lines::LineCounter;
use super::read::{Buffer, CAPACITY};
use super::record::{Splitter, Step};
use super::value::ValueRules;
use super::{borders::Borders, parse};

/// What holds for all records of a file.
#[derive(Debug, Clone)]
pub struct Rules {
    /// The special characters.
    pub dialect: Dialect,
    /// How characters are encoded in the file. What is read here is UTF-8 made of that.
    pub encoding: Encoding,
    /// How many bytes of UTF-8 a record has at most, its line end included.
    pub max_record: usize,
    /// Whether NUL bytes are removed; else they make a record malformed.
    pub strip_nuls: bool,
    /// What the fields' values become, by field.
    pub values: Vec<ValueRules>,
    /// The same for fields beyond those.
    pub other_values: ValueRules,
    /// What the first line is called in messages.
    pub first_line: u64,
}

impl Rules {
    /// Whether values may become others than those in the file.
    pub fn change_values(&self) -> bool {
        !self.other_values.is_empty() || self.values.iter().any(|rules| !rules.is_empty())
    }

    /// Tells what is wrong with the record that begins on `line` of the file at `path`, and where.
    pub fn complaint(&self, path: &Path, fault: Fault, line: u64, fault_line: u64) -> String {
        let Rules { max_record, ref dialect, encoding, .. } = *self;
        Complaint { path, line, fault, fault_line, max_record, dialect, encoding }.to_string()
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
    pub(super) path: PathBuf,
    pub(super) buffer: Buffer<R>,
    pub(super) splitter: Splitter,
    /// The start of some record read before, or of this one.
    pub(super) lines: LineCounter,
    pub(super) doomed: Option<Doomed>,
    /// Whether the record at hand is known to share the fate of the doomed one.
    pub(super) shares_fate: bool,
    /// The quick search for record ends, where the dialect allows one.
    pub(super) borders: Option<Borders>,
}

impl<R: Read> Records<R> {
    /// Reads `input`, which messages call `path`, from its start.
    pub fn new(input: R, path: PathBuf, rules: Arc<Rules>) -> Records<R> {
        Records::with_capacity(input, path, rules, CAPACITY)
    }

    pub(super) fn with_capacity(input: R, path: PathBuf, rules: Arc<Rules>, capacity: usize) -> Records<R> {
        Records {
            buffer: Buffer::new(input, capacity),
            splitter: Splitter::new(rules.dialect.clone()),
            lines: LineCounter::new(rules.dialect.terminator, rules.first_line),
            doomed: None,
            shares_fate: false,
            borders: Borders::new(&rules.dialect),
            path,
            rules,
        }
    }

    /// Finds the record at the buffer's start and leaves it there.
    pub(super) fn next(&mut self, cancelled: &AtomicBool) -> Result<Found> {
        self.next_with(|records| records.fill(cancelled))
    }

    /// The same; `more` is called to fill the buffer.
    pub(super) fn next_with<E>(
        &mut self,
        mut more: impl FnMut(&mut Records<R>) -> Result<(), E>,
    ) -> Result<Found, E> {
        while self.buffer.rest().is_empty() {
            if self.buffer.at_end() {
                return Ok(Found::End);
            }
            more(self)?;
        }
        self.splitter.begin(self.buffer.start());
        self.shares_fate = false;
        if self.doomed.is_some()
            && let Some(found) = self.share_fate()
        {
            return Ok(found);
        }
        loop {
            let last = self.sees_the_end();
            let step = self.splitter.split(visible(&self.buffer, &self.rules), last);
            match self.settle(step) {
                None => more(self)?,
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

    /// Takes out the records from `from` to the buffer's start, as [`Buffer::take`] does.
    pub(super) fn take(&mut self, from: usize, spare: Vec<u8>) -> (Vec<u8>, Range<usize>) {
        let (bytes, range, moved) = self.buffer.take(from, spare);
        if moved > 0 {
            self.splitter.moved(moved);
        }
        (bytes, range)
    }

    /// Makes the fields of the record that ends at `end` into values, in place.
    pub(super) fn finish_values(&mut self, end: usize) {
        let len = end - self.buffer.start();
        parse::finish_values(&self.rules.dialect, self.buffer.front_mut(len), &mut self.splitter);
    }

    /// What is wrong with the bytes of the complete record that ends at `end`.
    pub(super) fn unclean(&mut self, end: usize) -> Option<Malformed> {
        let start = self.buffer.start();
        let record = &self.buffer.bytes()[start..end];
        let (fault, at) = parse::unclean(self.rules.encoding, record, &mut self.splitter)?;
        Some(Malformed { fault, at: start + at })
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
            let given = self.rules.encoding.original(&self.buffer.rest()[..piece], &mut *give);
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
        self.rules.complaint(&self.path, fault, line, fault_line)
    }
}

pub(super) fn visible<'b, R: Read>(buffer: &'b Buffer<R>, rules: &Rules) -> &'b [u8] {
    let bytes = buffer.bytes();
    &bytes[..bytes.len().min(buffer.start().saturating_add(rules.max_record + 1))]
}

#[cfg(test)]
#[path = "records_tests.rs"]
pub(super) mod tests;
