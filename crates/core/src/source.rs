//! Where rows come from.

use crate::catalog::{Catalog, Table};
use crate::error::Result;
use crate::row::Row;

/// A source of tables. Blocking code, called from threads made for it.
pub trait Source: Send + Sync {
    /// What there is to read. Called once, before anything is read.
    fn catalog(&self) -> Result<Catalog>;

    /// Cuts a table in at most `wanted` parts: disjoint, complete and repeatable; one where it cannot be cut.
    fn parts(&self, table: &Table, wanted: usize) -> Result<Vec<Part>>;

    /// Reads one part to its end, or until `rows` says that it is stopped (then the result is `Ok`: whoever
    /// stopped it knows why).
    fn read(&self, table: &Table, part: &Part, rows: &mut dyn Intake) -> Result<()>;

    /// Wakes a reader that waits for data, which then returns an error. Called at most once, from any thread.
    fn cancel(&self);
}

/// One part of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Its number from 0.
    pub number: usize,
    /// For people: a file's path, a range of keys.
    pub name: String,
}

/// The load does not take more rows; the reader returns at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stopped;

/// Takes rows from a reader. Implemented once, by the engine.
pub trait Intake {
    /// One row. Blocks while the target is behind.
    fn row(&mut self, row: Row<'_>) -> Result<(), Stopped>;

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
