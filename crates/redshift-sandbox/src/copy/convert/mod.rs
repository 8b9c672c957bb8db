//! One value of one type: from the bytes of a field to PostgreSQL's COPY text.
//!
//! A converter appends to `out` and leaves behind whatever it wrote when it refuses: the caller cuts that off.

mod datetime;
mod json;
mod number;
mod text;

use super::options::{Options, Reading};
use crate::model::ColumnType;

/// Why a value was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wrong {
    /// 1201 … 1224.
    pub code: i32,
    /// As Redshift words it.
    pub reason: String,
}

impl Wrong {
    /// A refusal.
    pub fn new(code: i32, reason: impl Into<String>) -> Wrong {
        Wrong { code, reason: reason.into() }
    }
}

/// The options that say how values are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Rules {
    dates: Reading,
    times: Reading,
    round: bool,
    trim_blanks: bool,
    truncate: bool,
}

impl Rules {
    /// Those of a statement.
    pub fn new(options: &Options) -> Rules {
        Rules {
            dates: options.dates,
            times: options.times,
            round: options.round,
            trim_blanks: options.trim_blanks,
            truncate: options.truncate_columns,
        }
    }
}

/// Whether values of this type are character strings, which NULL and blanks treat differently.
pub(super) fn is_text(ty: ColumnType) -> bool {
    matches!(ty, ColumnType::Char(_) | ColumnType::Varchar(_))
}

/// Writes a value that is not NULL. Values of types other than CHAR and VARCHAR may have blanks around them,
/// but are not empty without them.
pub(super) fn convert(ty: ColumnType, value: &[u8], rules: Rules, out: &mut Vec<u8>) -> Result<(), Wrong> {
    match ty {
        ColumnType::Int2 => number::integer(value, i16::MIN.into(), i16::MAX.into(), "Short", out),
        ColumnType::Int4 => number::integer(value, i32::MIN.into(), i32::MAX.into(), "Integer", out),
        ColumnType::Int8 => number::integer(value, i64::MIN, i64::MAX, "Long", out),
        ColumnType::Decimal { precision, scale } => {
            number::decimal(value, precision, scale, rules.round, out)
        }
        ColumnType::Float4 => number::float4(trim(value), out),
        ColumnType::Float8 => number::float8(trim(value), out),
        ColumnType::Bool => number::boolean(trim(value), out),
        ColumnType::Char(width) => text::char(value, width, rules.truncate, out),
        ColumnType::Varchar(width) => text::varchar(value, width, rules.trim_blanks, rules.truncate, out),
        ColumnType::Date => datetime::date(trim(value), rules.dates, out),
        ColumnType::Time => datetime::time(trim(value), rules.times, out),
        ColumnType::TimeTz => datetime::timetz(trim(value), rules.times, out),
        ColumnType::Timestamp => datetime::timestamp(trim(value), rules.times, out),
        ColumnType::TimestampTz => datetime::timestamptz(trim(value), rules.times, out),
        ColumnType::Super => json::document(value, out),
        ColumnType::Varbyte(width) => text::varbyte(trim(value), width, out),
    }
}

/// A value without the blanks around it.
pub(super) fn trim(value: &[u8]) -> &[u8] {
    let start = value.iter().position(|b| !is_blank(*b)).unwrap_or(value.len());
    let end = value.iter().rposition(|b| !is_blank(*b)).map_or(start, |last| last + 1);
    &value[start..end]
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

#[cfg(test)]
mod tests;
