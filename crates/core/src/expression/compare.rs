//! When values are equal.

use super::number::Number;
use super::value::Value;

fn plain(value: &Value<'_>) -> Option<Number> {
    match value {
        Value::Integer(number) => Some(Number::Integer(*number)),
        Value::Float(number) => Some(Number::Float(*number)),
        _ => None,
    }
}

/// `eq`, `eql` and `equal`, which differ only in what is the same object: texts and lists are compared by what is in
/// them.
pub(super) fn eql(one: &Value<'_>, other: &Value<'_>) -> bool {
    match (one, other) {
        (Value::Nil, Value::Nil) | (Value::True, Value::True) => true,
        (Value::Integer(one), Value::Integer(other)) => one == other,
        (Value::Float(one), Value::Float(other)) => one == other,
        (Value::Character(one), Value::Character(other)) => one == other,
        (Value::Text(one), Value::Text(other)) => **one == **other,
        (Value::Bytes(one), Value::Bytes(other)) => one == other,
        (Value::Symbol(one), Value::Symbol(other)) => one == other,
        (Value::List(one), Value::List(other)) => {
            one.len() == other.len() && one.iter().zip(other.iter()).all(|(one, other)| eql(one, other))
        }
        _ => false,
    }
}

/// `equalp`: cases and kinds of numbers make no difference.
pub(super) fn equalp(one: &Value<'_>, other: &Value<'_>) -> bool {
    match (one, other) {
        (Value::Text(one), Value::Text(other)) => same_in_any_case(one, other),
        (Value::Character(one), Value::Character(other)) => one.to_lowercase().eq(other.to_lowercase()),
        (Value::List(one), Value::List(other)) => {
            one.len() == other.len() && one.iter().zip(other.iter()).all(|(one, other)| equalp(one, other))
        }
        _ => match (plain(one), plain(other)) {
            (Some(one), Some(other)) => compare(one, other).is_eq(),
            _ => eql(one, other),
        },
    }
}

pub(super) fn same_in_any_case(one: &str, other: &str) -> bool {
    one.chars().flat_map(char::to_lowercase).eq(other.chars().flat_map(char::to_lowercase))
}

/// The order of two numbers; NaN comes last.
pub(super) fn compare(one: Number, other: Number) -> std::cmp::Ordering {
    match (one, other) {
        (Number::Integer(one), Number::Integer(other)) => one.cmp(&other),
        (one, other) => {
            let (one, other) = (one.float(), other.float());
            one.partial_cmp(&other).unwrap_or_else(|| one.is_nan().cmp(&other.is_nan()))
        }
    }
}
