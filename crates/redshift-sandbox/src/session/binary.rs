//! The binary forms of values, for the types that AWS's drivers read so.

use crate::error::SqlError;

const DAY: i64 = 86_400_000_000;

/// The binary form of a value that the backing server has printed, dates in ISO style.
pub fn encode(text: &str, oid: u32) -> Result<Vec<u8>, SqlError> {
    encoded(text, oid).ok_or_else(|| {
        SqlError::new("0A000", format!("binary results of type {oid} are not implemented in sandbox"))
    })
}

fn encoded(text: &str, oid: u32) -> Option<Vec<u8>> {
    Some(match oid {
        16 => vec![u8::from(text == "t")],
        20 => text.parse::<i64>().ok()?.to_be_bytes().to_vec(),
        21 => text.parse::<i16>().ok()?.to_be_bytes().to_vec(),
        23 => text.parse::<i32>().ok()?.to_be_bytes().to_vec(),
        26 => text.parse::<u32>().ok()?.to_be_bytes().to_vec(),
        700 => text.parse::<f32>().ok()?.to_be_bytes().to_vec(),
        701 => text.parse::<f64>().ok()?.to_be_bytes().to_vec(),
        18 | 19 | 25 | 705 | 1042 | 1043 | 4000 => text.as_bytes().to_vec(),
        1082 => i32::try_from(days(text)?).ok()?.to_be_bytes().to_vec(),
        1083 => time(text)?.to_be_bytes().to_vec(),
        1114 => moment(text)?.to_be_bytes().to_vec(),
        1184 => {
            let (local, offset) = zoned(text)?;
            (moment(local)? - i64::from(offset) * 1_000_000).to_be_bytes().to_vec()
        }
        1266 => {
            let (local, offset) = zoned(text)?;
            // The zone counts seconds west of Greenwich.
            [time(local)?.to_be_bytes().as_slice(), &(-offset).to_be_bytes()].concat()
        }
        _ => return None,
    })
}

/// Days since 2000-01-01 of `YYYY-MM-DD`, perhaps with ` BC`.
fn days(text: &str) -> Option<i64> {
    let (text, before_christ) = match text.strip_suffix(" BC") {
        Some(text) => (text, true),
        None => (text, false),
    };
    let mut parts = text.splitn(3, '-').map(str::parse::<i64>);
    let (year, month, day) = (parts.next()?.ok()?, parts.next()?.ok()?, parts.next()?.ok()?);
    let year = if before_christ { 1 - year } else { year };
    // The year begins in March here, so that a leap day is its last.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let since = |year: i64| 365 * year + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    Some(since(year) - since(1999) + (153 * month + 2) / 5 + day - 307)
}

/// Microseconds of `HH:MM:SS[.ffffff]`.
fn time(text: &str) -> Option<i64> {
    let (clock, fraction) = text.split_once('.').unwrap_or((text, ""));
    let mut parts = clock.splitn(3, ':').map(str::parse::<i64>);
    let (hours, minutes, seconds) = (parts.next()?.ok()?, parts.next()?.ok()?, parts.next()?.ok()?);
    let fraction = format!("{fraction:0<6}").parse::<i64>().ok()?;
    Some(((hours * 60 + minutes) * 60 + seconds) * 1_000_000 + fraction)
}

/// Microseconds since 2000-01-01 of a date and a time.
fn moment(text: &str) -> Option<i64> {
    let (date, clock) = text.split_once(' ')?;
    match clock.strip_suffix(" BC") {
        Some(clock) => Some(days(&format!("{date} BC"))? * DAY + time(clock)?),
        None => Some(days(date)? * DAY + time(clock)?),
    }
}

/// What stands before `+HH[:MM]` or `-HH[:MM]`, and that in seconds.
fn zoned(text: &str) -> Option<(&str, i32)> {
    let at = text.rfind(['+', '-'])?;
    let (local, zone) = text.split_at(at);
    let mut parts = zone[1..].split(':').map(str::parse::<i32>);
    let seconds = parts.next()?.ok()? * 3600 + parts.next().map_or(Some(0), Result::ok)? * 60;
    Some((local, if zone.starts_with('-') { -seconds } else { seconds }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_texts() {
        assert_eq!(encode("t", 16).unwrap(), [1]);
        assert_eq!(encode("-2", 21).unwrap(), [255, 254]);
        assert_eq!(encode("258", 23).unwrap(), [0, 0, 1, 2]);
        assert_eq!(encode("1.5", 701).unwrap(), 1.5_f64.to_be_bytes());
        assert_eq!(encode("é", 1043).unwrap(), "é".as_bytes());
        assert_eq!(encode("1", 1700).unwrap_err().sqlstate, "0A000");
    }

    #[test]
    fn dates_and_times() {
        for (text, expected) in [
            ("2000-01-01", 0),
            ("2000-02-29", 59),
            ("2000-03-01", 60),
            ("1999-12-31", -1),
            ("1970-01-01", -10_957),
            ("2024-02-29", 8_825),
            ("0001-01-01", -730_119),
            ("0001-12-31 BC", -730_120),
        ] {
            assert_eq!(days(text), Some(expected), "{text}");
        }
        assert_eq!(moment("2000-01-02 00:00:01.5"), Some(DAY + 1_500_000));
        assert_eq!(encode("2000-01-01 02:00:00+02", 1184).unwrap(), 0_i64.to_be_bytes());
        assert_eq!(encode("2000-01-01 00:00:00-01:30", 1184).unwrap(), 5_400_000_000_i64.to_be_bytes());
        assert_eq!(encode("00:00:01+02", 1266).unwrap()[8..], (-7200_i32).to_be_bytes());
    }
}
