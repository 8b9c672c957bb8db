//! Rows on their way to the feeder, where columns are not plain fields.

use std::sync::Arc;

use pgloader_core::Row;
use pgloader_core::projection::{Projection, Projector};
use pgloader_core::source::{Given, Intake, Stopped};

/// Hands projected rows on.
pub(crate) struct Projecting<'a> {
    projector: Projector,
    rows: &'a mut dyn Intake,
}

impl<'a> Projecting<'a> {
    pub(crate) fn new(projection: Arc<Projection>, rows: &'a mut dyn Intake) -> Projecting<'a> {
        Projecting { projector: Projector::new(projection), rows }
    }
}

impl Intake for Projecting<'_> {
    fn row(&mut self, row: Row<'_>) -> Result<Given, Stopped> {
        match self.projector.project(&row) {
            Ok(row) => self.rows.row(row),
            Err(why) => Ok(Given::Refused(why)),
        }
    }

    fn malformed(&mut self, raw: &[u8], why: &str) -> Result<(), Stopped> {
        self.rows.malformed(raw, why)
    }

    fn malformed_rest(&mut self, raw: &[u8]) -> Result<(), Stopped> {
        self.rows.malformed_rest(raw)
    }

    fn skipped(&mut self) -> Result<(), Stopped> {
        self.rows.skipped()
    }

    fn stripped_nuls(&mut self, count: u64) {
        self.rows.stripped_nuls(count);
    }
}
