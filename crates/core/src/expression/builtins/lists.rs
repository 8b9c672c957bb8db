//! Lists, and calling functions.

use super::super::evaluate::{Evaluated, Evaluator};
use super::super::number::index;
use super::super::raised::Raised;
use super::super::value::Value;
use super::{ANY, Builtin, elements};

pub(super) const BUILTINS: &[Builtin] = &[
    Builtin::plain("identity", 1, 1, |values| Ok(values[0].clone())),
    Builtin::plain("list", 0, ANY, |values| Ok(Value::list(values.to_vec()))),
    Builtin::plain("first", 1, 1, |values| at(&values[0], 0)),
    Builtin::plain("second", 1, 1, |values| at(&values[0], 1)),
    Builtin::plain("third", 1, 1, |values| at(&values[0], 2)),
    Builtin::plain("car", 1, 1, |values| at(&values[0], 0)),
    Builtin::plain("nth", 2, 2, |values| at(&values[1], index(&values[0])?)),
    Builtin::plain("rest", 1, 1, |values| {
        Ok(Value::list(entries(&values[0])?.iter().skip(1).cloned().collect()))
    }),
    Builtin::plain("cdr", 1, 1, |values| {
        Ok(Value::list(entries(&values[0])?.iter().skip(1).cloned().collect()))
    }),
    Builtin::plain("last", 1, 1, last),
    Builtin::plain("append", 0, ANY, append),
    Builtin::calling("mapcar", 2, ANY, mapcar),
    Builtin::calling("reduce", 2, 2, reduce).keys(&["initial-value"]),
    Builtin::calling("funcall", 1, ANY, funcall),
    Builtin::calling("apply", 2, ANY, apply),
];

/// `funcall`, for code that is made and not written.
pub(in super::super) static FUNCALL: Builtin = Builtin::calling("funcall", 1, ANY, funcall);

fn funcall<'r>(evaluator: &mut Evaluator<'r>, values: &[Value<'r>]) -> Evaluated<'r> {
    let callee = evaluator.callee(&values[0])?;
    evaluator.funcall(&callee, &values[1..])
}

fn entries<'a, 'r>(value: &'a Value<'r>) -> Result<&'a [Value<'r>], Raised> {
    match value {
        Value::Nil => Ok(&[]),
        Value::List(values) => Ok(values),
        other => Err(Raised::new(format!("{} is not a list", other.kind()))),
    }
}

fn at<'r>(value: &Value<'r>, index: usize) -> Evaluated<'r> {
    Ok(entries(value)?.get(index).cloned().unwrap_or(Value::Nil))
}

/// The list of the last entry.
fn last<'r>(values: &[Value<'r>]) -> Evaluated<'r> {
    Ok(Value::list(entries(&values[0])?.last().cloned().into_iter().collect()))
}

fn append<'r>(values: &[Value<'r>]) -> Evaluated<'r> {
    let mut all = Vec::new();
    for value in values {
        all.extend_from_slice(entries(value)?);
    }
    Ok(Value::list(all))
}

/// As many calls as the shortest list has entries.
fn mapcar<'r>(evaluator: &mut Evaluator<'r>, values: &[Value<'r>]) -> Evaluated<'r> {
    let callee = evaluator.callee(&values[0])?;
    let lists = values[1..].iter().map(entries).collect::<Result<Vec<_>, _>>()?;
    let length = lists.iter().map(|list| list.len()).min().unwrap_or(0);
    let mut results = Vec::with_capacity(length);
    for index in 0..length {
        let arguments: Vec<Value<'_>> = lists.iter().map(|list| list[index].clone()).collect();
        results.push(evaluator.funcall(&callee, &arguments)?);
    }
    Ok(Value::list(results))
}

fn reduce<'r>(evaluator: &mut Evaluator<'r>, values: &[Value<'r>]) -> Evaluated<'r> {
    let callee = evaluator.callee(&values[0])?;
    let mut entries = elements(&values[1])?.into_iter();
    let initial = super::keyword(&values[2..], "initial-value").cloned();
    let Some(mut result) = initial.or_else(|| entries.next()) else {
        return evaluator.funcall(&callee, &[]);
    };
    for entry in entries {
        result = evaluator.funcall(&callee, &[result, entry])?;
    }
    Ok(result)
}

fn apply<'r>(evaluator: &mut Evaluator<'r>, values: &[Value<'r>]) -> Evaluated<'r> {
    let callee = evaluator.callee(&values[0])?;
    let (list, plain) = values[1..].split_last().ok_or_else(|| Raised::new("apply takes a list"))?;
    let arguments: Vec<Value<'_>> = plain.iter().chain(entries(list)?).cloned().collect();
    evaluator.funcall(&callee, &arguments)
}
