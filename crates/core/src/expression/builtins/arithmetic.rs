//! Numbers: arithmetic and comparison.

use std::cmp::Ordering;

use super::super::compare::compare;
use super::super::evaluate::Evaluated;
use super::super::number::{Number, number};
use super::super::raised::Raised;
use super::super::value::Value;
use super::{ANY, Builtin};

pub(super) const BUILTINS: &[Builtin] = &[
    Builtin::plain("+", 0, ANY, |values| fold(values, Number::Integer(0), add)),
    Builtin::plain("*", 0, ANY, |values| fold(values, Number::Integer(1), multiply)),
    Builtin::plain("-", 1, ANY, |values| fold_from_first(values, Number::Integer(0), subtract)),
    Builtin::plain("/", 1, ANY, |values| fold_from_first(values, Number::Integer(1), divide)),
    Builtin::plain("1+", 1, 1, |values| Ok(add(number(&values[0])?, Number::Integer(1))?.value())),
    Builtin::plain("1-", 1, 1, |values| Ok(subtract(number(&values[0])?, Number::Integer(1))?.value())),
    Builtin::plain("abs", 1, 1, absolute),
    Builtin::plain("min", 1, ANY, |values| extreme(values, Ordering::Less)),
    Builtin::plain("max", 1, ANY, |values| extreme(values, Ordering::Greater)),
    Builtin::plain("float", 1, 2, |values| Ok(Value::Float(number(&values[0])?.float()))),
    Builtin::plain("mod", 2, 2, |values| Ok(quotient(values, Rounding::Floor)?.1.value())),
    Builtin::plain("rem", 2, 2, |values| Ok(quotient(values, Rounding::Truncate)?.1.value())),
    Builtin::several("floor", 1, 2, |values, more| both(values, Rounding::Floor, more)),
    Builtin::several("ceiling", 1, 2, |values, more| both(values, Rounding::Ceiling, more)),
    Builtin::several("round", 1, 2, |values, more| both(values, Rounding::Even, more)),
    Builtin::several("truncate", 1, 2, |values, more| both(values, Rounding::Truncate, more)),
    Builtin::plain("=", 1, ANY, |values| chain(values, Ordering::is_eq)),
    Builtin::plain("<", 1, ANY, |values| chain(values, Ordering::is_lt)),
    Builtin::plain(">", 1, ANY, |values| chain(values, Ordering::is_gt)),
    Builtin::plain("<=", 1, ANY, |values| chain(values, Ordering::is_le)),
    Builtin::plain(">=", 1, ANY, |values| chain(values, Ordering::is_ge)),
    Builtin::plain("/=", 1, ANY, all_different),
    Builtin::plain("zerop", 1, 1, |values| against_zero(&values[0], Ordering::is_eq)),
    Builtin::plain("plusp", 1, 1, |values| against_zero(&values[0], Ordering::is_gt)),
    Builtin::plain("minusp", 1, 1, |values| against_zero(&values[0], Ordering::is_lt)),
];

type Computed = Result<Number, Raised>;

/// The ways to make a quotient whole.
#[derive(Clone, Copy)]
enum Rounding {
    Floor,
    Ceiling,
    Truncate,
    /// To the nearest, halves to the even one.
    Even,
}

fn too_large() -> Raised {
    Raised::new("a number becomes too large")
}

fn fold<'r>(values: &[Value<'_>], start: Number, step: fn(Number, Number) -> Computed) -> Evaluated<'r> {
    let mut sum = start;
    for value in values {
        sum = step(sum, number(value)?)?;
    }
    Ok(sum.value())
}

/// `(- 1 2 3)` is 1 less 2 and 3; `(- 1)` is `neutral` less 1.
fn fold_from_first<'r>(
    values: &[Value<'_>],
    neutral: Number,
    step: fn(Number, Number) -> Computed,
) -> Evaluated<'r> {
    match values {
        [one] => Ok(step(neutral, number(one)?)?.value()),
        [first, rest @ ..] => fold(rest, number(first)?, step),
        [] => Ok(neutral.value()),
    }
}

fn add(one: Number, other: Number) -> Computed {
    exact_or_float(one, other, i128::checked_add, |one, other| one + other)
}

fn subtract(one: Number, other: Number) -> Computed {
    exact_or_float(one, other, i128::checked_sub, |one, other| one - other)
}

fn multiply(one: Number, other: Number) -> Computed {
    exact_or_float(one, other, i128::checked_mul, |one, other| one * other)
}

fn exact_or_float(
    one: Number,
    other: Number,
    exact: fn(i128, i128) -> Option<i128>,
    float: fn(f64, f64) -> f64,
) -> Computed {
    match (one, other) {
        (Number::Integer(one), Number::Integer(other)) => {
            exact(one, other).map(Number::Integer).ok_or_else(too_large)
        }
        (one, other) => Ok(Number::Float(float(one.float(), other.float()))),
    }
}

/// There are no ratios: integers that do not divide evenly make a float.
fn divide(one: Number, other: Number) -> Computed {
    if other.float() == 0.0 {
        return Err(Raised::new("division by zero"));
    }
    match (one, other) {
        (Number::Integer(one), Number::Integer(other)) if one.checked_rem(other) == Some(0) => {
            one.checked_div(other).map(Number::Integer).ok_or_else(too_large)
        }
        (one, other) => Ok(Number::Float(one.float() / other.float())),
    }
}

fn absolute<'r>(values: &[Value<'_>]) -> Evaluated<'r> {
    match number(&values[0])? {
        Number::Integer(number) => number.checked_abs().map(Value::Integer).ok_or_else(too_large),
        Number::Float(number) => Ok(Value::Float(number.abs())),
    }
}

fn extreme<'r>(values: &[Value<'_>], wanted: Ordering) -> Evaluated<'r> {
    let mut best = number(&values[0])?;
    for value in &values[1..] {
        let other = number(value)?;
        if compare(other, best) == wanted {
            best = other;
        }
    }
    Ok(best.value())
}

fn both<'r>(values: &[Value<'_>], rounding: Rounding, more: &mut Vec<Value<'r>>) -> Evaluated<'r> {
    let (quotient, rest) = quotient(values, rounding)?;
    more.push(rest.value());
    Ok(quotient.value())
}

/// The whole quotient of one number and another, which is 1 where there is none, and what is left.
fn quotient(values: &[Value<'_>], rounding: Rounding) -> Result<(Number, Number), Raised> {
    let one = number(&values[0])?;
    let other = values.get(1).map_or(Ok(Number::Integer(1)), number)?;
    if other.float() == 0.0 {
        return Err(Raised::new("division by zero"));
    }
    match (one, other) {
        (Number::Integer(one), Number::Integer(other)) => {
            let quotient = whole(one, other, rounding).ok_or_else(too_large)?;
            let rest = quotient.checked_mul(other).and_then(|product| one.checked_sub(product));
            Ok((Number::Integer(quotient), Number::Integer(rest.ok_or_else(too_large)?)))
        }
        (one, other) => {
            let (one, other) = (one.float(), other.float());
            let quotient = match rounding {
                Rounding::Floor => (one / other).floor(),
                Rounding::Ceiling => (one / other).ceil(),
                Rounding::Truncate => (one / other).trunc(),
                Rounding::Even => (one / other).round_ties_even(),
            };
            let fits = quotient.abs() < i128::MAX as f64;
            let whole = fits.then_some(Number::Integer(quotient as i128)).ok_or_else(too_large)?;
            Ok((whole, Number::Float(one - quotient * other)))
        }
    }
}

fn whole(one: i128, other: i128, rounding: Rounding) -> Option<i128> {
    let (quotient, rest) = (one.checked_div(other)?, one.checked_rem(other)?);
    let is_negative = (rest < 0) != (other < 0);
    let step = if is_negative { -1 } else { 1 };
    let away = match rounding {
        _ if rest == 0 => false,
        Rounding::Truncate => false,
        Rounding::Floor => is_negative,
        Rounding::Ceiling => !is_negative,
        Rounding::Even => {
            let (rest, left) = (rest.unsigned_abs(), other.unsigned_abs() - rest.unsigned_abs());
            rest > left || (rest == left && quotient % 2 != 0)
        }
    };
    if away { quotient.checked_add(step) } else { Some(quotient) }
}

/// Whether each number is in this order with the next.
fn chain<'r>(values: &[Value<'_>], holds: fn(Ordering) -> bool) -> Evaluated<'r> {
    let mut all = true;
    let mut before = number(&values[0])?;
    for value in &values[1..] {
        let next = number(value)?;
        all &= holds(compare(before, next));
        before = next;
    }
    Ok(Value::truth(all))
}

fn all_different<'r>(values: &[Value<'_>]) -> Evaluated<'r> {
    let mut numbers = values.iter().map(number).collect::<Result<Vec<_>, _>>()?;
    numbers.sort_by(|one, other| compare(*one, *other));
    Ok(Value::truth(numbers.windows(2).all(|pair| compare(pair[0], pair[1]).is_ne())))
}

fn against_zero<'r>(value: &Value<'_>, holds: fn(Ordering) -> bool) -> Evaluated<'r> {
    Ok(Value::truth(holds(compare(number(value)?, Number::Integer(0)))))
}
