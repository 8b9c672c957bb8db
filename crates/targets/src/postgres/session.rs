//! Catalog queries and statements.

use std::time::Instant;

use async_trait::async_trait;
use pgloader_core::catalog::{Table, TableName};
use pgloader_core::target::{Cancel, Session};
use pgloader_core::{Error, Result};
use pgloader_postgres_client::{Canceller, Connection};

use super::errors::describe;
use super::{catalog, redact::redact};

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
        results.map(tag).map_err(|error| shown(describe(&error)))
    }
}

/// What the server remarks at WARNING is for the user too.
pub(super) fn log_notices(connection: &mut Connection) {
    for notice in connection.take_notices() {
        match notice.severity.as_str() {
            "WARNING" => tracing::warn!("{}", redact(&notice.message)),
            _ => tracing::debug!("{}: {}", notice.severity, redact(&notice.message)),
        }
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

/// An error of a user's statement, whose text the server may repeat.
fn shown(mut error: Error) -> Error {
    error.message = redact(&error.message);
    for part in [&mut error.detail, &mut error.context, &mut error.query, &mut error.hint] {
        *part = part.take().map(|text| redact(&text).into());
    }
    error
}

/// Enough of a statement to know it by.
fn first_line(statement: &str) -> &str {
    statement.lines().next().unwrap_or_default().trim_end()
}

/// Ends the statement that a connection is running.
pub(super) struct StatementCancel(pub(super) Canceller);

#[async_trait]
impl Cancel for StatementCancel {
    async fn cancel(&self) {
        if let Err(error) = self.0.cancel().await {
            tracing::debug!("cannot cancel: {error}");
        }
    }
}
