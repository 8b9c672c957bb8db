//! real and double precision: an optional `-`, digits without a needless leading zero, and perhaps a point and digits.
//!
//! The spelling is the number of digits behind the point, where these are few enough that printing that many gives
//! the same text back; or [`SHORTEST`], where the text is the shortest that reads back to the same value.

use std::fmt::{self, Display, Write};

use super::integer::parse_digits;

const SHORTEST: u8 = u8::MAX;

/// Longer texts are not looked at; so no value is too large or too small for the type to hold it in full.
const MOST_BYTES: usize = 32;

/// Powers of ten that a double holds exactly.
const POWERS: [f64; 20] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18,
    1e19,
];

/// A text of the grammar, taken apart.
struct Decimal {
    /// 1, or -1 behind a `-`: it gives zero a sign too.
    sign: i8,
    /// All digits as one number; `None` where they are more than 19.
    digits: Option<u64>,
    /// How many of them stand behind the point.
    scale: usize,
}

pub(super) fn encode_double(text: &[u8], out: &mut Vec<u8>) -> Option<u8> {
    let decimal = parse(text)?;
    let (value, spelling) = match decimal.digits {
        // Both numbers are exact, so the division rounds once, as reading the text does.
        Some(digits) if digits < 10u64.pow(15) => {
            (f64::from(decimal.sign) * digits as f64 / POWERS[decimal.scale], decimal.scale as u8)
        }
        _ => (shortest::<f64>(text)?, SHORTEST),
    };
    super::put_fixed(value.to_be_bytes(), out);
    Some(spelling)
}

pub(super) fn encode_single(text: &[u8], out: &mut Vec<u8>) -> Option<u8> {
    let decimal = parse(text)?;
    let (value, spelling) = match decimal.digits {
        // As above; and so near to no middle of two floats that reading it as a double first changes nothing.
        Some(digits) if digits < 10u64.pow(6) && decimal.scale <= 8 => {
            (f32::from(decimal.sign) * digits as f32 / POWERS[decimal.scale] as f32, decimal.scale as u8)
        }
        _ => (read_single(text)?, SHORTEST),
    };
    super::put_fixed(value.to_be_bytes(), out);
    Some(spelling)
}

/// Servers before PostgreSQL 12 read a real by way of a double: it must not matter.
fn read_single(text: &[u8]) -> Option<f32> {
    let value = shortest::<f32>(text)?;
    let by_way_of_double = std::str::from_utf8(text).ok()?.parse::<f64>().ok()? as f32;
    (by_way_of_double == value).then_some(value)
}

/// The value of a text that is the shortest one for it.
fn shortest<Float: std::str::FromStr + Display>(text: &[u8]) -> Option<Float> {
    let value: Float = std::str::from_utf8(text).ok()?.parse().ok()?;
    let mut same = Same(text);
    write!(same, "{value}").ok()?;
    same.0.is_empty().then_some(value)
}

/// Compares what is written to it with the rest of a text.
struct Same<'a>(&'a [u8]);

impl Write for Same<'_> {
    fn write_str(&mut self, written: &str) -> fmt::Result {
        self.0 = self.0.strip_prefix(written.as_bytes()).ok_or(fmt::Error)?;
        Ok(())
    }
}

fn parse(text: &[u8]) -> Option<Decimal> {
    let (sign, rest) = match text {
        [b'-', rest @ ..] => (-1, rest),
        _ => (1, text),
    };
    if rest.len() > MOST_BYTES {
        return None;
    }
    let point = rest.iter().position(|&byte| byte == b'.');
    let (whole, fraction) = point.map_or((rest, &[][..]), |at| (&rest[..at], &rest[at + 1..]));
    let well_formed = match whole {
        [] => false,
        [b'0', _, ..] => false,
        _ => point.is_none() || !fraction.is_empty(),
    };
    if !well_formed {
        return None;
    }
    let scale = fraction.len();
    if whole.len() + scale <= 19 {
        let whole = parse_digits(whole)?;
        let digits = whole * 10u64.pow(scale as u32) + parse_digits(fraction)?;
        return Some(Decimal { sign, digits: Some(digits), scale });
    }
    let all_digits = whole.iter().chain(fraction).all(u8::is_ascii_digit);
    all_digits.then_some(Decimal { sign, digits: None, scale })
}

pub(super) fn decode<Float: Display>(value: Float, spelling: u8, out: &mut Vec<u8>) {
    use std::io::Write;
    // Writing to memory does not fail.
    let _ = match spelling {
        SHORTEST => write!(out, "{value}"),
        scale => write!(out, "{value:.*}", usize::from(scale)),
    };
}
