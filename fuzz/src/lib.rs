//! What must hold of any input, one function a target: each panics where it does not.
//!
//! The targets call these with what libFuzzer makes up, the test `fuzz_seeds` of the crate `pgloader` with the seeds and
//! changes to them. What must hold of CSV files looks into the reader, so it stands in `pgloader_sources::csv::fuzz`.

pub mod expressions;
pub mod load_language;
pub mod uris;
