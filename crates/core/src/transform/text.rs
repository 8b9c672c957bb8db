//! Transforms of text.

use super::{Field, IsNull, Outcome, Transform, Trim, put};

pub(super) const TRANSFORMS: &[Transform] = &[
    Transform::one("empty-string-to-null", empty_string_to_null),
    Transform::one("right-trim", right_trim),
    Transform::one("db3-trim-string", right_trim),
    Transform::one("trim-whitespace", trim_whitespace),
    Transform::one("remove-null-characters", remove_null_characters),
    Transform::one("set-to-enum-array", set_to_enum_array),
    Transform::one("base64-decode", base64_decode),
    Transform::one("varbinary-to-string", varbinary_to_string),
    Transform::one("none", unchanged),
    Transform::one("tinyint-to-integer", unchanged),
    Transform::one("year-to-integer", unchanged),
];

fn unchanged(field: Field<'_>, out: &mut Vec<u8>) -> Outcome {
    put(field.bytes(), out)
}

fn empty_string_to_null(field: Field<'_>, out: &mut Vec<u8>) -> Outcome {
    match field.bytes() {
        b"" => Ok(IsNull::Yes),
        text => put(text, out),
    }
}

fn right_trim(field: Field<'_>, out: &mut Vec<u8>) -> Outcome {
    put(Trim::Right.apply(field.bytes()), out)
}

/// Strips all kinds of blanks, of both ends.
fn trim_whitespace(field: Field<'_>, out: &mut Vec<u8>) -> Outcome {
    match field.bytes().trim_ascii() {
        b"" => Ok(IsNull::Yes),
        text => put(text, out),
    }
}

fn remove_null_characters(field: Field<'_>, out: &mut Vec<u8>) -> Outcome {
    let mut rest = field.bytes();
    while let Some(at) = memchr::memchr(0, rest) {
        out.extend_from_slice(&rest[..at]);
        rest = &rest[at + 1..];
    }
    put(rest, out)
}

fn set_to_enum_array(field: Field<'_>, out: &mut Vec<u8>) -> Outcome {
    out.push(b'{');
    out.extend_from_slice(field.bytes());
    out.push(b'}');
    Ok(IsNull::No)
}

/// Line breaks are passed over, padding may be missing.
fn base64_decode(field: Field<'_>, out: &mut Vec<u8>) -> Outcome {
    let start = out.len();
    out.extend_from_slice(field.bytes());
    let decoded = base64_simd::forgiving_decode_inplace(&mut out[start..]);
    let decoded = decoded.map_err(|_| "the text is not base64")?;
    if std::str::from_utf8(decoded).is_err() {
        return Err("what is decoded is not valid UTF-8");
    }
    let length = decoded.len();
    out.truncate(start + length);
    Ok(IsNull::No)
}

/// Sources decode text of other encodings themselves: what comes here as bytes is text in UTF-8.
fn varbinary_to_string(field: Field<'_>, out: &mut Vec<u8>) -> Outcome {
    match std::str::from_utf8(field.bytes()) {
        Ok(text) => put(text.as_bytes(), out),
        Err(_) => Err("the bytes are not valid UTF-8"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{check_bytes, check_texts};

    #[test]
    fn texts() {
        check_texts(&[
            ("empty-string-to-null", "", "NULL"),
            ("empty-string-to-null", " ", " "),
            ("empty-string-to-null", "a", "a"),
            ("right-trim", "ab  ", "ab"),
            ("right-trim", " ab\t ", " ab\t"),
            ("right-trim", "  ", ""),
            ("db3-trim-string", " a  ", " a"),
            ("db3-trim-string", "   ", ""),
            ("trim-whitespace", " \ta b\n", "a b"),
            ("trim-whitespace", " \t", "NULL"),
            ("remove-null-characters", "a\0b\0", "ab"),
            ("remove-null-characters", "", ""),
            ("set-to-enum-array", "foo,bar", "{foo,bar}"),
            ("set-to-enum-array", "", "{}"),
            ("base64-decode", "aGVsbG8=", "hello"),
            ("base64-decode", "w6k=", "é"),
            ("base64-decode", "", ""),
            ("base64-decode", "/w==", "error: what is decoded is not valid UTF-8"),
            ("base64-decode", "a*b", "error: the text is not base64"),
            ("varbinary-to-string", "é", "é"),
            ("none", "x", "x"),
            ("tinyint-to-integer", "3", "3"),
            ("year-to-integer", "1999", "1999"),
        ]);
        check_bytes(&[
            ("varbinary-to-string", b"abc", "abc"),
            ("varbinary-to-string", &[0xff], "error: the bytes are not valid UTF-8"),
        ]);
    }
}
