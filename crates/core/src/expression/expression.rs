//! A compiled expression.

use std::sync::Arc;

use super::code::{Call, Code, Target};
use super::evaluate::Evaluator;
use super::library::Library;
use super::value::Value;
use crate::row::Row;
use crate::transform::{Field, IsNull, Transform};

/// An expression whose names are tied to the fields of a row. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Expression {
    code: Arc<Code>,
    library: Library,
    text: Arc<str>,
}

/// What a row's value is, or why it has none.
pub type Outcome = Result<IsNull, String>;

impl Expression {
    pub(super) fn new(code: Code, library: Library, text: &str) -> Expression {
        Expression { code: Arc::new(code), library, text: text.into() }
    }

    /// What was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Appends the value for `row`, as text in UTF-8. A transform of fields allocates nothing.
    ///
    /// # Errors
    /// The row has no value, for this reason, or a limit on steps, nesting or size was reached. `out` is as before.
    pub fn evaluate(&self, row: &Row<'_>, out: &mut Vec<u8>) -> Outcome {
        match &*self.code {
            Code::Field(index) => Ok(match row.field(*index) {
                Some(value) => {
                    out.extend_from_slice(value);
                    IsNull::No
                }
                None => IsNull::Yes,
            }),
            Code::Call(call) => match direct(call) {
                Some((transform, fields)) => {
                    let fields = fields.map(|field| field.and_then(|field| row.field(field)));
                    let fields = fields.map(|field| field.map_or(Field::Null, Field::Text));
                    transform
                        .apply(&fields[..transform.arity()], out)
                        .map_err(|reason| format!("{reason} in {}", call.text))
                }
                None => self.any(row, out),
            },
            _ => self.any(row, out),
        }
    }

    fn any(&self, row: &Row<'_>, out: &mut Vec<u8>) -> Outcome {
        let mut evaluator = Evaluator::new(*row, &self.library.0);
        if let Code::Format(call) = &*self.code {
            let mut text = String::new();
            let written = evaluator.write_format(call, &mut text).map_err(|raised| raised.message)?;
            out.extend_from_slice(text.as_bytes());
            return Ok(if written { IsNull::No } else { IsNull::Yes });
        }
        match evaluator.value(&self.code).map_err(|raised| raised.message)? {
            Value::Nil => Ok(IsNull::Yes),
            Value::Symbol(name) if &*name == ":null" => Ok(IsNull::Yes),
            Value::Text(text) => {
                out.extend_from_slice(text.as_bytes());
                Ok(IsNull::No)
            }
            value @ (Value::List(_) | Value::Function(_)) => {
                Err(format!("the result is {}, which is no value of a column", value.kind()))
            }
            value => {
                let mut text = String::new();
                value.print(&mut text);
                out.extend_from_slice(text.as_bytes());
                Ok(IsNull::No)
            }
        }
    }
}

/// The transform and the fields of a call that is nothing but that.
fn direct(call: &Call) -> Option<(&'static Transform, [Option<usize>; 2])> {
    let Target::Transform(transform) = call.target else { return None };
    let mut fields = [None; 2];
    for (field, code) in fields.iter_mut().zip(&call.arguments) {
        let Code::Field(index) = code else { return None };
        *field = Some(*index);
    }
    Some((transform, fields))
}
