//! Texts, and sequences in general. Given nil instead of a text they give nil.

use std::borrow::Cow;
use std::ops::Range;

use super::super::compare::{eql, same_in_any_case};
use super::super::evaluate::{Evaluated, Evaluator};
use super::super::format::LONGEST_TEXT;
use super::super::number::index;
use super::super::pattern;
use super::super::raised::Raised;
use super::super::value::{Text, Value};
use super::{ANY, Builtin, elements, keyword, sequence};

pub(super) const BUILTINS: &[Builtin] = &[
    Builtin::plain("concatenate", 1, ANY, concatenate),
    Builtin::plain("subseq", 2, 3, subseq),
    Builtin::plain("length", 1, 1, length),
    Builtin::plain("reverse", 1, 1, |values| {
        let mut entries = elements(&values[0])?;
        entries.reverse();
        sequence(&values[0], entries)
    }),
    Builtin::plain("char", 2, 2, element),
    Builtin::plain("aref", 2, 2, element),
    Builtin::plain("elt", 2, 2, element),
    Builtin::plain("string-upcase", 1, 1, |values| mapped(values, str::to_uppercase)),
    Builtin::plain("string-downcase", 1, 1, |values| mapped(values, str::to_lowercase)),
    Builtin::plain("string-capitalize", 1, 1, |values| mapped(values, capitalized)),
    Builtin::plain("string-trim", 2, 2, |values| trimmed(values, true, true)),
    Builtin::plain("string-left-trim", 2, 2, |values| trimmed(values, true, false)),
    Builtin::plain("string-right-trim", 2, 2, |values| trimmed(values, false, true)),
    Builtin::plain("string=", 2, 2, |values| compared(values, |one, other| one == other)),
    Builtin::plain("string/=", 2, 2, |values| {
        Ok(Value::truth(compared(values, |one, other| one == other)?.is_nil()))
    }),
    Builtin::plain("string<", 2, 2, |values| match (&values[0], &values[1]) {
        (Value::Nil, _) | (_, Value::Nil) => Ok(Value::Nil),
        _ => compared(values, |one, other| one < other),
    }),
    Builtin::plain("string-equal", 2, 2, |values| compared(values, same_in_any_case)),
    Builtin::plain("search", 2, 2, search),
    Builtin::plain("position", 2, 2, |values| {
        let at = elements(&values[1])?.iter().position(|entry| eql(entry, &values[0]));
        Ok(at.map_or(Value::Nil, |at| Value::Integer(at as i128)))
    }),
    Builtin::plain("find", 2, 2, |values| {
        Ok(elements(&values[1])?.into_iter().find(|entry| eql(entry, &values[0])).unwrap_or(Value::Nil))
    }),
    Builtin::plain("remove", 2, 2, |values| {
        let kept = elements(&values[1])?.into_iter().filter(|entry| !eql(entry, &values[0]));
        sequence(&values[1], kept.collect())
    }),
    Builtin::plain("substitute", 3, 3, |values| {
        let entries = elements(&values[2])?.into_iter();
        let new = entries.map(|entry| if eql(&entry, &values[1]) { values[0].clone() } else { entry });
        sequence(&values[2], new.collect())
    }),
    Builtin::calling("remove-if", 2, 2, remove_if),
    Builtin::plain("split-sequence", 2, 2, split_sequence).keys(&["remove-empty-subseqs"]),
    Builtin::plain("regex-replace", 3, 3, |values| replaced(values, false)),
    Builtin::plain("regex-replace-all", 3, 3, |values| replaced(values, true)),
    Builtin::several("scan", 2, 2, scan),
];

/// The text that a value is or, as a character or a symbol, stands for; `None` for nil.
fn text<'a>(value: &'a Value<'_>) -> Result<Option<Cow<'a, str>>, Raised> {
    match value {
        Value::Nil => Ok(None),
        Value::Text(text) => Ok(Some(Cow::Borrowed(text))),
        Value::Character(char) => Ok(Some(Cow::Owned(char.to_string()))),
        Value::Symbol(name) => Ok(Some(Cow::Borrowed(name))),
        other => Err(Raised::new(format!("{} is not text", other.kind()))),
    }
}

/// These bytes of a text, without a copy where it is borrowed.
fn slice<'r>(text: &Text<'r>, range: Range<usize>) -> Value<'r> {
    match text {
        Text::Borrowed(text) => Value::Text(Text::Borrowed(&text[range])),
        Text::Shared(text) => Value::text(&text[range]),
    }
}

/// `(concatenate 'string …)`: nil adds nothing, and nothing but nil gives nil.
fn concatenate<'r>(values: &[Value<'r>]) -> Evaluated<'r> {
    let parts = &values[1..];
    match &values[0] {
        Value::Symbol(kind) if &**kind == "list" => {
            let mut all = Vec::new();
            for part in parts {
                all.extend(elements(part)?);
            }
            Ok(Value::list(all))
        }
        Value::Symbol(kind) if &**kind == "string" => {
            if !parts.is_empty() && parts.iter().all(Value::is_nil) {
                return Ok(Value::Nil);
            }
            let mut out = String::new();
            for part in parts {
                match part {
                    Value::Text(text) => out.push_str(text),
                    other => out.push_str(&text_of_sequence(other)?),
                }
                if out.len() > LONGEST_TEXT {
                    return Err(Raised::limit(format!("the text is longer than {} MB", LONGEST_TEXT >> 20)));
                }
            }
            Ok(Value::text(out))
        }
        _ => Err(Raised::new("concatenate makes a 'string or a 'list")),
    }
}

fn text_of_sequence(value: &Value<'_>) -> Result<String, Raised> {
    let mut out = String::new();
    super::text_of(&elements(value)?)?.print(&mut out);
    Ok(out)
}

fn subseq<'r>(values: &[Value<'r>]) -> Evaluated<'r> {
    let start = index(&values[1])?;
    let end = values.get(2).filter(|value| !value.is_nil()).map(index).transpose()?;
    match &values[0] {
        Value::Nil => Ok(Value::Nil),
        Value::Text(text) => {
            let place = |count: usize| match count {
                count if count == text.chars().count() => Some(text.len()),
                count => text.char_indices().nth(count).map(|(at, _)| at),
            };
            let end = end.map_or(Some(text.len()), place);
            match (place(start), end) {
                (Some(start), Some(end)) if start <= end => Ok(slice(text, start..end)),
                _ => Err(Raised::new(format!("the text has {} characters only", text.chars().count()))),
            }
        }
        Value::List(entries) => match entries.get(start..end.unwrap_or(entries.len())) {
            Some(part) => Ok(Value::list(part.to_vec())),
            None => Err(Raised::new(format!("the list has {} entries only", entries.len()))),
        },
        other => Err(Raised::new(format!("{} is neither text nor a list", other.kind()))),
    }
}

fn length<'r>(values: &[Value<'_>]) -> Evaluated<'r> {
    let length = match &values[0] {
        Value::Text(text) => text.chars().count(),
        Value::Bytes(bytes) => bytes.len(),
        other => elements(other)?.len(),
    };
    Ok(Value::Integer(length as i128))
}

fn element<'r>(values: &[Value<'r>]) -> Evaluated<'r> {
    let at = index(&values[1])?;
    let found = match &values[0] {
        Value::Nil => return Ok(Value::Nil),
        Value::Text(text) => text.chars().nth(at).map(Value::Character),
        other => elements(other)?.into_iter().nth(at),
    };
    found.ok_or_else(|| Raised::new(format!("there is nothing at place {at}")))
}

fn mapped<'r>(values: &[Value<'_>], change: fn(&str) -> String) -> Evaluated<'r> {
    Ok(text(&values[0])?.map_or(Value::Nil, |text| Value::text(change(&text))))
}

/// Each word with one capital, at its start.
fn capitalized(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut in_word = false;
    for char in text.chars() {
        match in_word {
            true => out.extend(char.to_lowercase()),
            false => out.extend(char.to_uppercase()),
        }
        in_word = char.is_alphanumeric();
    }
    out
}

fn trimmed<'r>(values: &[Value<'r>], left: bool, right: bool) -> Evaluated<'r> {
    let bag = elements(&values[0])?;
    let is_in_bag =
        |char: char| bag.iter().any(|one| matches!(one, Value::Character(other) if *other == char));
    let text = match &values[1] {
        Value::Nil => return Ok(Value::Nil),
        Value::Text(text) => text,
        other => return Err(Raised::new(format!("{} is not text", other.kind()))),
    };
    let kept = if left { text.trim_start_matches(is_in_bag) } else { text };
    let start = text.len() - kept.len();
    let kept = if right { kept.trim_end_matches(is_in_bag) } else { kept };
    Ok(slice(text, start..start + kept.len()))
}

/// Nil is equal to nil only.
fn compared<'r>(values: &[Value<'_>], holds: fn(&str, &str) -> bool) -> Evaluated<'r> {
    Ok(Value::truth(match (text(&values[0])?, text(&values[1])?) {
        (Some(one), Some(other)) => holds(&one, &other),
        (one, other) => one.is_none() && other.is_none(),
    }))
}

fn search<'r>(values: &[Value<'_>]) -> Evaluated<'r> {
    let (Some(part), Some(whole)) = (text(&values[0])?, text(&values[1])?) else { return Ok(Value::Nil) };
    Ok(whole.find(&*part).map_or(Value::Nil, |at| place(&whole, at)))
}

/// A place in bytes as one in characters.
fn place<'r>(text: &str, at: usize) -> Value<'r> {
    Value::Integer(text[..at].chars().count() as i128)
}

fn remove_if<'r>(evaluator: &mut Evaluator<'r>, values: &[Value<'r>]) -> Evaluated<'r> {
    let callee = evaluator.callee(&values[0])?;
    let mut kept = Vec::new();
    for entry in elements(&values[1])? {
        if evaluator.funcall(&callee, std::slice::from_ref(&entry))?.is_nil() {
            kept.push(entry);
        }
    }
    sequence(&values[1], kept)
}

fn split_sequence<'r>(values: &[Value<'r>]) -> Evaluated<'r> {
    let drops_empty = keyword(values, "remove-empty-subseqs").is_some_and(|value| !value.is_nil());
    let (delimiter, text) = match (&values[0], &values[1]) {
        (_, Value::Nil) => return Ok(Value::Nil),
        (Value::Character(delimiter), Value::Text(text)) => (*delimiter, text),
        (delimiter, other) => {
            let (delimiter, other) = (delimiter.kind(), other.kind());
            return Err(Raised::new(format!(
                "split-sequence takes a character and text, not {delimiter} and {other}"
            )));
        }
    };
    let mut parts = Vec::new();
    let mut start = 0;
    for part in text.split(delimiter) {
        if !(drops_empty && part.is_empty()) {
            parts.push(slice(text, start..start + part.len()));
        }
        start += part.len() + delimiter.len_utf8();
    }
    Ok(Value::list(parts))
}

fn replaced<'r>(values: &[Value<'r>], all: bool) -> Evaluated<'r> {
    match (text(&values[0])?, text(&values[1])?, text(&values[2])?) {
        (_, None, _) => Ok(Value::Nil),
        (Some(expression), Some(text), Some(replacement)) => {
            pattern::replace(&expression, &text, &replacement, all).map(Value::text)
        }
        _ => Err(Raised::new("NULL is neither a regular expression nor a replacement")),
    }
}

/// Start and end of the first match.
fn scan<'r>(values: &[Value<'r>], more: &mut Vec<Value<'r>>) -> Evaluated<'r> {
    let (Some(expression), Some(text)) = (text(&values[0])?, text(&values[1])?) else {
        return Ok(Value::Nil);
    };
    let found = pattern::compiled(&expression)?.find(&text).map(|found| found.range());
    Ok(found.map_or(Value::Nil, |range| {
        more.push(place(&text, range.end));
        place(&text, range.start)
    }))
}
