//! One writer's connection: kept, lost, made again.

use std::sync::Arc;

use pgloader_core::load::{Commit, TableLoad};
use pgloader_core::target::{
    BadRow, CommitToken, ConnectError, Loading, Outcome, Staged, Taken, WriteError, Writer,
};
use pgloader_core::{Error, Rows};

use crate::backoff::Backoff;
use crate::copy::Shared;
use crate::interrupt::{Interrupt, interrupted};
use crate::work::{Answer, CANCEL_PATIENCE, Done, Ended, Work, run_or_cancel};

/// How often the connection may end over the same rows.
const MOST_LOSSES: usize = 8;

/// What became of rows that a [`Line`] was asked to write.
#[derive(Debug)]
pub(crate) enum Written {
    /// All but those it names are committed.
    Taken(Taken),
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
    commit: Commit,
    /// What is written in the open transaction; only where everything is one.
    pending: Pending,
}

impl Line {
    /// A line over `writer`.
    pub(crate) fn new(
        shared: Arc<Shared>,
        loading: Arc<dyn Loading>,
        interrupt: Interrupt,
        writer: Box<dyn Writer>,
        load: &TableLoad,
    ) -> Line {
        let (writer, pending) = (Some(writer), Pending::default());
        Line { shared, loading, interrupt, writer, commit: load.commit, pending }
    }

    /// Writes rows. A lost connection is made again as often as patience allows. An error ends the table's load.
    pub(crate) async fn write(&mut self, rows: Rows) -> Result<Written, Error> {
        match self.commit {
            Commit::Everything => self.write_pending(rows).await,
            Commit::Batch | Commit::StagedBatch | Commit::StagedTable => {
                self.written(Work::Write(rows)).await
            }
        }
    }

    /// Stages rows, with the same patience.
    pub(crate) async fn stage(&mut self, rows: Rows) -> Result<Staged, Error> {
        match self.perform(Work::Stage(rows)).await? {
            Ended::Done(Done::Staged(staged)) => Ok(staged),
            ended => Err(unexpected(ended)),
        }
    }

    /// Loads staged objects, with the same patience.
    pub(crate) async fn load(&mut self, objects: &[Staged]) -> Result<Written, Error> {
        self.written(Work::Load(objects.to_vec())).await
    }

    /// What all lines of the load share.
    pub(crate) fn loading(&self) -> Arc<dyn Loading> {
        self.loading.clone()
    }

    /// Whether the user wants an end.
    pub(crate) fn interrupt(&self) -> Interrupt {
        self.interrupt.clone()
    }

    /// Takes staged objects away; without a connection that is left to the end of the load.
    pub(crate) async fn discard(&mut self, objects: &[Staged]) {
        if let Some(writer) = &mut self.writer {
            writer.discard(objects).await;
        }
    }

    async fn written(&mut self, work: Work) -> Result<Written, Error> {
        match self.perform(work).await? {
            Ended::Done(Done::Taken(taken)) => Ok(Written::Taken(taken)),
            Ended::Bad(bad) => Ok(Written::Bad(bad)),
            Ended::SomeBad(error) => Ok(Written::SomeBad(error)),
            ended => Err(unexpected(ended)),
        }
    }

    async fn perform(&mut self, work: Work) -> Result<Ended, Error> {
        let (mut backoff, mut losses) = (Backoff::start(), 0);
        loop {
            let error = match self.attempt(&work, &mut backoff).await? {
                Ok(done) => return Ok(Ended::Done(done)),
                Err(WriteError::Rows(bad)) => return Ok(Ended::Bad(bad)),
                Err(WriteError::SomeRow(error)) => return Ok(Ended::SomeBad(error)),
                Err(WriteError::Fatal(error)) => return Err(error),
                Err(WriteError::Unknown(token, error)) => {
                    self.writer = None;
                    tracing::warn!("connection lost while a batch was being committed: {}", error.message);
                    match self.outcome(&token, &error, &mut backoff).await? {
                        true => return Ok(Ended::Done(Done::Taken(taken(token)))),
                        false => error,
                    }
                }
                Err(WriteError::Transient(error)) => error,
            };
            self.writer = None;
            losses += 1;
            if losses == MOST_LOSSES {
                return Err(given_up(error, &work));
            }
            self.wait(&mut backoff, error).await?;
        }
    }

    /// With on error stop there is nothing to retry: whatever goes wrong undoes all that the line has written.
    async fn write_pending(&mut self, rows: Rows) -> Result<Written, Error> {
        let sent = rows.len() as u64;
        let mut backoff = Backoff::start();
        if self.pending.sent == 0 {
            let writer = self.connected(&mut backoff).await?;
            writer.begin().await.map_err(any_error)?;
        }
        let Done::Taken(taken) = self.attempt(&Work::Write(rows), &mut backoff).await?.map_err(any_error)?
        else {
            return Err(defect());
        };
        self.pending.sent += sent;
        self.pending.taken += taken.rows;
        Ok(Written::Taken(taken))
    }

    /// Commits what is pending, where everything is one transaction.
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
        work: &Work,
        backoff: &mut Backoff,
    ) -> Result<Result<Done, WriteError>, Error> {
        let interrupt = self.interrupt.clone();
        let writer = self.connected(backoff).await?;
        match run_or_cancel(writer.as_mut(), work, &interrupt).await {
            Answer::Own(result) => Ok(result),
            Answer::Cancelled(result) => self.after_cancel(result).await,
            Answer::None { may_be_committed } => {
                let rows = work.rows_at_stake().filter(|_| may_be_committed);
                let open = |rows| undecidable(rows, "it may still be at work", &silent());
                Err(rows.map_or_else(interrupted, open))
            }
        }
    }

    /// What became of work that was cancelled.
    async fn after_cancel(
        &mut self,
        result: Result<Done, WriteError>,
    ) -> Result<Result<Done, WriteError>, Error> {
        let (token, lost) = match result {
            Ok(done) => return Ok(Ok(done)),
            Err(WriteError::Unknown(token, lost)) => (token, lost),
            Err(_) => return Err(interrupted()),
        };
        let rows = token.rows;
        match tokio::time::timeout(CANCEL_PATIENCE, self.loading.outcome(&token)).await {
            Ok(Ok(Outcome::Committed)) => Ok(Ok(Done::Taken(taken(token)))),
            Ok(Ok(Outcome::RolledBack)) => Err(interrupted()),
            Ok(Ok(Outcome::Undecidable(why))) => Err(undecidable(rows, &why, &lost)),
            Ok(Err(error)) => Err(undecidable(rows, &Error::from(error).message, &lost)),
            Err(_) => Err(undecidable(rows, &silent().message, &lost)),
        }
    }

    async fn connected(&mut self, backoff: &mut Backoff) -> Result<&mut Box<dyn Writer>, Error> {
        let writer = match self.writer.take() {
            Some(writer) => writer,
            None => {
                let writer = self.reconnect(backoff).await?;
                // A new connection has proved that the server is back: later losses get patience of their own.
                backoff.renew();
                writer
            }
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
        token: &CommitToken,
        lost: &Error,
        backoff: &mut Backoff,
    ) -> Result<bool, Error> {
        loop {
            let asked = tokio::select! {
                asked = self.loading.outcome(token) => asked,
                () = patience_after(&self.interrupt) => {
                    return Err(undecidable(token.rows, "the load was interrupted before it could be found out", lost));
                }
            };
            match asked {
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
            let own = error.hint.as_ref().map(|hint| format!("{hint}; ")).unwrap_or_default();
            return Err(error.hint(format!("{own}it stayed away: run the load again when it is back")));
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

/// Returns some time after the user has interrupted.
async fn patience_after(interrupt: &Interrupt) {
    interrupt.triggered().await;
    tokio::time::sleep(CANCEL_PATIENCE).await;
}

fn given_up(last: Error, work: &Work) -> Error {
    let rows = work.rows_at_stake().map(|rows| format!(" to write the same {rows} rows")).unwrap_or_default();
    let message = format!("{}: given up after {MOST_LOSSES} attempts{rows}", last.message);
    Error { message, ..last }
}

/// What a transaction has taken that turned out to be committed.
fn taken(token: CommitToken) -> Taken {
    Taken { rows: token.rows, bad: token.bad }
}

fn unexpected(ended: Ended) -> Error {
    match ended {
        Ended::SomeBad(error) => error,
        Ended::Bad(bad) => bad.into_iter().next().map_or_else(defect, |row| row.error),
        Ended::Done(_) => defect(),
    }
}

fn defect() -> Error {
    Error::new("a writer answered what it was not asked: a defect of pgloader")
}

fn silent() -> Error {
    Error::new("the server did not answer the cancel")
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
