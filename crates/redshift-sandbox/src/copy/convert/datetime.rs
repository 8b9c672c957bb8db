//! Dates and times. Years 1 to 9999; no infinity, no BC, no `24:00:00`.

use super::Wrong;
use crate::copy::options::Reading;

/// A place in a value that is read from left to right.
struct Reader<'a> {
    rest: &'a [u8],
    auto: bool,
}

/// Year, month and day, all valid.
#[derive(Clone, Copy)]
struct Day {
    year: u16,
    month: u8,
    day: u8,
}

/// DATE; a time of day behind it is read and dropped.
pub(super) fn date(value: &[u8], reading: Reading, out: &mut Vec<u8>) -> Result<(), Wrong> {
    let mut reader = Reader::new(value, reading);
    let day = reader.day().filter(|_| reader.is_done() || reader.time_behind());
    match day {
        Some(day) => day.write(out),
        None if value.len() < 10 => {
            return Err(Wrong::new(1205, "Invalid Date Format - length must be 10 or more"));
        }
        None => return Err(Wrong::new(1205, "Invalid date format or value [YYYY-MM-DD]")),
    }
    Ok(())
}

/// TIMESTAMP; without a time of day it is midnight.
pub(super) fn timestamp(value: &[u8], reading: Reading, out: &mut Vec<u8>) -> Result<(), Wrong> {
    stamp(value, reading, false, out)
        .ok_or_else(|| Wrong::new(1206, "Invalid timestamp format or value [YYYY-MM-DD HH24:MI:SS]"))
}

/// TIMESTAMPTZ; only `auto` lets the offset be absent, which is UTC then.
pub(super) fn timestamptz(value: &[u8], reading: Reading, out: &mut Vec<u8>) -> Result<(), Wrong> {
    stamp(value, reading, true, out)
        .ok_or_else(|| Wrong::new(1206, "Invalid timestamptz format or value [YYYY-MM-DD HH24:MI:SSOF]"))
}

fn stamp(value: &[u8], reading: Reading, zoned: bool, out: &mut Vec<u8>) -> Option<()> {
    let mut reader = Reader::new(value, reading);
    reader.day()?.write(out);
    let time: &[u8] = if reader.is_done() && (!zoned || reader.auto) {
        b"00:00:00"
    } else {
        reader.separator()?;
        reader.time()?
    };
    out.push(b' ');
    out.extend_from_slice(time);
    if zoned {
        out.extend_from_slice(reader.zone()?);
    }
    reader.is_done().then_some(())
}

/// TIME.
pub(super) fn time(value: &[u8], reading: Reading, out: &mut Vec<u8>) -> Result<(), Wrong> {
    let mut reader = Reader::new(value, reading);
    let time = reader.time().filter(|_| reader.is_done());
    out.extend_from_slice(time.ok_or_else(|| Wrong::new(1206, "Invalid time format or value [HH24:MI:SS]"))?);
    Ok(())
}

/// TIMETZ; an absent offset is UTC.
pub(super) fn timetz(value: &[u8], reading: Reading, out: &mut Vec<u8>) -> Result<(), Wrong> {
    let mut reader = Reader::new(value, reading);
    let wrong = || Wrong::new(1206, "Invalid timetz format or value [HH24:MI:SSOF]");
    let time = reader.time().ok_or_else(wrong)?;
    let zone: &[u8] = if reader.is_done() { b"+00" } else { reader.zone().ok_or_else(wrong)? };
    if !reader.is_done() {
        return Err(wrong());
    }
    out.extend_from_slice(time);
    out.extend_from_slice(zone);
    Ok(())
}

impl<'a> Reader<'a> {
    fn new(value: &'a [u8], reading: Reading) -> Reader<'a> {
        Reader { rest: value, auto: reading == Reading::Auto }
    }

    fn is_done(&self) -> bool {
        self.rest.is_empty()
    }

    /// `YYYY-MM-DD`; with `auto` also `YYYY/MM/DD`, `MM/DD/YYYY` and `YYYYMMDD`.
    fn day(&mut self) -> Option<Day> {
        let (year, month, day, len) = match self.rest {
            [a, b, c, d, b'-', e, f, b'-', g, h, ..] => ([*a, *b, *c, *d], [*e, *f], [*g, *h], 10),
            [a, b, c, d, b'/', e, f, b'/', g, h, ..] if self.auto => {
                ([*a, *b, *c, *d], [*e, *f], [*g, *h], 10)
            }
            [e, f, b'/', g, h, b'/', a, b, c, d, ..] if self.auto => {
                ([*a, *b, *c, *d], [*e, *f], [*g, *h], 10)
            }
            [a, b, c, d, e, f, g, h, ..] if self.auto => ([*a, *b, *c, *d], [*e, *f], [*g, *h], 8),
            _ => return None,
        };
        let (month, day) = (two(&month)?, two(&day)?);
        let year = u16::from(two(&year[..2])?) * 100 + u16::from(two(&year[2..])?);
        self.rest = &self.rest[len..];
        Day { year, month, day }.valid()
    }

    /// What stands between a date and a time.
    fn separator(&mut self) -> Option<()> {
        match self.rest {
            [b' ', rest @ ..] => self.rest = rest,
            [b'T', rest @ ..] if self.auto => self.rest = rest,
            _ => return None,
        }
        Some(())
    }

    /// `HH:MI:SS` with a fraction of up to six digits; with `auto` more, which the backing server rounds.
    fn time(&mut self) -> Option<&'a [u8]> {
        let [a, b, b':', c, d, b':', e, f, after @ ..] = self.rest else { return None };
        let valid = two(&[*a, *b])? < 24 && two(&[*c, *d])? < 60 && two(&[*e, *f])? < 60;
        let fraction = match after {
            [b'.', digits @ ..] => digits.iter().take_while(|b| b.is_ascii_digit()).count(),
            _ => return self.take(8).filter(|_| valid),
        };
        let most = if self.auto { 30 } else { 6 };
        self.take(9 + fraction).filter(|_| valid && (1..=most).contains(&fraction))
    }

    /// An offset as `+HH`, `+HH:MI` or `+HHMI`; with `auto` also none, `Z`, `UTC` or `GMT`, after a blank or not.
    fn zone(&mut self) -> Option<&'a [u8]> {
        if self.auto {
            self.rest = self.rest.strip_prefix(b" ").unwrap_or(self.rest);
            if matches!(self.rest, b"" | b"Z" | b"UTC" | b"GMT") {
                self.rest = &[];
                return Some(b"+00");
            }
        }
        let (hours, minutes) = match self.rest {
            [b'+' | b'-', a, b] => (two(&[*a, *b])?, 0),
            [b'+' | b'-', a, b, b':', c, d] | [b'+' | b'-', a, b, c, d] => (two(&[*a, *b])?, two(&[*c, *d])?),
            _ => return None,
        };
        self.take(self.rest.len()).filter(|_| hours < 15 && minutes < 60)
    }

    /// Whether a time of day follows, with an offset or without, and nothing else.
    fn time_behind(&mut self) -> bool {
        self.separator().is_some()
            && self.time().is_some()
            && (self.is_done() || self.zone().is_some())
            && self.is_done()
    }

    fn take(&mut self, len: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(len)?;
        self.rest = rest;
        Some(taken)
    }
}

impl Day {
    fn valid(self) -> Option<Day> {
        let leap =
            self.year.is_multiple_of(4) && (!self.year.is_multiple_of(100) || self.year.is_multiple_of(400));
        let days = match self.month {
            2 if leap => 29,
            2 => 28,
            4 | 6 | 9 | 11 => 30,
            1..=12 => 31,
            _ => return None,
        };
        (self.year > 0 && (1..=days).contains(&self.day)).then_some(self)
    }

    fn write(self, out: &mut Vec<u8>) {
        let digits = |n: u8| [b'0' + n / 10, b'0' + n % 10];
        let [century, year] = [self.year / 100, self.year % 100].map(|n| digits(n as u8));
        for part in [&century[..], &year, b"-", &digits(self.month), b"-", &digits(self.day)] {
            out.extend_from_slice(part);
        }
    }
}

fn two(digits: &[u8]) -> Option<u8> {
    match digits {
        [a, b] if a.is_ascii_digit() && b.is_ascii_digit() => Some((a - b'0') * 10 + (b - b'0')),
        _ => None,
    }
}
