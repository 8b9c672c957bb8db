//! Where rows go, one folder a target.

pub mod postgres;
mod server;
