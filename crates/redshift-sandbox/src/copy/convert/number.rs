//! Numbers and truth values.

use super::{Wrong, trim};

/// A whole number between `min` and `max`; `name` is what messages call the type.
pub(super) fn integer(value: &[u8], min: i64, max: i64, name: &str, out: &mut Vec<u8>) -> Result<(), Wrong> {
    let digits = trim(value);
    let (negative, rest) = sign(digits);
    if rest.is_empty() {
        return Err(invalid_digit(1207, value, digits, digits.len(), name));
    }
    if let Some(at) = rest.iter().position(|b| !b.is_ascii_digit()) {
        return Err(invalid_digit(1207, value, digits, digits.len() - rest.len() + at, name));
    }
    match whole(rest, negative) {
        Some(number) if (min..=max).contains(&number) => {
            out.extend_from_slice(digits);
            Ok(())
        }
        _ => Err(Wrong::new(1222, format!("Overflow, Type: {name}"))),
    }
}

fn whole(digits: &[u8], negative: bool) -> Option<i64> {
    digits.iter().try_fold(0_i64, |number, digit| {
        let digit = i64::from(digit - b'0');
        let number = number.checked_mul(10)?;
        if negative { number.checked_sub(digit) } else { number.checked_add(digit) }
    })
}

/// A number with `scale` digits behind the point and `precision` in all. Further digits are cut off, or
/// rounded half away from zero. No exponent and no NaN.
pub(super) fn decimal(
    value: &[u8],
    precision: u8,
    scale: u8,
    round: bool,
    out: &mut Vec<u8>,
) -> Result<(), Wrong> {
    let trimmed = trim(value);
    let (negative, rest) = sign(trimmed);
    let point = rest.iter().position(|b| *b == b'.').unwrap_or(rest.len());
    let (whole, fraction) = (&rest[..point], rest.get(point + 1..).unwrap_or_default());
    let wrong = rest.iter().enumerate().position(|(i, b)| !b.is_ascii_digit() && i != point);
    if wrong.is_some() || whole.len() + fraction.len() == 0 {
        let at = trimmed.len() - rest.len() + wrong.unwrap_or(rest.len());
        return Err(invalid_digit(1209, value, trimmed, at, "Decimal"));
    }
    let mut digits = scaled(whole, fraction, scale.into());
    if round && fraction.get(usize::from(scale)).is_some_and(|b| *b >= b'5') {
        increment(&mut digits);
    }
    if !fits(&digits, precision) {
        return Err(Wrong::new(1204, format!("Overflow for NUMERIC({precision},{scale})")));
    }
    write_decimal(&digits, scale.into(), negative, out);
    Ok(())
}

/// The digits of the number times ten to the power of `scale`, without leading zeros but with at least
/// `scale` + 1 digits.
fn scaled(whole: &[u8], fraction: &[u8], scale: usize) -> Vec<u8> {
    let significant = whole.iter().position(|b| *b != b'0').unwrap_or(whole.len());
    let whole = &whole[significant..];
    let kept = &fraction[..fraction.len().min(scale)];
    let mut digits = Vec::with_capacity(whole.len() + scale + 2);
    if whole.is_empty() {
        digits.push(b'0');
    }
    digits.extend_from_slice(whole);
    digits.extend_from_slice(kept);
    digits.resize(digits.len() + scale - kept.len(), b'0');
    digits
}

fn increment(digits: &mut Vec<u8>) {
    for digit in digits.iter_mut().rev() {
        if *digit != b'9' {
            *digit += 1;
            return;
        }
        *digit = b'0';
    }
    digits.insert(0, b'1');
}

/// Up to 19 digits are kept in 64 bits, so that not all numbers of 19 digits fit.
fn fits(digits: &[u8], precision: u8) -> bool {
    let significant = digits.iter().position(|b| *b != b'0').unwrap_or(digits.len());
    let digits = &digits[significant..];
    digits.len() <= usize::from(precision) && (precision != 19 || whole(digits, false).is_some())
}

fn write_decimal(digits: &[u8], scale: usize, negative: bool, out: &mut Vec<u8>) {
    let (whole, fraction) = digits.split_at(digits.len() - scale);
    if negative && digits.iter().any(|b| *b != b'0') {
        out.push(b'-');
    }
    out.extend_from_slice(whole);
    if scale > 0 {
        out.push(b'.');
        out.extend_from_slice(fraction);
    }
}

/// REAL, in range.
pub(super) fn float4(value: &[u8], out: &mut Vec<u8>) -> Result<(), Wrong> {
    let parsed = float_text(value).and_then(|text| text.parse::<f32>().ok());
    float(value, parsed.map(f64::from), out)
}

/// DOUBLE PRECISION, in range.
pub(super) fn float8(value: &[u8], out: &mut Vec<u8>) -> Result<(), Wrong> {
    float(value, float_text(value).and_then(|text| text.parse().ok()), out)
}

/// Only digits, signs, points and exponents: no NaN, no infinity.
fn float_text(value: &[u8]) -> Option<&str> {
    let known = |b: &u8| b.is_ascii_digit() || matches!(b, b'+' | b'-' | b'.' | b'e' | b'E');
    std::str::from_utf8(value).ok().filter(|_| value.iter().all(known))
}

fn float(value: &[u8], number: Option<f64>, out: &mut Vec<u8>) -> Result<(), Wrong> {
    let Some(number) = number else {
        return Err(Wrong::new(1208, format!("Invalid float: {}", value.escape_ascii())));
    };
    let mut mantissa = value.iter().take_while(|b| !matches!(b, b'e' | b'E'));
    if number.is_infinite() || (number == 0.0 && mantissa.any(|b| matches!(b, b'1'..=b'9'))) {
        return Err(Wrong::new(1208, "Float out of range"));
    }
    out.extend_from_slice(value);
    Ok(())
}

/// BOOLEAN: the literals of the manual, in either case.
pub(super) fn boolean(value: &[u8], out: &mut Vec<u8>) -> Result<(), Wrong> {
    let is = |words: &[&str]| words.iter().any(|word| value.eq_ignore_ascii_case(word.as_bytes()));
    if is(&["t", "true", "y", "yes", "1"]) {
        out.push(b't');
    } else if is(&["f", "false", "n", "no", "0"]) {
        out.push(b'f');
    } else {
        return Err(Wrong::new(1210, "Unknown boolean format"));
    }
    Ok(())
}

fn sign(digits: &[u8]) -> (bool, &[u8]) {
    match digits {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, digits),
    }
}

/// `at` counts from the start of `trimmed`, the message's position from that of `value`.
fn invalid_digit(code: i32, value: &[u8], trimmed: &[u8], at: usize, name: &str) -> Wrong {
    let blanks = value.iter().take_while(|b| super::is_blank(**b)).count();
    let digit = trimmed.get(at).map_or(String::new(), |b| b.escape_ascii().to_string());
    Wrong::new(code, format!("Invalid digit, Value '{digit}', Pos {}, Type: {name}", blanks + at))
}
