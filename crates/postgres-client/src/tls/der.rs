//! Reading DER (ITU-T X.690), as far as certificates and revocation lists need it.

/// One element: its tag, its contents, and the whole with tag and length.
pub(super) struct Element<'a> {
    pub(super) tag: u8,
    pub(super) contents: &'a [u8],
    pub(super) whole: &'a [u8],
}

pub(super) const BOOLEAN: u8 = 0x01;
pub(super) const INTEGER: u8 = 0x02;
pub(super) const BIT_STRING: u8 = 0x03;
pub(super) const OCTET_STRING: u8 = 0x04;
pub(super) const OBJECT_IDENTIFIER: u8 = 0x06;
pub(super) const UTC_TIME: u8 = 0x17;
pub(super) const GENERALIZED_TIME: u8 = 0x18;
pub(super) const SEQUENCE: u8 = 0x30;
pub(super) const SET: u8 = 0x31;

/// Takes one element off the front.
pub(super) fn take<'a>(input: &mut &'a [u8]) -> Option<Element<'a>> {
    let (tag, rest) = input.split_first()?;
    let (first, mut rest) = rest.split_first()?;
    let mut length = usize::from(*first);
    if length & 0x80 != 0 {
        let (digits, after) = rest.split_at_checked(length & 0x7f)?;
        if digits.is_empty() || digits.len() > 3 {
            return None;
        }
        let push = |sum: usize, digit: &u8| sum << 8 | usize::from(*digit);
        length = digits.iter().fold(0, push);
        rest = after;
    }
    let (contents, after) = rest.split_at_checked(length)?;
    let whole = &input[..input.len() - after.len()];
    *input = after;
    Some(Element { tag: *tag, contents, whole })
}

/// Takes the next element, which must have this tag.
pub(super) fn take_tagged<'a>(input: &mut &'a [u8], tag: u8) -> Option<Element<'a>> {
    take(input).filter(|element| element.tag == tag)
}

/// Takes the next element only if it has this tag.
pub(super) fn take_if<'a>(input: &mut &'a [u8], tag: u8) -> Option<Element<'a>> {
    if input.first() == Some(&tag) { take(input) } else { None }
}

/// The bytes of a BIT STRING of whole bytes, such as a key or a signature.
pub(super) fn whole_bytes(bits: &[u8]) -> Option<&[u8]> {
    bits.strip_prefix(&[0])
}

/// Takes a UTCTime or a GeneralizedTime in the form of RFC 5280, section 4.1.2.5: seconds since
/// 1970, negative before.
pub(super) fn take_time(input: &mut &[u8]) -> Option<i64> {
    let element = take(input)?;
    let text = std::str::from_utf8(element.contents).ok()?.strip_suffix('Z')?;
    let (year, rest) = match element.tag {
        UTC_TIME => {
            let (year, rest) = text.split_at_checked(2)?;
            let year = digits(year)?;
            (if year < 50 { 2000 + year } else { 1900 + year }, rest)
        }
        GENERALIZED_TIME => {
            let (year, rest) = text.split_at_checked(4)?;
            (digits(year)?, rest)
        }
        _ => return None,
    };
    if rest.len() != 10 {
        return None;
    }
    let part = |at: usize| digits(rest.get(at..at + 2)?);
    let days = days_from_1970(year, part(0)?, part(2)?);
    Some(((days * 24 + part(4)?) * 60 + part(6)?) * 60 + part(8)?)
}

fn digits(text: &str) -> Option<i64> {
    let all = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| all)
}

/// Days of the Gregorian calendar; years begin in March, so that leap days come last.
fn days_from_1970(year: i64, month: i64, day: i64) -> i64 {
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    year * 365 + leap_days + (153 * month + 2) / 5 + day - 1 - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times() {
        let utc = |text: &str| take_time(&mut [&[UTC_TIME, 13], text.as_bytes()].concat().as_slice());
        assert_eq!(utc("700101000000Z"), Some(0));
        assert_eq!(utc("491231235959Z"), Some(2_524_607_999));
        assert_eq!(utc("500101000000Z"), Some(-631_152_000));
        assert_eq!(utc("70010100000+Z"), None);
        let text = b"20240229120001Z";
        assert_eq!(
            take_time(&mut [&[GENERALIZED_TIME, 15], &text[..]].concat().as_slice()),
            Some(1_709_208_001)
        );
    }
}
