//! Blocks of records between the thread that cuts a source and those that parse and encode them.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use pgloader_core::source::{Block, Stopped};

/// The next block is not cut before fewer bytes wait or are being parsed, unless there are none.
const MOST_BYTES: usize = 2 << 20;
/// Buffers up to this size are used again.
const LARGEST_SPARE: usize = 512 << 10;

/// First in, first out; any number of threads take from it.
#[derive(Debug, Default)]
pub(crate) struct BlockQueue {
    state: Mutex<State>,
    added: Condvar,
    parsed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    /// Each with the number of its part.
    blocks: VecDeque<(usize, Block)>,
    spares: Vec<Vec<u8>>,
    /// Of buffers that wait or are being parsed.
    bytes: usize,
    /// No block will follow.
    is_complete: bool,
    /// The load has failed.
    is_closed: bool,
}

impl BlockQueue {
    /// A buffer for the next block. Waits while too many bytes are not parsed yet.
    pub(crate) fn spare(&self) -> Result<Vec<u8>, Stopped> {
        Ok(self.wait_for_fewer_than(MOST_BYTES)?.spares.pop().unwrap_or_default())
    }

    /// Waits until all blocks are parsed.
    pub(crate) fn wait_until_parsed(&self) -> Result<(), Stopped> {
        self.wait_for_fewer_than(1).map(drop)
    }

    /// Adds a block of the part of this number.
    pub(crate) fn push(&self, part: usize, block: Block) -> Result<(), Stopped> {
        let mut state = self.lock();
        if state.is_closed {
            return Err(Stopped);
        }
        state.bytes += block.bytes.capacity();
        state.blocks.push_back((part, block));
        self.added.notify_one();
        Ok(())
    }

    /// The next block and the number of its part; waits for one. `None` at the end, or when the load has failed.
    pub(crate) fn next(&self) -> Option<(usize, Block)> {
        let mut state = self.lock();
        loop {
            if state.is_closed {
                return None;
            }
            if let Some(block) = state.blocks.pop_front() {
                return Some(block);
            }
            if state.is_complete {
                return None;
            }
            state = self.added.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Takes the buffer of a block back that is parsed.
    pub(crate) fn give_back(&self, buffer: Vec<u8>) {
        let mut state = self.lock();
        state.bytes -= buffer.capacity();
        if buffer.capacity() <= LARGEST_SPARE {
            state.spares.push(buffer);
        }
        self.parsed.notify_one();
    }

    /// No block will follow: whoever takes them ends when there are no more.
    pub(crate) fn complete(&self) {
        self.lock().is_complete = true;
        self.added.notify_all();
    }

    /// Has everybody stop at once.
    pub(crate) fn close(&self) {
        self.lock().is_closed = true;
        self.added.notify_all();
        self.parsed.notify_all();
    }

    fn wait_for_fewer_than(&self, bytes: usize) -> Result<MutexGuard<'_, State>, Stopped> {
        let is_too_much = |state: &mut State| !state.is_closed && state.bytes > 0 && state.bytes >= bytes;
        let state = self.parsed.wait_while(self.lock(), is_too_much).unwrap_or_else(PoisonError::into_inner);
        if state.is_closed { Err(Stopped) } else { Ok(state) }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    fn block(bytes: usize) -> Block {
        Block { bytes: vec![0; bytes], ..Block::default() }
    }

    fn push(queue: &BlockQueue, bytes: usize) {
        queue.push(0, block(bytes)).unwrap();
    }

    #[test]
    fn cutting_waits_until_enough_is_parsed() {
        let queue = Arc::new(BlockQueue::default());
        push(&queue, MOST_BYTES - 1);
        assert!(queue.spare().is_ok());
        push(&queue, 1);
        let waiting = std::thread::spawn({
            let queue = queue.clone();
            move || queue.spare().is_ok()
        });
        let (_, first) = queue.next().unwrap();
        queue.give_back(first.bytes);
        assert!(waiting.join().unwrap());
    }

    #[test]
    fn one_block_of_any_size_is_let_through() {
        let queue = BlockQueue::default();
        assert!(queue.spare().is_ok());
        push(&queue, 10 * MOST_BYTES);
        let (_, wide) = queue.next().unwrap();
        queue.give_back(wide.bytes);
        assert!(queue.wait_until_parsed().is_ok());
        assert!(queue.spare().unwrap().is_empty(), "the wide buffer is not kept");
        push(&queue, 100);
        let (_, narrow) = queue.next().unwrap();
        queue.give_back(narrow.bytes);
        assert_eq!(queue.spare().unwrap().len(), 100);
    }

    #[test]
    fn blocks_end_after_the_last_and_at_once_when_closed() {
        let queue = BlockQueue::default();
        push(&queue, 1);
        queue.complete();
        assert!(queue.next().is_some());
        assert!(queue.next().is_none());
        let queue = Arc::new(BlockQueue::default());
        let waiting = std::thread::spawn({
            let queue = queue.clone();
            move || queue.next().is_none()
        });
        queue.close();
        assert!(waiting.join().unwrap());
        assert!(queue.spare().is_err() && queue.push(0, block(1)).is_err());
    }
}
