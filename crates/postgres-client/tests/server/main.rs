//! The client against real servers, and against scripted ones where a real one cannot be
//! brought to misbehave.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that meets what it does not expect has failed")]

mod auth;
mod copy;
mod fake;
mod session;
mod support;
mod tls;
