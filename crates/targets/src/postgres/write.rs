//! Batches into a table through COPY FROM STDIN.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use pgloader_core::encode::{self, Format, copy_binary};
use pgloader_core::load::{Commit, TableLoad};
use pgloader_core::target::{Cancel, CommitToken, ConnectError, Loading, Outcome, Taken, WriteError, Writer};
use pgloader_core::{Error, Rows, TableName};
use pgloader_postgres_client::{self as client, Config, Connection, quote_identifier};

use super::dialect::quote_table;
use super::errors;
use crate::server::{StatementCancel, connect_error, describe, first_value, log_notices, redact};

/// One table's load.
pub(super) struct PostgresLoading {
    config: Config,
    table: TableName,
    copy: String,
    format: Format,
    committed: Arc<Committed>,
}

/// The numbers of the load's own latest transactions that are known to be committed.
#[derive(Debug, Default)]
struct Committed(Mutex<VecDeque<u64>>);

impl Committed {
    /// Far more than are committed while a server is away.
    const MOST: usize = 1 << 16;

    fn add(&self, transaction: u64) {
        let mut numbers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if numbers.len() == Committed::MOST {
            numbers.pop_front();
        }
        numbers.push_back(transaction);
    }

    fn contains(&self, transaction: u64) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).contains(&transaction)
    }
}

/// What the rows of a load follow.
pub(super) fn copy_statement(load: &TableLoad) -> String {
    let columns: Vec<String> = load.columns.iter().map(|column| quote_identifier(&column.name)).collect();
    format!("COPY {} ({}) FROM STDIN", quote_table(&load.table), columns.join(", "))
}

impl PostgresLoading {
    pub(super) fn new(mut config: Config, load: &TableLoad) -> PostgresLoading {
        let copy = copy_statement(load);
        // Functions behind defaults and triggers find the table's own schema, unless the user says otherwise.
        let has_path = config.settings().iter().any(|(name, _)| name.eq_ignore_ascii_case("search_path"));
        if let (false, Some(schema)) = (has_path, &load.table.schema) {
            let _ = config.add_settings([("search_path".to_owned(), quote_identifier(schema))]);
        }
        let (table, format) = (load.table.clone(), format(load));
        PostgresLoading { config, table, copy, format, committed: Arc::default() }
    }
}

/// Binary where every column has a codec; but text where all is one transaction, which a refused COPY ends: then the
/// same rows could not be sent again as text.
fn format(load: &TableLoad) -> Format {
    match (load.commit, encode::codecs(&load.columns)) {
        (Commit::Batch, Some(_)) => Format::CopyBinary,
        _ => Format::CopyText,
    }
}

#[async_trait]
impl Loading for PostgresLoading {
    fn format(&self) -> Format {
        self.format
    }

    async fn writer(&self) -> Result<Box<dyn Writer>, ConnectError> {
        let connection = super::connect(&self.config).await?;
        let (copy, table) = (self.copy.clone(), self.table.name.clone());
        let committed = self.committed.clone();
        Ok(Box::new(PostgresWriter { connection, copy, table, open: None, committed }))
    }

    /// Asks the server for the transaction's state. A server that crashed may have given the number of a lost
    /// transaction to another one: perhaps to one of ours, which is remembered. Of strangers' "committed" is believed
    /// only when the table has as many rows of that transaction as were sent.
    async fn outcome(&self, lost: &CommitToken) -> Result<Outcome, ConnectError> {
        let Some(transaction) = lost.transaction else {
            return Ok(Outcome::Undecidable("the server had not told the transaction's number".into()));
        };
        let mut connection = super::connect(&self.config).await?;
        if connection.server_version_num().is_some_and(|version| version < 100_000) {
            return Ok(Outcome::Undecidable("servers before PostgreSQL 10 do not tell".into()));
        }
        let status = format!("SELECT pg_catalog.txid_status({transaction})");
        match ask(&mut connection, &status).await {
            Err(error) if error.sqlstate() == Some("22023") => Ok(Outcome::RolledBack),
            Err(error) => Err(connect_error(&error)),
            Ok(answer) => match answer.as_deref() {
                Some("aborted") => Ok(Outcome::RolledBack),
                Some("committed") if self.committed.contains(transaction) => Ok(Outcome::RolledBack),
                Some("committed") => self.confirm(&mut connection, transaction, lost.rows).await,
                Some(_) => Err(end(&mut connection, transaction, lost.session).await),
                None => Ok(Outcome::Undecidable("the transaction is too old for the server to know".into())),
            },
        }
    }
}

impl PostgresLoading {
    async fn confirm(
        &self,
        connection: &mut Connection,
        transaction: u64,
        rows: u64,
    ) -> Result<Outcome, ConnectError> {
        let table = quote_table(&self.table);
        let count = format!("SELECT count(*) FROM {table} WHERE xmin = '{}'::xid", short(transaction));
        let found = ask(connection, &count).await.map_err(|error| connect_error(&error))?.unwrap_or_default();
        if found == rows.to_string() {
            return Ok(Outcome::Committed);
        }
        Ok(Outcome::Undecidable(format!(
            "the server says that transaction {transaction} is committed, but {found} rows of the table are of it, not {rows}"
        )))
    }
}

/// Ends the session in which the transaction is still open, for its client is gone.
async fn end(connection: &mut Connection, transaction: u64, session: i64) -> ConnectError {
    let query = format!(
        "SELECT count(pg_catalog.pg_terminate_backend(pid)) FROM pg_catalog.pg_stat_activity \
         WHERE backend_xid = '{}'::xid AND pid = {session} AND usename = session_user",
        short(transaction)
    );
    match ask(connection, &query).await {
        Ok(_) => {
            ConnectError::Transient(Error::new(format!("transaction {transaction} is still in progress")))
        }
        Err(error) => connect_error(&error),
    }
}

/// The number as rows carry it: without the epoch.
fn short(transaction: u64) -> u64 {
    transaction & u64::from(u32::MAX)
}

async fn ask(connection: &mut Connection, query: &str) -> Result<Option<String>, client::Error> {
    let results = connection.simple_query(query).await?;
    Ok(first_value(&results).map(str::to_owned))
}

struct PostgresWriter {
    connection: Connection,
    copy: String,
    /// Without its schema, as the server names it in the context of errors.
    table: String,
    /// The transaction between `begin` and `commit`; its number where it is known.
    open: Option<Option<u64>>,
    committed: Arc<Committed>,
}

impl PostgresWriter {
    fn token(&self, transaction: Option<u64>, rows: u64) -> CommitToken {
        let session = i64::from(self.connection.process_id());
        CommitToken { transaction, session, rows, bad: Vec::new() }
    }
}

fn transaction_number(results: &[client::QueryResult]) -> Option<u64> {
    first_value(results)?.parse().ok()
}

#[async_trait]
impl Writer for PostgresWriter {
    /// Outside `begin` and `commit`, one message carries the question for the transaction's number and the COPY:
    /// the server makes one transaction of it, committed before it answers.
    async fn write(&mut self, rows: Rows) -> Result<Taken, WriteError> {
        let is_binary = rows.format() == Format::CopyBinary;
        let form = if is_binary { " WITH (FORMAT binary)" } else { "" };
        let sql = match self.open {
            Some(_) => format!("{}{form}", self.copy),
            None => format!("SELECT pg_catalog.txid_current(); {}{form}", self.copy),
        };
        let (before, after) = is_binary.then_some((copy_binary::HEADER, copy_binary::TRAILER)).unzip();
        let pieces = before.into_iter().chain(rows.pieces()).chain(after);
        let result = self.connection.copy_in(&sql, pieces).await;
        log_notices(&mut self.connection, redact);
        let failed = match result {
            Ok(outcome) => {
                if let Some(number) = transaction_number(&outcome.results) {
                    self.committed.add(number);
                }
                return Ok(Taken { rows: outcome.rows, bad: Vec::new() });
            }
            Err(failed) => failed,
        };
        let token = || self.token(transaction_number(&failed.results), rows.len() as u64);
        let token = failed.commit_unknown.then(token);
        let refused = errors::copy(&failed.error, &self.table, token);
        Err(if is_binary { errors::in_binary(refused, &failed.error) } else { refused })
    }

    async fn begin(&mut self) -> Result<(), WriteError> {
        let results = self.connection.simple_query("BEGIN; SELECT pg_catalog.txid_current()").await;
        let results = results.map_err(|error| errors::copy(&error, &self.table, None))?;
        self.open = Some(transaction_number(&results));
        Ok(())
    }

    async fn commit(&mut self, rows: u64) -> Result<(), WriteError> {
        let transaction = self.open.take().flatten();
        match self.connection.simple_query("COMMIT").await {
            Ok(results) if results.iter().any(|result| result.tag == "ROLLBACK") => {
                Err(WriteError::Fatal(Error::new("the server rolled the transaction back at its end")))
            }
            Ok(_) => Ok(()),
            Err(error) if error.database().is_none_or(client::DbError::ends_session) => {
                Err(WriteError::Unknown(self.token(transaction, rows), describe(&error)))
            }
            Err(error) => Err(errors::copy(&error, &self.table, None)),
        }
    }

    fn canceller(&self) -> Box<dyn Cancel> {
        Box::new(StatementCancel(self.connection.canceller()))
    }
}
