//! The functions that expressions may call, besides transforms.

mod arithmetic;
mod conversion;
mod lists;
mod predicates;
mod strings;
mod time;

pub(super) use lists::FUNCALL;

use super::evaluate::{Evaluated, Evaluator};
use super::raised::Raised;
use super::value::Value;

/// A function of Common Lisp, as far as expressions need it.
/// Source of their behaviour: the Common Lisp HyperSpec, and for `scan` and `regex-replace` that of CL-PPCRE.
#[derive(Debug)]
pub(super) struct Builtin {
    pub(super) name: &'static str,
    /// Arguments by position, at least.
    pub(super) least: usize,
    /// Arguments by position, at most.
    pub(super) most: usize,
    /// Names of arguments behind those.
    pub(super) keys: &'static [&'static str],
    pub(super) run: Run,
}

/// How a function is run. The number of arguments is right, and keywords are known and in pairs.
#[derive(Debug, Clone, Copy)]
pub(super) enum Run {
    Plain(for<'r> fn(&[Value<'r>]) -> Evaluated<'r>),
    /// Adds further values to the second argument.
    Several(for<'r> fn(&[Value<'r>], &mut Vec<Value<'r>>) -> Evaluated<'r>),
    /// Calls functions among its arguments.
    Calling(for<'r> fn(&mut Evaluator<'r>, &[Value<'r>]) -> Evaluated<'r>),
}

/// No limit to the number of arguments.
pub(super) const ANY: usize = usize::MAX;

static FAMILIES: [&[Builtin]; 6] = [
    arithmetic::BUILTINS,
    conversion::BUILTINS,
    lists::BUILTINS,
    predicates::BUILTINS,
    strings::BUILTINS,
    time::BUILTINS,
];

impl Builtin {
    const fn plain(
        name: &'static str,
        least: usize,
        most: usize,
        function: for<'r> fn(&[Value<'r>]) -> Evaluated<'r>,
    ) -> Builtin {
        Builtin { name, least, most, keys: &[], run: Run::Plain(function) }
    }

    const fn several(
        name: &'static str,
        least: usize,
        most: usize,
        function: for<'r> fn(&[Value<'r>], &mut Vec<Value<'r>>) -> Evaluated<'r>,
    ) -> Builtin {
        Builtin { name, least, most, keys: &[], run: Run::Several(function) }
    }

    const fn calling(
        name: &'static str,
        least: usize,
        most: usize,
        function: for<'r> fn(&mut Evaluator<'r>, &[Value<'r>]) -> Evaluated<'r>,
    ) -> Builtin {
        Builtin { name, least, most, keys: &[], run: Run::Calling(function) }
    }

    const fn keys(mut self, keys: &'static [&'static str]) -> Builtin {
        self.keys = keys;
        self
    }

    /// All there are.
    pub(super) fn all() -> impl Iterator<Item = &'static Builtin> {
        FAMILIES.iter().copied().flatten()
    }

    /// The one of this name, in lower case.
    pub(super) fn find(name: &str) -> Option<&'static Builtin> {
        Builtin::all().find(|builtin| builtin.name == name)
    }

    /// Checks the arguments of a call whose number was not known when it was read.
    pub(super) fn check(&self, arguments: &[Value<'_>]) -> Result<(), Raised> {
        let given = arguments.len();
        let behind = arguments.get(self.most.min(given)..).unwrap_or_default();
        match given < self.least || (!behind.is_empty() && self.keys.is_empty()) {
            true => Err(Raised::new(format!("{} gets {given} values", self.name))),
            false => Ok(()),
        }
    }
}

/// What stands behind the keyword `name`.
pub(super) fn keyword<'a, 'r>(arguments: &'a [Value<'r>], name: &str) -> Option<&'a Value<'r>> {
    let is_it = |value: &Value<'_>| match value {
        Value::Symbol(symbol) => symbol.strip_prefix(':') == Some(name),
        _ => false,
    };
    let at = arguments.iter().position(is_it)?;
    arguments.get(at + 1)
}

/// The entries of a list, or the characters of a text.
fn elements<'r>(value: &Value<'r>) -> Result<Vec<Value<'r>>, Raised> {
    match value {
        Value::Nil => Ok(Vec::new()),
        Value::List(values) => Ok(values.to_vec()),
        Value::Text(text) => Ok(text.chars().map(Value::Character).collect()),
        other => Err(Raised::new(format!("{} is neither text nor a list", other.kind()))),
    }
}

/// A sequence of the same kind as `like` from these entries.
fn sequence<'r>(like: &Value<'_>, values: Vec<Value<'r>>) -> Evaluated<'r> {
    match like {
        Value::Text(_) => text_of(&values),
        _ => Ok(Value::list(values)),
    }
}

/// The text that these characters make.
fn text_of<'r>(values: &[Value<'_>]) -> Evaluated<'r> {
    let mut text = String::with_capacity(values.len());
    for value in values {
        match value {
            Value::Character(char) => text.push(*char),
            other => return Err(Raised::new(format!("{} is not a character", other.kind()))),
        }
    }
    Ok(Value::text(text))
}
