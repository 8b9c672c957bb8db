//! A batch that is being filled.

use pgloader_core::Row;
use pgloader_core::batch::{Batch, CHUNK_BYTES, Chunk};
use pgloader_core::encode::{Encoder, Unfit};

/// A chunk is left for the next one when less than this is free, so that ordinary rows never make it grow.
const CHUNK_RESERVE: usize = CHUNK_BYTES / 16;

/// So that the ends of very narrow rows take no more than half a chunk's memory.
const MOST_CHUNK_ROWS: usize = CHUNK_BYTES / 8;

/// Rows of one form on their way into a batch.
#[derive(Debug)]
pub(crate) struct Open {
    pub(crate) encoder: Encoder,
    pub(crate) rows: usize,
    /// The batch is closed at so many.
    pub(crate) row_limit: usize,
    /// Of the rows as encoded.
    pub(crate) bytes: usize,
    /// What the report counts: [`pgloader_core::encode::Encoded::bytes`].
    pub(crate) counted_bytes: usize,
    /// Memory taken from the pool.
    pub(crate) capacity: usize,
    chunks: Vec<Chunk>,
}

impl Open {
    /// An empty one.
    pub(crate) fn new(encoder: Encoder, row_limit: usize) -> Open {
        Open { encoder, rows: 0, row_limit, bytes: 0, counted_bytes: 0, capacity: 0, chunks: Vec::new() }
    }

    /// Whether a row of ordinary width fits the last chunk.
    pub(crate) fn has_room(&self) -> bool {
        self.chunks.last().is_some_and(|chunk| {
            chunk.bytes.len() + CHUNK_RESERVE <= CHUNK_BYTES && chunk.ends.len() < MOST_CHUNK_ROWS
        })
    }

    /// Goes on in a new chunk.
    pub(crate) fn add_chunk(&mut self, chunk: Chunk) {
        self.capacity += chunk.bytes.capacity();
        self.chunks.push(chunk);
    }

    /// Adds a row to the last chunk, of which there must be one. Says how many of its values were cut; and by how many
    /// bytes the chunk has grown, whether the row fits or not.
    pub(crate) fn encode(&mut self, row: &Row<'_>) -> (Result<u64, Unfit>, usize) {
        let Some(chunk) = self.chunks.last_mut() else { return (Ok(0), 0) };
        let (start, capacity) = (chunk.bytes.len(), chunk.bytes.capacity());
        let encoded = self.encoder.encode(row, chunk);
        let grown = chunk.bytes.capacity() - capacity;
        self.capacity += grown;
        let done = encoded.map(|encoded| {
            self.rows += 1;
            self.bytes += chunk.bytes.len() - start;
            self.counted_bytes += encoded.bytes;
            encoded.cut_values
        });
        (done, grown)
    }

    /// Takes the batch out; the next one begins, of at most `row_limit` rows.
    pub(crate) fn take(&mut self, part: usize, position: u64, row_limit: usize) -> Batch {
        tracing::debug!(rows = self.rows, bytes = self.bytes, "batch of part {part} is ready");
        (self.rows, self.row_limit) = (0, row_limit);
        (self.bytes, self.counted_bytes, self.capacity) = (0, 0, 0);
        Batch { format: self.encoder.format(), chunks: std::mem::take(&mut self.chunks), part, position }
    }
}
