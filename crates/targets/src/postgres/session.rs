//! Catalog queries and statements.

use async_trait::async_trait;
use pgloader_core::Result;
use pgloader_core::catalog::{Table, TableName};
use pgloader_core::target::{Cancel, Session};
use pgloader_postgres_client::Connection;

use super::catalog;
use crate::server::{self, StatementCancel, redact};

pub(super) struct PostgresSession {
    connection: Connection,
}

impl PostgresSession {
    pub(super) fn new(connection: Connection) -> PostgresSession {
        PostgresSession { connection }
    }
}

#[async_trait]
impl Session for PostgresSession {
    async fn table(&mut self, name: &TableName) -> Result<Option<Table>> {
        catalog::table(&mut self.connection, name).await
    }

    async fn transaction(&mut self, statements: &[String]) -> Result<()> {
        server::transaction(&mut self.connection, statements, redact).await
    }

    fn canceller(&self) -> Box<dyn Cancel> {
        Box::new(StatementCancel(self.connection.canceller()))
    }
}
