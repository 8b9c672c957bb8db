//! Character strings and binary strings.

use super::Wrong;

/// CHAR: ASCII only. Blanks beyond the width are cut off.
pub(super) fn char(value: &[u8], width: u32, truncate: bool, out: &mut Vec<u8>) -> Result<(), Wrong> {
    if !value.is_ascii() {
        let bad = bad_sequence(value, value.iter().position(|b| !b.is_ascii()).unwrap_or(0));
        let reason = format!(
            "Multibyte character not supported for CHAR (Hint: Try using VARCHAR). Invalid char: {bad}"
        );
        return Err(Wrong::new(1215, reason));
    }
    let value =
        fit(value, width, truncate).ok_or_else(|| Wrong::new(1204, "Char length exceeds DDL length"))?;
    escape(value, out);
    Ok(())
}

/// VARCHAR: UTF-8, its width in bytes. Blanks beyond the width are cut off.
pub(super) fn varchar(
    value: &[u8],
    width: u32,
    trim_blanks: bool,
    truncate: bool,
    out: &mut Vec<u8>,
) -> Result<(), Wrong> {
    check_utf8(value)?;
    let value = if trim_blanks { without_trailing_blanks(value) } else { value };
    let value =
        fit(value, width, truncate).ok_or_else(|| Wrong::new(1204, "String length exceeds DDL length"))?;
    escape(value, out);
    Ok(())
}

/// What of the value goes into a column of that width, if it may.
fn fit(value: &[u8], width: u32, truncate: bool) -> Option<&[u8]> {
    let width = width as usize;
    if value.len() <= width {
        return Some(value);
    }
    if truncate {
        return Some(&value[..boundary(value, width)]);
    }
    value[width..].iter().all(|b| *b == b' ').then(|| &value[..width])
}

/// The last place at or before `at` where a character of valid UTF-8 begins.
fn boundary(value: &[u8], at: usize) -> usize {
    (0..=at).rev().find(|i| value.get(*i).is_none_or(|b| b & 0xC0 != 0x80)).unwrap_or(0)
}

fn without_trailing_blanks(value: &[u8]) -> &[u8] {
    let end = value.iter().rposition(|b| !super::is_blank(*b)).map_or(0, |last| last + 1);
    &value[..end]
}

/// 1220 for anything that is not UTF-8.
pub(super) fn check_utf8(value: &[u8]) -> Result<(), Wrong> {
    std::str::from_utf8(value).map(|_| ()).map_err(|error| {
        let bad = bad_sequence(value, error.valid_up_to());
        let text = "String contains invalid or unsupported UTF8 codepoints. Bad UTF8 hex sequence:";
        Wrong::new(1220, format!("{text} {bad} (error 3)"))
    })
}

/// The byte at `at` and the continuation bytes behind it, in hex.
fn bad_sequence(value: &[u8], at: usize) -> String {
    let rest = value[at..].iter().skip(1).take(3).take_while(|b| **b & 0xC0 == 0x80).count();
    value[at..=at + rest].iter().map(|b| format!("{b:02x}")).collect::<Vec<_>>().join(" ")
}

/// VARBYTE: hex digits, two a byte, without any prefix.
pub(super) fn varbyte(value: &[u8], width: u32, out: &mut Vec<u8>) -> Result<(), Wrong> {
    if let Some(at) = value.iter().position(|b| !b.is_ascii_hexdigit()) {
        let digit = value[at].escape_ascii();
        return Err(Wrong::new(1207, format!("Invalid digit, Value '{digit}', Pos {at}, Type: Varbyte")));
    }
    if value.len() % 2 == 1 {
        return Err(Wrong::new(1207, format!("Odd number of hex digits: {}, Type: Varbyte", value.len())));
    }
    if value.len() / 2 > width as usize {
        return Err(Wrong::new(1204, "Varbyte length exceeds DDL length"));
    }
    out.extend_from_slice(b"\\\\x");
    out.extend_from_slice(value);
    Ok(())
}

/// Appends text as PostgreSQL's COPY wants it.
pub(super) fn escape(mut value: &[u8], out: &mut Vec<u8>) {
    while let Some(at) = value.iter().position(|b| matches!(b, b'\\' | b'\n' | b'\r' | b'\t')) {
        out.extend_from_slice(&value[..at]);
        out.push(b'\\');
        out.push(match value[at] {
            b'\n' => b'n',
            b'\r' => b'r',
            b'\t' => b't',
            other => other,
        });
        value = &value[at + 1..];
    }
    out.extend_from_slice(value);
}
