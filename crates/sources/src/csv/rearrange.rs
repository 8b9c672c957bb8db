//! Gives the fields of a file the places that those of the first file have, where its header names them in another
//! order.

use pgloader_core::catalog::Column;
use pgloader_core::source::{Intake, Stopped};
use pgloader_core::{Error, Result, Row, Span};

/// For each of `columns` the field of a file whose header has these `names`; `None` where all are in their places.
///
/// # Errors
///
/// A name is missing.
pub fn order(columns: &[Column], names: &[String]) -> Result<Option<Vec<usize>>> {
    if columns.iter().map(|column| &column.name).eq(names) {
        return Ok(None);
    }
    let mut order: Vec<usize> = Vec::new();
    for column in columns {
        let is_it = |&(index, name): &(usize, &String)| {
            name.to_lowercase() == column.name.to_lowercase() && !order.contains(&index)
        };
        let (index, _) = names.iter().enumerate().find(is_it).ok_or_else(|| missing(&column.name, names))?;
        order.push(index);
    }
    Ok(Some(order))
}

fn missing(name: &str, names: &[String]) -> Error {
    Error::new(format!("the header does not name `{name}`, as that of the first file does"))
        .hint(format!("it names {}", names.join(", ")))
}

/// Passes on rows with their fields in another order.
pub struct Rearranged<'a> {
    rows: &'a mut dyn Intake,
    order: Vec<usize>,
    spans: Vec<Span>,
}

impl<'a> Rearranged<'a> {
    /// Passes on to `rows` what [`order`] says.
    pub fn new(rows: &'a mut dyn Intake, order: Vec<usize>) -> Rearranged<'a> {
        Rearranged { rows, order, spans: Vec::new() }
    }
}

impl Intake for Rearranged<'_> {
    fn row(&mut self, row: Row<'_>) -> Result<(), Stopped> {
        self.spans.clear();
        self.spans.extend(self.order.iter().map(|&field| row.span(field)));
        self.rows.row(row.with_spans(&self.spans))
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
