//! smallint, integer, bigint: an optional `-`, and digits without a leading zero, in the type's range.

use std::io::Write;

/// A type of integer, sent as its bytes in network order.
pub(super) trait Integer: Copy + std::fmt::Display + TryFrom<i64> {
    fn put(self, out: &mut Vec<u8>);
}

macro_rules! integers {
    ($($type:ty),*) => {
        $(impl Integer for $type {
            fn put(self, out: &mut Vec<u8>) {
                super::put_fixed(self.to_be_bytes(), out);
            }
        })*
    };
}

integers!(i16, i32, i64);

pub(super) fn encode<Type: Integer>(text: &[u8], out: &mut Vec<u8>) -> bool {
    match parse(text).and_then(|value| Type::try_from(value).ok()) {
        Some(value) => {
            value.put(out);
            true
        }
        None => false,
    }
}

pub(super) fn decode<Type: Integer>(value: Type, out: &mut Vec<u8>) {
    // Writing to memory does not fail.
    let _ = write!(out, "{value}");
}

fn parse(text: &[u8]) -> Option<i64> {
    let (negative, digits) = match text {
        [b'-', rest @ ..] => (true, rest),
        _ => (false, text),
    };
    let value = match digits {
        // `-0` is 0, and would come back as that.
        [b'0'] if !negative => return Some(0),
        [b'1'..=b'9', ..] if digits.len() <= 19 => parse_digits(digits)?,
        _ => return None,
    };
    // Nineteen digits fit a u64, and the lowest bigint is one further from zero than the highest.
    match negative {
        true => 0i64.checked_sub_unsigned(value),
        false => i64::try_from(value).ok(),
    }
}

/// The value of at most 19 digits; `None` where one is none.
pub(super) fn parse_digits(digits: &[u8]) -> Option<u64> {
    debug_assert!(digits.len() <= 19);
    let (eights, rest) = digits.as_chunks::<8>();
    let mut value = 0;
    for &eight in eights {
        value = value * 100_000_000 + parse_eight(eight)?;
    }
    for &byte in rest {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        value = value * 10 + u64::from(digit);
    }
    Some(value)
}

/// Eight digits at once: neighbours are joined to pairs, pairs to fours, fours to eight.
fn parse_eight(digits: [u8; 8]) -> Option<u64> {
    let value = u64::from_le_bytes(digits) ^ 0x3030_3030_3030_3030;
    // A digit has become 0 to 9; the addition takes any greater byte to its highest bit.
    if (value.wrapping_add(0x7676_7676_7676_7676) | value) & 0x8080_8080_8080_8080 != 0 {
        return None;
    }
    let pairs = (value * 10 + (value >> 8)) & 0x00ff_00ff_00ff_00ff;
    let fours = (pairs * 100 + (pairs >> 16)) & 0x0000_ffff_0000_ffff;
    Some((fours * 10_000 + (fours >> 32)) & 0xffff_ffff)
}
