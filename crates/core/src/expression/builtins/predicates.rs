//! Questions about values.

use super::super::compare::{eql, equalp};
use super::super::evaluate::{Evaluated, Evaluator};
use super::super::raised::Raised;
use super::super::value::Value;
use super::{ANY, Builtin, elements};

pub(super) const BUILTINS: &[Builtin] = &[
    Builtin::plain("not", 1, 1, |values| Ok(Value::truth(values[0].is_nil()))),
    Builtin::plain("null", 1, 1, |values| Ok(Value::truth(values[0].is_nil()))),
    Builtin::plain("eq", 2, 2, |values| Ok(Value::truth(eql(&values[0], &values[1])))),
    Builtin::plain("eql", 2, 2, |values| Ok(Value::truth(eql(&values[0], &values[1])))),
    Builtin::plain("equal", 2, 2, |values| Ok(Value::truth(eql(&values[0], &values[1])))),
    Builtin::plain("equalp", 2, 2, |values| Ok(Value::truth(equalp(&values[0], &values[1])))),
    Builtin::plain("char=", 1, ANY, same_characters),
    Builtin::plain("stringp", 1, 1, |values| Ok(Value::truth(matches!(values[0], Value::Text(_))))),
    Builtin::plain("integerp", 1, 1, |values| Ok(Value::truth(matches!(values[0], Value::Integer(_))))),
    Builtin::plain("floatp", 1, 1, |values| Ok(Value::truth(matches!(values[0], Value::Float(_))))),
    Builtin::plain("numberp", 1, 1, |values| {
        Ok(Value::truth(matches!(values[0], Value::Integer(_) | Value::Float(_))))
    }),
    Builtin::plain("symbolp", 1, 1, |values| {
        Ok(Value::truth(matches!(values[0], Value::Symbol(_) | Value::Nil | Value::True)))
    }),
    Builtin::plain("listp", 1, 1, |values| {
        Ok(Value::truth(matches!(values[0], Value::List(_) | Value::Nil)))
    }),
    Builtin::plain("consp", 1, 1, |values| Ok(Value::truth(matches!(values[0], Value::List(_))))),
    Builtin::calling("every", 2, 2, every),
    Builtin::calling("some", 2, 2, some),
];

fn same_characters<'r>(values: &[Value<'_>]) -> Evaluated<'r> {
    match values.iter().find(|value| !matches!(value, Value::Character(_))) {
        Some(other) => Err(Raised::new(format!("{} is not a character", other.kind()))),
        None => Ok(Value::truth(values.windows(2).all(|pair| eql(&pair[0], &pair[1])))),
    }
}

fn every<'r>(evaluator: &mut Evaluator<'r>, values: &[Value<'r>]) -> Evaluated<'r> {
    let callee = evaluator.callee(&values[0])?;
    for element in elements(&values[1])? {
        if evaluator.funcall(&callee, &[element])?.is_nil() {
            return Ok(Value::Nil);
        }
    }
    Ok(Value::True)
}

fn some<'r>(evaluator: &mut Evaluator<'r>, values: &[Value<'r>]) -> Evaluated<'r> {
    let callee = evaluator.callee(&values[0])?;
    for element in elements(&values[1])? {
        let found = evaluator.funcall(&callee, &[element])?;
        if !found.is_nil() {
            return Ok(found);
        }
    }
    Ok(Value::Nil)
}
