//! Rows, batches, encoders and the traits in which sources and targets meet.
//!
//! Nothing here does IO, starts a thread or knows a database by name.

pub mod batch;
pub mod catalog;
pub mod encode;
pub mod error;
pub mod expression;
pub mod load;
pub mod option;
pub mod projection;
pub mod row;
pub mod source;
pub mod target;
pub mod transform;

pub use batch::{Batch, Chunk, Rows};
pub use catalog::{Catalog, Column, Table, TableName};
pub use error::{Error, Result};
pub use row::{Row, Span};
