//! The forms in which rows are sent to a target.

pub mod copy_binary;
pub mod copy_text;
mod fit;
pub mod redshift_csv;

use crate::batch::Chunk;
use crate::catalog::Column;
use crate::error::{Error, Result};
use crate::load::TableLoad;
use crate::row::Row;

use copy_binary::Codec;

/// The form of encoded rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// PostgreSQL's COPY text format with its defaults: TAB, `\N`, LF.
    CopyText,
    /// PostgreSQL's COPY BINARY format without its header and trailer. Rows that a target refuses in this form are
    /// sent again as [`Format::CopyText`].
    CopyBinary,
    /// CSV as Redshift's COPY reads it.
    RedshiftCsv {
        /// Which marker stands for NULL: [`redshift_csv::null_marker`].
        null: u32,
    },
}

impl Format {
    /// Appends an encoded row as COPY text, in which rows are rejected. An error is a defect: no row is rejected in
    /// binary.
    pub fn to_copy_text(self, row: &[u8], out: &mut Vec<u8>) -> Result<()> {
        match self {
            Format::CopyText => out.extend_from_slice(row),
            Format::CopyBinary => {
                return Err(Error::new(
                    "a row was rejected that had not been sent as text: a defect of pgloader",
                ));
            }
            Format::RedshiftCsv { null } => {
                let fields = redshift_csv::decode(row, redshift_csv::null_marker(null).as_bytes());
                copy_text::encode_fields(fields.iter().map(|field| field.as_deref()), out);
            }
        }
        Ok(())
    }
}

/// Encodes the rows of one load.
#[derive(Debug)]
pub struct Encoder {
    format: Format,
    null: String,
    columns: Vec<Column>,
    codecs: Vec<Codec>,
    fields: Vec<usize>,
    truncates: bool,
}

/// What encoding a row has come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Encoded {
    /// Bytes that the row takes: as COPY text, where it is encoded as that or in binary.
    pub bytes: usize,
    /// Values cut to their columns' widths.
    pub cut_values: u64,
}

/// Why a row was not encoded. Nothing of it is in the output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unfit {
    /// The target would refuse it, or would make something else of it.
    Bad(Error),
    /// A value is what stands for NULL: encode it again after [`Encoder::change_null`], in another batch.
    IsNullMarker,
    /// A value is not canonical, so that only the server knows what it means: encode it as text, in another batch.
    NotCanonical,
}

impl Encoder {
    /// An encoder for `load`'s rows. For [`Format::CopyBinary`] every column must have a codec, as [`codecs`] finds.
    pub fn new(format: Format, load: &TableLoad) -> Encoder {
        let null = match format {
            Format::CopyText | Format::CopyBinary => String::new(),
            Format::RedshiftCsv { null } => redshift_csv::null_marker(null),
        };
        let (columns, fields) = (load.columns.clone(), load.fields.clone());
        let codecs = codecs(&columns).unwrap_or_default();
        Encoder { format, null, columns, codecs, fields, truncates: load.truncate_columns }
    }

    /// The form that rows get now.
    pub fn format(&self) -> Format {
        self.format
    }

    /// Goes on in text, where it was binary.
    pub fn avoid_binary(&mut self) {
        if self.format == Format::CopyBinary {
            self.format = Format::CopyText;
        }
    }

    /// Takes another marker for NULL.
    pub fn change_null(&mut self) {
        if let Format::RedshiftCsv { null } = &mut self.format {
            *null += 1;
            self.null = redshift_csv::null_marker(*null);
        }
    }

    /// Adds one row to `chunk`: for each target column its field.
    pub fn encode(&self, row: &Row<'_>, chunk: &mut Chunk) -> Result<Encoded, Unfit> {
        let (start, mut cut_values) = (chunk.bytes.len(), 0);
        match self.format {
            Format::CopyText => copy_text::encode(row, &self.fields, &mut chunk.bytes),
            Format::CopyBinary => {
                let bytes = copy_binary::encode(row, &self.codecs, &self.fields, chunk);
                return bytes.map(|bytes| Encoded { bytes, cut_values }).ok_or(Unfit::NotCanonical);
            }
            Format::RedshiftCsv { .. } => {
                let mut writer = redshift_csv::Writer::new(&self.null, self.truncates);
                let done = writer.row(row, &self.columns, &self.fields, &mut chunk.bytes);
                done.inspect_err(|_| chunk.bytes.truncate(start))?;
                cut_values = writer.cut;
            }
        }
        chunk.end_row();
        Ok(Encoded { bytes: chunk.bytes.len() - start, cut_values })
    }

    /// Appends the row as COPY text, in which rows are rejected.
    pub fn to_copy_text(&self, row: &Row<'_>, out: &mut Vec<u8>) {
        copy_text::encode(row, &self.fields, out);
    }
}

/// The codecs of all columns; `None` where one has none, so that rows are sent as text.
pub fn codecs(columns: &[Column]) -> Option<Vec<Codec>> {
    columns.iter().map(|column| column.codec).collect()
}
