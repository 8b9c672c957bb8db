//! date, time and timestamps: years 0001 to 9999 of the Gregorian calendar, in ISO 8601's order, which the server
//! reads the same whatever its DateStyle.
//!
//! The spelling of a time of day is its [form](DATE_ONLY); that of a timestamp has [`T`] added where that letter and
//! no space stands before the time.

use std::io::Write;

/// A timestamp without a time of day.
const DATE_ONLY: u8 = 0;
/// `HH:MM`
const MINUTES: u8 = 1;
/// `HH:MM:SS`. Each digit behind the point adds 1.
const SECONDS: u8 = 2;
/// Six digits behind the point.
const MICROSECONDS: u8 = SECONDS + 6;
/// Added to a form.
const T: u8 = 0x10;

const MICROSECONDS_A_DAY: i64 = 86_400_000_000;

/// Days from 1 March of the year 0 to 1 January 2000, from which PostgreSQL counts.
const EPOCH: i32 = 730_425;

pub(super) fn encode_date(text: &[u8], out: &mut Vec<u8>) -> bool {
    match text.try_into().ok().and_then(parse_date) {
        Some(days) => {
            super::put_fixed(days.to_be_bytes(), out);
            true
        }
        None => false,
    }
}

pub(super) fn encode_time(text: &[u8], out: &mut Vec<u8>) -> Option<u8> {
    let (microseconds, form) = parse_time(text)?;
    super::put_fixed(microseconds.to_be_bytes(), out);
    Some(form)
}

pub(super) fn encode_timestamp(text: &[u8], out: &mut Vec<u8>) -> Option<u8> {
    let (microseconds, spelling) = parse_timestamp(text)?;
    super::put_fixed(microseconds.to_be_bytes(), out);
    Some(spelling)
}

/// Needs a time of day and an offset. The spelling is that of the timestamp, then that of the offset.
pub(super) fn encode_timestamptz(text: &[u8], out: &mut Vec<u8>) -> Option<[u8; 3]> {
    let after_date = text.get(11..)?;
    let offset = 11 + after_date.iter().position(|byte| matches!(byte, b'Z' | b'+' | b'-'))?;
    let (microseconds, spelling) = parse_timestamp(&text[..offset])?;
    let offset = Offset::parse(&text[offset..])?;
    let utc = microseconds - i64::from(offset.minutes) * 60_000_000;
    super::put_fixed(utc.to_be_bytes(), out);
    let [high, low] = offset.spelling().to_be_bytes();
    Some([spelling, high, low])
}

pub(super) fn decode_date(value: &[u8], out: &mut Vec<u8>) -> Option<()> {
    put_date(i32::from_be_bytes(value.try_into().ok()?), out);
    Some(())
}

pub(super) fn decode_time(value: &[u8], form: u8, out: &mut Vec<u8>) -> Option<()> {
    put_time(i64::from_be_bytes(value.try_into().ok()?), form, out);
    Some(())
}

pub(super) fn decode_timestamp(value: &[u8], spelling: u8, out: &mut Vec<u8>) -> Option<()> {
    put_timestamp(i64::from_be_bytes(value.try_into().ok()?), spelling, out)
}

pub(super) fn decode_timestamptz(value: &[u8], spelling: [u8; 3], out: &mut Vec<u8>) -> Option<()> {
    let [spelling, high, low] = spelling;
    let offset = Offset::from_spelling(u16::from_be_bytes([high, low]))?;
    let utc = i64::from_be_bytes(value.try_into().ok()?);
    put_timestamp(utc + i64::from(offset.minutes) * 60_000_000, spelling, out)?;
    offset.put(out);
    Some(())
}

fn parse_timestamp(text: &[u8]) -> Option<(i64, u8)> {
    let (date, rest) = text.split_first_chunk::<10>()?;
    let midnight = i64::from(parse_date(date)?) * MICROSECONDS_A_DAY;
    let (time, letter) = match rest {
        [] => return Some((midnight, DATE_ONLY)),
        [b' ', time @ ..] => (time, 0),
        [b'T', time @ ..] => (time, T),
        _ => return None,
    };
    let (microseconds, form) = parse_time(time)?;
    Some((midnight + microseconds, form | letter))
}

/// `YYYY-MM-DD` to days from 2000-01-01.
fn parse_date(text: &[u8; 10]) -> Option<i32> {
    let [year_and_month @ .., ten, one] = text;
    let digits = parse_pattern(*year_and_month, *b"0000-00-")?;
    let (ten, one) = (ten.wrapping_sub(b'0'), one.wrapping_sub(b'0'));
    if ten > 9 || one > 9 {
        return None;
    }
    let digit = |place: usize| i32::from(digits[place]);
    let year = digit(0) * 1000 + digit(1) * 100 + digit(2) * 10 + digit(3);
    let month = digit(5) * 10 + digit(6);
    let day = i32::from(ten * 10 + one);
    let is_date = year > 0 && (1..=12).contains(&month) && day > 0 && day <= days_in(year, month);
    is_date.then(|| days_from_civil(year, month, day))
}

fn days_in(year: i32, month: i32) -> i32 {
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        2 => 28 + i32::from(is_leap),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Years begin in March here, so that a leap day is the last of its year.
fn days_from_civil(year: i32, month: i32, day: i32) -> i32 {
    let year = if month <= 2 { year - 1 } else { year };
    let months = if month <= 2 { month + 9 } else { month - 3 };
    year * 365 + year / 4 - year / 100 + year / 400 + (153 * months + 2) / 5 + day - 1 - EPOCH
}

/// Year, month, day. An offset may take a timestamp of the year 1 into the year 0, and one of 9999 a day further.
fn civil_from_days(days: i32) -> (i32, i32, i32) {
    let days = days + EPOCH;
    let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let months = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * months + 2) / 5 + 1;
    let month = if months < 10 { months + 3 } else { months - 9 };
    (era * 400 + year_of_era + i32::from(month <= 2), month, day)
}

/// Microseconds from midnight, and the form.
fn parse_time(text: &[u8]) -> Option<(i64, u8)> {
    let (clock, rest) = match text.split_first_chunk::<8>() {
        Some((clock, rest)) => (*clock, rest),
        None => return parse_minutes(text),
    };
    let seconds = parse_clock(clock)? * 1_000_000;
    match rest {
        [] => Some((seconds, SECONDS)),
        [b'.', digits @ ..] if (1..=6).contains(&digits.len()) => {
            let fraction = super::integer::parse_digits(digits)? as i64;
            let unit = 10i64.pow(6 - digits.len() as u32);
            Some((seconds + fraction * unit, SECONDS + digits.len() as u8))
        }
        _ => None,
    }
}

fn parse_minutes(text: &[u8]) -> Option<(i64, u8)> {
    let &[h, i, colon, m, n] = text else { return None };
    let seconds = parse_clock([h, i, colon, m, n, b':', b'0', b'0'])?;
    Some((seconds * 1_000_000, MINUTES))
}

/// `HH:MM:SS` to seconds.
fn parse_clock(text: [u8; 8]) -> Option<i64> {
    let digits = parse_pattern(text, *b"00:00:00")?;
    let [hour, minute, second] =
        [0, 3, 6].map(|place| i64::from(digits[place]) * 10 + i64::from(digits[place + 1]));
    (hour < 24 && minute < 60 && second < 60).then_some(hour * 3600 + minute * 60 + second)
}

/// The values of the bytes where `pattern` has `0`, digits all; elsewhere they must be the pattern's.
fn parse_pattern(text: [u8; 8], pattern: [u8; 8]) -> Option<[u8; 8]> {
    // Added to a byte, takes what is too great for its place to the highest bit.
    let limits = pattern.map(|byte| if byte == b'0' { 0x76 } else { 0x7f });
    let value = u64::from_ne_bytes(text) ^ u64::from_ne_bytes(pattern);
    let is_other = (value.wrapping_add(u64::from_ne_bytes(limits)) | value) & 0x8080_8080_8080_8080 != 0;
    (!is_other).then(|| value.to_ne_bytes())
}

fn put_date(days: i32, out: &mut Vec<u8>) {
    let (year, month, day) = civil_from_days(days);
    // Writing to memory does not fail.
    let _ = write!(out, "{year:04}-{month:02}-{day:02}");
}

fn put_time(microseconds: i64, form: u8, out: &mut Vec<u8>) {
    let (seconds, fraction) = (microseconds / 1_000_000, microseconds % 1_000_000);
    let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    let _ = match form {
        MINUTES => write!(out, "{hour:02}:{minute:02}"),
        SECONDS => write!(out, "{hour:02}:{minute:02}:{second:02}"),
        _ => {
            let unwanted = usize::from(MICROSECONDS.saturating_sub(form));
            let written = write!(out, "{hour:02}:{minute:02}:{second:02}.{fraction:06}");
            out.truncate(out.len() - unwanted);
            written
        }
    };
}

fn put_timestamp(microseconds: i64, spelling: u8, out: &mut Vec<u8>) -> Option<()> {
    let (days, time) =
        (microseconds.div_euclid(MICROSECONDS_A_DAY), microseconds.rem_euclid(MICROSECONDS_A_DAY));
    put_date(i32::try_from(days).ok()?, out);
    let form = spelling & !T;
    if form != DATE_ONLY {
        out.push(if spelling & T == T { b'T' } else { b' ' });
        put_time(time, form, out);
    }
    Some(())
}

/// An offset from UTC.
struct Offset {
    minutes: i16,
    style: Style,
}

/// How an offset is written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Style {
    Z,
    Hours,
    Digits,
    Colon,
}

impl Offset {
    /// Farther ones are refused by the server; it is what a spelling counts from.
    const MOST_MINUTES: i16 = 15 * 60 + 59;
    const STYLES: [Style; 4] = [Style::Z, Style::Hours, Style::Digits, Style::Colon];

    fn parse(text: &[u8]) -> Option<Offset> {
        let (sign, hours, minutes, style) = match *text {
            [b'Z'] => return Some(Offset { minutes: 0, style: Style::Z }),
            [sign, h, i] => (sign, [h, i], *b"00", Style::Hours),
            [sign, h, i, m, n] => (sign, [h, i], [m, n], Style::Digits),
            [sign, h, i, b':', m, n] => (sign, [h, i], [m, n], Style::Colon),
            _ => return None,
        };
        let number = |digits: [u8; 2]| super::integer::parse_digits(&digits).map(|value| value as i16);
        let (hours, minutes) = (number(hours)?, number(minutes)?);
        let all = hours * 60 + minutes;
        if hours > 15 || minutes > 59 {
            return None;
        }
        match sign {
            b'+' => Some(Offset { minutes: all, style }),
            // `-00` is `+00`, and would come back as that.
            b'-' if all > 0 => Some(Offset { minutes: -all, style }),
            _ => None,
        }
    }

    fn spelling(&self) -> u16 {
        (self.minutes + Offset::MOST_MINUTES) as u16 * 4 + self.style as u16
    }

    fn from_spelling(spelling: u16) -> Option<Offset> {
        let minutes = i16::try_from(spelling / 4).ok()? - Offset::MOST_MINUTES;
        Some(Offset { minutes, style: Offset::STYLES[usize::from(spelling % 4)] })
    }

    fn put(&self, out: &mut Vec<u8>) {
        let sign = if self.minutes < 0 { '-' } else { '+' };
        let (hours, minutes) = (self.minutes.abs() / 60, self.minutes.abs() % 60);
        let _ = match self.style {
            Style::Z => write!(out, "Z"),
            Style::Hours => write!(out, "{sign}{hours:02}"),
            Style::Digits => write!(out, "{sign}{hours:02}{minutes:02}"),
            Style::Colon => write!(out, "{sign}{hours:02}:{minutes:02}"),
        };
    }
}
