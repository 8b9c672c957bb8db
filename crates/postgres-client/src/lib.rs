//! A thin wire client for PostgreSQL.
//!
//! [`Config::from_uri`] turns a connection string and the [`Environment`] into a [`Config`];
//! [`Connection::connect`] opens a session; [`Connection::simple_query`] and
//! [`Connection::copy_in`] use it, both over the simple query protocol, so that one string of
//! several statements is one transaction and one round trip. A [`Canceller`] interrupts from outside.

mod auth;
mod cancel;
mod config;
mod connection;
mod copy;
mod endpoint;
mod environment;
mod error;
mod hosts;
mod jdbc;
mod keyvalue;
mod keywords;
mod layers;
mod outgoing;
mod percent;
mod pgpass;
mod quote;
mod resolve;
mod servers;
mod service;
mod settings;
mod startup;
mod tls;
mod uri;
mod user_info;
mod version;
mod wire;

pub use cancel::Canceller;
pub use config::{Config, Host, PasswordOrigin, SslMode};
pub use connection::{Column, Connection, QueryResult, TransactionStatus};
pub use copy::{CopyError, CopyOutcome};
pub use environment::Environment;
pub use error::{DbError, Error, Notice};
pub use quote::{quote_identifier, quote_literal};
pub use uri::UriError;
pub use version::{Product, product, version_number};
