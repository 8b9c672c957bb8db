//! Catalog queries and statements.

use async_trait::async_trait;
use pgloader_core::catalog::{Table, TableName};
use pgloader_core::target::{Cancel, Session};
use pgloader_core::{Error, Result};
use pgloader_postgres_client::{Canceller, Connection};

use super::{catalog, errors::describe};

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
        results.map(tag).map_err(|error| describe(&error))
    }
}

/// What the server remarks at WARNING is for the user too.
pub(super) fn log_notices(connection: &mut Connection) {
    for notice in connection.take_notices() {
        match notice.severity.as_str() {
            "WARNING" => tracing::warn!("{}", notice.message),
            _ => tracing::debug!("{}: {}", notice.severity, notice.message),
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
            if let Err(error) = self.run(statement).await {
                // Where even this fails the connection is gone, and the transaction with it.
                let _ = self.run("ROLLBACK").await;
                return Err(error.query(redact(statement)));
            }
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

/// A statement as it may be shown: without the literal that follows the word PASSWORD.
fn redact(statement: &str) -> String {
    let mut out = String::with_capacity(statement.len());
    let mut rest = statement;
    let lower = statement.to_ascii_lowercase();
    while let Some(at) = lower[statement.len() - rest.len()..].find("password") {
        let (before, after) = rest.split_at(at + "password".len());
        out += before;
        let literal = after.trim_start_matches(|char: char| char.is_whitespace() || char == '=');
        let start = after.len() - literal.len();
        rest = match literal.strip_prefix('\'').and_then(|text| text.find('\'')) {
            Some(length) => {
                out += &after[..start];
                out += "'***'";
                &literal[length + 2..]
            }
            None => after,
        };
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::redact;

    #[test]
    fn passwords_in_statements_are_not_shown() {
        let cases = [
            ("ALTER ROLE r PASSWORD 'secret' LOGIN", "ALTER ROLE r PASSWORD '***' LOGIN"),
            (
                "CREATE ROLE é ENCRYPTED\npassword\t'a'; SELECT 'b'",
                "CREATE ROLE é ENCRYPTED\npassword\t'***'; SELECT 'b'",
            ),
            (
                "options (user 'u', password 'x', password='y')",
                "options (user 'u', password '***', password='***')",
            ),
            ("SELECT password FROM t", "SELECT password FROM t"),
        ];
        for (statement, shown) in cases {
            assert_eq!(redact(statement), shown);
        }
    }
}
