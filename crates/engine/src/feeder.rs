//! The one [`Intake`]: encodes rows into batches and hands full ones to the writers.

use std::sync::Arc;

use pgloader_core::batch::{Batch, CHUNK_BYTES, Chunk};
use pgloader_core::encode::{Encoder, Format, Unfit};
use pgloader_core::load::{OnError, TableLoad};
use pgloader_core::projection::Projector;
use pgloader_core::source::{Given, Intake, Part, Stopped};
use pgloader_core::{Error, Row};

use crate::copy::Shared;

/// A chunk is left for the next one when less than this is free, so that ordinary rows never make it grow.
const CHUNK_RESERVE: usize = CHUNK_BYTES / 16;

/// So that the ends of very narrow rows take no more than half a chunk's memory.
const MOST_CHUNK_ROWS: usize = CHUNK_BYTES / 8;

/// Takes the rows of one part from its reader.
pub(crate) struct Feeder {
    shared: Arc<Shared>,
    /// What is done to rows first; `None` too while it is being done.
    projector: Option<Projector>,
    encoder: Encoder,
    on_error: OnError,
    limits: Limits,
    part: Part,
    position: u64,
    open: Open,
    /// A rejected row as COPY text; kept for its memory.
    rejected: Vec<u8>,
}

/// The batch being filled.
#[derive(Default)]
struct Open {
    chunks: Vec<Chunk>,
    rows: usize,
    row_limit: usize,
    bytes: usize,
    capacity: usize,
}

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
        let open = Open { row_limit: limits.next_row_limit(), ..Open::default() };
        Feeder {
            shared,
            projector: load.projection.clone().map(Projector::new),
            encoder: Encoder::new(format, load),
            on_error: load.on_error,
            limits,
            part: Part::default(),
            position: 0,
            open,
            rejected: Vec::new(),
        }
    }

    /// What follows comes from this part, after so many records of it.
    pub(crate) fn go_to(&mut self, part: &Part, position: u64) {
        if self.part != *part {
            self.part.clone_from(part);
        }
        self.position = position;
    }

    /// Hands over the last batch. To be called when the reader has come to its end.
    pub(crate) fn finish(mut self) {
        self.close_batch();
    }

    fn close_batch(&mut self) {
        if self.open.rows == 0 {
            return;
        }
        let row_limit = self.limits.next_row_limit();
        let full = std::mem::replace(&mut self.open, Open { row_limit, ..Open::default() });
        self.shared.chunks.hand_over(full.capacity);
        self.shared.tally.add_bytes(full.bytes as u64);
        let (format, part) = (self.encoder.format(), self.part.number);
        let batch = Batch { format, chunks: full.chunks, part, position: self.position };
        tracing::debug!(rows = full.rows, bytes = full.bytes, "batch of part {part} is ready");
        self.shared.queue.push(Arc::new(batch));
    }

    /// A chunk with room for a row of ordinary width.
    fn make_room(&mut self) -> Result<(), Stopped> {
        let has_room = |chunk: &Chunk| {
            chunk.bytes.len() + CHUNK_RESERVE <= CHUNK_BYTES && chunk.ends.len() < MOST_CHUNK_ROWS
        };
        if self.open.chunks.last().is_none_or(|chunk| !has_room(chunk)) {
            let chunk = self.next_chunk()?;
            self.open.capacity += chunk.bytes.capacity();
            self.open.chunks.push(chunk);
        }
        Ok(())
    }

    /// Where there is no more memory, that of the open batch has to come back: it is closed early.
    fn next_chunk(&mut self) -> Result<Chunk, Stopped> {
        if !self.open.chunks.is_empty() {
            if let Some(chunk) = self.shared.chunks.take()? {
                return Ok(chunk);
            }
            self.close_batch();
        }
        self.shared.chunks.take_first()
    }

    /// Adds a row to the open batch; says how many of its values were cut.
    fn encode(&mut self, row: &Row<'_>) -> Result<u64, Unfit> {
        // `make_room` has seen to it that there is a chunk.
        let Some(chunk) = self.open.chunks.last_mut() else { return Ok(0) };
        let (start, capacity) = (chunk.bytes.len(), chunk.bytes.capacity());
        let encoded = self.encoder.encode(row, &mut chunk.bytes);
        if encoded.is_ok() {
            // A chunk is one row of at most twice `max record size` (1 GB), or about CHUNK_BYTES.
            debug_assert!(chunk.bytes.len() <= u32::MAX as usize);
            chunk.ends.push(chunk.bytes.len() as u32);
            self.open.bytes += chunk.bytes.len() - start;
            self.open.rows += 1;
        }
        let grown = chunk.bytes.capacity() - capacity;
        if grown > 0 {
            self.open.capacity += grown;
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
        self.rejected.clear();
        self.encoder.to_copy_text(row, &mut self.rejected);
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

    /// Counts a record, unless the load has been given up: then what is counted stays as it is.
    fn count_read(&mut self) -> Result<(), Stopped> {
        if self.shared.is_stopped() {
            return Err(Stopped);
        }
        self.position += 1;
        self.shared.tally.add_read(1);
        Ok(())
    }
}

impl Feeder {
    /// Adds a row to the open batch, or rejects it.
    fn add(&mut self, row: Row<'_>) -> Result<(), Stopped> {
        if self.open.rows >= self.open.row_limit || self.open.bytes >= self.limits.bytes {
            self.close_batch();
        }
        self.make_room()?;
        self.count_read()?;
        loop {
            match self.encode(&row) {
                Ok(0) => return Ok(()),
                Ok(cut) => {
                    self.shared.tally.add_cut_values(cut);
                    return Ok(());
                }
                Err(Unfit::Bad(error)) => return self.reject(&row, error),
                Err(Unfit::IsNullMarker) => {
                    self.close_batch();
                    self.encoder.change_null();
                    self.make_room()?;
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
        self.count_read()?;
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
        self.count_read()?;
        self.shared.note_skipped();
        self.shared.tally.add_skipped(1);
        Ok(())
    }

    fn stripped_nuls(&mut self, count: u64) {
        self.shared.tally.add_stripped_nuls(count);
    }
}
