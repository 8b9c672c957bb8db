//! The binary against real servers.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod bad_input;
mod cases;
mod command_line;
mod concurrency;
mod coverage;
mod dry_run;
mod guide;
mod interrupt;
mod kit;
mod lost_connection;
mod preparations;
mod regress;
mod secrets;
mod shipped;
mod source_target;
