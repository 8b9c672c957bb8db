//! The forms in which rows are sent to a target.

pub mod copy_text;

use crate::row::Row;

/// The form of encoded rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// PostgreSQL's COPY text format with its defaults: TAB, `\N`, LF.
    CopyText,
}

impl Format {
    /// Appends one row to `out`: for each target column the field that `columns` names, in that order.
    pub fn encode(self, row: &Row<'_>, columns: &[usize], out: &mut Vec<u8>) {
        match self {
            Format::CopyText => copy_text::encode(row, columns, out),
        }
    }
}
