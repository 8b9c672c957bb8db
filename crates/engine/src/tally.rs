//! What became of the rows of one load.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError};

use pgloader_core::Error;

use crate::reason::{Reason, Reasons};

/// Counts that grow while a load runs. In the end read = written + rejected + skipped.
#[derive(Debug, Default)]
pub struct Tally {
    read: AtomicU64,
    written: AtomicU64,
    rejected: AtomicU64,
    skipped: AtomicU64,
    bytes: AtomicU64,
    stripped_nuls: AtomicU64,
    cut_values: AtomicU64,
    reasons: Mutex<Reasons>,
}

macro_rules! counts {
    ($($(#[$doc:meta])* $count:ident, $add:ident;)*) => {
        impl Tally {
            $($(#[$doc])* pub fn $count(&self) -> u64 { self.$count.load(Relaxed) }
            pub(crate) fn $add(&self, count: u64) { self.$count.fetch_add(count, Relaxed); })*
        }
    };
}

counts! {
    /// Records read from the source, malformed and empty ones included.
    read, add_read;
    /// Rows that the target has taken and committed.
    written, add_written;
    /// Records that were neither written nor rejected: empty ones, rows that a trigger of the target left out,
    /// and rows given up with the load.
    skipped, add_skipped;
    /// Bytes of all encoded rows.
    bytes, add_bytes;
    /// NUL characters taken out of values.
    stripped_nuls, add_stripped_nuls;
    /// Values cut to the widths of their columns.
    cut_values, add_cut_values;
}

impl Tally {
    /// Records and rows in the reject files.
    pub fn rejected(&self) -> u64 {
        self.rejected.load(Relaxed)
    }

    /// A record or row is in the reject files, for this reason.
    pub(crate) fn add_rejected(&self, why: &Error) {
        self.rejected.fetch_add(1, Relaxed);
        self.reasons.lock().unwrap_or_else(PoisonError::into_inner).add(why);
    }

    /// Why records and rows were rejected, the most frequent reason first.
    pub fn reasons(&self) -> Vec<Reason> {
        self.reasons.lock().unwrap_or_else(PoisonError::into_inner).all()
    }

    /// Whether every record read is accounted for.
    pub fn balances(&self) -> bool {
        self.read() == self.written() + self.rejected() + self.skipped()
    }
}
