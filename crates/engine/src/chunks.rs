//! The memory that rows take between reader and server: a bounded number of bytes, used again and again.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use pgloader_core::Batch;
use pgloader_core::batch::{CHUNK_BYTES, Chunk};
use pgloader_core::source::Stopped;

/// A pool of chunks that never hands out more than its bytes, except that one open batch may always grow by a row
/// of any width.
#[derive(Debug)]
pub(crate) struct Chunks {
    total: usize,
    state: Mutex<State>,
    freed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    used: usize,
    free: Vec<Chunk>,
    closed: bool,
}

impl Chunks {
    pub(crate) fn new(total: usize) -> Chunks {
        Chunks { total, state: Mutex::default(), freed: Condvar::new() }
    }

    /// An empty chunk. Waits while all bytes are in use, unless they are all in the caller's open batch, which
    /// holds `open` bytes.
    pub(crate) fn take(&self, open: usize) -> Result<Chunk, Stopped> {
        let mut state = self.lock();
        while !state.closed && state.used + CHUNK_BYTES > self.total && state.used > open {
            state = self.freed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        if state.closed {
            return Err(Stopped);
        }
        let chunk = state
            .free
            .pop()
            .unwrap_or_else(|| Chunk { bytes: Vec::with_capacity(CHUNK_BYTES), ..Chunk::default() });
        state.used += chunk.bytes.capacity();
        Ok(chunk)
    }

    /// A chunk that was taken has grown by so many bytes: for a row wider than a chunk.
    pub(crate) fn grew(&self, bytes: usize) {
        self.lock().used += bytes;
    }

    /// Takes chunks back; those of ordinary size are kept for the next batch.
    pub(crate) fn give_back(&self, chunks: Vec<Chunk>) {
        let mut state = self.lock();
        for mut chunk in chunks {
            state.used -= chunk.bytes.capacity();
            if chunk.bytes.capacity() <= CHUNK_BYTES {
                chunk.clear();
                state.free.push(chunk);
            }
        }
        self.freed.notify_all();
    }

    /// Takes the chunks of a batch back. Where somebody still holds the batch (a connection that was given up), its
    /// memory is gone with that and no longer counted.
    pub(crate) fn give_back_batch(&self, batch: Arc<Batch>) {
        let bytes: usize = batch.chunks.iter().map(|chunk| chunk.bytes.capacity()).sum();
        match Arc::into_inner(batch) {
            Some(batch) => self.give_back(batch.chunks),
            None => {
                self.lock().used -= bytes;
                self.freed.notify_all();
            }
        }
    }

    /// Wakes whoever waits in [`Chunks::take`] and refuses all that ask later.
    pub(crate) fn close(&self) {
        self.lock().closed = true;
        self.freed.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_pool_waits_for_a_chunk_to_come_back() {
        let chunks = Arc::new(Chunks::new(2 * CHUNK_BYTES));
        let first = chunks.take(0).unwrap();
        let _second = chunks.take(CHUNK_BYTES).unwrap();
        let waiting = std::thread::spawn({
            let chunks = chunks.clone();
            move || chunks.take(0).is_ok()
        });
        chunks.give_back(vec![first]);
        assert!(waiting.join().unwrap());
    }

    #[test]
    fn an_open_batch_that_holds_everything_may_grow() {
        let chunks = Chunks::new(CHUNK_BYTES);
        let first = chunks.take(0).unwrap();
        assert!(chunks.take(first.bytes.capacity()).is_ok());
    }

    #[test]
    fn closing_wakes_a_waiting_reader() {
        let chunks = Arc::new(Chunks::new(CHUNK_BYTES));
        let _all = chunks.take(0).unwrap();
        let waiting = std::thread::spawn({
            let chunks = chunks.clone();
            move || chunks.take(0).is_err()
        });
        chunks.close();
        assert!(waiting.join().unwrap());
    }
}
