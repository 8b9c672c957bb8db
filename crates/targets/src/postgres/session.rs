//! Catalog queries and statements.

use std::time::Instant;

use async_trait::async_trait;
use pgloader_core::catalog::{Table, TableName};
use pgloader_core::target::{Cancel, Session};
use pgloader_core::{Error, Result};
use pgloader_postgres_client::Connection;

use super::catalog;
use crate::server::{StatementCancel, describe, first_line, log_notices, redact, with_texts};

pub(super) struct PostgresSession {
    connection: Connection,
}

impl PostgresSession {
    pub(super) fn new(connection: Connection) -> PostgresSession {
        PostgresSession { connection }
    }

    /// Runs one statement and shows what the server remarks.
    async fn run(&mut self, statement: &str) -> Result<String> {
        let results = self.connection.simple_query(statement).await;
        log_notices(&mut self.connection);
        let tag = |results: Vec<pgloader_postgres_client::QueryResult>| {
            results.into_iter().next_back().map(|result| result.tag).unwrap_or_default()
        };
        results.map(tag).map_err(|error| with_texts(describe(&error), redact))
    }
}

#[async_trait]
impl Session for PostgresSession {
    async fn table(&mut self, name: &TableName) -> Result<Option<Table>> {
        catalog::table(&mut self.connection, name).await
    }

    async fn transaction(&mut self, statements: &[String]) -> Result<()> {
        self.run("BEGIN").await?;
        for statement in statements {
            tracing::debug!(severity = "SQL", "{}", redact(statement));
            let start = Instant::now();
            if let Err(error) = self.run(statement).await {
                // Where even this fails the connection is gone, and the transaction with it.
                let _ = self.run("ROLLBACK").await;
                return Err(error.query(redact(statement)));
            }
            tracing::info!("{} ({:.3} s)", first_line(&redact(statement)), start.elapsed().as_secs_f64());
        }
        match self.run("COMMIT").await?.as_str() {
            "ROLLBACK" => Err(Error::new("the server rolled the transaction back at its end")),
            _ => Ok(()),
        }
    }

    fn canceller(&self) -> Box<dyn Cancel> {
        Box::new(StatementCancel(self.connection.canceller()))
    }
}
