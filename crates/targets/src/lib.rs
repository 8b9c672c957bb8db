//! Where rows go, one folder a target.

pub mod postgres;
pub mod redshift;
mod server;

pub use server::{product, redact};
