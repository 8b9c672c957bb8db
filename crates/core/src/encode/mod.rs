//! The forms in which rows are sent to a target.

pub mod copy_text;
mod fit;
pub mod redshift_csv;

use crate::catalog::Column;
use crate::error::Error;
use crate::load::TableLoad;
use crate::row::Row;

/// The form of encoded rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// PostgreSQL's COPY text format with its defaults: TAB, `\N`, LF.
    CopyText,
    /// CSV as Redshift's COPY reads it.
    RedshiftCsv {
        /// Which marker stands for NULL: [`redshift_csv::null_marker`].
        null: u32,
    },
}

impl Format {
    /// Appends an encoded row as COPY text, in which rows are rejected.
    pub fn to_copy_text(self, row: &[u8], out: &mut Vec<u8>) {
        match self {
            Format::CopyText => out.extend_from_slice(row),
            Format::RedshiftCsv { null } => {
                let fields = redshift_csv::decode(row, redshift_csv::null_marker(null).as_bytes());
                copy_text::encode_fields(fields.iter().map(|field| field.as_deref()), out);
            }
        }
    }
}

/// Encodes the rows of one load.
#[derive(Debug)]
pub struct Encoder {
    format: Format,
    null: String,
    columns: Vec<Column>,
    fields: Vec<usize>,
    truncates: bool,
}

/// Why a row was not encoded. Nothing of it is in the output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unfit {
    /// The target would refuse it, or would make something else of it.
    Bad(Error),
    /// A value is what stands for NULL: encode it again after [`Encoder::change_null`], in another batch.
    IsNullMarker,
}

impl Encoder {
    /// An encoder for `load`'s rows.
    pub fn new(format: Format, load: &TableLoad) -> Encoder {
        let null = match format {
            Format::CopyText => String::new(),
            Format::RedshiftCsv { null } => redshift_csv::null_marker(null),
        };
        let (columns, fields) = (load.columns.clone(), load.fields.clone());
        Encoder { format, null, columns, fields, truncates: load.truncate_columns }
    }

    /// The form that rows get now.
    pub fn format(&self) -> Format {
        self.format
    }

    /// Takes another marker for NULL.
    pub fn change_null(&mut self) {
        if let Format::RedshiftCsv { null } = &mut self.format {
            *null += 1;
            self.null = redshift_csv::null_marker(*null);
        }
    }

    /// Appends one row to `out`: for each target column its field. Says how many values were cut to their columns'
    /// widths.
    pub fn encode(&self, row: &Row<'_>, out: &mut Vec<u8>) -> Result<u64, Unfit> {
        match self.format {
            Format::CopyText => {
                copy_text::encode(row, &self.fields, out);
                Ok(0)
            }
            Format::RedshiftCsv { .. } => {
                let (start, mut writer) = (out.len(), redshift_csv::Writer::new(&self.null, self.truncates));
                let done = writer.row(row, &self.columns, &self.fields, out);
                done.inspect_err(|_| out.truncate(start)).map(|()| writer.cut)
            }
        }
    }

    /// Appends the row as COPY text, in which rows are rejected.
    pub fn to_copy_text(&self, row: &Row<'_>, out: &mut Vec<u8>) {
        copy_text::encode(row, &self.fields, out);
    }
}
