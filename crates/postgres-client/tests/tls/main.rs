//! Certificates and modes of encryption against a real server, with psql as the judge of every case.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that meets what it does not expect has failed"
)]

mod certificates;
mod client;
mod judge;
mod server;
