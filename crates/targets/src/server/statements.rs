//! Statements of users and of plans, logged as they are run.

use std::time::Instant;

use pgloader_core::{Error, Result};
use pgloader_postgres_client::Connection;

use super::{describe, log_notices, with_texts};

/// Takes out of a text what must not be seen.
type Shown = fn(&str) -> String;

/// Runs one statement; an error quotes it.
pub(crate) async fn statement(connection: &mut Connection, sql: &str, shown: Shown) -> Result<()> {
    let text = shown(sql);
    tracing::debug!(severity = "SQL", "{text}");
    let start = Instant::now();
    if let Err(error) = run(connection, sql, shown).await {
        return Err(error.query(text));
    }
    let first_line = text.lines().next().unwrap_or_default().trim_end();
    tracing::info!("{first_line} ({:.3} s)", start.elapsed().as_secs_f64());
    Ok(())
}

/// Runs statements in one transaction; the first failure undoes them all.
pub(crate) async fn transaction(
    connection: &mut Connection,
    statements: &[String],
    shown: Shown,
) -> Result<()> {
    run(connection, "BEGIN", shown).await?;
    for sql in statements {
        if let Err(error) = statement(connection, sql, shown).await {
            // Where even this fails the connection is gone, and the transaction with it.
            let _ = run(connection, "ROLLBACK", shown).await;
            return Err(error);
        }
    }
    match run(connection, "COMMIT", shown).await?.as_str() {
        "ROLLBACK" => Err(Error::new("the server rolled the transaction back at its end")),
        _ => Ok(()),
    }
}

/// Gives the tag of the last statement.
async fn run(connection: &mut Connection, sql: &str, shown: Shown) -> Result<String> {
    let results = connection.simple_query(sql).await;
    log_notices(connection, shown);
    let results = results.map_err(|error| with_texts(describe(&error), shown))?;
    Ok(results.into_iter().next_back().map(|result| result.tag).unwrap_or_default())
}
