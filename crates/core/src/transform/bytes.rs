//! Transforms of bytes, and of text that stands for bytes.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::{Field, IsNull, Outcome, Transform, put};

pub(super) const TRANSFORMS: &[Transform] = &[
    Transform::one("byte-vector-to-bytea", byte_vector_to_bytea),
    Transform::one("bytes-to-pg-bytea", bytes_to_pg_bytea),
    Transform::one("byte-vector-to-hexstring", byte_vector_to_hexstring),
    Transform::one("binary-to-bytea", binary_to_bytea),
    Transform::one("hex-to-bytea", hex_to_bytea),
    Transform::one("binary-to-uuid", binary_to_uuid),
    Transform::one("sql-server-uniqueidentifier-to-uuid", sql_server_uniqueidentifier_to_uuid),
    Transform::one("varbinary-to-inet", varbinary_to_inet),
    Transform::one("bits-to-hex-bitstring", bits_to_hex_bitstring),
];

const DIGITS: &[u8; 16] = b"0123456789abcdef";

/// Appends lower-case hexadecimal digits.
fn hex(bytes: impl IntoIterator<Item = u8>, out: &mut Vec<u8>) {
    for byte in bytes {
        out.extend_from_slice(&[DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]);
    }
}

fn bytea(bytes: &[u8], out: &mut Vec<u8>) -> Outcome {
    out.extend_from_slice(b"\\x");
    hex(bytes.iter().copied(), out);
    Ok(IsNull::No)
}

fn byte_vector_to_bytea(field: Field<'_>, out: &mut Vec<u8>) -> Outcome {
    match field {
        Field::Text(b"") => Ok(IsNull::Yes),
        field => bytea(field.bytes(), out),
    }
}

/// The same, with each character of a text as one byte.
fn bytes_to_pg_bytea(field: Field<'_>, out: &mut Vec<u8>) -> Outcome {
    let Field::Text(text) = field else { return byte_vector_to_bytea(field, out) };
    let text = std::str::from_utf8(text).map_err(|_| "the text is not valid UTF-8")?;
    if text.is_empty() {
        return Ok(IsNull::Yes);
    }
    out.extend_from_slice(b"\\x");
    for char in text.chars() {
        let byte = u8::try_from(char).map_err(|_| "a character of the text is not in Latin-1")?;
        hex([byte], out);
    }
    Ok(IsNull::No)
}

fn byte_vector_to_hexstring(field: Field<'_>, out: &mut Vec<u8>) -> Outcome {
    match field {
        Field::Text(b"") => Ok(IsNull::Yes),
        Field::Text(text) => {
            out.extend(without_prefix(text, &["x", "\\x"]).iter().map(u8::to_ascii_lowercase));
            Ok(IsNull::No)
        }
        field => {
            hex(field.bytes().iter().copied(), out);
            Ok(IsNull::No)
        }
    }
}

fn binary_to_bytea(field: Field<'_>, out: &mut Vec<u8>) -> Outcome {
    match field.bytes() {
        b"" => Ok(IsNull::Yes),
        bytes => bytea(bytes, out),
    }
}

fn hex_to_bytea(field: Field<'_>, out: &mut Vec<u8>) -> Outcome {
    let digits = without_prefix(field.bytes().trim_ascii(), &["0x", "\\x", "x"]);
    if !digits.iter().all(u8::is_ascii_hexdigit) {
        return Err("the text is not hexadecimal");
    }
    if digits.len() % 2 == 1 {
        return Err("the text has an odd number of hexadecimal digits");
    }
    out.extend_from_slice(b"\\x");
    out.extend(digits.iter().map(u8::to_ascii_lowercase));
    Ok(IsNull::No)
}

fn binary_to_uuid(field: Field<'_>, out: &mut Vec<u8>) -> Outcome {
    match field {
        Field::Bytes(bytes) => match bytes.try_into() {
            Ok(bytes) => uuid(bytes, out),
            Err(_) => Ok(IsNull::Yes),
        },
        field => match from_hex(without_prefix(field.bytes(), &["x", "\\x"])) {
            Some(bytes) => uuid(bytes, out),
            None => Ok(IsNull::Yes),
        },
    }
}

/// Sixteen bytes from 32 hexadecimal digits.
fn from_hex(digits: &[u8]) -> Option<[u8; 16]> {
    let digit = |byte: u8| char::from(byte).to_digit(16).map(|digit| digit as u8);
    let mut bytes = [0; 16];
    if digits.len() != 32 {
        return None;
    }
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        *byte = digit(pair[0])? << 4 | digit(pair[1])?;
    }
    Some(bytes)
}

/// Appends a UUID in its usual form.
pub(super) fn uuid(bytes: [u8; 16], out: &mut Vec<u8>) -> Outcome {
    for (at, byte) in bytes.into_iter().enumerate() {
        if matches!(at, 4 | 6 | 8 | 10) {
            out.push(b'-');
        }
        hex([byte], out);
    }
    Ok(IsNull::No)
}

/// The first three groups have their lowest byte first.
/// Source: Microsoft, Open Specifications, MS-DTYP, GUID.
fn sql_server_uniqueidentifier_to_uuid(field: Field<'_>, out: &mut Vec<u8>) -> Outcome {
    let Field::Bytes(bytes) = field else { return put(field.bytes(), out) };
    let mut bytes: [u8; 16] = bytes.try_into().map_err(|_| "a uniqueidentifier has 16 bytes")?;
    bytes[..4].reverse();
    bytes[4..6].reverse();
    bytes[6..8].reverse();
    uuid(bytes, out)
}

fn varbinary_to_inet(field: Field<'_>, out: &mut Vec<u8>) -> Outcome {
    let bytes = field.bytes();
    let address = match (<[u8; 4]>::try_from(bytes), <[u8; 16]>::try_from(bytes)) {
        _ if bytes.is_empty() => return Ok(IsNull::Yes),
        (Ok(four), _) => Ipv4Addr::from(four).to_string(),
        (_, Ok(sixteen)) => Ipv6Addr::from(sixteen).to_string(),
        _ => return Err("an address has 4 or 16 bytes"),
    };
    put(address.as_bytes(), out)
}

/// Bytes as a bit string in hexadecimal; of a default such as `b'101'` the digits.
fn bits_to_hex_bitstring(field: Field<'_>, out: &mut Vec<u8>) -> Outcome {
    match field {
        Field::Bytes(bytes) => {
            out.push(b'X');
            hex(bytes.iter().copied(), out);
            Ok(IsNull::No)
        }
        field => {
            let text = field.bytes();
            let digits = text.strip_prefix(b"b'").and_then(|text| text.strip_suffix(b"'"));
            put(digits.unwrap_or(text), out)
        }
    }
}

/// The text without the first of these, lower-case, that it begins with in any case.
fn without_prefix<'t>(text: &'t [u8], prefixes: &[&str]) -> &'t [u8] {
    let starts = |prefix: &&&str| {
        text.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix.as_bytes()))
    };
    prefixes.iter().find(starts).map_or(text, |prefix| &text[prefix.len()..])
}

#[cfg(test)]
mod tests {
    use super::super::testing::{check_bytes, check_texts};

    #[test]
    fn bytes_are_written_as_their_types_read_them() {
        let counted: Vec<u8> = (0..16).collect();
        check_bytes(&[
            ("byte-vector-to-bytea", &[0xde, 0xad], "\\xdead"),
            ("byte-vector-to-bytea", &[], "\\x"),
            ("bytes-to-pg-bytea", &[0xff], "\\xff"),
            ("byte-vector-to-hexstring", &[0x88, 0xc2, 0x98], "88c298"),
            ("byte-vector-to-hexstring", &[], ""),
            ("binary-to-bytea", &[1, 0xff], "\\x01ff"),
            ("binary-to-bytea", &[], "NULL"),
            ("binary-to-uuid", &counted, "00010203-0405-0607-0809-0a0b0c0d0e0f"),
            ("binary-to-uuid", &[1, 2], "NULL"),
            ("binary-to-uuid", &[], "NULL"),
            ("sql-server-uniqueidentifier-to-uuid", &counted, "03020100-0504-0706-0809-0a0b0c0d0e0f"),
            ("sql-server-uniqueidentifier-to-uuid", &[1], "error: a uniqueidentifier has 16 bytes"),
            ("varbinary-to-inet", &[127, 0, 0, 1], "127.0.0.1"),
            ("varbinary-to-inet", &[0; 16], "::"),
            ("varbinary-to-inet", &[], "NULL"),
            ("varbinary-to-inet", &[1, 2], "error: an address has 4 or 16 bytes"),
            ("bits-to-hex-bitstring", &[0x0f, 0xf0], "X0ff0"),
        ]);
    }

    #[test]
    fn text_stands_for_bytes_where_it_may() {
        check_texts(&[
            ("byte-vector-to-bytea", "", "NULL"),
            ("byte-vector-to-bytea", "é", "\\xc3a9"),
            ("bytes-to-pg-bytea", "hello", "\\x68656c6c6f"),
            ("bytes-to-pg-bytea", "é", "\\xe9"),
            ("bytes-to-pg-bytea", "", "NULL"),
            ("bytes-to-pg-bytea", "a€", "error: a character of the text is not in Latin-1"),
            ("byte-vector-to-hexstring", "", "NULL"),
            ("byte-vector-to-hexstring", "XAB", "ab"),
            ("byte-vector-to-hexstring", "\\xAB", "ab"),
            ("binary-to-bytea", "", "NULL"),
            ("binary-to-bytea", "a", "\\x61"),
            ("hex-to-bytea", " 0xCAFEBABE ", "\\xcafebabe"),
            ("hex-to-bytea", "\\xCAFE", "\\xcafe"),
            ("hex-to-bytea", "XCA", "\\xca"),
            ("hex-to-bytea", "", "\\x"),
            ("hex-to-bytea", "abc", "error: the text has an odd number of hexadecimal digits"),
            ("hex-to-bytea", "zz", "error: the text is not hexadecimal"),
            ("binary-to-uuid", "a3cda7d500a64111814659127a8d5e42", "a3cda7d5-00a6-4111-8146-59127a8d5e42"),
            ("binary-to-uuid", "\\xA3cda7d500a64111814659127a8d5e42", "a3cda7d5-00a6-4111-8146-59127a8d5e42"),
            ("binary-to-uuid", "", "NULL"),
            ("binary-to-uuid", "abc", "NULL"),
            ("sql-server-uniqueidentifier-to-uuid", "(newid())", "(newid())"),
            ("varbinary-to-inet", "", "NULL"),
            ("bits-to-hex-bitstring", "b'101'", "101"),
        ]);
    }
}
