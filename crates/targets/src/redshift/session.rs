//! Catalog queries and statements.

use std::time::Instant;

use async_trait::async_trait;
use pgloader_core::catalog::{Table, TableName};
use pgloader_core::target::{Cancel, Session};
use pgloader_core::{Error, Result};
use pgloader_postgres_client::Connection;

use super::{catalog, secret};
use crate::server::{StatementCancel, describe, first_line, log_notices_as, redact, with_texts};

pub(super) struct RedshiftSession {
    connection: Connection,
}

impl RedshiftSession {
    pub(super) fn new(connection: Connection) -> RedshiftSession {
        RedshiftSession { connection }
    }

    async fn run(&mut self, statement: &str) -> Result<()> {
        let results = self.connection.simple_query(statement).await;
        log_notices_as(&mut self.connection, shown);
        results.map(drop).map_err(|error| with_texts(describe(&error), shown))
    }

    async fn logged(&mut self, statement: &str) -> Result<()> {
        let statement_shown = shown(statement);
        tracing::debug!(severity = "SQL", "{statement_shown}");
        let start = Instant::now();
        self.run(statement).await.map_err(|error| error.query(statement_shown.clone()))?;
        tracing::info!("{} ({:.3} s)", first_line(&statement_shown), start.elapsed().as_secs_f64());
        Ok(())
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
        if let [statement] = statements {
            return self.logged(statement).await;
        }
        self.run("BEGIN").await?;
        for statement in statements {
            if let Err(error) = self.logged(statement).await {
                // Where even this fails the connection is gone, and the transaction with it.
                let _ = self.run("ROLLBACK").await;
                return Err(error);
            }
        }
        self.run("COMMIT").await.map_err(|error| Error { query: Some("COMMIT".into()), ..error })
    }

    fn canceller(&self) -> Box<dyn Cancel> {
        Box::new(StatementCancel(self.connection.canceller()))
    }
}
