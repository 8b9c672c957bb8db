//! Makes the fields of a complete record into values, in place.

use std::ops::Range;

use pgloader_core::Span;
use pgloader_core::transform::{NullIf, Trim};

use super::dialect::{Dialect, Quoting};

/// A field whose value is not one piece of the record. Places are counted from where the record begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rewrite {
    /// Its number in the record, from 0.
    pub index: usize,
    /// The field; where nothing but blanks precedes its quote, from the quote.
    pub field: Range<usize>,
    /// What stands between its quotes.
    pub section: Option<Range<usize>>,
}

/// What the load command says about the values of one field.
#[derive(Debug, Clone, Default)]
pub struct ValueRules {
    /// Values that are NULL.
    pub null_if: Vec<NullIf>,
    /// Which end to strip of spaces, afterwards.
    pub trim: Option<Trim>,
}

impl ValueRules {
    /// Whether there is no rule.
    pub fn is_empty(&self) -> bool {
        self.null_if.is_empty() && self.trim.is_none()
    }

    /// The field at `span` of `record` as these rules have it.
    pub fn apply(&self, record: &[u8], span: Span) -> Span {
        let Some(range) = span.range() else { return span };
        let value = &record[range.clone()];
        if self.null_if.iter().any(|null_if| null_if.matches(value)) {
            return Span::NULL;
        }
        let Some(trim) = self.trim else { return span };
        let trimmed = trim.apply(value).len();
        let leading = if trim == Trim::Right { 0 } else { leading_spaces(value).min(value.len() - trimmed) };
        Span::new(range.start + leading, range.start + leading + trimmed)
    }
}

fn leading_spaces(value: &[u8]) -> usize {
    value.iter().take_while(|&&byte| byte == b' ').count()
}

/// Rewrites one field of `record`. The record keeps its length and its line breaks, so that lines can still be
/// counted in it.
pub fn rewrite(dialect: &Dialect, record: &mut [u8], rewrite: &Rewrite) -> Span {
    let blank = |record: &[u8], at: usize| dialect.trim && dialect.is_blank(record[at]);
    let Range { start: mut from, end } = rewrite.field;
    while from < end && blank(record, from) {
        from += 1;
    }
    if let Some(section) = &rewrite.section {
        let write = section.start - dialect.quote().map_or(0, |quote| quote.len());
        let to = unescape(dialect, record, section.clone(), write).0;
        return Span::new(from, to);
    }
    let (mut to, literal) = unescape(dialect, record, from..end, from);
    while to > literal && blank(record, to - 1) {
        to -= 1;
    }
    Span::new(from, to)
}

/// Moves what `read` means to `write`, which is not behind it; gives where it ends, and where its last escaped
/// character does.
fn unescape(dialect: &Dialect, record: &mut [u8], read: Range<usize>, write: usize) -> (usize, usize) {
    let (mut from, mut to, mut literal) = (read.start, write, write);
    while let Some((at, dropped, kept)) = next_escape(dialect, &record[from..read.end]) {
        record.copy_within(from..from + at, to);
        to += at;
        from += at + dropped;
        record.copy_within(from..from + kept, to);
        (from, to) = (from + kept, to + kept);
        literal = to;
    }
    record.copy_within(from..read.end, to);
    to += read.end - from;
    record[to..read.end].fill(filler(dialect));
    (to, literal)
}

/// Where the next escape is, how long it is, and how many bytes after it are literal.
fn next_escape(dialect: &Dialect, text: &[u8]) -> Option<(usize, usize, usize)> {
    let (escape, quote) = match dialect.quoting {
        Quoting::None => return None,
        Quoting::Doubled(quote) => (quote, Some(quote)),
        Quoting::Prefixed { quote, escape } => (escape, Some(quote)),
        Quoting::Following { escape, .. } => (escape, None),
    };
    let mut places = memchr::memchr_iter(escape.first(), text);
    places.find_map(|at| {
        let after = text[at..].strip_prefix(&*escape)?;
        let kept = match quote {
            Some(quote) => after.starts_with(&quote).then_some(quote.len())?,
            None => dialect.escaped_len(after, true, false).filter(|&len| len > 0)?,
        };
        Some((at, escape.len(), kept))
    })
}

/// Removes the NUL bytes of the fields, in place; gives how many there were. The record keeps its length.
pub fn strip_nuls(dialect: &Dialect, record: &mut [u8], spans: &mut [Span]) -> u64 {
    let mut count = 0;
    for span in spans {
        let Some(range) = span.range() else { continue };
        let mut to = range.start;
        for from in range.clone() {
            if record[from] != 0 {
                record[to] = record[from];
                to += 1;
            }
        }
        record[to..range.end].fill(filler(dialect));
        count += (range.end - to) as u64;
        *span = Span::new(range.start, to);
    }
    count
}

/// A byte that is part of no line end.
fn filler(dialect: &Dialect) -> u8 {
    if dialect.terminator.contains(&b' ') { b'x' } else { b' ' }
}

/// Whether a field has a NUL byte in it. To be asked before anything is rewritten: separators and line ends may be
/// NUL themselves.
pub fn first_nul(record: &[u8], spans: &[Span], rewrites: &[Rewrite]) -> Option<usize> {
    let fields = spans.iter().filter_map(|span| span.range());
    fields.chain(rewrites.iter().map(|rewrite| rewrite.field.clone())).find_map(|range| {
        let start = range.start;
        Some(start + memchr::memchr(0, &record[range])?)
    })
}
