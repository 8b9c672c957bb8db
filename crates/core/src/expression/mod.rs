//! `USING` expressions: a small, safe subset of Common Lisp over the fields of a row.
//!
//! Text → [`read`] → [`Form`] → [`Form::compile`] → [`Expression`] → a value for each row. Nothing here has side
//! effects; steps, nesting and sizes are bounded.

mod builtins;
mod code;
mod compare;
mod compile;
mod evaluate;
#[expect(clippy::module_inception, reason = "the file is named for its type, as its siblings are")]
mod expression;
mod fault;
mod form;
mod format;
mod library;
mod names;
mod node;
mod number;
mod pattern;
mod raised;
mod reader;
mod special;
mod value;

pub use expression::Expression;
pub use fault::Fault;
pub use form::{Form, Scope, Shape, read};
pub use library::Library;

#[cfg(test)]
mod tests;
