//! The binary against the stand-in for Redshift and S3.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod bad_rows;
mod bench;
mod commits;
mod connections;
mod faults;
mod interrupt;
mod judges;
#[path = "../e2e/kit.rs"]
#[expect(dead_code, reason = "the other suite uses the rest")]
mod kit;
mod modes;
mod objects;
mod specification;
mod statements;
mod values;
