//! One writer's connection: kept, lost, made again.

use std::sync::Arc;
use std::time::Duration;

use pgloader_core::load::OnError;
use pgloader_core::target::{BadRow, ConnectError, Loading, Outcome, WriteError, Writer};
use pgloader_core::{Error, Rows};

use crate::backoff::Backoff;
use crate::copy::Shared;
use crate::interrupt::Interrupt;

/// How often the connection may end over the same rows.
const MOST_LOSSES: usize = 8;
/// How long a cancelled statement may take to end before its connection is dropped.
const CANCEL_PATIENCE: Duration = Duration::from_secs(5);

/// What became of rows that a [`Line`] was asked to write.
#[derive(Debug)]
pub(crate) enum Written {
    /// All are committed; the target says that it took so many.
    All(u64),
    /// None is there, since these rows are bad.
    Bad(Vec<BadRow>),
    /// None is there, since one of them is bad.
    SomeBad(Error),
}

/// Rows written in a transaction that is still open.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Pending {
    /// Rows sent.
    pub(crate) sent: u64,
    /// Rows that the target says it took.
    pub(crate) taken: u64,
}

/// A writer that survives the loss of its connection.
pub(crate) struct Line {
    shared: Arc<Shared>,
    loading: Arc<dyn Loading>,
    interrupt: Interrupt,
    writer: Option<Box<dyn Writer>>,
    on_error: OnError,
    /// What is written in the open transaction; only with on error stop.
    pending: Pending,
}

impl Line {
    /// A line over `writer`. With on error stop, all that it writes is one transaction.
    pub(crate) fn new(
        shared: Arc<Shared>,
        loading: Arc<dyn Loading>,
        interrupt: Interrupt,
        writer: Box<dyn Writer>,
        on_error: OnError,
    ) -> Line {
        Line { shared, loading, interrupt, writer: Some(writer), on_error, pending: Pending::default() }
    }

    /// Whether rows stay uncommitted until [`Line::commit`].
    pub(crate) fn keeps_pending(&self) -> bool {
        self.on_error == OnError::Stop
    }

    /// Writes rows, all or nothing. A lost connection is made again as often as patience allows. An error ends
    /// the table's load.
    pub(crate) async fn write(&mut self, rows: Rows<'_>) -> Result<Written, Error> {
        match self.on_error {
            OnError::Stop => self.write_pending(rows).await,
            OnError::ResumeNext => self.write_committed(rows).await,
        }
    }

    async fn write_committed(&mut self, rows: Rows<'_>) -> Result<Written, Error> {
        let mut backoff = Backoff::start();
        for _ in 0..MOST_LOSSES {
            let error = match self.attempt(rows.clone(), &mut backoff).await? {
                Ok(count) => return Ok(Written::All(count)),
                Err(WriteError::Rows(bad)) => return Ok(Written::Bad(bad)),
                Err(WriteError::SomeRow(error)) => return Ok(Written::SomeBad(error)),
                Err(WriteError::Fatal(error)) => return Err(error),
                Err(WriteError::Unknown(token, error)) => {
                    self.writer = None;
                    tracing::warn!("connection lost while a batch was being committed: {}", error.message);
                    match self.outcome(&token, &error, &mut backoff).await? {
                        true => return Ok(Written::All(rows.len() as u64)),
                        false => error,
                    }
                }
                Err(WriteError::Transient(error)) => error,
            };
            self.writer = None;
            self.wait(&mut backoff, error).await?;
        }
        Err(Error::new(format!(
            "the server ended {MOST_LOSSES} attempts to write the same {} rows",
            rows.len()
        ))
        .hint("its log tells why; the warnings above tell what it said"))
    }

    /// With on error stop there is nothing to retry: whatever goes wrong undoes all that the line has written.
    async fn write_pending(&mut self, rows: Rows<'_>) -> Result<Written, Error> {
        let sent = rows.len() as u64;
        if self.pending.sent == 0 {
            let writer = self.connected().await?;
            writer.begin().await.map_err(any_error)?;
        }
        let mut backoff = Backoff::start();
        let count = self.attempt(rows, &mut backoff).await?.map_err(any_error)?;
        self.pending.sent += sent;
        self.pending.taken += count;
        Ok(Written::All(count))
    }

    /// Commits what is pending. Only with on error stop.
    pub(crate) async fn commit(&mut self) -> Result<Pending, Error> {
        let rows = self.pending;
        if rows.sent == 0 {
            return Ok(rows);
        }
        let writer =
            self.writer.as_mut().ok_or_else(|| Error::new("the connection was lost before the commit"))?;
        match writer.commit(rows.taken).await {
            Ok(()) => Ok(rows),
            Err(WriteError::Unknown(token, error)) => {
                let committed = self.outcome(&token, &error, &mut Backoff::start()).await?;
                committed.then_some(rows).ok_or(error)
            }
            Err(error) => Err(any_error(error)),
        }
    }

    /// One attempt over a live connection. After an interrupt the statement is cancelled at the server, and its
    /// answer still counts: it may have been committed.
    async fn attempt(
        &mut self,
        rows: Rows<'_>,
        backoff: &mut Backoff,
    ) -> Result<Result<u64, WriteError>, Error> {
        let interrupt = self.interrupt.clone();
        let writer = match self.writer.take() {
            Some(writer) => self.writer.insert(writer),
            None => {
                let writer = self.reconnect(backoff).await?;
                // A new connection has proved that the server is back: later losses get patience of their own.
                *backoff = Backoff::start();
                self.writer.insert(writer)
            }
        };
        let count = rows.len() as u64;
        match write_or_cancel(writer.as_mut(), rows, &interrupt).await {
            Answer::Own(result) => Ok(result),
            Answer::Cancelled(result) => self.after_cancel(result, count).await,
        }
    }

    /// What became of a write that was cancelled; `None` where the server did not answer.
    async fn after_cancel(
        &mut self,
        result: Option<Result<u64, WriteError>>,
        rows: u64,
    ) -> Result<Result<u64, WriteError>, Error> {
        let silent = Error::new("the server did not answer the cancel");
        let (token, lost) = match result {
            Some(Ok(taken)) => return Ok(Ok(taken)),
            Some(Err(WriteError::Unknown(token, lost))) => (token, lost),
            Some(Err(_)) => return Err(interrupted()),
            None => return Err(undecidable(rows, "it may still be at work", &silent)),
        };
        match tokio::time::timeout(CANCEL_PATIENCE, self.loading.outcome(&token)).await {
            Ok(Ok(Outcome::Committed)) => Ok(Ok(rows)),
            Ok(Ok(Outcome::RolledBack)) => Err(interrupted()),
            Ok(Ok(Outcome::Undecidable(why))) => Err(undecidable(rows, &why, &lost)),
            Ok(Err(error)) => Err(undecidable(rows, &Error::from(error).message, &lost)),
            Err(_) => Err(undecidable(rows, &silent.message, &lost)),
        }
    }

    async fn connected(&mut self) -> Result<&mut Box<dyn Writer>, Error> {
        let writer = match self.writer.take() {
            Some(writer) => writer,
            None => self.reconnect(&mut Backoff::start()).await?,
        };
        Ok(self.writer.insert(writer))
    }

    async fn reconnect(&mut self, backoff: &mut Backoff) -> Result<Box<dyn Writer>, Error> {
        loop {
            match self.loading.writer().await {
                Ok(writer) => return Ok(writer),
                Err(ConnectError::Fatal(error)) => return Err(error),
                Err(ConnectError::Transient(error)) => self.wait(backoff, error).await?,
            }
        }
    }

    /// Whether the transaction was committed; an error where nobody can tell.
    async fn outcome(
        &mut self,
        token: &pgloader_core::target::CommitToken,
        lost: &Error,
        backoff: &mut Backoff,
    ) -> Result<bool, Error> {
        loop {
            match self.loading.outcome(token).await {
                Ok(Outcome::Committed) => return Ok(true),
                Ok(Outcome::RolledBack) => return Ok(false),
                Ok(Outcome::Undecidable(why)) => return Err(undecidable(token.rows, &why, lost)),
                Err(ConnectError::Fatal(error)) => return Err(undecidable(token.rows, &error.message, lost)),
                Err(ConnectError::Transient(error)) => {
                    let given_up = |error: Error| undecidable(token.rows, &error.message, lost);
                    self.wait(backoff, error).await.map_err(given_up)?;
                }
            }
        }
    }

    /// Waits before the next try; gives `error` back when there is to be none.
    async fn wait(&mut self, backoff: &mut Backoff, error: Error) -> Result<(), Error> {
        let Some(delay) = backoff.next() else {
            return Err(error.hint("the server stayed away; run the load again when it is back"));
        };
        tracing::warn!("{}; trying again in {} ms", error.message, delay.as_millis());
        tokio::select! {
            () = tokio::time::sleep(delay) => {}
            () = self.interrupt.triggered() => return Err(interrupted()),
            () = self.shared.stopped() => return Err(error),
        }
        Ok(())
    }
}

/// What a writer answered.
enum Answer {
    /// Undisturbed.
    Own(Result<u64, WriteError>),
    /// After the user's interrupt; `None` where it did not answer in time.
    Cancelled(Option<Result<u64, WriteError>>),
}

async fn write_or_cancel(writer: &mut dyn Writer, rows: Rows<'_>, interrupt: &Interrupt) -> Answer {
    let canceller = writer.canceller();
    let write = writer.write(rows);
    tokio::pin!(write);
    tokio::select! {
        biased;
        result = &mut write => return Answer::Own(result),
        () = interrupt.triggered() => canceller.cancel().await,
    }
    Answer::Cancelled(tokio::time::timeout(CANCEL_PATIENCE, &mut write).await.ok())
}

/// What ends a load that the user has interrupted.
pub(crate) fn interrupted() -> Error {
    Error::new("interrupted")
}

fn undecidable(rows: u64, why: &str, lost: &Error) -> Error {
    Error::new(format!(
        "the connection was lost during a commit ({}), and whether its {rows} rows are in the table is not known: {why}",
        lost.message
    ))
    .hint("look into the table before the load is run again")
}

fn any_error(error: WriteError) -> Error {
    match error {
        WriteError::SomeRow(error)
        | WriteError::Transient(error)
        | WriteError::Fatal(error)
        | WriteError::Unknown(_, error) => error,
        WriteError::Rows(bad) => {
            let first = bad.into_iter().next().map(|row| row.error);
            first.unwrap_or_else(|| Error::new("the target refused a row and did not say which"))
        }
    }
}
