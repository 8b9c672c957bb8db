//! Universal time: seconds since 1900-01-01 00:00:00 in UTC.

use super::super::evaluate::Evaluated;
use super::super::number::{integer, number};
use super::super::raised::Raised;
use super::super::value::Value;
use super::Builtin;
use crate::transform::calendar::{DAY, civil, days_from_civil};

pub(super) const BUILTINS: &[Builtin] = &[
    Builtin::plain("encode-universal-time", 6, 7, encode),
    Builtin::several("decode-universal-time", 1, 2, decode),
];

/// The universal time at which Unix time begins.
const UNIX_EPOCH: i64 = 2_208_988_800;

/// Seconds west of Greenwich; UTC where nothing is said, as expressions do not look at the machine.
fn zone(value: Option<&Value<'_>>) -> Result<i64, Raised> {
    let Some(value) = value.filter(|value| !value.is_nil()) else { return Ok(0) };
    match number(value)?.float() {
        hours @ -24.0..=24.0 => Ok((hours * 3600.0).round() as i64),
        _ => Err(Raised::new("a time zone is between -24 and 24 hours")),
    }
}

fn encode<'r>(values: &[Value<'_>]) -> Evaluated<'r> {
    let limits = [60, 60, 24, 32, 13, 10_000];
    let mut parts = [0i64; 6];
    for ((part, value), limit) in parts.iter_mut().zip(values).zip(limits) {
        let number = integer(value)?;
        if !(0..limit).contains(&number) {
            return Err(Raised::new(format!("{number} is no part of a time")));
        }
        *part = number as i64;
    }
    let [second, minute, hour, day, month, year] = parts;
    let seconds = days_from_civil(year, month, day) * DAY + hour * 3600 + minute * 60 + second;
    Ok(Value::Integer((seconds + zone(values.get(6))? + UNIX_EPOCH).into()))
}

/// Second, minute, hour, day, month, year, day of the week (Monday is 0), nil for no summer time, zone.
fn decode<'r>(values: &[Value<'r>], more: &mut Vec<Value<'r>>) -> Evaluated<'r> {
    let out_of_range = || Raised::new("the number is no universal time");
    let time = i64::try_from(integer(&values[0])?).map_err(|_| out_of_range())?;
    let zone = zone(values.get(1))?;
    let seconds = time.checked_sub(UNIX_EPOCH + zone).ok_or_else(out_of_range)?;
    let (days, second) = (seconds.div_euclid(DAY), seconds.rem_euclid(DAY));
    let (year, month, day) = civil(days).ok_or_else(out_of_range)?;
    let weekday = (days + 3).rem_euclid(7);
    let integers = [second / 60 % 60, second / 3600, day.into(), month.into(), year, weekday];
    more.extend(integers.map(|integer| Value::Integer(integer.into())));
    let hours = if zone % 3600 == 0 {
        Value::Integer((zone / 3600).into())
    } else {
        Value::Float(zone as f64 / 3600.0)
    };
    more.extend([Value::Nil, hours]);
    Ok(Value::Integer((second % 60).into()))
}
