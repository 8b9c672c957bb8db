//! The one [`Intake`]: encodes rows into batches and hands full ones to the writers.

use std::sync::Arc;

use pgloader_core::batch::Chunk;
use pgloader_core::encode::{Encoder, Format, Unfit};
use pgloader_core::load::{OnError, TableLoad};
use pgloader_core::projection::Projector;
use pgloader_core::source::{Given, Intake, Part, Stopped};
use pgloader_core::{Error, Row};

use crate::copy::Shared;
use crate::open::Open;

/// Takes the rows of one part from its reader.
///
/// Where the form is binary, a row with a value that is not canonical goes into a second batch, of text. Where the
/// order of rows matters it overtakes none: it ends the batch in binary, and what follows it goes into its own batch,
/// until that is full.
pub(crate) struct Feeder {
    shared: Arc<Shared>,
    /// What is done to rows first; `None` too while it is being done.
    projector: Option<Projector>,
    on_error: OnError,
    ordered: bool,
    limits: Limits,
    part: Part,
    position: u64,
    /// Records of the part that the tally has not been told of: it is shared, and every thread would wait for it at
    /// each record.
    uncounted: u64,
    /// The batches being filled: [`MAIN`] and [`ASIDE`].
    open: [Open; 2],
    /// Where the next row goes first.
    lane: usize,
    /// A rejected row as COPY text; kept for its memory.
    rejected: Vec<u8>,
}

/// So many records may be read before the tally is told.
const MOST_UNCOUNTED: u64 = 256;

/// The batch of the target's form.
const MAIN: usize = 0;
/// The batch of text for rows that are not canonical.
const ASIDE: usize = 1;

/// Draws each batch's row limit, so that writers do not end their batches in step.
struct Limits {
    rows: usize,
    bytes: usize,
    random: u64,
}

impl Limits {
    fn next_row_limit(&mut self) -> usize {
        // xorshift64: any spread will do.
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        let factor = 0.7 + (self.random >> 11) as f64 / (1u64 << 53) as f64 * 0.6;
        ((self.rows as f64 * factor) as usize).max(1)
    }
}

impl Feeder {
    /// The feeder of this number, before the first record of the first part.
    pub(crate) fn new(shared: Arc<Shared>, load: &TableLoad, format: Format, number: usize) -> Feeder {
        let random = 0x9e37_79b9_7f4a_7c15 ^ (number as u64 + 1);
        let mut limits = Limits { rows: load.batch.rows, bytes: load.batch.bytes, random };
        let mut open = |format| Open::new(Encoder::new(format, load), limits.next_row_limit());
        Feeder {
            open: [open(format), open(Format::CopyText)],
            shared,
            projector: load.projection.clone().map(Projector::new),
            on_error: load.on_error,
            ordered: load.ordered && load.writers == 1,
            limits,
            part: Part::default(),
            position: 0,
            uncounted: 0,
            lane: MAIN,
            rejected: Vec::new(),
        }
    }

    /// What follows comes from this part, after so many records of it.
    pub(crate) fn go_to(&mut self, part: &Part, position: u64) {
        self.count();
        if self.part != *part {
            self.part.clone_from(part);
        }
        self.position = position;
    }

    /// Hands over the last batches. To be called when the reader has come to its end.
    pub(crate) fn finish(mut self) {
        self.close(MAIN);
        self.close(ASIDE);
    }

    /// Closes a batch that is full. Both together hold no more bytes than one may.
    fn close_full(&mut self, lane: usize) {
        let [main, aside] = &self.open;
        let full = if main.bytes + aside.bytes >= self.limits.bytes {
            if main.bytes >= aside.bytes { MAIN } else { ASIDE }
        } else if self.open[lane].rows >= self.open[lane].row_limit {
            lane
        } else {
            return;
        };
        self.close(full);
        self.lane = MAIN;
    }

    fn close(&mut self, lane: usize) {
        // What is not counted as read must not come to an end.
        if self.count() && self.open[lane].rows > 0 {
            let row_limit = self.limits.next_row_limit();
            self.shared.chunks.hand_over(self.open[lane].capacity);
            self.shared.tally.add_bytes(self.open[lane].counted_bytes as u64);
            let batch = self.open[lane].take(self.part.number, self.position, row_limit);
            self.shared.queue.push(Arc::new(batch));
        }
        if lane == MAIN && self.shared.is_binary_refused() {
            self.open[MAIN].encoder.avoid_binary();
        }
    }

    /// Where a row goes that is not canonical.
    fn set_aside(&mut self) -> Result<usize, Stopped> {
        if self.ordered {
            self.close(MAIN);
        }
        self.close_full(ASIDE);
        self.make_room(ASIDE)?;
        if self.ordered {
            self.lane = ASIDE;
        }
        Ok(ASIDE)
    }

    /// A chunk with room for a row of ordinary width.
    fn make_room(&mut self, lane: usize) -> Result<(), Stopped> {
        if !self.open[lane].has_room() {
            let chunk = self.next_chunk(lane)?;
            self.open[lane].add_chunk(chunk);
        }
        Ok(())
    }

    /// Where there is no more memory, that of the open batch has to come back: it is closed early.
    fn next_chunk(&mut self, lane: usize) -> Result<Chunk, Stopped> {
        if self.open[lane].capacity > 0 {
            if let Some(chunk) = self.shared.chunks.take()? {
                return Ok(chunk);
            }
            self.close(lane);
        }
        self.shared.chunks.take_first()
    }

    /// Adds a row to a batch that has room; says how many of its values were cut.
    fn encode(&mut self, lane: usize, row: &Row<'_>) -> Result<u64, Unfit> {
        let (encoded, grown) = self.open[lane].encode(row);
        if grown > 0 {
            self.shared.chunks.grew(grown);
        }
        encoded
    }

    /// A row that the target would refuse.
    fn reject(&mut self, row: &Row<'_>, error: Error) -> Result<(), Stopped> {
        let error = error.context(format!("record {} of {}", self.position, self.part.name));
        if self.on_error == OnError::Stop {
            return self.stop_on(Err(error));
        }
        self.count();
        self.rejected.clear();
        self.open[MAIN].encoder.to_copy_text(row, &mut self.rejected);
        let kept = self.shared.rejects.row(&self.rejected, &error);
        self.stop_on(kept)?;
        self.shared.note_reject(&error.to_string());
        self.shared.tally.add_rejected(&error);
        Ok(())
    }

    fn stop_on(&self, result: Result<(), Error>) -> Result<(), Stopped> {
        result.map_err(|error| {
            self.shared.fail(error);
            Stopped
        })
    }

    /// Notes a record, unless the load has been given up.
    fn note_read(&mut self) -> Result<(), Stopped> {
        if self.shared.is_stopped() {
            return Err(Stopped);
        }
        self.position += 1;
        self.uncounted += 1;
        if self.uncounted == MOST_UNCOUNTED {
            self.count();
        }
        Ok(())
    }

    /// Has the tally count the records noted, and says so; but not where the load has been given up: then what is
    /// counted stays as it is. To be called before any of them ends.
    fn count(&mut self) -> bool {
        let goes_on = !self.shared.is_stopped();
        if goes_on && self.uncounted > 0 {
            self.shared.tally.add_read(std::mem::take(&mut self.uncounted));
        }
        goes_on
    }
}

impl Feeder {
    /// Adds a row to a batch, or rejects it.
    fn add(&mut self, row: Row<'_>) -> Result<(), Stopped> {
        self.close_full(self.lane);
        let mut lane = self.lane;
        self.make_room(lane)?;
        self.note_read()?;
        loop {
            match self.encode(lane, &row) {
                Ok(0) => return Ok(()),
                Ok(cut) => {
                    self.shared.tally.add_cut_values(cut);
                    return Ok(());
                }
                Err(Unfit::Bad(error)) => return self.reject(&row, error),
                Err(Unfit::NotCanonical) => lane = self.set_aside()?,
                Err(Unfit::IsNullMarker) => {
                    self.close(lane);
                    self.open[lane].encoder.change_null();
                    self.make_room(lane)?;
                }
            }
        }
    }
}

impl Intake for Feeder {
    fn row(&mut self, row: Row<'_>) -> Result<Given, Stopped> {
        let Some(mut projector) = self.projector.take() else {
            return self.add(row).map(|()| Given::Taken);
        };
        let given = match projector.project(&row) {
            Ok(row) => self.add(row).map(|()| Given::Taken),
            Err(why) => Ok(Given::Refused(why)),
        };
        self.projector = Some(projector);
        given
    }

    fn malformed(&mut self, raw: &[u8], why: &str) -> Result<(), Stopped> {
        self.note_read()?;
        self.count();
        let kept = self.shared.rejects.malformed(raw, why);
        self.stop_on(kept)?;
        match self.on_error {
            OnError::ResumeNext => {
                self.shared.note_reject(why);
                self.shared.tally.add_rejected(&Error::new(why));
                Ok(())
            }
            OnError::Stop => self.stop_on(Err(Error::new(why))),
        }
    }

    fn malformed_rest(&mut self, raw: &[u8]) -> Result<(), Stopped> {
        let result = self.shared.rejects.malformed_rest(raw);
        self.stop_on(result)
    }

    fn skipped(&mut self) -> Result<(), Stopped> {
        self.note_read()?;
        self.count();
        self.shared.note_skipped();
        self.shared.tally.add_skipped(1);
        Ok(())
    }

    fn stripped_nuls(&mut self, count: u64) {
        self.shared.tally.add_stripped_nuls(count);
    }
}
