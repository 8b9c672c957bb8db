//! A private, throw-away PostgreSQL server for tests, demos and benches.
//!
//! [`Server::builder`] starts one in a temporary directory on a free port, owned by an
//! unprivileged account when the caller is root (PostgreSQL refuses root). Dropping the
//! [`Server`] stops it and removes the directory; when the process is killed instead, the kernel
//! stops the server and the next start removes the directory.
//!
//! Needs PostgreSQL 10 or later and `setpriv` (util-linux). The superuser is `postgres`.

mod builder;
mod directory;
mod error;
mod process;
mod programs;
mod server;
pub mod signals;

pub use builder::Builder;
pub use error::Error;
pub use process::StopMode;
pub use server::Server;
