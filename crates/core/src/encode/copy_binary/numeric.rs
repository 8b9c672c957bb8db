//! numeric: an optional `-`, digits without a needless leading zero, and perhaps a point and digits.
//!
//! Sent as groups of four digits aligned at the point, with the number of digits behind the point. Groups of zeros at
//! either end are left in, which the server takes: so the text can be read off again.

const NEGATIVE: u16 = 0x4000;

/// Digits on either side of the point; a server takes many more.
const MOST_DIGITS: usize = 250;

pub(super) fn encode(text: &[u8], out: &mut Vec<u8>) -> bool {
    let (negative, rest) = match text {
        [b'-', rest @ ..] => (true, rest),
        _ => (false, text),
    };
    let point = rest.iter().position(|&byte| byte == b'.');
    let (whole, fraction) = point.map_or((rest, &[][..]), |at| (&rest[..at], &rest[at + 1..]));
    let well_formed = match whole {
        [] => false,
        [b'0', _, ..] => false,
        _ => point.is_none() || !fraction.is_empty(),
    };
    if !well_formed || whole.len() > MOST_DIGITS || fraction.len() > MOST_DIGITS {
        return false;
    }
    let (whole_groups, fraction_groups) = (whole.len().div_ceil(4), fraction.len().div_ceil(4));
    let groups = whole_groups + fraction_groups;
    out.extend_from_slice(&super::length(8 + 2 * groups));
    let sign = if negative { NEGATIVE } else { 0 };
    for number in [groups as u16, (whole_groups - 1) as u16, sign, fraction.len() as u16] {
        out.extend_from_slice(&number.to_be_bytes());
    }
    let (first, others) = whole.split_at(whole.len() - 4 * (whole_groups - 1));
    let (fours, last) = fraction.as_chunks::<4>();
    let mut seen = Seen::default();
    put(seen.group(first), out);
    for four in others.as_chunks::<4>().0.iter().chain(fours) {
        put(seen.group(four), out);
    }
    if !last.is_empty() {
        put(seen.group(last) * 10u32.pow(4 - last.len() as u32), out);
    }
    // Zero has no sign, so that `-0.0` would come back without it.
    !seen.other_byte && (seen.other_digit || !negative)
}

/// A group is below 10,000, unless one of its bytes is no digit.
fn put(group: u32, out: &mut Vec<u8>) {
    out.extend_from_slice(&(group as u16).to_be_bytes());
}

/// What has been met on the way.
#[derive(Default)]
struct Seen {
    /// A byte that is no digit.
    other_byte: bool,
    /// A digit that is not zero.
    other_digit: bool,
}

impl Seen {
    fn group(&mut self, digits: &[u8]) -> u32 {
        let mut value = 0;
        for &byte in digits {
            let digit = byte.wrapping_sub(b'0');
            self.other_byte |= digit > 9;
            value = value * 10 + u32::from(digit);
        }
        self.other_digit |= value > 0;
        value
    }
}

pub(super) fn decode(value: &[u8], out: &mut Vec<u8>) -> Option<()> {
    let (numbers, rest) = value.as_chunks::<2>();
    let mut numbers = numbers.iter().map(|&bytes| u16::from_be_bytes(bytes));
    let [groups, weight, sign, scale] = [(); 4].map(|()| numbers.next());
    let (whole_groups, scale) = (usize::from(weight?) + 1, usize::from(scale?));
    if !rest.is_empty() || numbers.len() != usize::from(groups?) {
        return None;
    }
    if sign? == NEGATIVE {
        out.push(b'-');
    }
    let first = digits(numbers.next()?);
    let zeros = first[..3].iter().take_while(|&&digit| digit == b'0').count();
    out.extend_from_slice(&first[zeros..]);
    for group in numbers.by_ref().take(whole_groups - 1) {
        out.extend_from_slice(&digits(group));
    }
    if scale > 0 {
        out.push(b'.');
        let end = out.len() + scale;
        numbers.for_each(|group| out.extend_from_slice(&digits(group)));
        out.truncate(end);
    }
    Some(())
}

/// Four digits.
fn digits(group: u16) -> [u8; 4] {
    [1000, 100, 10, 1].map(|place| b'0' + (group / place % 10) as u8)
}
