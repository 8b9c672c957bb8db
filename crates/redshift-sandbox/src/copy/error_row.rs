//! Rows of the error views.

use super::LoadError;
use super::csv::Field;
use super::record::{Refusal, Shape, value};
use crate::model::ColumnType;
use crate::sql::stored::type_label;

/// The longest `raw_line` and `raw_field_value`.
const MAX_RAW: usize = 1024;

/// The longest `err_reason`.
const MAX_REASON: usize = 100;

/// A refused record.
#[derive(Debug, Clone, Copy)]
pub(super) struct Refused<'a> {
    /// `s3://bucket/key`.
    pub filename: &'a str,
    /// From 1.
    pub line_number: i64,
    /// The record's bytes, or its first ones.
    pub record: &'a [u8],
    /// Its fields.
    pub fields: &'a [Field],
    /// What is wrong.
    pub refusal: &'a Refusal,
}

/// What the error views show of it.
pub(super) fn error_row(refused: Refused<'_>, shape: &Shape) -> LoadError {
    let Refused { filename, line_number, record, fields, refusal } = refused;
    let wrong = &refusal.wrong;
    let mut row = LoadError {
        filename: filename.to_owned(),
        line_number,
        colname: String::new(),
        type_name: String::new(),
        col_length: String::new(),
        position: 0,
        raw_line: masked(record, MAX_RAW),
        raw_field_value: String::new(),
        err_code: wrong.code,
        err_reason: masked(wrong.reason.as_bytes(), MAX_REASON),
    };
    if let Some(index) = refusal.field {
        let (target, field) = (&shape.targets[index], &fields[index]);
        row.colname.clone_from(&target.name);
        (row.type_name, row.col_length) = type_and_length(target.ty);
        row.position = i32::try_from(field.offset).unwrap_or(i32::MAX);
        row.raw_field_value = masked(value(record, field, &mut Vec::new()), MAX_RAW);
    }
    row
}

/// Text of at most `limit` bytes: a multi-byte character, a byte that is no character, or a NUL is a period.
fn masked(bytes: &[u8], limit: usize) -> String {
    // A character has at most four bytes.
    let bytes = &bytes[..bytes.len().min(4 * limit)];
    let mask = |c: char| if c.is_ascii() && c != '\0' { c } else { '.' };
    String::from_utf8_lossy(bytes).chars().map(mask).take(limit).collect()
}

fn type_and_length(ty: ColumnType) -> (String, String) {
    let name = match ty {
        ColumnType::Char(_) => "char",
        other => type_label(other),
    };
    let length = match ty {
        ColumnType::Char(n) | ColumnType::Varchar(n) | ColumnType::Varbyte(n) => n.to_string(),
        ColumnType::Decimal { precision, scale } => format!("{precision},{scale}"),
        _ => "0".to_owned(),
    };
    (name.to_owned(), length)
}
