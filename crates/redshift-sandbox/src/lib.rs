//! A local stand-in for Amazon Redshift and S3, for tests, demos and users' own CI. It is not Redshift.
//!
//! It shares no code with the loader, so that a misunderstanding there is not repeated here.

pub mod copy;
pub mod error;
pub mod fault;
pub mod lexer;
pub mod model;
