//! Numbers as people read them.

use std::time::{Duration, SystemTime};

use crate::report::text;

/// With a comma between groups of three digits.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A count and what is counted, which gets an `s` unless there is one.
pub fn counted(number: u64, what: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{} {what}{plural}", grouped(number))
}

/// Bytes in units of 1024.
pub fn size(bytes: u64) -> String {
    match bytes {
        0 => "0 kB".to_owned(),
        _ => text::bytes(bytes).trim_start().to_owned(),
    }
}

/// How many in a second; a dash where no time has passed.
pub fn rate(count: u64, time: Duration) -> String {
    if time.is_zero() {
        return "–".to_owned();
    }
    grouped((count as f64 / time.as_secs_f64()).round() as u64)
}

/// Megabytes (of 1024² bytes) in a second.
pub fn megabytes(bytes: u64, time: Duration) -> String {
    if time.is_zero() {
        return "–".to_owned();
    }
    decimal(bytes as f64 / f64::from(1 << 20) / time.as_secs_f64())
}

/// With as many decimals as a small number needs to be told from 0.
pub fn decimal(number: f64) -> String {
    match number {
        _ if number >= 100.0 => grouped(number.round() as u64),
        _ if number >= 1.0 || number == 0.0 => format!("{number:.1}"),
        _ => format!("{number:.3}"),
    }
}

/// As the text report has it, with a blank before the unit of seconds alone.
pub fn short_time(time: Duration) -> String {
    match time.as_secs() {
        0..60 => format!("{:.3} s", time.as_secs_f64()),
        _ => text::time(Duration::from_secs(time.as_secs())).replace(".000s", "s"),
    }
}

/// In UTC, to the second.
pub fn moment(time: SystemTime) -> String {
    match jiff::Timestamp::try_from(time) {
        Ok(time) => time.strftime("%Y-%m-%d %H:%M:%S UTC").to_string(),
        Err(_) => "at an unknown time".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_and_have_their_units() {
        assert_eq!([0, 999, 1000, 1_234_567].map(grouped), ["0", "999", "1,000", "1,234,567"]);
        assert_eq!([1, 2].map(|n| counted(n, "row")), ["1 row", "2 rows"]);
        assert_eq!([0, 340, 5 << 30].map(size), ["0 kB", "0.3 kB", "5.0 GB"]);
        assert_eq!(rate(10, Duration::ZERO), "–");
        assert_eq!(rate(3000, Duration::from_millis(1500)), "2,000");
        assert_eq!([0.0, 0.0625, 9.26, 1234.5].map(decimal), ["0.0", "0.062", "9.3", "1,235"]);
        assert_eq!(short_time(Duration::from_millis(1004)), "1.004 s");
        assert_eq!(short_time(Duration::from_millis(3_661_900)), "1h1m1s");
        assert_eq!(moment(SystemTime::UNIX_EPOCH), "1970-01-01 00:00:00 UTC");
    }
}
