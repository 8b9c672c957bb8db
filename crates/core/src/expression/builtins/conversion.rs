//! Values of one kind made from those of another, and `format`.

use super::super::evaluate::Evaluated;
use super::super::format::Template;
use super::super::number::{index, integer, number, shown};
use super::super::raised::Raised;
use super::super::value::Value;
use super::{ANY, Builtin, elements, keyword, text_of};

pub(super) const BUILTINS: &[Builtin] = &[
    Builtin::several("parse-integer", 1, 1, parse_integer).keys(&["radix", "start", "end", "junk-allowed"]),
    Builtin::plain("ensure-parse-integer", 1, 1, ensure_parse_integer),
    Builtin::plain("princ-to-string", 1, 1, |values| printed(values, Value::print)),
    Builtin::plain("prin1-to-string", 1, 1, |values| printed(values, Value::print_readably)),
    Builtin::plain("write-to-string", 1, 1, |values| printed(values, Value::print_readably)),
    Builtin::plain("string", 1, 1, string),
    Builtin::plain("coerce", 2, 2, coerce),
    Builtin::plain("code-char", 1, 1, code_char),
    Builtin::plain("char-code", 1, 1, |values| Ok(Value::Integer(character(&values[0])? as i128))),
    Builtin::plain("digit-char-p", 1, 2, digit_char_p),
    Builtin::plain("alpha-char-p", 1, 1, |values| Ok(Value::truth(character(&values[0])?.is_alphabetic()))),
    Builtin::plain("format", 2, ANY, format),
];

/// The second value is where it ended.
fn parse_integer<'r>(values: &[Value<'r>], more: &mut Vec<Value<'r>>) -> Evaluated<'r> {
    let text = match &values[0] {
        Value::Nil => return Ok(Value::Nil),
        Value::Integer(number) => return Ok(Value::Integer(*number)),
        Value::Text(text) => text,
        other => return Err(Raised::new(format!("{} is not text", other.kind()))),
    };
    let named = |name| keyword(values, name).filter(|value| !value.is_nil());
    let radix = named("radix").map_or(Ok(10), radix)?;
    let start = named("start").map_or(Ok(0), index)?;
    let end = named("end").map_or(Ok(usize::MAX), index)?;
    let allows_junk = named("junk-allowed").is_some();
    let part: String = text.chars().take(end).skip(start).collect();
    let trimmed = part.trim_start();
    let sign = usize::from(trimmed.starts_with(['+', '-']));
    let digits = trimmed[sign..].find(|char: char| !char.is_digit(radix)).unwrap_or(trimmed.len() - sign);
    let rest = &trimmed[sign + digits..];
    more.push(Value::Integer((start + part.chars().count() - rest.chars().count()) as i128));
    if digits == 0 || !(allows_junk || rest.trim_start().is_empty()) {
        let wrong = || Raised::new(format!("\"{}\" is not an integer", shown(&part)));
        return if allows_junk { Ok(Value::Nil) } else { Err(wrong()) };
    }
    match i128::from_str_radix(&trimmed[..sign + digits], radix) {
        Ok(number) => Ok(Value::Integer(number)),
        Err(_) => Err(Raised::new("a number becomes too large")),
    }
}

fn radix(value: &Value<'_>) -> Result<u32, Raised> {
    match integer(value)? {
        radix @ 2..=36 => Ok(radix as u32),
        radix => Err(Raised::new(format!("{radix} is not a radix from 2 to 36"))),
    }
}

/// The integer that the whole text is, else nil.
fn ensure_parse_integer<'r>(values: &[Value<'_>]) -> Evaluated<'r> {
    Ok(match &values[0] {
        Value::Integer(number) => Value::Integer(*number),
        Value::Text(text) => text.parse().map_or(Value::Nil, Value::Integer),
        _ => Value::Nil,
    })
}

fn printed<'r>(values: &[Value<'r>], print: fn(&Value<'r>, &mut String)) -> Evaluated<'r> {
    let mut text = String::new();
    match &values[0] {
        Value::Nil => return Ok(Value::Nil),
        value => print(value, &mut text),
    }
    Ok(Value::text(text))
}

fn string<'r>(values: &[Value<'r>]) -> Evaluated<'r> {
    match &values[0] {
        value @ (Value::Nil | Value::Text(_)) => Ok(value.clone()),
        Value::Character(_) | Value::Symbol(_) | Value::True => printed(values, Value::print),
        other => Err(Raised::new(format!("{} is not text", other.kind()))),
    }
}

fn coerce<'r>(values: &[Value<'r>]) -> Evaluated<'r> {
    let Value::Symbol(kind) = &values[1] else {
        return Err(Raised::new("coerce makes a 'string, a 'list or a 'float"));
    };
    match (&**kind, &values[0]) {
        (_, Value::Nil) => Ok(Value::Nil),
        ("string", value @ Value::Text(_)) => Ok(value.clone()),
        ("string", value) => text_of(&elements(value)?),
        ("list", value) => Ok(Value::list(elements(value)?)),
        ("float" | "double-float" | "single-float", value) => Ok(Value::Float(number(value)?.float())),
        _ => Err(Raised::new("coerce makes a 'string, a 'list or a 'float")),
    }
}

fn character(value: &Value<'_>) -> Result<char, Raised> {
    match value {
        Value::Character(char) => Ok(*char),
        other => Err(Raised::new(format!("{} is not a character", other.kind()))),
    }
}

fn code_char<'r>(values: &[Value<'_>]) -> Evaluated<'r> {
    let code = integer(&values[0])?;
    let char = u32::try_from(code).ok().and_then(char::from_u32);
    char.map(Value::Character).ok_or_else(|| Raised::new(format!("no character has the code {code}")))
}

fn digit_char_p<'r>(values: &[Value<'_>]) -> Evaluated<'r> {
    let radix = values.get(1).map_or(Ok(10), radix)?;
    let digit = character(&values[0])?.to_digit(radix);
    Ok(digit.map_or(Value::Nil, |digit| Value::Integer(digit.into())))
}

/// `format` with a control string that is not known before.
fn format<'r>(values: &[Value<'_>]) -> Evaluated<'r> {
    let (Value::Nil, Value::Text(control)) = (&values[0], &values[1]) else {
        return Err(Raised::new("format takes nil, a control string and values"));
    };
    let template = Template::parse(control).map_err(|(message, _)| Raised::new(message))?;
    let mut text = String::new();
    match template.write(&values[2..], &mut text)? {
        true => Ok(Value::text(text)),
        false => Ok(Value::Nil),
    }
}
