//! Catalog queries and statements.

use async_trait::async_trait;
use pgloader_core::Result;
use pgloader_core::catalog::{Table, TableName};
use pgloader_core::target::{Cancel, Session};
use pgloader_postgres_client::Connection;

use super::{catalog, secret};
use crate::server::{self, StatementCancel, redact};

pub(super) struct RedshiftSession {
    connection: Connection,
}

impl RedshiftSession {
    pub(super) fn new(connection: Connection) -> RedshiftSession {
        RedshiftSession { connection }
    }
}

/// A user's statement, or what the server says of one, as it may be shown.
fn shown(text: &str) -> String {
    redact(&secret::mask(text, None))
}

#[async_trait]
impl Session for RedshiftSession {
    async fn table(&mut self, name: &TableName) -> Result<Option<Table>> {
        catalog::table(&mut self.connection, name).await
    }

    /// One statement goes without a block, since several kinds (TRUNCATE, VACUUM, ANALYZE) want none.
    async fn transaction(&mut self, statements: &[String]) -> Result<()> {
        match statements {
            [statement] => server::statement(&mut self.connection, statement, shown).await,
            statements => server::transaction(&mut self.connection, statements, shown).await,
        }
    }

    fn canceller(&self) -> Box<dyn Cancel> {
        Box::new(StatementCancel(self.connection.canceller()))
    }
}
