//! Transforms that make booleans.

use super::{Field, IsNull, Outcome, Transform, put};

pub(super) const TRANSFORMS: &[Transform] = &[
    Transform::one("tinyint-to-boolean", tinyint_to_boolean),
    Transform::one("bits-to-boolean", bits_to_boolean),
    Transform::one("sql-server-bit-to-boolean", sql_server_bit_to_boolean),
    Transform::one("logical-to-boolean", logical_to_boolean),
];

fn boolean(is_true: bool, out: &mut Vec<u8>) -> Outcome {
    put(if is_true { b"t" } else { b"f" }, out)
}

fn tinyint_to_boolean(field: Field<'_>, out: &mut Vec<u8>) -> Outcome {
    boolean(field.bytes() != b"0", out)
}

/// One byte or character, or a default of MySQL such as `b'1'`.
fn bits_to_boolean(field: Field<'_>, out: &mut Vec<u8>) -> Outcome {
    match field {
        Field::Text(b"b'0'") => boolean(false, out),
        Field::Text(b"b'1'") => boolean(true, out),
        Field::Bytes(bytes) if bytes.len() == 1 => boolean(bytes != [0], out),
        Field::Text(text) if is_one_character(text) => boolean(text != [0], out),
        Field::Number(number) => boolean(number != b"0", out),
        _ => Ok(IsNull::Yes),
    }
}

fn is_one_character(text: &[u8]) -> bool {
    text.iter().filter(|&&byte| byte & 0xc0 != 0x80).count() == 1
}

/// Numbers, and the defaults `((0))` and `((1))`.
fn sql_server_bit_to_boolean(field: Field<'_>, out: &mut Vec<u8>) -> Outcome {
    match field {
        Field::Number(number) => boolean(number != b"0", out),
        Field::Bytes(bytes) if bytes.len() == 1 && bytes[0] < 2 => boolean(bytes != [0], out),
        other => match other.bytes() {
            b"0" | b"((0))" => boolean(false, out),
            b"1" | b"((1))" => boolean(true, out),
            _ => Ok(IsNull::Yes),
        },
    }
}

/// The logical values of dBASE.
fn logical_to_boolean(field: Field<'_>, out: &mut Vec<u8>) -> Outcome {
    match field.bytes() {
        b"T" | b"t" | b"Y" | b"y" => boolean(true, out),
        b"F" | b"f" | b"N" | b"n" => boolean(false, out),
        b"?" => Ok(IsNull::Yes),
        other if other.iter().all(|&byte| byte == b' ') => Ok(IsNull::Yes),
        other => put(other, out),
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{applied, check_bytes, check_texts};
    use super::*;

    #[test]
    fn texts_become_booleans() {
        check_texts(&[
            ("tinyint-to-boolean", "0", "f"),
            ("tinyint-to-boolean", "1", "t"),
            ("tinyint-to-boolean", "-1", "t"),
            ("tinyint-to-boolean", "", "t"),
            ("bits-to-boolean", "0", "t"),
            ("bits-to-boolean", "\0", "f"),
            ("bits-to-boolean", "é", "t"),
            ("bits-to-boolean", "b'0'", "f"),
            ("bits-to-boolean", "b'1'", "t"),
            ("bits-to-boolean", "", "NULL"),
            ("bits-to-boolean", "10", "NULL"),
            ("sql-server-bit-to-boolean", "0", "f"),
            ("sql-server-bit-to-boolean", "((0))", "f"),
            ("sql-server-bit-to-boolean", "1", "t"),
            ("sql-server-bit-to-boolean", "((1))", "t"),
            ("sql-server-bit-to-boolean", "2", "NULL"),
            ("logical-to-boolean", "T", "t"),
            ("logical-to-boolean", "y", "t"),
            ("logical-to-boolean", "F", "f"),
            ("logical-to-boolean", "n", "f"),
            ("logical-to-boolean", "?", "NULL"),
            ("logical-to-boolean", " ", "NULL"),
            ("logical-to-boolean", "", "NULL"),
            ("logical-to-boolean", "x", "x"),
        ]);
    }

    #[test]
    fn bytes_and_numbers_become_booleans() {
        check_bytes(&[
            ("bits-to-boolean", &[0], "f"),
            ("bits-to-boolean", &[1], "t"),
            ("bits-to-boolean", b"0", "t"),
            ("bits-to-boolean", &[0, 1], "NULL"),
            ("bits-to-boolean", &[], "NULL"),
            ("sql-server-bit-to-boolean", &[0], "f"),
            ("sql-server-bit-to-boolean", &[1], "t"),
        ]);
        assert_eq!(applied("sql-server-bit-to-boolean", &[Field::Number(b"0")]), "f");
        assert_eq!(applied("sql-server-bit-to-boolean", &[Field::Number(b"2")]), "t");
        assert_eq!(applied("bits-to-boolean", &[Field::Number(b"0")]), "f");
    }
}
