//! Transforms of numbers.

use std::net::Ipv4Addr;

use super::bytes::uuid;
use super::{Field, IsNull, Outcome, Transform, put};

pub(super) const TRANSFORMS: &[Transform] = &[
    Transform::one("int-to-ip", int_to_ip),
    Transform::two("ip-range", ip_range),
    Transform::one("integer-to-string", integer_to_string),
    Transform::one("float-to-string", float_to_string),
    Transform::one("hex-to-dec", hex_to_dec),
    Transform::one("int-to-uuid", int_to_uuid),
    Transform::one("numeric-to-integer", numeric_to_integer),
    Transform::one("ensure-parse-integer", ensure_parse_integer),
    Transform::one("db3-numeric-to-pgsql-numeric", db3_numeric_to_pgsql_numeric),
    Transform::one("db3-numeric-to-pgsql-integer", db3_numeric_to_pgsql_integer),
];

/// Numbers below this are added up nine decimal digits at a time.
const BILLION: u64 = 1_000_000_000;

fn int_to_ip(field: Field<'_>, out: &mut Vec<u8>) -> Outcome {
    address(field.bytes(), out)?;
    Ok(IsNull::No)
}

fn ip_range(first: Field<'_>, last: Field<'_>, out: &mut Vec<u8>) -> Outcome {
    address(first.bytes(), out)?;
    out.push(b'-');
    address(last.bytes(), out)?;
    Ok(IsNull::No)
}

fn address(text: &[u8], out: &mut Vec<u8>) -> Result<(), &'static str> {
    let digits = std::str::from_utf8(text.trim_ascii()).ok().filter(|text| is_integer(text.as_bytes()));
    let number: i128 = digits.and_then(|digits| digits.parse().ok()).ok_or("the text is not an integer")?;
    let number = u32::try_from(number).map_err(|_| "the number is not that of an IPv4 address")?;
    for (index, byte) in Ipv4Addr::from(number).octets().into_iter().enumerate() {
        if index > 0 {
            out.push(b'.');
        }
        decimal(byte, out);
    }
    Ok(())
}

fn decimal(byte: u8, out: &mut Vec<u8>) {
    for power in [100, 10, 1] {
        if byte >= power || power == 1 {
            out.push(b'0' + byte / power % 10);
        }
    }
}

/// Digits with or without a sign.
fn is_integer(text: &[u8]) -> bool {
    let digits = text.strip_prefix(b"-").or_else(|| text.strip_prefix(b"+")).unwrap_or(text);
    !digits.is_empty() && digits.iter().all(u8::is_ascii_digit)
}

/// The digits before and behind the point of a plain decimal number, with the sign before.
fn decimal_parts(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let (whole, fraction) = match memchr::memchr(b'.', text) {
        Some(point) => (&text[..point], &text[point + 1..]),
        None => (text, &text[text.len()..]),
    };
    let digits = whole.strip_prefix(b"-").or_else(|| whole.strip_prefix(b"+")).unwrap_or(whole);
    let are_digits = digits.iter().chain(fraction).all(u8::is_ascii_digit);
    (are_digits && digits.len() + fraction.len() > 0).then_some((whole, fraction))
}

/// Appends an integer without `+` and leading zeros.
fn canonical(whole: &[u8], out: &mut Vec<u8>) -> Outcome {
    let digits = whole.strip_prefix(b"-").or_else(|| whole.strip_prefix(b"+")).unwrap_or(whole);
    let zeros = digits.iter().take_while(|&&byte| byte == b'0').count();
    let digits = &digits[zeros..];
    if digits.is_empty() {
        return put(b"0", out);
    }
    if whole.starts_with(b"-") {
        out.push(b'-');
    }
    put(digits, out)
}

fn integer_to_string(field: Field<'_>, out: &mut Vec<u8>) -> Outcome {
    const WRONG: &str = "the text is not an integer";
    let is_quote = |byte: &u8| matches!(byte, b'\'' | b'"');
    let text = field.bytes();
    let start = text.iter().take_while(|&byte| is_quote(byte)).count();
    let end = text.len() - text[start..].iter().rev().take_while(|&byte| is_quote(byte)).count();
    let text = text[start..end].trim_ascii();
    if text.is_empty() {
        return Ok(IsNull::Yes);
    }
    let (whole, fraction) = decimal_parts(text).ok_or(WRONG)?;
    match fraction.iter().all(|&digit| digit == b'0') {
        true => canonical(whole, out),
        false => Err(WRONG),
    }
}

/// Numbers come as text in their shortest form already.
fn float_to_string(field: Field<'_>, out: &mut Vec<u8>) -> Outcome {
    put(field.bytes(), out)
}

/// A number of any size; one that is no text is taken as decimal.
fn hex_to_dec(field: Field<'_>, out: &mut Vec<u8>) -> Outcome {
    let text = field.bytes();
    if matches!(field, Field::Number(_)) {
        return put(text, out);
    }
    if text.is_empty() {
        return Ok(IsNull::Yes);
    }
    let digits = text.strip_prefix(b"0x").or_else(|| text.strip_prefix(b"0X")).unwrap_or(text);
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_hexdigit) {
        return Err("the text is not hexadecimal");
    }
    match std::str::from_utf8(digits).ok().and_then(|digits| u64::from_str_radix(digits, 16).ok()) {
        Some(number) => put(number.to_string().as_bytes(), out),
        None => long_decimal(digits, out),
    }
}

/// Appends the decimal form of hexadecimal `digits`, which take time in the square of their number.
fn long_decimal(digits: &[u8], out: &mut Vec<u8>) -> Outcome {
    const MOST_DIGITS: usize = 100_000;
    if digits.len() > MOST_DIGITS {
        return Err("the number has more than 100000 digits");
    }
    // Least significant first, nine decimal digits each.
    let mut limbs = vec![0u64];
    for digit in digits.iter().filter_map(|&byte| char::from(byte).to_digit(16)) {
        let mut carry = u64::from(digit);
        for limb in &mut limbs {
            let sum = *limb * 16 + carry;
            (*limb, carry) = (sum % BILLION, sum / BILLION);
        }
        if carry > 0 {
            limbs.push(carry);
        }
    }
    let mut limbs = limbs.into_iter().rev();
    out.extend_from_slice(limbs.next().unwrap_or_default().to_string().as_bytes());
    for limb in limbs {
        out.extend_from_slice(format!("{limb:09}").as_bytes());
    }
    Ok(IsNull::No)
}

/// A number of 128 bits, the highest byte first.
fn int_to_uuid(field: Field<'_>, out: &mut Vec<u8>) -> Outcome {
    let text = field.bytes();
    if !is_integer(text) {
        return put(text, out);
    }
    let digits = std::str::from_utf8(text).ok();
    let number: u128 =
        digits.and_then(|digits| digits.parse().ok()).ok_or("the number does not fit in 128 bits")?;
    uuid(number.to_be_bytes(), out)
}

fn numeric_to_integer(field: Field<'_>, out: &mut Vec<u8>) -> Outcome {
    match decimal_parts(field.bytes()) {
        Some((whole, _)) => canonical(whole, out),
        None => put(field.bytes(), out),
    }
}

fn ensure_parse_integer(field: Field<'_>, out: &mut Vec<u8>) -> Outcome {
    match field.bytes() {
        text if is_integer(text) => canonical(text, out),
        _ => Ok(IsNull::Yes),
    }
}

/// What does not fit its field stands there as stars.
fn db3_numeric_to_pgsql_numeric(field: Field<'_>, out: &mut Vec<u8>) -> Outcome {
    match field.bytes().trim_ascii() {
        text if text.iter().all(|&byte| byte == b'*') => Ok(IsNull::Yes),
        text => put(text, out),
    }
}

fn db3_numeric_to_pgsql_integer(field: Field<'_>, out: &mut Vec<u8>) -> Outcome {
    let text = field.bytes().trim_ascii_start();
    let sign = usize::from(matches!(text.first(), Some(b'-' | b'+')));
    let digits = text[sign..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    match digits {
        0 => Ok(IsNull::Yes),
        digits => canonical(&text[..sign + digits], out),
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{applied, check_texts};
    use super::*;

    #[test]
    fn texts_become_numbers() {
        const NO_INTEGER: &str = "error: the text is not an integer";
        check_texts(&[
            ("int-to-ip", "18435761", "1.25.78.177"),
            ("int-to-ip", "0", "0.0.0.0"),
            ("int-to-ip", "4294967295", "255.255.255.255"),
            ("int-to-ip", "4294967296", "error: the number is not that of an IPv4 address"),
            ("int-to-ip", "-1", "error: the number is not that of an IPv4 address"),
            ("int-to-ip", "x", NO_INTEGER),
            ("int-to-ip", "", NO_INTEGER),
            ("integer-to-string", "'\"12\"'", "12"),
            ("integer-to-string", "-0012", "-12"),
            ("integer-to-string", "9223372036854775808", "9223372036854775808"),
            ("integer-to-string", "12.0", "12"),
            ("integer-to-string", "12.5", NO_INTEGER),
            ("integer-to-string", "", "NULL"),
            ("integer-to-string", "a", NO_INTEGER),
            ("float-to-string", "1.5", "1.5"),
            ("hex-to-dec", "deadbeef", "3735928559"),
            ("hex-to-dec", "0xFF", "255"),
            ("hex-to-dec", "", "NULL"),
            ("hex-to-dec", "0x", "error: the text is not hexadecimal"),
            ("hex-to-dec", "xyz", "error: the text is not hexadecimal"),
            ("hex-to-dec", "ffffffffffffffffffffffffffffffff", "340282366920938463463374607431768211455"),
            ("hex-to-dec", "10000000000000000", "18446744073709551616"),
            ("int-to-uuid", "0", "00000000-0000-0000-0000-000000000000"),
            (
                "int-to-uuid",
                "340282366920938463463374607431768211455",
                "ffffffff-ffff-ffff-ffff-ffffffffffff",
            ),
            (
                "int-to-uuid",
                "340282366920938463463374607431768211456",
                "error: the number does not fit in 128 bits",
            ),
            ("int-to-uuid", "-1", "error: the number does not fit in 128 bits"),
            ("int-to-uuid", "a", "a"),
            ("numeric-to-integer", "12.7", "12"),
            ("numeric-to-integer", "-12.7", "-12"),
            ("numeric-to-integer", "-0.5", "0"),
            ("numeric-to-integer", ".5", "0"),
            ("numeric-to-integer", "12", "12"),
            ("numeric-to-integer", "a.b", "a.b"),
            ("numeric-to-integer", "", ""),
            ("ensure-parse-integer", "12", "12"),
            ("ensure-parse-integer", "-3", "-3"),
            ("ensure-parse-integer", "12a", "NULL"),
            ("ensure-parse-integer", "", "NULL"),
            ("db3-numeric-to-pgsql-numeric", "  1.50 ", "1.50"),
            ("db3-numeric-to-pgsql-numeric", "   ", "NULL"),
            ("db3-numeric-to-pgsql-numeric", "****", "NULL"),
            ("db3-numeric-to-pgsql-integer", "  12.7", "12"),
            ("db3-numeric-to-pgsql-integer", "-5", "-5"),
            ("db3-numeric-to-pgsql-integer", "  x", "NULL"),
            ("db3-numeric-to-pgsql-integer", "", "NULL"),
        ]);
    }

    #[test]
    fn a_number_is_no_hexadecimal_text() {
        assert_eq!(applied("hex-to-dec", &[Field::Number(b"10")]), "10");
    }

    #[test]
    fn two_addresses_are_a_range() {
        let (first, last) = (Field::Text(b"16825344"), Field::Text(b"16825599"));
        assert_eq!(applied("ip-range", &[first, last]), "1.0.188.0-1.0.188.255");
        assert_eq!(applied("ip-range", &[first, Field::Null]), "NULL");
        assert_eq!(applied("ip-range", &[first, Field::Text(b"x")]), "error: the text is not an integer");
    }
}
