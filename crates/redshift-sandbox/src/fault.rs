//! Faults that tests and users inject.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

/// What goes wrong, once for each time it is injected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// The socket is closed when a COPY arrives, before it runs.
    DropBeforeCopy,
    /// The socket is closed when COMMIT arrives, before it is carried out.
    DropBeforeCommit,
    /// The socket is closed after COMMIT was carried out, before it is answered.
    DropAfterCommit,
    /// The next COMMIT fails with XX000 `1023` and rolls back.
    SerializationFailure,
    /// The next COPY fails with XX000 `1018`.
    ConcurrentDrop,
    /// The next COPY fails with 40P01.
    Deadlock,
    /// The next COPY fails with this SQLSTATE and message, as a statement.
    CopyFails(&'static str, String),
    /// In the next COPY, the record of this number (from 1, over all files) is refused with this code and reason.
    RefuseRow(u64, i32, String),
    /// The next COPY takes so many milliseconds longer.
    SlowCopy(u64),
    /// The next query of an error view finds nothing.
    ErrorViewEmpty,
    /// From now on error views are forbidden (42501).
    ErrorViewsForbidden,
}

/// The faults still to happen, in the order injected.
#[derive(Debug, Default)]
pub struct Faults(Mutex<VecDeque<Fault>>);

impl Faults {
    /// Adds one.
    pub fn inject(&self, fault: Fault) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push_back(fault);
    }

    /// Takes out the first that `wanted` says yes to.
    pub fn take(&self, wanted: impl Fn(&Fault) -> bool) -> Option<Fault> {
        let mut faults = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let at = faults.iter().position(wanted)?;
        faults.remove(at)
    }

    /// Whether one of that kind waits; it stays.
    pub fn has(&self, wanted: impl Fn(&Fault) -> bool) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).iter().any(wanted)
    }
}
