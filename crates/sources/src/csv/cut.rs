//! Cuts a file into blocks of good records; malformed ones are handed over as they stand.

use std::io::Read;
use std::sync::atomic::AtomicBool;

use pgloader_core::source::{Block, Blocks, Intake, Stopped};
use pgloader_core::{Error, Result};

use super::records::{Found, Malformed, Records};

/// Why a cut ends before the file does.
enum Ended {
    Stopped,
    Failed(Error),
}

impl From<Stopped> for Ended {
    fn from(Stopped: Stopped) -> Ended {
        Ended::Stopped
    }
}

impl From<Error> for Ended {
    fn from(error: Error) -> Ended {
        Ended::Failed(error)
    }
}

/// Cuts what is left of the file, to its end or until `blocks` are stopped.
///
/// # Errors
///
/// The file cannot be read, or `cancelled` is set. The blocks before are complete.
pub fn cut<R: Read>(records: &mut Records<R>, blocks: &mut dyn Blocks, cancelled: &AtomicBool) -> Result<()> {
    let (first, line) = (records.buffer.start(), records.line());
    match (Cutter { blocks, cancelled, first, line, position: 0, count: 0 }).run(records) {
        Ok(()) | Err(Ended::Stopped) => Ok(()),
        Err(Ended::Failed(error)) => Err(error),
    }
}

/// A cut under way. The next block is what lies between `first` and the buffer's start.
struct Cutter<'a> {
    blocks: &'a mut dyn Blocks,
    cancelled: &'a AtomicBool,
    /// Where in the buffer the next block begins.
    first: usize,
    /// The line there.
    line: u64,
    /// How many records come before it.
    position: u64,
    /// How many records it has.
    count: u64,
}

impl Cutter<'_> {
    fn run<R: Read>(&mut self, records: &mut Records<R>) -> Result<(), Ended> {
        loop {
            self.pass_regular(records)?;
            match records.next_with(|records| self.more(records))? {
                Found::End => return self.hand_over(records),
                Found::Record(end) => {
                    records.buffer.consume(end);
                    self.count += 1;
                }
                Found::Malformed(malformed) => self.reject(records, malformed)?,
            }
        }
    }

    /// Passes over records as long as the quick search finds them. No window of it is wider than a record may be, so
    /// that none that it finds is.
    fn pass_regular<R: Read>(&mut self, records: &mut Records<R>) -> Result<(), Ended> {
        while let Some(borders) = records.borders.filter(|_| records.doomed.is_none()) {
            let rest = records.buffer.rest();
            let window = rest.len().min(records.rules.max_record);
            let (found, is_all) = (borders.find(&rest[..window]), window == rest.len());
            records.buffer.consume(records.buffer.start() + found.end);
            self.count += found.records;
            records.splitter.forget();
            if !found.regular || found.end == 0 || (is_all && records.buffer.at_end()) {
                break;
            }
            if is_all {
                self.more(records)?;
            }
        }
        Ok(())
    }

    /// Hands over the block, then reads more.
    fn more<R: Read>(&mut self, records: &mut Records<R>) -> Result<(), Ended> {
        self.hand_over(records)?;
        records.fill(self.cancelled)?;
        self.first = records.buffer.start();
        Ok(())
    }

    fn hand_over<R: Read>(&mut self, records: &mut Records<R>) -> Result<(), Ended> {
        if records.buffer.start() == self.first {
            return Ok(());
        }
        let next_line = records.line();
        let spare = self.blocks.spare()?;
        let (bytes, range) = records.take(self.first, spare);
        self.blocks.block(Block { bytes, range, position: self.position, line: self.line })?;
        self.position += self.count;
        self.count = 0;
        (self.first, self.line) = (records.buffer.start(), next_line);
        Ok(())
    }

    /// Hands over the first line of a malformed record; what follows it is read as if nothing had been.
    fn reject<R: Read>(&mut self, records: &mut Records<R>, malformed: Malformed) -> Result<(), Ended> {
        let why = records.explain(malformed);
        self.hand_over(records)?;
        let mut reject = Reject { rows: self.blocks.rejects(), why: &why, begun: false };
        records.take_line(false, self.cancelled, &mut |raw| reject.give(raw))??;
        self.position += 1;
        (self.first, self.line) = (records.buffer.start(), records.line());
        Ok(())
    }
}

/// A malformed record on its way out, in one piece or several.
struct Reject<'a> {
    rows: &'a mut dyn Intake,
    why: &'a str,
    begun: bool,
}

impl Reject<'_> {
    fn give(&mut self, raw: &[u8]) -> Result<(), Stopped> {
        if std::mem::replace(&mut self.begun, true) {
            self.rows.malformed_rest(raw)
        } else {
            self.rows.malformed(raw, self.why)
        }
    }
}

#[cfg(test)]
#[path = "cut_tests.rs"]
mod tests;
