//! The memory that rows take between reader and server: a bounded number of bytes, used again and again.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use pgloader_core::Batch;
use pgloader_core::batch::{CHUNK_BYTES, Chunk};
use pgloader_core::source::Stopped;

/// A pool of chunks for several feeders, each with an open batch. It never hands out more than its bytes, except that a
/// batch may always have a first chunk and grow by a row of any width.
#[derive(Debug)]
pub(crate) struct Chunks {
    total: usize,
    state: Mutex<State>,
    freed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    used: usize,
    /// Those of the used bytes that are in open batches. All others come back by themselves.
    open: usize,
    free: Vec<Chunk>,
    closed: bool,
}

impl State {
    fn take(&mut self) -> Chunk {
        let new = || Chunk { bytes: Vec::with_capacity(CHUNK_BYTES), ..Chunk::default() };
        let chunk = self.free.pop().unwrap_or_else(new);
        self.used += chunk.bytes.capacity();
        self.open += chunk.bytes.capacity();
        chunk
    }
}

impl Chunks {
    pub(crate) fn new(total: usize) -> Chunks {
        Chunks { total, state: Mutex::default(), freed: Condvar::new() }
    }

    /// An empty chunk for an open batch that has chunks. Waits while all bytes are in use and some of them will come
    /// back. `None` where open batches hold them all: the caller is to hand over its own.
    pub(crate) fn take(&self) -> Result<Option<Chunk>, Stopped> {
        let mut state = self.wait()?;
        Ok((!self.is_full(&state)).then(|| state.take()))
    }

    /// The first chunk of a batch. Waits as [`Chunks::take`] does.
    pub(crate) fn take_first(&self) -> Result<Chunk, Stopped> {
        self.wait().map(|mut state| state.take())
    }

    /// A chunk of an open batch has grown by so many bytes: for a row wider than a chunk.
    pub(crate) fn grew(&self, bytes: usize) {
        let mut state = self.lock();
        state.used += bytes;
        state.open += bytes;
    }

    /// A batch that holds so many bytes is open no longer: its chunks will be given back.
    pub(crate) fn hand_over(&self, bytes: usize) {
        self.lock().open -= bytes;
    }

    /// A batch that was handed over takes so many bytes more.
    pub(crate) fn add(&self, bytes: usize) {
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

    fn is_full(&self, state: &State) -> bool {
        state.used + CHUNK_BYTES > self.total
    }

    fn wait(&self) -> Result<MutexGuard<'_, State>, Stopped> {
        let will_have_room =
            |state: &mut State| !state.closed && self.is_full(state) && state.used > state.open;
        let waited = self.freed.wait_while(self.lock(), will_have_room);
        let state = waited.unwrap_or_else(PoisonError::into_inner);
        if state.closed { Err(Stopped) } else { Ok(state) }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn capacity(chunk: &Chunk) -> usize {
        chunk.bytes.capacity()
    }

    #[test]
    fn a_full_pool_waits_for_a_chunk_that_will_come_back() {
        let chunks = Arc::new(Chunks::new(2 * CHUNK_BYTES));
        let first = chunks.take_first().unwrap();
        let _second = chunks.take().unwrap().unwrap();
        chunks.hand_over(capacity(&first));
        let waiting = std::thread::spawn({
            let chunks = chunks.clone();
            move || chunks.take().unwrap().is_some()
        });
        chunks.give_back(vec![first]);
        assert!(waiting.join().unwrap());
    }

    #[test]
    fn a_batch_is_to_be_handed_over_where_open_ones_hold_everything() {
        let chunks = Chunks::new(2 * CHUNK_BYTES);
        let [_first, second] = [(); 2].map(|()| chunks.take_first().unwrap());
        assert!(chunks.take().unwrap().is_none());
        // Nothing comes back before this one is handed over, so it is let through.
        let _third = chunks.take_first().unwrap();
        chunks.hand_over(capacity(&second));
        chunks.give_back(vec![second]);
        assert!(chunks.take().unwrap().is_none());
    }

    #[test]
    fn closing_wakes_a_waiting_reader() {
        let chunks = Arc::new(Chunks::new(CHUNK_BYTES));
        let all = chunks.take_first().unwrap();
        chunks.hand_over(capacity(&all));
        let waiting = std::thread::spawn({
            let chunks = chunks.clone();
            move || chunks.take_first().is_err()
        });
        chunks.close();
        assert!(waiting.join().unwrap());
    }
}
