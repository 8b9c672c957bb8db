//! Looks at the first record of each part of a source, as a dry run does.

use std::sync::Arc;

use pgloader_core::Row;
use pgloader_core::catalog::Table;
use pgloader_core::source::{Given, Intake, Source, Stopped};
use pgloader_core::{Error, Result};

/// Opens every part and reads up to its first record, on a thread of its own. Returns what the parts are called.
///
/// # Errors
/// One of them cannot be opened, or has not the header that it should have.
pub async fn run(source: &Arc<dyn Source>, table: &Table) -> Result<Vec<String>> {
    let (source, table) = (source.clone(), table.clone());
    let probing = tokio::task::spawn_blocking(move || {
        let parts = source.parts(&table, 1)?;
        parts.iter().try_for_each(|part| source.read(&table, part, &mut First))?;
        Ok(parts.into_iter().map(|part| part.name).collect())
    });
    probing.await.map_err(|error| Error::new(error.to_string()))?
}

/// Wants no more than one record.
struct First;

impl Intake for First {
    fn row(&mut self, _: Row<'_>) -> Result<Given, Stopped> {
        Err(Stopped)
    }

    fn malformed(&mut self, _: &[u8], _: &str) -> Result<(), Stopped> {
        Err(Stopped)
    }

    fn malformed_rest(&mut self, _: &[u8]) -> Result<(), Stopped> {
        Err(Stopped)
    }

    fn skipped(&mut self) -> Result<(), Stopped> {
        Ok(())
    }

    fn stripped_nuls(&mut self, _: u64) {}
}
