//! `USING` expressions: a small, safe subset of Common Lisp over the fields of a row.
//!
//! Text → [`read`] → [`Form`] → [`Form::compile`] → [`Expression`] → a value for each row. Nothing here has side
//! effects; steps, nesting and sizes are bounded.

mod fault;
mod form;
mod library;
mod node;
mod reader;

pub use fault::Fault;
pub use form::{Form, Shape, read};
pub use library::Library;
