//! Batches into a table: staged in S3, loaded by COPY.
//!
//! One COPY is at work for a table at a time: the server would make others wait for the table's lock anyway, and a
//! commit whose answer is lost can then be told from the number of rows.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use pgloader_core::encode::{Format, redshift_csv};
use pgloader_core::load::{OnError, TableLoad};
use pgloader_core::target::{
    BadRow, Cancel, CommitToken, ConnectError, Loading, Outcome, Staged, Taken, WriteError, Writer,
};
use pgloader_core::{Batch, Error, Result, Rows, TableName};
use pgloader_postgres_client::{Canceller, Config, Connection};
use tokio::sync::{Mutex, watch};

use super::dialect::quote_table;
use super::errors::{self, Failure};
use super::objects::Objects;
use super::options::{Compression, Role, Staging};
use super::reasons::{self, Reason};
use super::statement::{Authorization, Copy};
use super::{catalog, staged};
use crate::server::{StatementCancel, connect_error, log_notices};

/// As many errors as COPY may be told to tolerate.
const MOST_ERRORS: u64 = 100_000;

/// One table's load.
pub(super) struct RedshiftLoading(Arc<Table>);

/// What a load's writers share.
struct Table {
    config: Config,
    name: TableName,
    columns: Vec<String>,
    explicit_ids: bool,
    owned: bool,
    /// The table held no row when the load began.
    was_empty: bool,
    on_error: OnError,
    compression: Compression,
    role: Option<Role>,
    objects: Objects,
    /// Rows committed by this load; locked while a COPY and its commit are under way.
    committed: Mutex<u64>,
    /// Bytes staged, for the log.
    staged_bytes: AtomicU64,
}

impl RedshiftLoading {
    /// Looks at the table over a connection of its own.
    pub(super) async fn open(
        config: &Config,
        load: &TableLoad,
        staging: &Staging,
        objects: Objects,
    ) -> Result<RedshiftLoading> {
        let mut connection = super::connect(config).await?;
        let was_empty = catalog::is_empty(&mut connection, &quote_table(&load.table)).await;
        Ok(RedshiftLoading(Arc::new(Table {
            config: config.clone(),
            name: load.table.clone(),
            columns: load.columns.iter().map(|column| column.name.clone()).collect(),
            explicit_ids: load.columns.iter().any(|column| column.always_numbered),
            owned: catalog::is_owned(&mut connection, &load.table).await,
            was_empty: was_empty == Some(true),
            on_error: load.on_error,
            compression: staging.compression,
            role: staging.role.clone(),
            objects,
            committed: Mutex::new(0),
            staged_bytes: AtomicU64::new(0),
        })))
    }
}

#[async_trait]
impl Loading for RedshiftLoading {
    fn format(&self) -> Format {
        Format::RedshiftCsv { null: 0 }
    }

    async fn writer(&self) -> Result<Box<dyn Writer>, ConnectError> {
        let connection = super::connect(&self.0.config).await?;
        let cancelled = watch::Sender::new(false);
        Ok(Box::new(RedshiftWriter { connection, table: self.0.clone(), cancelled }))
    }

    /// The server keeps no record of a transaction's end that users may read, so the table's rows must tell, and
    /// they can only where it was empty when the load began. Its lock is free once the lost transaction is over.
    async fn outcome(&self, lost: &CommitToken) -> Result<Outcome, ConnectError> {
        let table = &self.0;
        if !table.was_empty {
            let why = "Redshift does not tell, and the table held rows before the load, or may not be read";
            return Ok(Outcome::Undecidable(why.into()));
        }
        let mut committed = table.committed.lock().await;
        let mut connection = super::connect(&table.config).await?;
        let name = quote_table(&table.name);
        for statement in ["BEGIN", &format!("LOCK {name}"), "ROLLBACK"] {
            connection.simple_query(statement).await.map_err(|error| connect_error(&error))?;
        }
        let results = connection.simple_query(&format!("SELECT count(*) FROM {name}")).await;
        let results = results.map_err(|error| connect_error(&error))?;
        let found = first_number(&results);
        match found {
            Some(found) if found == *committed => Ok(Outcome::RolledBack),
            Some(found) if found == *committed + lost.rows => {
                *committed = found;
                Ok(Outcome::Committed)
            }
            _ => {
                let found =
                    found.map_or_else(|| "an unknown number of".to_owned(), |found| found.to_string());
                Ok(Outcome::Undecidable(format!(
                    "the table has {found} rows, where this load had committed {} and sent {}",
                    *committed, lost.rows
                )))
            }
        }
    }

    async fn clean_up(&self) -> Result<()> {
        let bytes = self.0.staged_bytes.load(Ordering::Relaxed);
        tracing::debug!("{bytes} bytes of rows were staged below {}", self.0.objects.url_prefix());
        self.0.objects.clean_up().await
    }

    fn leftovers(&self) -> Vec<String> {
        self.0.objects.leftovers()
    }
}

/// Stages and copies over one connection.
struct RedshiftWriter {
    connection: Connection,
    table: Arc<Table>,
    cancelled: watch::Sender<bool>,
}

#[async_trait]
impl Writer for RedshiftWriter {
    async fn write(&mut self, rows: Rows) -> Result<Taken, WriteError> {
        let object = self.stage(rows.clone()).await?;
        let line_breaks = |row: usize| Some(memchr::memchr_iter(b'\n', rows.row(row)?).count());
        let result = self.copy(std::slice::from_ref(&object), &line_breaks).await;
        self.table.objects.discard(&[object.name]).await;
        result
    }

    /// Redshift has no transaction over several batches here: the first bad batch ends the load.
    async fn begin(&mut self) -> Result<(), WriteError> {
        Err(WriteError::Fatal(Error::new("Redshift commits batch by batch: a defect of pgloader")))
    }

    async fn commit(&mut self, _rows: u64) -> Result<(), WriteError> {
        self.begin().await
    }

    async fn stage(&mut self, rows: Rows) -> Result<Staged, WriteError> {
        let table = self.table.clone();
        let name = table.objects.create(table.compression.suffix());
        let (count, bytes) = (rows.len() as u64, rows.byte_count() as u64);
        let staged = Staged {
            name: name.clone(),
            format: rows.format(),
            rows: count,
            bytes,
            rows_are_lines: rows.pieces().map(line_breaks).sum::<usize>() as u64 == count,
        };
        let mut cancelled = self.cancelled.subscribe();
        let uploaded = tokio::select! {
            uploaded = staged::upload(table.objects.store(), &name, &rows, table.compression) => uploaded,
            _ = cancelled.wait_for(|cancelled| *cancelled) => {
                return Err(WriteError::Fatal(Error::new("interrupted")));
            }
        };
        uploaded?;
        table.staged_bytes.fetch_add(bytes, Ordering::Relaxed);
        Ok(staged)
    }

    async fn load_staged(&mut self, objects: &[Staged]) -> Result<Taken, WriteError> {
        let are_lines = objects.iter().all(|object| object.rows_are_lines);
        self.copy(objects, &|_| are_lines.then_some(1)).await
    }

    async fn fetch(&mut self, object: &Staged) -> Result<Batch, WriteError> {
        Ok(staged::fetch(self.table.objects.store(), object, self.table.compression).await?)
    }

    async fn discard(&mut self, objects: &[Staged]) {
        let names: Vec<String> = objects.iter().map(|object| object.name.clone()).collect();
        self.table.objects.discard(&names).await;
    }

    fn canceller(&self) -> Box<dyn Cancel> {
        Box::new(WriterCancel { statement: self.connection.canceller(), upload: self.cancelled.clone() })
    }
}

fn line_breaks(bytes: &[u8]) -> usize {
    memchr::memchr_iter(b'\n', bytes).count()
}

/// What one attempt at a COPY has come to; nothing of it is committed.
enum Copied {
    /// In the open transaction, so many rows.
    Loaded(u64),
    /// Rolled back, since a row was refused.
    Refused(Error),
}

/// How many line breaks the row of that number has, where it is known.
type LineBreaks<'a> = &'a (dyn Fn(usize) -> Option<usize> + Sync);

impl RedshiftWriter {
    /// Loads objects in one transaction. Where a row is refused, COPY is told to tolerate bad rows, and what it has
    /// loaded is committed if it and the rows that the error views name are exactly what was sent.
    async fn copy(&mut self, objects: &[Staged], line_breaks: LineBreaks<'_>) -> Result<Taken, WriteError> {
        let table = self.table.clone();
        let manifest = self.manifest(objects).await?;
        let mut committed = table.committed.lock().await;
        // The lock may have been waited for, and the user may have interrupted meanwhile.
        if *self.cancelled.borrow() {
            return Err(WriteError::Fatal(Error::new("interrupted")));
        }
        let source = Source { objects, manifest: manifest.as_deref() };
        let result = self.copy_source(&source, line_breaks, &mut committed).await;
        drop(committed);
        if let Some(manifest) = manifest {
            table.objects.discard(&[manifest]).await;
        }
        result
    }

    async fn copy_source(
        &mut self,
        source: &Source<'_>,
        line_breaks: LineBreaks<'_>,
        committed: &mut u64,
    ) -> Result<Taken, WriteError> {
        let sent = source.rows();
        let refusal = match self.attempt(source, None).await? {
            Copied::Loaded(loaded) if loaded == sent => {
                return self.finish(Taken { rows: loaded, bad: Vec::new() }, committed).await;
            }
            Copied::Loaded(loaded) => return Err(self.miscounted(loaded, sent).await),
            Copied::Refused(error) => error,
        };
        let reasons = self.reasons(source, &refusal).await?;
        if self.table.on_error == OnError::Stop || reasons.is_empty() {
            return Err(WriteError::SomeRow(first_reason(&reasons, refusal)));
        }
        match self.attempt(source, Some(MOST_ERRORS)).await? {
            Copied::Refused(error) => Err(WriteError::SomeRow(error)),
            Copied::Loaded(loaded) => {
                let reasons = self.reasons_beside(source).await;
                match named(source, &reasons, line_breaks) {
                    Some(bad) if loaded + bad.len() as u64 == sent => {
                        self.finish(Taken { rows: loaded, bad }, committed).await
                    }
                    _ => {
                        self.roll_back().await;
                        Err(WriteError::SomeRow(first_reason(&reasons, refusal)))
                    }
                }
            }
        }
    }

    /// BEGIN, COPY, and the number of rows that it has loaded. The three go one by one: COPY is refused in a
    /// message with others.
    async fn attempt(&mut self, source: &Source<'_>, max_errors: Option<u64>) -> Result<Copied, WriteError> {
        let table = self.table.clone();
        let keys = match &table.role {
            Some(_) => None,
            None => Some(table.objects.store().keys().await.map_err(s3_failure)?),
        };
        let null = source.null();
        let from = table.objects.url(source.from());
        let copy = Copy {
            table: &table.name,
            columns: &table.columns,
            from: &from,
            manifest: source.manifest.is_some(),
            null: &null,
            compression: table.compression,
            region: table.objects.store().region(),
            authorization: match (&table.role, &keys) {
                (Some(role), _) => Authorization::Role(role),
                (None, Some(keys)) => Authorization::Keys(keys),
                (None, None) => return Err(WriteError::Fatal(Error::new("neither keys nor a role"))),
            },
            explicit_ids: table.explicit_ids,
            owned: table.owned,
            max_errors,
        };
        tracing::debug!(severity = "SQL", "{}", copy.shown());
        let failed = match self.run_copy(&copy).await {
            Ok(loaded) => return Ok(Copied::Loaded(loaded)),
            Err(error) => errors::sort(&error, keys.as_ref()),
        };
        self.roll_back().await;
        match failed {
            Failure::Row(error) => Ok(Copied::Refused(error)),
            Failure::Transient(error) => Err(WriteError::Transient(error)),
            Failure::Fatal(error) => Err(WriteError::Fatal(error.query(copy.shown()))),
        }
    }

    async fn run_copy(&mut self, copy: &Copy<'_>) -> Result<u64, pgloader_postgres_client::Error> {
        use secrecy::ExposeSecret;
        self.connection.simple_query("BEGIN").await?;
        let copied = self.connection.simple_query(copy.sql().expose_secret()).await;
        log_notices(&mut self.connection);
        copied?;
        let counted = self.connection.simple_query("SELECT pg_last_copy_count()").await?;
        Ok(first_number(&counted).unwrap_or_default())
    }

    /// Commits what is loaded. An answer that is lost names what it was about.
    async fn finish(&mut self, taken: Taken, committed: &mut u64) -> Result<Taken, WriteError> {
        let error = match self.connection.simple_query("COMMIT").await {
            Ok(results) if results.iter().any(|result| result.tag == "ROLLBACK") => {
                return Err(WriteError::Fatal(Error::new(
                    "the server rolled the transaction back at its end",
                )));
            }
            Ok(_) => {
                *committed += taken.rows;
                return Ok(taken);
            }
            Err(error) => error,
        };
        let session = i64::from(self.connection.process_id());
        match (error.database().is_none(), errors::sort(&error, None)) {
            (true, Failure::Row(lost) | Failure::Transient(lost) | Failure::Fatal(lost)) => {
                let token = CommitToken { transaction: None, session, rows: taken.rows, bad: taken.bad };
                Err(WriteError::Unknown(token, lost))
            }
            (false, Failure::Transient(error)) => Err(WriteError::Transient(error)),
            (false, Failure::Row(error) | Failure::Fatal(error)) => Err(WriteError::Fatal(error)),
        }
    }

    /// Where even this fails the connection is gone, and the transaction with it.
    async fn roll_back(&mut self) {
        let _ = self.connection.simple_query("ROLLBACK").await;
    }

    async fn miscounted(&mut self, loaded: u64, sent: u64) -> WriteError {
        self.roll_back().await;
        WriteError::Fatal(
            Error::new(format!("COPY has loaded {loaded} rows of {sent}, and nothing is kept of it"))
                .hint("somebody else may write to the same bucket, or this is a defect of pgloader"),
        )
    }

    /// What the views say of a COPY that was rolled back. A reason that concerns a whole file ends the load.
    async fn reasons(&mut self, source: &Source<'_>, refusal: &Error) -> Result<Vec<Reason>, WriteError> {
        let prefix = self.url_prefix(source);
        let reasons = reasons::ask(&mut self.connection, &prefix).await;
        match reasons::of_a_file(&reasons) {
            Some(reason) => Err(WriteError::Fatal(reason.error().query(refusal.message.clone()))),
            None => Ok(reasons),
        }
    }

    /// The same, while this connection's transaction is open: over another one, which no snapshot binds.
    async fn reasons_beside(&self, source: &Source<'_>) -> Vec<Reason> {
        match super::connect(&self.table.config).await {
            Ok(mut connection) => reasons::ask(&mut connection, &self.url_prefix(source)).await,
            Err(_) => Vec::new(),
        }
    }

    fn url_prefix(&self, source: &Source<'_>) -> String {
        match source.objects {
            [object] => self.table.objects.url(&object.name),
            _ => self.table.objects.url_prefix(),
        }
    }

    /// Lists several objects in one that COPY reads; `None` for a single one.
    async fn manifest(&self, objects: &[Staged]) -> Result<Option<String>, WriteError> {
        if objects.len() < 2 {
            return Ok(None);
        }
        let all = &self.table.objects;
        let text = staged::manifest(objects.iter().map(|object| all.url(&object.name)));
        let name = all.create("manifest");
        all.store().put(&name, vec![text.into()]).await.map_err(s3_failure)?;
        Ok(Some(name))
    }
}

/// What one COPY reads.
struct Source<'a> {
    objects: &'a [Staged],
    manifest: Option<&'a str>,
}

impl Source<'_> {
    fn rows(&self) -> u64 {
        self.objects.iter().map(|object| object.rows).sum()
    }

    fn from(&self) -> &str {
        let first = self.objects.first().map(|object| object.name.as_str());
        self.manifest.or(first).unwrap_or_default()
    }

    fn null(&self) -> String {
        match self.objects.first().map(|object| object.format) {
            Some(Format::RedshiftCsv { null }) => redshift_csv::null_marker(null),
            _ => redshift_csv::null_marker(0),
        }
    }
}

/// The rows that the reasons name, counted through all objects; `None` unless each is certain.
fn named(source: &Source<'_>, reasons: &[Reason], line_breaks: LineBreaks<'_>) -> Option<Vec<BadRow>> {
    let (mut all, mut first) = (Vec::new(), 0);
    let mut left = reasons.len();
    for object in source.objects {
        let mine = |reason: &&Reason| reason.file.ends_with(&format!("/{}", object.name));
        let mine: Vec<Reason> = reasons.iter().filter(mine).cloned().collect();
        left -= mine.len();
        let inside = |row: usize| if (row as u64) < object.rows { line_breaks(row) } else { None };
        let bad = reasons::rows(&mine, inside)?;
        all.extend(bad.into_iter().map(|row| BadRow { index: row.index + first, error: row.error }));
        first += object.rows as usize;
    }
    (left == 0).then_some(all)
}

fn first_reason(reasons: &[Reason], refusal: Error) -> Error {
    reasons.first().map_or(refusal, Reason::error)
}

fn first_number(results: &[pgloader_postgres_client::QueryResult]) -> Option<u64> {
    results.iter().find_map(|result| result.rows.first()?.first()?.as_deref()?.trim().parse().ok())
}

fn s3_failure(error: pgloader_s3::Error) -> WriteError {
    staged::Failure::S3(error).into()
}

/// Ends an upload, and the statement that the server runs.
struct WriterCancel {
    statement: Canceller,
    upload: watch::Sender<bool>,
}

#[async_trait]
impl Cancel for WriterCancel {
    async fn cancel(&self) {
        self.upload.send_replace(true);
        StatementCancel(self.statement.clone()).cancel().await;
    }
}
