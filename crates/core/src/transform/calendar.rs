//! Transforms of dates and times.

use super::date::padded;
use super::{Field, IsNull, Outcome, Transform, put};

pub(super) const TRANSFORMS: &[Transform] = &[
    Transform::one("zero-dates-to-null", zero_dates_to_null),
    Transform::one("date-with-no-separator", date_with_no_separator),
    Transform::one("time-with-no-separator", time_with_no_separator),
    Transform::one("unix-timestamp-to-timestamptz", unix_timestamp_to_timestamptz),
    Transform::one("sqlite-timestamp-to-timestamp", sqlite_timestamp_to_timestamp),
    Transform::one("db3-date-to-pgsql-date", db3_date_to_pgsql_date),
];

/// Seconds of a day.
pub(crate) const DAY: i64 = 86_400;
/// The Julian day on which Unix time begins.
const JULIAN_EPOCH: f64 = 2_440_587.5;
const OUT_OF_RANGE: &str = "the number is not that of a time between the years 1 and 9999";

/// `YYYY-MM-DD…`, unless one of the three is zero.
fn zero_dates_to_null(field: Field<'_>, out: &mut Vec<u8>) -> Outcome {
    match field.bytes() {
        b"" => Ok(IsNull::Yes),
        text if text.len() >= 10 && is_zero(&text[..4], &text[5..7], &text[8..10]) => Ok(IsNull::Yes),
        text => put(text, out),
    }
}

fn is_zero(year: &[u8], month: &[u8], day: &[u8]) -> bool {
    year == b"0000" || month == b"00" || day == b"00"
}

/// `YYYYMMDDhhmmss` or `YYYYMMDD`.
fn date_with_no_separator(field: Field<'_>, out: &mut Vec<u8>) -> Outcome {
    let text = field.bytes();
    if !matches!(text.len(), 8 | 14) || !text.is_ascii() || is_zero(&text[..4], &text[4..6], &text[6..8]) {
        return Ok(IsNull::Yes);
    }
    dashed(text, out);
    if text.len() == 14 {
        out.push(b' ');
        clock(&text[8..], out);
    }
    Ok(IsNull::No)
}

/// Appends the first eight characters as a date.
fn dashed(text: &[u8], out: &mut Vec<u8>) {
    for part in [&text[..4], b"-", &text[4..6], b"-", &text[6..8]] {
        out.extend_from_slice(part);
    }
}

/// Appends the first six characters as a time of day.
fn clock(text: &[u8], out: &mut Vec<u8>) {
    for part in [&text[..2], b":", &text[2..4], b":", &text[4..6]] {
        out.extend_from_slice(part);
    }
}

/// `hhmmss`, and a fraction.
fn time_with_no_separator(field: Field<'_>, out: &mut Vec<u8>) -> Outcome {
    let text = field.bytes();
    match text.len() {
        0 => return Ok(IsNull::Yes),
        1..6 => return Err("the time has fewer than six characters"),
        _ if !text.is_ascii() => return Err("the time has characters that are in no time"),
        _ => clock(text, out),
    }
    if text.len() > 6 {
        out.push(b'.');
        out.extend_from_slice(&text[6..]);
    }
    Ok(IsNull::No)
}

fn unix_timestamp_to_timestamptz(field: Field<'_>, out: &mut Vec<u8>) -> Outcome {
    match field.bytes() {
        b"" => Ok(IsNull::Yes),
        text => instant(integer(text).ok_or("the text is not a whole number of seconds")?, 0, out),
    }
}

fn integer(text: &[u8]) -> Option<i64> {
    std::str::from_utf8(text).ok()?.parse().ok()
}

/// Whole numbers are years up to 9999, then seconds and milliseconds of Unix time; other numbers Julian days.
fn sqlite_timestamp_to_timestamp(field: Field<'_>, out: &mut Vec<u8>) -> Outcome {
    const MOST_SECONDS: u64 = 100_000_000_000;
    let text = field.bytes();
    match (integer(text), field) {
        _ if text.is_empty() => Ok(IsNull::Yes),
        (Some(0), _) => Ok(IsNull::Yes),
        (Some(year @ 1..=9999), _) => {
            padded(year as u32, 4, out);
            put(b"-01-01", out)
        }
        (Some(number), _) if number.unsigned_abs() <= MOST_SECONDS => instant(number, 0, out),
        (Some(number), _) => instant(number.div_euclid(1000), number.rem_euclid(1000) as u32, out),
        (None, Field::Number(_)) => julian(text, out),
        (None, _) => put(text, out),
    }
}

fn julian(text: &[u8], out: &mut Vec<u8>) -> Outcome {
    let day = std::str::from_utf8(text).ok().and_then(|text| text.parse::<f64>().ok());
    let day = day.ok_or("the number is not understood")?;
    // Out of the range of i64 the cast gives its ends, which are out of range too.
    let millis = ((day - JULIAN_EPOCH) * DAY as f64 * 1000.0).round() as i64;
    instant(millis.div_euclid(1000), millis.rem_euclid(1000) as u32, out)
}

/// Appends the time that many seconds after Unix time began, in UTC.
fn instant(seconds: i64, millis: u32, out: &mut Vec<u8>) -> Outcome {
    let (days, second) = (seconds.div_euclid(DAY), seconds.rem_euclid(DAY) as u32);
    let (year, month, day) =
        civil(days).filter(|(year, ..)| (1..=9999).contains(year)).ok_or(OUT_OF_RANGE)?;
    padded(year as u32, 4, out);
    for (mark, number) in
        [(b'-', month), (b'-', day), (b' ', second / 3600), (b':', second / 60 % 60), (b':', second % 60)]
    {
        out.push(mark);
        padded(number, 2, out);
    }
    if millis > 0 {
        out.push(b'.');
        padded(millis, 3, out);
    }
    put(b"Z", out)
}

/// Year, month and day of the day that many days after 1970-01-01, in the Gregorian calendar; `None` far outside of
/// it. Years begin in March here, so that the day that some years lack is the last one of a year.
pub(crate) fn civil(days: i64) -> Option<(i64, u32, u32)> {
    const ERA_DAYS: i64 = 146_097;
    let days = days.checked_add(719_468).filter(|days| days.abs() < i64::MAX / 2)?;
    let (era, day_of_era) = (days.div_euclid(ERA_DAYS), days.rem_euclid(ERA_DAYS));
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / (ERA_DAYS - 1)) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = (day_of_year - (153 * month + 2) / 5 + 1) as u32;
    let (month, wraps) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    Some((era * 400 + year_of_era + wraps, month as u32, day))
}

/// The number of days from 1970-01-01 to this day: the inverse of [`civil`]. A month or day beyond the calendar's
/// counts on.
pub(crate) fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let day_of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

/// `YYYYMMDD`; what is malformed is NULL.
fn db3_date_to_pgsql_date(field: Field<'_>, out: &mut Vec<u8>) -> Outcome {
    let text = field.bytes();
    let is_date = text.len() == 8 && text.iter().all(u8::is_ascii_digit);
    if !is_date || is_zero(&text[..4], &text[4..6], &text[6..]) {
        return Ok(IsNull::Yes);
    }
    dashed(text, out);
    Ok(IsNull::No)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{applied, check_texts};
    use super::*;

    #[test]
    fn texts_become_dates_and_times() {
        const TOO_SHORT: &str = "error: the time has fewer than six characters";
        let out_of_range = format!("error: {OUT_OF_RANGE}");
        check_texts(&[
            ("zero-dates-to-null", "2000-00-10 00:00:00", "NULL"),
            ("zero-dates-to-null", "2000-10-00", "NULL"),
            ("zero-dates-to-null", "0000-10-10", "NULL"),
            ("zero-dates-to-null", "2012-12-12 00:00:00", "2012-12-12 00:00:00"),
            ("zero-dates-to-null", "", "NULL"),
            ("zero-dates-to-null", "0000", "0000"),
            ("date-with-no-separator", "20041002152952", "2004-10-02 15:29:52"),
            ("date-with-no-separator", "20041002", "2004-10-02"),
            ("date-with-no-separator", "00001002152952", "NULL"),
            ("date-with-no-separator", "20040002152952", "NULL"),
            ("date-with-no-separator", "20041000152952", "NULL"),
            ("date-with-no-separator", "2004100215295", "NULL"),
            ("date-with-no-separator", "", "NULL"),
            ("date-with-no-separator", "200é041", "NULL"),
            ("time-with-no-separator", "08231560", "08:23:15.60"),
            ("time-with-no-separator", "082315", "08:23:15"),
            ("time-with-no-separator", "", "NULL"),
            ("time-with-no-separator", "0823", TOO_SHORT),
            ("time-with-no-separator", "0é2315", "error: the time has characters that are in no time"),
            ("unix-timestamp-to-timestamptz", "1431000000", "2015-05-07 12:00:00Z"),
            ("unix-timestamp-to-timestamptz", "-1", "1969-12-31 23:59:59Z"),
            ("unix-timestamp-to-timestamptz", "0", "1970-01-01 00:00:00Z"),
            ("unix-timestamp-to-timestamptz", "951782400", "2000-02-29 00:00:00Z"),
            ("unix-timestamp-to-timestamptz", "", "NULL"),
            ("unix-timestamp-to-timestamptz", "1.5", "error: the text is not a whole number of seconds"),
            ("unix-timestamp-to-timestamptz", "9223372036854775807", &out_of_range),
            ("sqlite-timestamp-to-timestamp", "0", "NULL"),
            ("sqlite-timestamp-to-timestamp", "2012", "2012-01-01"),
            ("sqlite-timestamp-to-timestamp", "1577872800", "2020-01-01 10:00:00Z"),
            ("sqlite-timestamp-to-timestamp", "1577872800123", "2020-01-01 10:00:00.123Z"),
            ("sqlite-timestamp-to-timestamp", "2020-02-03 04:05", "2020-02-03 04:05"),
            ("sqlite-timestamp-to-timestamp", "", "NULL"),
            ("db3-date-to-pgsql-date", "20140713", "2014-07-13"),
            ("db3-date-to-pgsql-date", "00000000", "NULL"),
            ("db3-date-to-pgsql-date", "        ", "NULL"),
            ("db3-date-to-pgsql-date", "2014071", "NULL"),
            ("db3-date-to-pgsql-date", "2014o713", "NULL"),
        ]);
    }

    #[test]
    fn numbers_that_are_not_whole_are_julian_days() {
        let julian = |number: &[u8]| applied("sqlite-timestamp-to-timestamp", &[Field::Number(number)]);
        assert_eq!(julian(b"2440587.5"), "1970-01-01 00:00:00Z");
        assert_eq!(julian(b"2451545.25"), "2000-01-01 18:00:00Z");
        assert_eq!(julian(b"1e300"), format!("error: {OUT_OF_RANGE}"));
    }

    #[test]
    fn days_and_dates_are_each_others_inverse() {
        for days in (-800_000..3_000_000).step_by(97) {
            let (year, month, day) = civil(days).unwrap();
            assert_eq!(days_from_civil(year, month.into(), day.into()), days);
        }
        assert_eq!(civil(i64::MAX), None);
    }
}
