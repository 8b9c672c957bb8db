//! SUPER: a JSON document.

use serde::de::IgnoredAny;

use super::Wrong;
use super::text::{check_utf8, escape};

/// How deep arrays and objects may be in each other.
const MAX_DEPTH: usize = 1000;

/// How long a string inside a document may be, in bytes.
const MAX_STRING: usize = 65_535;

/// One JSON document, kept as it is written.
pub(super) fn document(value: &[u8], out: &mut Vec<u8>) -> Result<(), Wrong> {
    check_utf8(value)?;
    serde_json::from_slice::<IgnoredAny>(value)
        .map_err(|error| Wrong::new(1224, format!("Invalid JSON: {error}")))?;
    check_limits(value)?;
    escape(value, out);
    Ok(())
}

/// Depth and lengths of a document that is valid.
fn check_limits(value: &[u8]) -> Result<(), Wrong> {
    let (mut depth, mut at) = (0_usize, 0);
    while let Some(byte) = value.get(at) {
        match byte {
            b'"' => at = string_end(value, at + 1)?,
            b'[' | b'{' => depth += 1,
            b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > MAX_DEPTH {
            return Err(Wrong::new(1224, "SUPER nesting exceeds 1000 levels"));
        }
        at += 1;
    }
    Ok(())
}

/// The place of the quote that ends the string that begins at `start`.
fn string_end(value: &[u8], start: usize) -> Result<usize, Wrong> {
    let (mut at, mut bytes) = (start, 0);
    while let Some(byte) = value.get(at).filter(|b| **b != b'"') {
        let (taken, meant) = if *byte == b'\\' { escaped(&value[at..])? } else { (1, 1) };
        at += taken;
        bytes += meant;
    }
    if bytes > MAX_STRING { Err(Wrong::new(1224, "String in SUPER exceeds 65535 bytes")) } else { Ok(at) }
}

/// How many bytes an escape takes, and how many it means. A character must come of it, and not NUL.
fn escaped(text: &[u8]) -> Result<(usize, usize), Wrong> {
    if text.get(1) != Some(&b'u') {
        return Ok((2, 1));
    }
    let unit = |at: usize| {
        let digits = std::str::from_utf8(text.get(at..at + 4)?).ok()?;
        u16::from_str_radix(digits, 16).ok()
    };
    let second = if text.get(6..8) == Some(b"\\u") { unit(8) } else { None };
    let units = [unit(2).unwrap_or(0), second.unwrap_or(0)];
    match char::decode_utf16(units).next() {
        Some(Ok('\0')) | Some(Err(_)) | None => Err(Wrong::new(1224, "Invalid JSON: escape of no character")),
        Some(Ok(c)) => Ok((if c.len_utf16() == 2 { 12 } else { 6 }, c.len_utf8())),
    }
}
