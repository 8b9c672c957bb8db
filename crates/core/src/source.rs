//! Where rows come from.

use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use crate::catalog::{Catalog, Table};
use crate::error::Result;
use crate::row::Row;

/// A source of tables. Blocking code, called from threads made for it.
///
/// `parts` and `read` are given a table as `catalog` has told of it, except that one without columns has meanwhile got
/// those of the target that its fields go to, by position.
pub trait Source: Send + Sync {
    /// What there is to read. Called once, before anything is read.
    fn catalog(&self) -> Result<Catalog>;

    /// Cuts a table in at most `wanted` parts: disjoint, complete and repeatable; one where it cannot be cut.
    fn parts(&self, table: &Table, wanted: usize) -> Result<Vec<Part>>;

    /// Reads one part to its end, or until `rows` says that it is stopped (then the result is `Ok`: whoever
    /// stopped it knows why).
    fn read(&self, table: &Table, part: &Part, rows: &mut dyn Intake) -> Result<()>;

    /// The same source for several threads, where its records can be found without being parsed.
    fn split(&self) -> Option<&dyn Split> {
        None
    }

    /// Wakes a reader that waits for data, which then returns an error. Called at most once, from any thread.
    fn cancel(&self);

    /// How far it has been read, for whoever shows progress; `None` where the source does not count. Asked from any
    /// thread, also while it is read.
    fn meter(&self) -> Option<&Meter> {
        None
    }
}

/// A source whose records one thread finds and several threads parse. The rows and rejects are those of
/// [`Source::read`], whatever the number of threads.
pub trait Split: Sync {
    /// Cuts one part into blocks, in order and to its end, or until `blocks` are stopped (then the result is `Ok`).
    /// An error leaves the blocks before it complete.
    fn cut(&self, table: &Table, part: &Part, blocks: &mut dyn Blocks) -> Result<()>;

    /// What parses blocks of that part; one for each thread.
    fn parser(&self, table: &Table, part: &Part) -> Box<dyn Parse + '_>;
}

/// Takes what a part is cut into.
pub trait Blocks {
    /// A buffer for the next block, of any length and content. Waits while too many bytes are not parsed yet.
    fn spare(&mut self) -> Result<Vec<u8>, Stopped>;

    /// One block.
    fn block(&mut self, block: Block) -> Result<(), Stopped>;

    /// For records that are known to be malformed before they are parsed. They are in no block.
    fn rejects(&mut self) -> &mut dyn Intake;
}

/// Makes rows of records.
pub trait Parse: Send {
    /// Parses one block. Its records may be changed in place.
    fn parse(&mut self, block: &mut Block, rows: &mut dyn Intake) -> Result<(), Stopped>;
}

/// Some whole records, one after the other.
#[derive(Debug, Default)]
pub struct Block {
    /// The buffer that holds them.
    pub bytes: Vec<u8>,
    /// Where in it they are.
    pub range: Range<usize>,
    /// How many records of the part come before them.
    pub position: u64,
    /// The line on which they begin, from 1.
    pub line: u64,
}

/// How far a source has been read, in its own bytes (those of the files, not of the rows). Readers add to it as they
/// go, with one addition a buffer.
#[derive(Debug, Default)]
pub struct Meter {
    read: AtomicU64,
    total: AtomicU64,
    endless: AtomicU64,
}

impl Meter {
    /// A further input was opened, of so many bytes; `None` where that cannot be known.
    pub fn add_input(&self, len: Option<u64>) {
        match len {
            Some(len) => self.total.fetch_add(len, Relaxed),
            None => self.endless.fetch_add(1, Relaxed),
        };
    }

    /// So many bytes were read.
    pub fn add_read(&self, bytes: u64) {
        self.read.fetch_add(bytes, Relaxed);
    }

    /// Bytes read so far, of all inputs.
    pub fn read(&self) -> u64 {
        self.read.load(Relaxed)
    }

    /// Bytes of all inputs opened so far; `None` where that is not known of one of them.
    pub fn total(&self) -> Option<u64> {
        let total = self.total.load(Relaxed);
        (self.endless.load(Relaxed) == 0 && total > 0).then_some(total)
    }
}

/// One part of a table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Part {
    /// Its number from 0.
    pub number: usize,
    /// For people: a file's path, a range of keys.
    pub name: String,
}

/// The load does not take more rows; the reader returns at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stopped;

/// What became of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Given {
    /// It is on its way.
    Taken,
    /// No value can be made of it for one of the target's columns, for this reason.
    Refused(String),
}

/// Takes rows from a reader. Implemented once, by the engine.
pub trait Intake {
    /// One row. Blocks while the target is behind. A row that is refused is not counted: the reader hands over its
    /// record as malformed, for the reason given.
    fn row(&mut self, row: Row<'_>) -> Result<Given, Stopped>;

    /// One record that is no row: it is rejected. `raw` is the record as it stands in the source; `why` says
    /// what is wrong and where.
    fn malformed(&mut self, raw: &[u8], why: &str) -> Result<(), Stopped>;

    /// More bytes of the record last given to `malformed`, where that one is too wide to be given at once.
    fn malformed_rest(&mut self, raw: &[u8]) -> Result<(), Stopped>;

    /// One record that holds nothing to load (an empty line): counted as read and skipped.
    fn skipped(&mut self) -> Result<(), Stopped>;

    /// The last row given had so many NUL characters stripped: counted in the report.
    fn stripped_nuls(&mut self, count: u64);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_total_is_known_where_it_is_known_of_all_inputs() {
        let meter = Meter::default();
        assert_eq!((meter.read(), meter.total()), (0, None));
        meter.add_input(Some(10));
        meter.add_input(Some(5));
        meter.add_read(7);
        assert_eq!((meter.read(), meter.total()), (7, Some(15)));
        meter.add_input(None);
        assert_eq!((meter.read(), meter.total()), (7, None));
    }
}
