//! The values that expressions work on.

use std::sync::Arc;

use super::builtins::Builtin;
use super::code::Lambda;
use crate::transform::Transform;

/// A value. Texts of the row and of the expression itself are borrowed.
#[derive(Debug, Clone)]
pub(super) enum Value<'r> {
    /// Nothing, false, the empty list.
    Nil,
    /// `t`.
    True,
    Integer(i128),
    Float(f64),
    Character(char),
    Text(Text<'r>),
    Bytes(&'r [u8]),
    /// Lower-case; that of a keyword begins with its colon.
    Symbol(Arc<str>),
    /// Never empty: that is [`Value::Nil`].
    List(Arc<[Value<'r>]>),
    Function(Callee<'r>),
}

/// The text of a value.
#[derive(Debug, Clone)]
pub(super) enum Text<'r> {
    Borrowed(&'r str),
    Shared(Arc<str>),
}

impl std::ops::Deref for Text<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        match self {
            Text::Borrowed(text) => text,
            Text::Shared(text) => text,
        }
    }
}

/// What can be called.
#[derive(Debug, Clone)]
pub(super) enum Callee<'r> {
    Builtin(&'static Builtin),
    Transform(&'static Transform),
    /// A function of the library, by its number.
    Library(usize),
    /// A lambda with the local variables that it sees.
    Lambda(&'r Lambda, Arc<[Value<'r>]>),
}

impl<'r> Value<'r> {
    pub(super) fn text(text: impl Into<Arc<str>>) -> Value<'r> {
        Value::Text(Text::Shared(text.into()))
    }

    pub(super) fn list(values: Vec<Value<'r>>) -> Value<'r> {
        if values.is_empty() { Value::Nil } else { Value::List(values.into()) }
    }

    /// True or nil.
    pub(super) fn truth(is_true: bool) -> Value<'r> {
        if is_true { Value::True } else { Value::Nil }
    }

    pub(super) fn is_nil(&self) -> bool {
        matches!(self, Value::Nil)
    }

    /// What kind of value it is, for messages.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Value::Nil => "NULL",
            Value::True | Value::Symbol(_) => "a symbol",
            Value::Integer(_) => "an integer",
            Value::Float(_) => "a float",
            Value::Character(_) => "a character",
            Value::Text(_) => "text",
            Value::Bytes(_) => "bytes",
            Value::List(_) => "a list",
            Value::Function(_) => "a function",
        }
    }

    /// How many bytes it holds on to, about; lists count their entries only.
    pub(super) fn size(&self) -> usize {
        match self {
            Value::Text(Text::Shared(text)) => text.len(),
            Value::List(values) => values.len() * size_of::<Value<'_>>(),
            _ => 0,
        }
    }

    /// The same on its own feet; `None` for a function made by a lambda.
    pub(super) fn into_owned(self) -> Option<Value<'static>> {
        Some(match self {
            Value::Nil => Value::Nil,
            Value::True => Value::True,
            Value::Integer(number) => Value::Integer(number),
            Value::Float(number) => Value::Float(number),
            Value::Character(char) => Value::Character(char),
            Value::Text(text) => Value::text(&*text),
            Value::Symbol(name) => Value::Symbol(name),
            Value::List(values) => {
                let values: Option<Vec<_>> = values.iter().map(|value| value.clone().into_owned()).collect();
                Value::List(values?.into())
            }
            Value::Function(Callee::Builtin(builtin)) => Value::Function(Callee::Builtin(builtin)),
            Value::Function(Callee::Transform(transform)) => Value::Function(Callee::Transform(transform)),
            Value::Function(Callee::Library(number)) => Value::Function(Callee::Library(number)),
            Value::Function(Callee::Lambda(..)) | Value::Bytes(_) => return None,
        })
    }

    /// Appends what stands for it in a table, or in text: text as it is, numbers in decimal, bytes as `\x` and
    /// hexadecimal digits. Nothing for nil.
    pub(super) fn print(&self, out: &mut String) {
        match self {
            Value::Nil => {}
            Value::True => out.push('t'),
            Value::Integer(number) => out.push_str(&number.to_string()),
            Value::Float(number) => print_float(*number, out),
            Value::Character(char) => out.push(*char),
            Value::Text(text) => out.push_str(text),
            Value::Bytes(bytes) => {
                out.push_str("\\x");
                out.extend(bytes.iter().map(|byte| format!("{byte:02x}")));
            }
            Value::Symbol(name) => out.push_str(name),
            Value::List(values) => print_list(values, out, Value::print),
            Value::Function(_) => out.push_str("#<function>"),
        }
    }

    /// The same as one would write it in an expression.
    pub(super) fn print_readably(&self, out: &mut String) {
        match self {
            Value::Nil => out.push_str("nil"),
            Value::Character(char) => out.extend(["#\\", char.encode_utf8(&mut [0; 4])]),
            Value::Text(text) => {
                out.push('"');
                for char in text.chars() {
                    if matches!(char, '"' | '\\') {
                        out.push('\\');
                    }
                    out.push(char);
                }
                out.push('"');
            }
            Value::List(values) => print_list(values, out, Value::print_readably),
            other => other.print(out),
        }
    }
}

fn print_list<'r>(values: &[Value<'r>], out: &mut String, print: fn(&Value<'r>, &mut String)) {
    out.push('(');
    for (index, value) in values.iter().enumerate() {
        if index > 0 {
            out.push(' ');
        }
        print(value, out);
    }
    out.push(')');
}

/// The shortest text that reads back as the same number; with an exponent only below 1e-7 and from 1e21 on.
pub(super) fn print_float(number: f64, out: &mut String) {
    if !number.is_finite() {
        let text = if number.is_nan() { "NaN" } else { "Infinity" };
        out.push_str(if number == f64::NEG_INFINITY { "-" } else { "" });
        out.push_str(text);
        return;
    }
    let is_plain = number == 0.0 || (1e-7..1e21).contains(&number.abs());
    if is_plain {
        let text = number.to_string();
        out.push_str(&text);
        if !text.contains('.') {
            out.push_str(".0");
        }
        return;
    }
    let text = format!("{number:e}");
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    out.push_str(mantissa);
    out.push_str(if mantissa.contains('.') { "e" } else { ".0e" });
    out.push_str(exponent);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_are_printed_as_the_reference_says() {
        let cases = [
            (100.0, "100.0"),
            (0.1, "0.1"),
            (-2.5, "-2.5"),
            (0.0, "0.0"),
            (1e20, "100000000000000000000.0"),
            (1e21, "1.0e21"),
            (1.5e300, "1.5e300"),
            (1e-7, "0.0000001"),
            (1.25e-8, "1.25e-8"),
            (f64::NAN, "NaN"),
            (f64::INFINITY, "Infinity"),
            (f64::NEG_INFINITY, "-Infinity"),
        ];
        for (number, expected) in cases {
            let mut out = String::new();
            print_float(number, &mut out);
            assert_eq!(out, expected);
        }
    }
}
