//! Batches into a table: staged in S3, loaded by COPY.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use pgloader_core::encode::Format;
use pgloader_core::load::{OnError, TableLoad};
use pgloader_core::target::{
    Cancel, CommitToken, ConnectError, Fetched, Loading, Outcome, Staged, Taken, WriteError, Writer,
};
use pgloader_core::{Error, Result, Rows, TableName};
use pgloader_postgres_client::{Canceller, Config, Connection};
use pgloader_s3::Keys;
use tokio::sync::watch;

use super::dialect::quote_table;
use super::ledger::Ledger;
use super::objects::Objects;
use super::options::{Compression, Role, Staging};
use super::{catalog, staged};
use crate::server::StatementCancel;

/// One table's load.
pub(super) struct RedshiftLoading(Arc<Table>);

/// What a load's writers share.
pub(super) struct Table {
    pub(super) config: Config,
    pub(super) name: TableName,
    pub(super) columns: Vec<String>,
    pub(super) explicit_ids: bool,
    pub(super) owned: bool,
    pub(super) on_error: OnError,
    pub(super) compression: Compression,
    pub(super) role: Option<Role>,
    pub(super) objects: Objects,
    pub(super) ledger: Ledger,
    /// The error views had nothing to say, or may not be read: they are not waited for again.
    pub(super) views_are_silent: AtomicBool,
    /// Sessions whose connection was lost, and whose transactions may hold the table's lock until they are ended.
    lost_sessions: Mutex<Vec<i32>>,
}

impl Table {
    /// A session's connection is lost.
    pub(super) fn lose(&self, session: i32) {
        self.lost_sessions.lock().unwrap_or_else(PoisonError::into_inner).push(session);
    }

    fn take_lost(&self) -> Vec<i32> {
        std::mem::take(&mut *self.lost_sessions.lock().unwrap_or_else(PoisonError::into_inner))
    }
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
        let ledger = Ledger::open(&mut connection, &quote_table(&load.table)).await;
        Ok(RedshiftLoading(Arc::new(Table {
            config: config.clone(),
            name: load.table.clone(),
            columns: load.columns.iter().map(|column| column.name.clone()).collect(),
            explicit_ids: load.columns.iter().any(|column| column.always_numbered),
            owned: catalog::is_owned(&mut connection, &load.table).await,
            on_error: load.on_error,
            compression: staging.compression,
            role: staging.role.clone(),
            objects,
            ledger,
            views_are_silent: AtomicBool::new(false),
            lost_sessions: Mutex::default(),
        })))
    }
}

#[async_trait]
impl Loading for RedshiftLoading {
    fn format(&self) -> Format {
        Format::RedshiftCsv { null: 0 }
    }

    async fn writer(&self) -> Result<Box<dyn Writer>, ConnectError> {
        let mut connection = super::connect(&self.0.config).await?;
        for session in self.0.take_lost() {
            end_session(&mut connection, session).await;
        }
        Ok(Box::new(RedshiftWriter {
            connection,
            table: self.0.clone(),
            keys: None,
            cancelled: watch::Sender::new(false),
            commits: Arc::default(),
        }))
    }

    async fn fetch(&self, object: &Staged) -> Result<Box<dyn Fetched>> {
        let fetch = staged::Fetch::open(self.0.objects.store(), object, self.0.compression).await?;
        Ok(Box::new(fetch))
    }

    async fn outcome(&self, lost: &CommitToken) -> Result<Outcome, ConnectError> {
        let mut connection = super::connect(&self.0.config).await?;
        if let Ok(session) = i32::try_from(lost.session) {
            end_session(&mut connection, session).await;
        }
        let table = &self.0;
        table.ledger.decide(&mut connection, &table.name, &table.objects.url_prefix(), lost).await
    }

    async fn clean_up(&self) -> Result<()> {
        self.0.objects.clean_up().await
    }

    fn leftovers(&self) -> Vec<String> {
        self.0.objects.leftovers()
    }
}

/// Ends a session of the same user whose client is gone. Where that is not allowed, the server does it in its time.
async fn end_session(connection: &mut Connection, session: i32) {
    let ended = connection.simple_query(&format!("SELECT pg_terminate_backend({session})")).await;
    if let Err(error) = ended {
        tracing::debug!("cannot end the lost session {session}: {error}");
    }
}

/// Stages and copies over one connection.
pub(super) struct RedshiftWriter {
    pub(super) connection: Connection,
    pub(super) table: Arc<Table>,
    /// Those of the last COPY, which the server may repeat in what it says.
    pub(super) keys: Option<Keys>,
    /// The user wants an end.
    pub(super) cancelled: watch::Sender<bool>,
    /// A COMMIT is under way.
    pub(super) commits: Arc<AtomicBool>,
}

#[async_trait]
impl Writer for RedshiftWriter {
    async fn write(&mut self, rows: Rows) -> Result<Taken, WriteError> {
        let object = self.stage(rows).await?;
        let object = std::slice::from_ref(&object);
        let result = self.load_staged(object).await;
        self.discard(object).await;
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
        let staged =
            Staged { name: name.clone(), format: rows.format(), rows: count, bytes, lines: lines(&rows) };
        let mut cancelled = self.cancelled.subscribe();
        tokio::select! {
            uploaded = staged::upload(table.objects.store(), &name, &rows, table.compression) => uploaded?,
            _ = cancelled.wait_for(|cancelled| *cancelled) => {
                table.objects.interrupted();
                return Err(WriteError::Fatal(Error::new("interrupted")));
            }
        }
        Ok(staged)
    }

    async fn load_staged(&mut self, objects: &[Staged]) -> Result<Taken, WriteError> {
        self.copy(objects).await
    }

    async fn discard(&mut self, objects: &[Staged]) {
        let names: Vec<String> = objects.iter().map(|object| object.name.clone()).collect();
        self.delete(&names).await;
    }

    fn canceller(&self) -> Box<dyn Cancel> {
        Box::new(WriterCancel {
            statement: self.connection.canceller(),
            cancelled: self.cancelled.clone(),
            commits: self.commits.clone(),
        })
    }
}

impl RedshiftWriter {
    /// Deletes objects. After an interrupt that is left to the end of the load: what a COPY has come to must be told
    /// first.
    pub(super) async fn delete(&self, names: &[String]) {
        let mut cancelled = self.cancelled.subscribe();
        tokio::select! {
            () = self.table.objects.discard(names) => {}
            _ = cancelled.wait_for(|cancelled| *cancelled) => {}
        }
    }
}

/// How many rows at the start are one line each, whatever a server may count as the end of a line.
fn lines(rows: &Rows) -> u64 {
    let breaks = |bytes: &[u8]| memchr::memchr2_iter(b'\n', b'\r', bytes).count();
    match rows.pieces().map(breaks).sum::<usize>() == rows.len() {
        true => rows.len() as u64,
        false => (0..rows.len()).take_while(|&row| rows.row(row).map(breaks) == Some(1)).count() as u64,
    }
}

/// Ends an upload, a wait, and the statement that the server runs.
struct WriterCancel {
    statement: Canceller,
    cancelled: watch::Sender<bool>,
    commits: Arc<AtomicBool>,
}

#[async_trait]
impl Cancel for WriterCancel {
    async fn cancel(&self) {
        self.cancelled.send_replace(true);
        StatementCancel(self.statement.clone()).cancel().await;
    }

    fn may_be_committed(&self) -> bool {
        self.commits.load(Ordering::Relaxed)
    }
}
