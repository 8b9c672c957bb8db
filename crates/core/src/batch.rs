//! Encoded rows on their way to a target.

use std::ops::Range;
use std::sync::Arc;

use crate::encode::Format;

/// How many bytes a chunk holds before the next one is begun. A row is never split, so one wider than this gets
/// a chunk of its own size.
pub const CHUNK_BYTES: usize = 1 << 20;

/// Whole encoded rows, one after the other.
#[derive(Debug, Default)]
pub struct Chunk {
    /// The encoded rows.
    pub bytes: Vec<u8>,
    /// Where each row ends in `bytes`.
    pub ends: Vec<u32>,
    /// In binary: how the values were spelt that may be spelt in several ways, in the order of rows and columns. What
    /// that takes is less than a quarter of what the values take.
    pub spellings: Vec<u8>,
}

impl Chunk {
    /// What is behind the last row's end is a row. A chunk is one row of at most twice `max record size` (1 GB), or
    /// about [`CHUNK_BYTES`].
    pub fn end_row(&mut self) {
        debug_assert!(self.bytes.len() <= u32::MAX as usize);
        self.ends.push(self.bytes.len() as u32);
    }

    /// Empties the chunk and keeps its memory.
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.ends.clear();
        self.spellings.clear();
    }

    fn row(&self, index: usize) -> &[u8] {
        &self.bytes[self.start(index)..self.ends[index] as usize]
    }

    fn start(&self, index: usize) -> usize {
        index.checked_sub(1).map_or(0, |before| self.ends[before] as usize)
    }
}

/// The rows that a writer loads in one transaction.
#[derive(Debug)]
pub struct Batch {
    /// The form the rows are in.
    pub format: Format,
    /// Whole rows, in the order read.
    pub chunks: Vec<Chunk>,
    /// The part of the source that the last row comes from, counted from 0; others may come from earlier parts.
    pub part: usize,
    /// Where in that part the batch ends: records read so far, this batch's last one included.
    pub position: u64,
}

impl Batch {
    /// How many rows the batch holds.
    pub fn row_count(&self) -> usize {
        self.chunks.iter().map(|chunk| chunk.ends.len()).sum()
    }

    /// How many bytes the encoded rows take.
    pub fn byte_count(&self) -> usize {
        self.chunks.iter().map(|chunk| chunk.bytes.len()).sum()
    }

    /// All rows of the batch.
    pub fn rows(self: &Arc<Batch>) -> Rows {
        Rows { batch: self.clone(), range: 0..self.row_count() }
    }
}

/// Some consecutive rows of a batch: what a writer is asked to load, all or nothing. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Rows {
    batch: Arc<Batch>,
    range: Range<usize>,
}

/// Consecutive encoded rows that keep their batch alive: for clients that want to own what they send.
#[derive(Debug, Clone)]
pub struct Piece {
    batch: Arc<Batch>,
    chunk: usize,
    range: Range<usize>,
}

impl AsRef<[u8]> for Piece {
    fn as_ref(&self) -> &[u8] {
        &self.batch.chunks[self.chunk].bytes[self.range.clone()]
    }
}

impl Rows {
    /// The form the rows are in.
    pub fn format(&self) -> Format {
        self.batch.format
    }

    /// How many rows.
    pub fn len(&self) -> usize {
        self.range.len()
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.range.is_empty()
    }

    /// The rows of `range`, counted within these rows; beyond the end is cut off.
    #[must_use]
    pub fn slice(&self, range: Range<usize>) -> Rows {
        let end = (self.range.start + range.end).min(self.range.end);
        Rows { batch: self.batch.clone(), range: (self.range.start + range.start).min(end)..end }
    }

    /// The encoded row at `index`, counted within these rows; `None` beyond the end.
    pub fn row(&self, index: usize) -> Option<&[u8]> {
        let mut index = self.range.start + index;
        if index >= self.range.end {
            return None;
        }
        for chunk in &self.batch.chunks {
            if index < chunk.ends.len() {
                return Some(chunk.row(index));
            }
            index -= chunk.ends.len();
        }
        None
    }

    /// The encoded rows as few contiguous pieces, in order.
    pub fn pieces(&self) -> impl Iterator<Item = &[u8]> + Send {
        self.spans().map(|(chunk, range)| &self.batch.chunks[chunk].bytes[range])
    }

    /// The same pieces, each on its own feet.
    pub fn shared_pieces(&self) -> impl Iterator<Item = Piece> {
        self.spans().map(|(chunk, range)| Piece { batch: self.batch.clone(), chunk, range })
    }

    /// The chunks concerned, and which of their bytes.
    fn spans(&self) -> impl Iterator<Item = (usize, Range<usize>)> + Send {
        let firsts = self.batch.chunks.iter().enumerate().scan(0, |first, (index, chunk)| {
            let this = *first;
            *first += chunk.ends.len();
            Some((this, index, chunk))
        });
        firsts.filter_map(|(first, index, chunk)| {
            let from = self.range.start.max(first);
            let to = self.range.end.min(first + chunk.ends.len());
            (from < to).then(|| (index, chunk.start(from - first)..chunk.ends[to - first - 1] as usize))
        })
    }

    /// How many bytes the rows take.
    pub fn byte_count(&self) -> usize {
        self.pieces().map(<[u8]>::len).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn batch() -> Arc<Batch> {
        let chunk = |rows: &[&str]| {
            let mut chunk = Chunk::default();
            for row in rows {
                chunk.bytes.extend_from_slice(row.as_bytes());
                chunk.ends.push(chunk.bytes.len() as u32);
            }
            chunk
        };
        Arc::new(Batch {
            format: Format::CopyText,
            chunks: vec![chunk(&["a\n", "bb\n", "ccc\n"]), chunk(&[]), chunk(&["d\n", "ee\n"])],
            part: 0,
            position: 5,
        })
    }

    fn text(rows: &Rows) -> String {
        rows.pieces().map(|piece| String::from_utf8_lossy(piece).into_owned()).collect()
    }

    #[test]
    fn every_slice_has_the_rows_it_names() {
        let batch = batch();
        let all = ["a\n", "bb\n", "ccc\n", "d\n", "ee\n"];
        for from in 0..=5 {
            for to in from..=5 {
                let rows = batch.rows().slice(from..to);
                assert_eq!(text(&rows), all[from..to].concat(), "{from}..{to}");
                assert_eq!(rows.len(), to - from);
                for (index, row) in all[from..to].iter().enumerate() {
                    assert_eq!(rows.row(index), Some(row.as_bytes()));
                }
                assert_eq!(rows.row(to - from), None);
                let shared: Vec<u8> =
                    rows.shared_pieces().flat_map(|piece| piece.as_ref().to_vec()).collect();
                assert_eq!(shared, all[from..to].concat().into_bytes());
            }
        }
    }

    #[test]
    fn a_slice_of_a_slice_counts_from_the_slice() {
        let batch = batch();
        let rows = batch.rows().slice(1..5).slice(1..9);
        assert_eq!(text(&rows), "ccc\nd\nee\n");
    }
}
