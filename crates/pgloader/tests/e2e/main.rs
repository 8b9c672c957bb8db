//! The binary against real servers.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod bad_input;
mod binary;
mod browser;
mod cases;
mod command_line;
mod concurrency;
mod connections;
mod coverage;
mod csv_files;
mod dry_run;
mod effects;
mod exit_codes;
mod expressions;
mod guide;
mod interrupt;
mod kit;
mod lost_connection;
mod preparations;
mod progress;
mod regress;
mod reports;
mod secrets;
mod shipped;
mod source_target;
