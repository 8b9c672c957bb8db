//! Values as numbers.

use super::raised::Raised;
use super::reader::lisp_float;
use super::value::Value;

/// A number.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Number {
    Integer(i128),
    Float(f64),
}

impl Number {
    pub(super) fn float(self) -> f64 {
        match self {
            Number::Integer(number) => number as f64,
            Number::Float(number) => number,
        }
    }

    pub(super) fn value<'r>(self) -> Value<'r> {
        match self {
            Number::Integer(number) => Value::Integer(number),
            Number::Float(number) => Value::Float(number),
        }
    }
}

/// The number that a value is, or that a text in decimal stands for: fields are texts.
pub(super) fn number(value: &Value<'_>) -> Result<Number, Raised> {
    match value {
        Value::Integer(number) => Ok(Number::Integer(*number)),
        Value::Float(number) => Ok(Number::Float(*number)),
        Value::Text(text) => {
            read(text.trim()).ok_or_else(|| Raised::new(format!("\"{}\" is not a number", shown(text))))
        }
        other => Err(Raised::new(format!("{} is not a number", other.kind()))),
    }
}

fn read(text: &str) -> Option<Number> {
    if let Ok(number) = text.parse() {
        return Some(Number::Integer(number));
    }
    // Rust reads "inf" and "nan" too, which are words here.
    let begins =
        text.trim_start_matches(['+', '-']).starts_with(|char: char| char.is_ascii_digit() || char == '.');
    lisp_float(text).filter(|_| begins).map(Number::Float)
}

/// As much of a value as a message should have.
pub(super) fn shown(text: &str) -> String {
    const MOST: usize = 40;
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// An integer, or why it is none.
pub(super) fn integer(value: &Value<'_>) -> Result<i128, Raised> {
    match number(value)? {
        Number::Integer(number) => Ok(number),
        Number::Float(_) => Err(Raised::new("a float is not an integer")),
    }
}

/// A place in a text or a list.
pub(super) fn index(value: &Value<'_>) -> Result<usize, Raised> {
    let number = integer(value)?;
    usize::try_from(number).map_err(|_| Raised::new(format!("{number} is not a place in a text or list")))
}
