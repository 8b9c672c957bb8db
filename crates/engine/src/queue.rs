//! Batches between one reader and several writers. Bounded by [`crate::chunks::Chunks`], not by count.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use pgloader_core::Batch;
use tokio::sync::Notify;

/// First in, first out; any number of writers take from it.
#[derive(Debug, Default)]
pub(crate) struct Queue {
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Debug, Default)]
struct State {
    batches: VecDeque<Arc<Batch>>,
    closed: bool,
}

impl Queue {
    /// Adds a batch and wakes a writer.
    pub(crate) fn push(&self, batch: Arc<Batch>) {
        self.lock().batches.push_back(batch);
        self.changed.notify_one();
    }

    /// No batch will follow; writers end when the queue is empty.
    pub(crate) fn close(&self) {
        self.lock().closed = true;
        self.changed.notify_waiters();
    }

    /// The next batch; waits for one, `None` once the queue is closed and empty.
    pub(crate) async fn next(&self) -> Option<Arc<Batch>> {
        loop {
            let changed = self.changed.notified();
            tokio::pin!(changed);
            // Enabled before the look at the state, so that no change between the two is missed.
            changed.as_mut().enable();
            {
                let mut state = self.lock();
                if let Some(batch) = state.batches.pop_front() {
                    return Some(batch);
                }
                if state.closed {
                    return None;
                }
            }
            changed.await;
        }
    }

    /// Takes out all that no writer has taken.
    pub(crate) fn drain(&self) -> Vec<Arc<Batch>> {
        self.lock().batches.drain(..).collect()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
