//! Faults that strike a COPY.

use std::collections::HashMap;
use std::time::Duration;

use super::convert::Wrong;
use crate::error::SqlError;
use crate::fault::{Fault, Faults};

/// Takes the faults that strike a COPY as a whole, at most one of each kind: waits, then perhaps fails.
pub(super) async fn strike(faults: &Faults) -> Result<(), SqlError> {
    if let Some(Fault::SlowCopy(milliseconds)) = faults.take(|fault| matches!(fault, Fault::SlowCopy(_))) {
        tokio::time::sleep(Duration::from_millis(milliseconds)).await;
    }
    if let Some(Fault::CopyFails(sqlstate, message)) =
        faults.take(|fault| matches!(fault, Fault::CopyFails(..)))
    {
        return Err(SqlError::new(sqlstate, message));
    }
    if faults.strikes(&Fault::ConcurrentDrop) {
        let detail = Some("Relation does not exist.".to_owned());
        return Err(SqlError { detail, ..SqlError::new("XX000", "1018") });
    }
    if faults.strikes(&Fault::Deadlock) {
        return Err(SqlError::new("40P01", "deadlock detected"));
    }
    Ok(())
}

/// Takes the refusals of records, by number. A second one of the same record stays for the next COPY.
pub(super) fn refusals(faults: &Faults) -> HashMap<u64, Wrong> {
    let mut refusals = HashMap::new();
    let more = |refusals: &HashMap<u64, Wrong>| {
        faults.take(|fault| matches!(fault, Fault::RefuseRow(record, ..) if !refusals.contains_key(record)))
    };
    while let Some(Fault::RefuseRow(record, code, reason)) = more(&refusals) {
        refusals.insert(record, Wrong::new(code, reason));
    }
    refusals
}
