//! CSV as Redshift's COPY reads it (AWS documentation: COPY, "Data format parameters" and "Data conversion
//! parameters"). Quotes do not tell NULL from an empty string there, so NULL is a marker that no value of the batch
//! equals. A value that Redshift would refuse, or would make something else of, is refused here, with the reason.

use crate::catalog::{Column, ColumnType};
use crate::encode::Unfit;
use crate::encode::fit::{self, Fit};
use crate::error::Error;
use crate::row::Row;

/// COPY refuses a record of more than 4 MB; some of that is left for what the server may add.
pub const WIDEST_RECORD: usize = (4 << 20) - 1024;

/// What stands for NULL: letters that need no quotes and no escape in SQL.
pub fn null_marker(number: u32) -> String {
    match number {
        0 => "~pgl-null~".to_owned(),
        number => format!("~pgl-null-{number}~"),
    }
}

/// Writes one row.
pub(super) struct Writer<'a> {
    null: &'a [u8],
    truncates: bool,
    /// Values cut so far.
    pub(super) cut: u64,
}

impl<'a> Writer<'a> {
    pub(super) fn new(null: &'a str, truncates: bool) -> Writer<'a> {
        Writer { null: null.as_bytes(), truncates, cut: 0 }
    }

    pub(super) fn row(
        &mut self,
        row: &Row<'_>,
        columns: &[Column],
        fields: &[usize],
        out: &mut Vec<u8>,
    ) -> Result<(), Unfit> {
        let start = out.len();
        for (position, (column, &field)) in columns.iter().zip(fields).enumerate() {
            if position > 0 {
                out.push(b',');
            }
            self.field(column, row.field(field), out)?;
        }
        out.push(b'\n');
        match out.len() - start {
            0..=WIDEST_RECORD => Ok(()),
            bytes => Err(Unfit::Bad(too_wide(bytes))),
        }
    }

    fn field(&mut self, column: &Column, value: Option<&[u8]>, out: &mut Vec<u8>) -> Result<(), Unfit> {
        let Some(value) = value else {
            if column.not_null {
                return Err(Unfit::Bad(unfit(column, "NULL in a column that is NOT NULL")));
            }
            out.extend_from_slice(self.null);
            return Ok(());
        };
        if value == self.null {
            return Err(Unfit::IsNullMarker);
        }
        match fit::check(column.ty, value) {
            Fit::Plain => out.extend_from_slice(value),
            Fit::Quoted => quote(value, out),
            Fit::TooLong { width } if self.truncates => {
                self.cut += 1;
                let kept = &value[..boundary(value, width)];
                if kept == self.null {
                    return Err(Unfit::IsNullMarker);
                }
                quote(kept, out);
            }
            Fit::TooLong { width } => {
                let reason = format!("the value has {} bytes, its column {width}", value.len());
                return Err(Unfit::Bad(unfit(column, &reason)));
            }
            Fit::Bad(reason) => return Err(Unfit::Bad(refused(column, value, reason))),
        }
        Ok(())
    }
}

/// Where at most `width` bytes of UTF-8 end with a whole character.
fn boundary(value: &[u8], width: usize) -> usize {
    let is_start = |&at: &usize| value.get(at).is_none_or(|byte| byte & 0xc0 != 0x80);
    (0..=width.min(value.len())).rev().find(is_start).unwrap_or(0)
}

fn too_wide(bytes: usize) -> Error {
    Error::new(format!("the row has {bytes} bytes as CSV, and Redshift's COPY takes {WIDEST_RECORD}"))
        .hint("leave the widest column out, or load it from Parquet")
}

fn unfit(column: &Column, reason: &str) -> Error {
    Error::new(format!("column {}: {reason}", column.name))
}

/// The reason and as much of the value as a line of the log should have.
fn refused(column: &Column, value: &[u8], reason: &str) -> Error {
    const SHOWN: usize = 60;
    let shown = String::from_utf8_lossy(&value[..boundary(value, SHOWN)]);
    let more = if value.len() > SHOWN { "…" } else { "" };
    unfit(column, &format!("{reason}: \"{shown}{more}\" as {}", name(column.ty)))
}

fn name(ty: ColumnType) -> String {
    match ty {
        ColumnType::Unchecked => "a value of its type".into(),
        ColumnType::Smallint => "SMALLINT".into(),
        ColumnType::Integer => "INTEGER".into(),
        ColumnType::Bigint => "BIGINT".into(),
        ColumnType::Decimal { precision, scale } => format!("DECIMAL({precision},{scale})"),
        ColumnType::Float => "a floating-point number".into(),
        ColumnType::Boolean => "BOOLEAN".into(),
        ColumnType::Char(width) => format!("CHAR({width})"),
        ColumnType::Varchar(width) => format!("VARCHAR({width})"),
        ColumnType::Date => "DATE".into(),
        ColumnType::Time => "TIME".into(),
        ColumnType::Timestamp => "TIMESTAMP".into(),
        ColumnType::Super => "SUPER".into(),
        ColumnType::Varbyte(width) => format!("VARBYTE({width})"),
    }
}

fn quote(value: &[u8], out: &mut Vec<u8>) {
    out.push(b'"');
    let mut rest = value;
    while let Some(at) = memchr::memchr(b'"', rest) {
        out.extend_from_slice(&rest[..=at]);
        out.push(b'"');
        rest = &rest[at + 1..];
    }
    out.extend_from_slice(rest);
    out.push(b'"');
}

/// The fields of one encoded row, with or without its LF; `None` is NULL. The inverse of what the encoder does.
pub fn decode(row: &[u8], null: &[u8]) -> Vec<Option<Vec<u8>>> {
    let mut rest = row.strip_suffix(b"\n").unwrap_or(row);
    let mut fields = Vec::new();
    loop {
        let (value, length) = match rest.first() {
            Some(b'"') => quoted(rest),
            _ => {
                let length = memchr::memchr(b',', rest).unwrap_or(rest.len());
                ((&rest[..length] != null).then(|| rest[..length].to_vec()), length)
            }
        };
        fields.push(value);
        match rest.get(length) {
            Some(_) => rest = &rest[length + 1..],
            None => return fields,
        }
    }
}

/// The value that begins with a quote, and how many bytes it takes.
fn quoted(field: &[u8]) -> (Option<Vec<u8>>, usize) {
    let (mut value, mut at) = (Vec::new(), 1);
    while let Some(length) = memchr::memchr(b'"', &field[at..]) {
        value.extend_from_slice(&field[at..at + length]);
        at += length + 1;
        if field.get(at) != Some(&b'"') {
            break;
        }
        value.push(b'"');
        at += 1;
    }
    (Some(value), at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::row::Span;
    use proptest::prelude::*;

    fn column(ty: ColumnType) -> Column {
        Column { name: "c".into(), ty, ..Column::default() }
    }

    fn encode(
        columns: &[Column],
        values: &[Option<&[u8]>],
        truncates: bool,
    ) -> Result<(Vec<u8>, u64), Unfit> {
        let (mut bytes, mut spans) = (Vec::new(), Vec::new());
        for value in values {
            spans.push(value.map_or(Span::NULL, |value| {
                let start = bytes.len();
                bytes.extend_from_slice(value);
                Span::new(start, bytes.len())
            }));
        }
        let fields: Vec<usize> = (0..values.len()).collect();
        let null = null_marker(0);
        let (mut out, mut writer) = (Vec::new(), Writer::new(&null, truncates));
        writer.row(&Row::new(&bytes, &spans), columns, &fields, &mut out)?;
        Ok((out, writer.cut))
    }

    fn one(ty: ColumnType, value: Option<&str>) -> Result<String, Unfit> {
        let (row, _) = encode(&[column(ty)], &[value.map(str::as_bytes)], false)?;
        Ok(String::from_utf8(row).unwrap())
    }

    #[test]
    fn null_empty_blank_and_words_for_null_stay_apart() {
        let text = ColumnType::Varchar(100);
        for (value, expected) in [
            (None, "~pgl-null~\n"),
            (Some(""), "\"\"\n"),
            (Some("  "), "\"  \"\n"),
            (Some("\\N"), "\"\\N\"\n"),
            (Some("NULL"), "\"NULL\"\n"),
            (Some("a\"b,c\r\nd"), "\"a\"\"b,c\r\nd\"\n"),
            (Some("~pgl-null-1~"), "\"~pgl-null-1~\"\n"),
        ] {
            assert_eq!(one(text, value).unwrap(), expected);
        }
    }

    #[test]
    fn a_value_that_is_the_marker_is_told_from_null_in_every_type() {
        for ty in [ColumnType::Varchar(100), ColumnType::Integer, ColumnType::Unchecked] {
            assert_eq!(one(ty, Some("~pgl-null~")), Err(Unfit::IsNullMarker));
        }
        assert_eq!(one(ColumnType::Integer, None).unwrap(), "~pgl-null~\n");
    }

    #[test]
    fn values_that_do_not_fit_are_refused_with_column_and_reason() {
        let message = |ty, value| match one(ty, value) {
            Err(Unfit::Bad(error)) => error.message,
            other => unreachable!("{other:?}"),
        };
        assert_eq!(
            message(ColumnType::Varchar(3), Some("éé")),
            "column c: the value has 4 bytes, its column 3"
        );
        assert_eq!(
            message(ColumnType::Integer, Some("x")),
            "column c: it is not a whole number: \"x\" as INTEGER"
        );
        let required = Column { not_null: true, ..column(ColumnType::Integer) };
        let Err(Unfit::Bad(error)) = encode(&[required], &[None], false) else { unreachable!() };
        assert_eq!(error.message, "column c: NULL in a column that is NOT NULL");
    }

    #[test]
    fn truncation_keeps_whole_characters_and_is_counted() {
        let columns = [column(ColumnType::Varchar(3)), column(ColumnType::Varchar(3))];
        let (row, cut) = encode(&columns, &[Some("aéé".as_bytes()), Some("ab€".as_bytes())], true).unwrap();
        assert_eq!(row, "\"aé\",\"ab\"\n".as_bytes());
        assert_eq!(cut, 2);
    }

    #[test]
    fn a_row_over_four_megabytes_is_refused() {
        let wide = vec![b'"'; 2 << 20];
        let Err(Unfit::Bad(error)) = encode(&[column(ColumnType::Unchecked)], &[Some(&wide)], false) else {
            unreachable!()
        };
        assert!(error.message.contains("4194307 bytes"), "{}", error.message);
    }

    proptest! {
        #[test]
        fn decode_inverts_encode(values in prop::collection::vec(prop::option::of("[a\",\n\r~é\\\\ -]{0,12}"), 1..6)) {
            let columns: Vec<Column> = values.iter().map(|_| column(ColumnType::Varchar(65535))).collect();
            let borrowed: Vec<Option<&[u8]>> = values.iter().map(|v| v.as_deref().map(str::as_bytes)).collect();
            let (row, _) = encode(&columns, &borrowed, false).unwrap();
            let found = decode(&row, null_marker(0).as_bytes());
            let expected: Vec<Option<Vec<u8>>> = borrowed.iter().map(|v| v.map(<[u8]>::to_vec)).collect();
            prop_assert_eq!(found, expected);
        }
    }
}
