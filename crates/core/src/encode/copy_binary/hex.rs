//! uuid and bytea, in hexadecimal digits.

const INVALID: u8 = 0x80;
const LOWER: u8 = 0x10;
const UPPER: u8 = 0x20;

/// The value of each hexadecimal digit, with a mark for its case; [`INVALID`] for any other byte.
const DIGITS: [u8; 256] = {
    let mut digits = [INVALID; 256];
    let mut value = 0;
    while value < 16 {
        if value < 10 {
            digits[b'0' as usize + value] = value as u8;
        } else {
            digits[b'a' as usize + value - 10] = value as u8 | LOWER;
            digits[b'A' as usize + value - 10] = value as u8 | UPPER;
        }
        value += 1;
    }
    digits
};

const DASHES: [usize; 4] = [8, 13, 18, 23];

/// Thirty-two digits, all letters among them of one case, with dashes behind the 8th, 12th, 16th and 20th. The
/// spelling is 1 for upper case.
pub(super) fn encode_uuid(text: &[u8], out: &mut Vec<u8>) -> Option<u8> {
    let text: &[u8; 36] = text.try_into().ok()?;
    if DASHES.iter().any(|&dash| text[dash] != b'-') {
        return None;
    }
    let mut value = [0; 16];
    let (mut marks, mut from) = (0, 0);
    for (place, byte) in value.iter_mut().enumerate() {
        // A dash stands before the 5th, 7th, 9th and 11th byte.
        from += usize::from(matches!(place, 4 | 6 | 8 | 10));
        let (high, low) = (DIGITS[usize::from(text[from])], DIGITS[usize::from(text[from + 1])]);
        marks |= high | low;
        *byte = high << 4 | (low & 0x0f);
        from += 2;
    }
    let mixed = LOWER | UPPER;
    if marks & INVALID != 0 || marks & mixed == mixed {
        return None;
    }
    super::put_fixed(value, out);
    Some(u8::from(marks & UPPER != 0))
}

pub(super) fn decode_uuid(value: &[u8], spelling: u8, out: &mut Vec<u8>) {
    for (place, &byte) in value.iter().enumerate() {
        if matches!(place, 4 | 6 | 8 | 10) {
            out.push(b'-');
        }
        let digits = pair(byte);
        out.extend(if spelling == 1 { digits.map(|digit| digit.to_ascii_uppercase()) } else { digits });
    }
}

/// `\x` and an even number of digits, letters in lower case.
pub(super) fn encode_bytea(text: &[u8], out: &mut Vec<u8>) -> bool {
    let Some(digits) = text.strip_prefix(b"\\x") else { return false };
    let (pairs, rest) = digits.as_chunks::<2>();
    if !rest.is_empty() {
        return false;
    }
    out.extend_from_slice(&super::length(pairs.len()));
    let mut marks = 0;
    out.extend(pairs.iter().map(|&[high, low]| {
        let (high, low) = (DIGITS[usize::from(high)], DIGITS[usize::from(low)]);
        marks |= high | low;
        high << 4 | (low & 0x0f)
    }));
    marks & (INVALID | UPPER) == 0
}

/// As COPY text.
pub(super) fn decode_bytea(value: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(b"\\\\x");
    out.extend(value.iter().flat_map(|&byte| pair(byte)));
}

fn pair(byte: u8) -> [u8; 2] {
    [byte >> 4, byte & 0x0f].map(|digit| b"0123456789abcdef"[usize::from(digit)])
}
