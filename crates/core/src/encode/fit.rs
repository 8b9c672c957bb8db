//! Whether a value fits a column of Redshift, and whether it needs quotes.
//!
//! Only what Redshift certainly refuses, or silently changes, is refused here: an empty field is NULL in every column
//! that holds no text; NaN, infinity, dates before Christ or beyond the year 9999 and the time 24:00 are not known to
//! load. Anything else that is not in the plain form goes in quotes, and the server is the judge.

use serde::de::IgnoredAny;

use crate::catalog::ColumnType;

/// What becomes of a value.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Fit {
    /// It goes as it is.
    Plain,
    /// It goes in quotes.
    Quoted,
    /// It has more bytes than the column takes.
    TooLong {
        /// Bytes that the column takes.
        width: usize,
    },
    /// It cannot go, for this reason.
    Bad(&'static str),
}

use Fit::{Bad, Plain, Quoted, TooLong};

pub(super) fn check(ty: ColumnType, value: &[u8]) -> Fit {
    match ty {
        ColumnType::Char(width) if value.is_ascii() => text(value, width),
        ColumnType::Char(_) => Bad("it is not ASCII, which CHAR takes alone (use VARCHAR)"),
        ColumnType::Varchar(width) => text(value, width),
        ColumnType::Super => json(value),
        // What is only blanks is NULL in all others.
        _ if value.iter().all(u8::is_ascii_whitespace) => Bad("an empty value is no value of this type"),
        ColumnType::Smallint => integer(value, i16::MIN.into(), i16::MAX.into()),
        ColumnType::Integer => integer(value, i32::MIN.into(), i32::MAX.into()),
        ColumnType::Bigint => integer(value, i64::MIN, i64::MAX),
        ColumnType::Decimal { precision, scale } => decimal(value, precision, scale),
        ColumnType::Float => float(value),
        ColumnType::Boolean => boolean(value),
        ColumnType::Date | ColumnType::Timestamp => date(value),
        ColumnType::Time => time(value),
        ColumnType::Varbyte(width) => hexadecimal(value, width as usize),
        ColumnType::Unchecked => Quoted,
    }
}

/// Blanks beyond the width are cut by Redshift without an error, as by the SQL standard.
fn text(value: &[u8], width: u32) -> Fit {
    let width = width as usize;
    match value.get(width..) {
        Some(beyond) if beyond.iter().any(|&byte| byte != b' ') => TooLong { width },
        _ => Quoted,
    }
}

fn json(value: &[u8]) -> Fit {
    match serde_json::from_slice::<IgnoredAny>(value) {
        Ok(_) => Quoted,
        Err(_) => Bad("it is not JSON"),
    }
}

fn unsigned(value: &[u8]) -> (bool, &[u8]) {
    match value {
        [b'-', digits @ ..] => (true, digits),
        [b'+', digits @ ..] => (false, digits),
        digits => (false, digits),
    }
}

fn all_digits(value: &[u8]) -> bool {
    !value.is_empty() && value.iter().all(u8::is_ascii_digit)
}

/// Redshift takes blanks around a whole number.
fn integer(value: &[u8], least: i64, most: i64) -> Fit {
    let trimmed = value.trim_ascii();
    let (negative, digits) = unsigned(trimmed);
    if !all_digits(digits) {
        return Bad("it is not a whole number");
    }
    let number = digits.iter().try_fold(0i64, |number, digit| {
        let digit = i64::from(digit - b'0');
        number.checked_mul(10)?.checked_add(if negative { -digit } else { digit })
    });
    match number {
        Some(number) if (least..=most).contains(&number) => {
            if trimmed.len() == value.len() && value[0] != b'+' { Plain } else { Quoted }
        }
        _ => Bad("it is out of range"),
    }
}

fn decimal(value: &[u8], precision: u8, scale: u8) -> Fit {
    if let Some(bad) = not_finite(value) {
        return bad;
    }
    let Some(whole) = whole_digits(value) else { return Quoted };
    let significant = whole.iter().skip_while(|&&digit| digit == b'0').count();
    match significant > usize::from(precision.saturating_sub(scale)) {
        true => Bad("it has too many digits before the point"),
        false => Plain,
    }
}

fn float(value: &[u8]) -> Fit {
    match (not_finite(value), whole_digits(value)) {
        (Some(bad), _) => bad,
        (None, Some(_)) => Plain,
        (None, None) => Quoted,
    }
}

/// The digits before the point of `[-]digits[.[digits]]`.
fn whole_digits(value: &[u8]) -> Option<&[u8]> {
    let digits = value.strip_prefix(b"-").unwrap_or(value);
    let end = digits.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(digits.len());
    let (whole, rest) = digits.split_at(end);
    let is_fraction = match rest {
        [] => true,
        [b'.', fraction @ ..] => fraction.iter().all(u8::is_ascii_digit),
        _ => false,
    };
    (!whole.is_empty() && is_fraction).then_some(whole)
}

fn not_finite(value: &[u8]) -> Option<Fit> {
    let (_, word) = unsigned(value.trim_ascii());
    let is = |names: &[&str]| names.iter().any(|name| word.eq_ignore_ascii_case(name.as_bytes()));
    match word.first()?.to_ascii_lowercase() {
        b'n' if is(&["nan"]) => Some(Bad("Redshift does not load NaN")),
        b'i' if is(&["inf", "infinity"]) => Some(Bad("Redshift does not load infinity")),
        _ => None,
    }
}

fn boolean(value: &[u8]) -> Fit {
    match value {
        b"t" | b"f" | b"true" | b"false" | b"y" | b"n" | b"yes" | b"no" | b"1" | b"0" => Plain,
        _ => Quoted,
    }
}

/// `YYYY-MM-DD` and, behind a blank or a T, a time.
fn date(value: &[u8]) -> Fit {
    let trimmed = value.trim_ascii();
    if let Some(bad) = not_finite(trimmed) {
        return bad;
    }
    let ends_with = |era: &[u8]| trimmed.len() > 2 && trimmed[trimmed.len() - 2..].eq_ignore_ascii_case(era);
    if ends_with(b"bc") {
        return Bad("a date before Christ is not known to load into Redshift");
    }
    let year = trimmed.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if year > 4 && trimmed.get(year) == Some(&b'-') {
        return Bad("a year beyond 9999 is not known to load into Redshift");
    }
    let Some(day_end) = day(value) else { return Quoted };
    match &value[day_end..] {
        [] => Plain,
        [b' ', time @ ..] if is_midnight_24(time) => Bad("the time 24:00 is not known to load into Redshift"),
        [b' ', time @ ..] if is_clock(time) => Plain,
        [b'T', time @ ..] if is_midnight_24(time) => Bad("the time 24:00 is not known to load into Redshift"),
        _ => Quoted,
    }
}

/// The length of the `YYYY-MM-DD` at the start.
fn day(value: &[u8]) -> Option<usize> {
    let pattern = b"dddd-dd-dd";
    let fits = |(&byte, &wanted): (&u8, &u8)| match wanted {
        b'd' => byte.is_ascii_digit(),
        mark => byte == mark,
    };
    (value.len() >= pattern.len() && value.iter().zip(pattern).all(fits)).then_some(pattern.len())
}

/// Digits, colons, one point and an offset: nothing that needs quotes.
fn is_clock(time: &[u8]) -> bool {
    time.iter().all(|byte| byte.is_ascii_digit() || matches!(byte, b':' | b'.' | b'+' | b'-'))
}

fn time(value: &[u8]) -> Fit {
    match value.trim_ascii() {
        trimmed if is_midnight_24(trimmed) => Bad("the time 24:00 is not known to load into Redshift"),
        _ => Quoted,
    }
}

fn is_midnight_24(time: &[u8]) -> bool {
    time.starts_with(b"24:")
}

fn hexadecimal(value: &[u8], width: usize) -> Fit {
    match value.len() {
        length if length % 2 == 1 || !value.iter().all(u8::is_ascii_hexdigit) => {
            Bad("it is not an even number of hexadecimal digits")
        }
        length if length / 2 > width => Bad("it has more bytes than its column"),
        _ => Plain,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(ty: ColumnType, values: &[&str], expected: &Fit) {
        for value in values {
            assert_eq!(&check(ty, value.as_bytes()), expected, "{value} as {ty:?}");
        }
    }

    fn bad(ty: ColumnType, values: &[&str]) {
        for value in values {
            assert!(matches!(check(ty, value.as_bytes()), Bad(_)), "{value} as {ty:?}");
        }
    }

    #[test]
    fn whole_numbers() {
        all(ColumnType::Smallint, &["0", "-32768", "32767", "007"], &Plain);
        all(ColumnType::Integer, &[" 12 ", "+5"], &Quoted);
        bad(ColumnType::Smallint, &["32768", "-32769", "", " ", "1.0", "1e3", "x", "-", "0x1"]);
        all(ColumnType::Bigint, &["9223372036854775807", "-9223372036854775808"], &Plain);
        bad(ColumnType::Bigint, &["9223372036854775808", "99999999999999999999999"]);
    }

    #[test]
    fn exact_numbers() {
        let ty = ColumnType::Decimal { precision: 5, scale: 2 };
        all(ty, &["0", "-999.99", "000123.4", "1.23456", "5."], &Plain);
        all(ty, &["1e2", " 1", ".5", "+1", "1,5"], &Quoted);
        bad(ty, &["1000", "-1000.0", "NaN", "infinity", "-Infinity", ""]);
    }

    #[test]
    fn floating_point_numbers() {
        all(ColumnType::Float, &["1", "-1.5", "12345678901234567890"], &Plain);
        all(ColumnType::Float, &["1e300", "-1E-5", "abc"], &Quoted);
        bad(ColumnType::Float, &["NaN", "nan", "inf", "-inf", "Infinity", "+infinity", " "]);
    }

    #[test]
    fn booleans() {
        all(ColumnType::Boolean, &["t", "f", "true", "no", "1"], &Plain);
        all(ColumnType::Boolean, &["on", "TRUE", "2"], &Quoted);
        bad(ColumnType::Boolean, &["", " "]);
    }

    #[test]
    fn dates_and_times() {
        for ty in [ColumnType::Date, ColumnType::Timestamp] {
            all(ty, &["2024-02-30", "2024-01-31 10:00:00.123456+02"], &Plain);
            all(
                ty,
                &["01/02/2024", "2024-01-31T10:00:00", "now", "2024-01-31 10:00:00 Europe/Paris"],
                &Quoted,
            );
            bad(ty, &["infinity", "-infinity", "0044-03-15 BC", "10000-01-01", "2024-01-31 24:00:00", ""]);
        }
        all(ColumnType::Time, &["10:00", "23:59:60"], &Quoted);
        bad(ColumnType::Time, &["24:00:00", "24:00", ""]);
    }

    #[test]
    fn text_is_measured_in_bytes_without_trailing_blanks() {
        all(ColumnType::Varchar(3), &["", "abc", "é", "abc   ", "   "], &Quoted);
        all(ColumnType::Varchar(3), &["abcd", "éé", "abc x"], &TooLong { width: 3 });
        all(ColumnType::Char(3), &["abc", "abc "], &Quoted);
        bad(ColumnType::Char(3), &["é"]);
        all(ColumnType::Char(3), &["abcd"], &TooLong { width: 3 });
    }

    #[test]
    fn documents_and_bytes() {
        all(ColumnType::Super, &["{\"a\": [1, null]}", "1", "\"x\"", " true "], &Quoted);
        bad(ColumnType::Super, &["", "{", "{'a':1}", "1 2", "NaN"]);
        all(ColumnType::Varbyte(2), &["00", "DEad"], &Plain);
        bad(ColumnType::Varbyte(2), &["", "0", "0g", "\\x00", "010203"]);
    }
}
