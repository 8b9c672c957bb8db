//! PostgreSQL 9.6 and later.

mod catalog;
mod dialect;
mod errors;
mod session;
mod write;

use async_trait::async_trait;
use pgloader_core::load::TableLoad;
use pgloader_core::target::{ConnectError, Dialect, Loading, Session, Target};
use pgloader_core::{Error, Result};
use pgloader_postgres_client::{Config, Connection};

use crate::server::connect_error;

pub use dialect::Postgres as PostgresDialect;

/// The schemes of its connection strings.
pub const SCHEMES: [&str; 3] = ["postgresql", "postgres", "pgsql"];

/// The oldest server that is supported.
const OLDEST: u32 = 90_600;

/// One database of a PostgreSQL server. Every session and writer has its own connection.
#[derive(Debug)]
pub struct PostgresTarget {
    config: Config,
}

impl PostgresTarget {
    /// The database that `config` names; its settings are made in every connection.
    pub fn new(config: Config) -> PostgresTarget {
        PostgresTarget { config }
    }
}

#[async_trait]
impl Target for PostgresTarget {
    fn dialect(&self) -> &'static dyn Dialect {
        &PostgresDialect
    }

    async fn session(&self) -> Result<Box<dyn Session>, ConnectError> {
        let connection = connect(&self.config).await?;
        Ok(Box::new(session::PostgresSession::new(connection)))
    }

    async fn load(&self, load: &TableLoad) -> Result<Box<dyn Loading>> {
        Ok(Box::new(write::PostgresLoading::new(self.config.clone(), load)))
    }

    fn steps(&self, load: &TableLoad) -> Vec<String> {
        vec![write::copy_statement(load)]
    }
}

/// A connection to a server that is new enough.
async fn connect(config: &Config) -> Result<Connection, ConnectError> {
    let connection = Connection::connect(config).await.map_err(|error| connect_error(&error))?;
    match connection.server_version_num() {
        Some(version) if version < OLDEST => Err(ConnectError::Fatal(too_old(&connection))),
        _ => Ok(connection),
    }
}

fn too_old(connection: &Connection) -> Error {
    let version = connection.parameter("server_version").unwrap_or("unknown");
    Error::new(format!(
        "the server is of version {version}; PostgreSQL 9.6 or later, or Amazon Redshift, is needed"
    ))
}
