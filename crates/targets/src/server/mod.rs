//! What all targets that speak PostgreSQL's protocol share.

mod redact;
mod statements;

use async_trait::async_trait;
use pgloader_core::Error;
use pgloader_core::target::{Cancel, ConnectError};
use pgloader_postgres_client as client;
use pgloader_postgres_client::{Canceller, Connection};

pub use redact::redact;
pub(crate) use statements::{statement, transaction};

/// Which product serves the database that `config` names. Nothing is set in that session: a parameter that the
/// product does not know would end it.
pub async fn product(config: &client::Config) -> Result<client::Product, ConnectError> {
    let mut bare = config.without_settings();
    bare.options = None;
    let mut connection = Connection::connect(&bare).await.map_err(|error| connect_error(&error))?;
    let answer = connection.simple_query("SELECT version()").await.map_err(|error| connect_error(&error))?;
    connection.close().await;
    Ok(client::product(first_value(&answer).unwrap_or_default()))
}

/// The error as users see it.
pub(crate) fn describe(error: &client::Error) -> Error {
    let Some(db) = error.database() else { return split_hint(&error.to_string()) };
    Error {
        message: db.message.clone(),
        sqlstate: Some(db.sqlstate.as_str().into()),
        detail: db.detail.as_deref().map(Into::into),
        hint: db.hint.as_deref().map(Into::into),
        context: db.context.as_deref().map(Into::into),
        query: db.internal_query.as_deref().map(Into::into),
    }
}

/// The client's own errors carry their hint as a last line.
fn split_hint(text: &str) -> Error {
    match text.split_once("\nHINT: ") {
        Some((message, hint)) => Error::new(message).hint(hint),
        None => Error::new(text),
    }
}

/// An error while connecting.
pub(crate) fn connect_error(error: &client::Error) -> ConnectError {
    match error.is_transient() {
        true => ConnectError::Transient(describe(error)),
        false => ConnectError::Fatal(describe(error)),
    }
}

/// The error with each of its texts passed through `change`.
pub(crate) fn with_texts(mut error: Error, change: impl Fn(&str) -> String) -> Error {
    error.message = change(&error.message);
    for part in [&mut error.detail, &mut error.context, &mut error.query, &mut error.hint] {
        *part = part.take().map(|text| change(&text).into());
    }
    error
}

/// What the server remarks at WARNING is for the user too; `shown` takes out what must not be seen.
pub(crate) fn log_notices(connection: &mut Connection, shown: impl Fn(&str) -> String) {
    for notice in connection.take_notices() {
        match notice.severity.as_str() {
            "WARNING" => tracing::warn!("{}", shown(&notice.message)),
            _ => tracing::debug!("{}: {}", notice.severity, shown(&notice.message)),
        }
    }
}

/// The first value of the first row.
pub(crate) fn first_value(results: &[client::QueryResult]) -> Option<&str> {
    results.iter().find_map(|result| text(result.rows.first()?, 0))
}

/// A value of a row; `None` is NULL.
pub(crate) fn text(row: &[Option<String>], column: usize) -> Option<&str> {
    row.get(column)?.as_deref()
}

/// Ends the statement that a connection is running.
pub(crate) struct StatementCancel(pub(crate) Canceller);

#[async_trait]
impl Cancel for StatementCancel {
    async fn cancel(&self) {
        if let Err(error) = self.0.cancel().await {
            tracing::debug!("cannot cancel: {error}");
        }
    }
}
