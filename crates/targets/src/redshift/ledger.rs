//! What a load has committed, and what became of a commit whose answer was lost.
//!
//! One COPY of a load is at work at a time: the server would make others wait for the table's lock anyway, and the
//! number of rows in the table can then tell.

use std::time::{Duration, Instant};

use pgloader_core::target::{CommitToken, ConnectError, Outcome, WriteError};
use pgloader_core::{Error, TableName};
use pgloader_postgres_client::{self as client, Connection, QueryResult};
use tokio::sync::{Mutex, MutexGuard, watch};

use super::catalog;
use super::dialect::quote_table;
use super::statement::literal;
use crate::server::{connect_error, describe, first_value};

/// How long the lost transaction may hold the table's lock before it is asked about again.
const LOCK_TIMEOUT: &str = "SET statement_timeout TO 10000";
/// How long others wait for a commit in doubt.
const DOUBT_PATIENCE: Duration = Duration::from_secs(120);
const PAUSE: Duration = Duration::from_millis(100);

/// Rows of this load that are in the table.
pub(super) struct Ledger {
    /// When the load began, by the server's clock in UTC; `None` unless the table held no row then.
    empty_since: Option<String>,
    entries: Mutex<Entries>,
}

/// The ledger, for whoever has the turn to COPY.
#[derive(Debug, Default)]
pub(super) struct Entries {
    /// Rows committed.
    pub(super) committed: u64,
    /// Whether a commit is in doubt.
    pub(super) doubt: Doubt,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) enum Doubt {
    #[default]
    None,
    /// A commit's answer is lost, and is being found out about.
    Open,
    /// It could not be found out.
    Final,
}

impl Ledger {
    /// Looks at the table before the first row is sent.
    pub(super) async fn open(connection: &mut Connection, table: &str) -> Ledger {
        let is_empty = catalog::is_empty(connection, table).await == Some(true);
        let empty_since = if is_empty { now(connection).await } else { None };
        Ledger { empty_since, entries: Mutex::default() }
    }

    /// The turn to COPY. Waits for other writers, and until no commit is in doubt.
    pub(super) async fn turn(
        &self,
        mut cancelled: watch::Receiver<bool>,
    ) -> Result<MutexGuard<'_, Entries>, WriteError> {
        let end = Instant::now() + DOUBT_PATIENCE;
        loop {
            let entries = tokio::select! {
                entries = self.entries.lock() => entries,
                _ = cancelled.wait_for(|cancelled| *cancelled) => {
                    return Err(WriteError::Fatal(Error::new("interrupted")));
                }
            };
            match entries.doubt {
                Doubt::None => return Ok(entries),
                Doubt::Open if Instant::now() < end => {}
                Doubt::Open | Doubt::Final => {
                    return Err(WriteError::Fatal(Error::new(
                        "another batch's commit could not be found out about",
                    )));
                }
            }
            drop(entries);
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Finds out what became of a lost commit. Redshift keeps no record of a transaction's end that users may read,
    /// so the table's rows must tell. They can only where it was empty when the load began, nobody else has loaded
    /// it since, and the lost transaction is over: then the table's lock is free.
    pub(super) async fn decide(
        &self,
        connection: &mut Connection,
        table: &TableName,
        own_prefix: &str,
        lost: &CommitToken,
    ) -> Result<Outcome, ConnectError> {
        let mut entries = self.entries.lock().await;
        let decided = match &self.empty_since {
            None => Ok(Outcome::Undecidable(
                "Redshift does not tell, and the table held rows before the load, or may not be read".into(),
            )),
            Some(since) => {
                self.count(connection, table, own_prefix, since, entries.committed, lost.rows).await
            }
        };
        entries.doubt = match &decided {
            Ok(Outcome::Committed) => {
                entries.committed += lost.rows;
                Doubt::None
            }
            Ok(Outcome::RolledBack) => Doubt::None,
            Ok(Outcome::Undecidable(_)) | Err(ConnectError::Fatal(_)) => Doubt::Final,
            Err(ConnectError::Transient(_)) => Doubt::Open,
        };
        decided
    }

    async fn count(
        &self,
        connection: &mut Connection,
        table: &TableName,
        own_prefix: &str,
        since: &str,
        committed: u64,
        sent: u64,
    ) -> Result<Outcome, ConnectError> {
        let name = quote_table(table);
        wait_for_lock(connection, &name).await?;
        if let Some(other) = other_load(connection, table, own_prefix, since).await {
            return Ok(Outcome::Undecidable(format!("another load into the table was at work: {other}")));
        }
        let results = connection.simple_query(&format!("SELECT count(*) FROM {name}")).await;
        let found = count_in(&results.map_err(|error| connect_error(&error))?);
        match found {
            Some(found) if found == committed => Ok(Outcome::RolledBack),
            Some(found) if found == committed + sent => Ok(Outcome::Committed),
            _ => {
                let found =
                    found.map_or_else(|| "an unknown number of".to_owned(), |found| found.to_string());
                Ok(Outcome::Undecidable(format!(
                    "the table has {found} rows, where this load had committed {committed} and sent {sent}"
                )))
            }
        }
    }
}

async fn now(connection: &mut Connection) -> Option<String> {
    connection.simple_query("SET timezone TO 'UTC'").await.ok()?;
    let results = connection.simple_query("SELECT getdate()").await.ok()?;
    first_value(&results).map(str::to_owned)
}

async fn wait_for_lock(connection: &mut Connection, table: &str) -> Result<(), ConnectError> {
    for statement in
        [LOCK_TIMEOUT, "BEGIN", &format!("LOCK {table}"), "ROLLBACK", "SET statement_timeout TO 0"]
    {
        connection.simple_query(statement).await.map_err(|error| lock_error(&error))?;
    }
    Ok(())
}

fn lock_error(error: &client::Error) -> ConnectError {
    match error.sqlstate() {
        Some("57014") => {
            ConnectError::Transient(Error::new("the lost transaction still holds the table's lock"))
        }
        _ => connect_error(error),
    }
}

/// Where somebody else has loaded the table from, as far as the history tells this user.
async fn other_load(
    connection: &mut Connection,
    table: &TableName,
    own_prefix: &str,
    since: &str,
) -> Option<String> {
    let query = format!(
        "SELECT trim(table_name), trim(data_source) FROM sys_load_history WHERE start_time >= {}",
        literal(since)
    );
    let results = match connection.simple_query(&query).await {
        Ok(results) => results,
        Err(error) => {
            tracing::debug!("the history of loads cannot be read: {}", describe(&error).message);
            return None;
        }
    };
    // Whether the name has its schema is not documented.
    let is_ours = |name: &str| name.rsplit('.').next() == Some(&table.name);
    let rows = results.into_iter().flat_map(|result| result.rows);
    let sources = rows.filter_map(|row| match row.as_slice() {
        [Some(name), Some(source)] if is_ours(name) => Some(source.clone()),
        _ => None,
    });
    sources.into_iter().find(|source| !source.starts_with(own_prefix))
}

/// A count that the server answers.
pub(super) fn count_in(results: &[QueryResult]) -> Option<u64> {
    first_value(results)?.trim().parse().ok()
}
