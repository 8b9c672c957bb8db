//! One record: its fields' values, NULLs first, and the row that comes of them.

use super::convert::{self, Rules, Wrong, is_text, trim};
use super::csv::{Extent, Field};
use super::options::Options;
use crate::model::{ColumnType, UserTable};

/// The longest record, in bytes without its LF.
pub(super) const MAX_RECORD: usize = 4 * 1024 * 1024;

/// Which fields are NULL.
///
/// | field | CHAR and VARCHAR | other types |
/// |---|---|---|
/// | the marker, bare | NULL | NULL |
/// | the marker in quotes | NULL if `quoted_marker` | NULL if `quoted_marker` |
/// | nothing, or `""` | NULL if `empty` | NULL |
/// | only blanks | NULL if `blanks` | NULL |
#[derive(Debug, Clone, PartialEq, Eq)]
struct Nulls {
    marker: Vec<u8>,
    quoted_marker: bool,
    empty: bool,
    blanks: bool,
}

impl Nulls {
    fn new(options: &Options, quoted_marker: bool) -> Nulls {
        let marker = options.null.clone().unwrap_or_else(|| b"\\N".to_vec());
        let empty = options.empty_as_null || marker.is_empty();
        Nulls { marker, quoted_marker, empty, blanks: options.blanks_as_null }
    }

    fn is_null(&self, value: &[u8], quoted: bool, text: bool) -> bool {
        if value.is_empty() {
            return !text || self.empty;
        }
        if value == self.marker {
            return !quoted || self.quoted_marker;
        }
        (!text || self.blanks) && trim(value).is_empty()
    }

    /// `NULL AS '\0'`, which changes what a NUL means.
    fn marker_is_nul(&self) -> bool {
        self.marker == [0]
    }
}

/// A column that takes a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Target {
    /// Its name.
    pub name: String,
    /// Its type.
    pub ty: ColumnType,
    not_null: bool,
}

/// How records become rows of one table. One for each COPY.
#[derive(Debug)]
pub(super) struct Shape {
    /// The columns in the order of the fields.
    pub targets: Vec<Target>,
    nulls: Nulls,
    rules: Rules,
    unquoted: Vec<u8>,
}

/// Why a record was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    /// The field that is wrong, as an index into [`Shape::targets`]; none if the record itself is.
    pub field: Option<usize>,
    /// The code and the text.
    pub wrong: Wrong,
}

impl Refusal {
    /// The record itself is wrong.
    pub fn whole(code: i32, reason: impl Into<String>) -> Refusal {
        Refusal { field: None, wrong: Wrong::new(code, reason) }
    }
}

impl Shape {
    /// `columns` are indexes into those of `table`.
    pub fn new(table: &UserTable, columns: &[usize], options: &Options, quoted_marker: bool) -> Shape {
        let target = |&index: &usize| {
            let column = &table.columns[index];
            Target { name: column.name.clone(), ty: column.ty, not_null: column.not_null }
        };
        Shape {
            targets: columns.iter().map(target).collect(),
            nulls: Nulls::new(options, quoted_marker),
            rules: Rules::new(options),
            unquoted: Vec::new(),
        }
    }

    /// Appends the row of a record to `rows` as COPY text; nothing is appended if it is refused.
    pub fn write_row(
        &mut self,
        record: &[u8],
        extent: Extent,
        fields: &[Field],
        rows: &mut Vec<u8>,
    ) -> Result<(), Refusal> {
        self.check_record(record, extent, fields)?;
        let before = rows.len();
        let written = self.write_fields(record, fields, rows);
        match written {
            Ok(()) => rows.push(b'\n'),
            Err(_) => rows.truncate(before),
        }
        written
    }

    fn check_record(&self, record: &[u8], extent: Extent, fields: &[Field]) -> Result<(), Refusal> {
        if record.is_empty() {
            return Err(Refusal::whole(1211, "Input line is empty"));
        }
        if record.len() > MAX_RECORD {
            return Err(too_long());
        }
        if record.contains(&0) && !self.nulls.marker_is_nul() {
            return Err(nul(record));
        }
        if extent.malformed {
            return Err(Refusal::whole(1216, "Invalid quote formatting for CSV"));
        }
        match fields.len() {
            1 if self.targets.len() > 1 => Err(Refusal::whole(1201, "Delimiter not found")),
            n if n < self.targets.len() => Err(Refusal::whole(1203, "Fewer columns found than expected")),
            n if n > self.targets.len() => Err(Refusal::whole(1202, "Extra column(s) found")),
            _ => Ok(()),
        }
    }

    fn write_fields(&mut self, record: &[u8], fields: &[Field], rows: &mut Vec<u8>) -> Result<(), Refusal> {
        for (index, field) in fields.iter().enumerate() {
            if index > 0 {
                rows.push(b'\t');
            }
            self.write_field(record, field, index, rows)
                .map_err(|wrong| Refusal { field: Some(index), wrong })?;
        }
        Ok(())
    }

    fn write_field(
        &mut self,
        record: &[u8],
        field: &Field,
        index: usize,
        rows: &mut Vec<u8>,
    ) -> Result<(), Wrong> {
        let target = &self.targets[index];
        let value = value(record, field, &mut self.unquoted);
        if self.nulls.is_null(value, field.quoted, is_text(target.ty)) {
            if target.not_null {
                return Err(Wrong::new(1213, "Missing data for not-null field"));
            }
            rows.extend_from_slice(b"\\N");
            return Ok(());
        }
        if value.contains(&0) {
            return Err(Wrong::new(1218, "Invalid null byte - field longer than 1 byte"));
        }
        convert::convert(target.ty, value, self.rules, rows)
    }
}

/// A field's text, doubled quotes made single in `unquoted`.
pub(super) fn value<'a>(record: &'a [u8], field: &Field, unquoted: &'a mut Vec<u8>) -> &'a [u8] {
    let mut text = &record[field.start..field.end];
    if !field.doubled {
        return text;
    }
    // The byte behind the text is the closing quote.
    let quote = record[field.end];
    unquoted.clear();
    while let Some(at) = text.iter().position(|b| *b == quote) {
        unquoted.extend_from_slice(&text[..=at]);
        text = text.get(at + 2..).unwrap_or_default();
    }
    unquoted.extend_from_slice(text);
    unquoted
}

/// The refusal of a record that is longer than [`MAX_RECORD`].
pub(super) fn too_long() -> Refusal {
    Refusal::whole(1216, format!("Input record exceeds {MAX_RECORD} bytes"))
}

fn nul(record: &[u8]) -> Refusal {
    let at = record.iter().position(|b| *b == 0).map_or(0, |nul| nul + 1);
    let next = record.get(at).copied().unwrap_or(b'\n');
    Refusal::whole(1216, format!("Missing newline: Unexpected character 0x{next:02x} found at location {at}"))
}
