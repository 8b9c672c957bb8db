//! The copy of one table: a reader, encoders, a queue, writers.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use pgloader_core::catalog::Table;
use pgloader_core::encode::copy_binary::Codec;
use pgloader_core::encode::{Format, codecs};
use pgloader_core::load::{Commit, OnError, TableLoad};
use pgloader_core::source::{Part, Source};
use pgloader_core::target::{ConnectError, Loading};
use pgloader_core::{Batch, Error};
use tokio::sync::{Notify, oneshot};

use crate::binary;
use crate::blocks::BlockQueue;
use crate::chunks::Chunks;
use crate::feeder::Feeder;
use crate::interrupt::{Interrupt, interrupted};
use crate::isolate::{self, Real};
use crate::queue::Queue;
use crate::reading::Reading;
use crate::reject::RejectFiles;
use crate::staging::{self, Gathered};
use crate::tally::Tally;
use crate::writer::Line;

/// Bytes of rows between reader and server, unless two batches are more.
const BYTES_IN_FLIGHT: usize = 40 << 20;
/// Two batches that take more than this are not held at once: one, and half of the next.
const TWO_BATCHES: usize = 96 << 20;
/// How many rejects and how many skipped records are logged one by one; all rejects are in the reject log.
const MOST_LOGGED: u64 = 20;
/// The `tracing` target of log lines about single rows: the only ones whose first line can hold their values.
pub const REJECTS: &str = "pgloader::rejects";
/// How long a reader that was told to stop may take before it is left behind.
const READER_PATIENCE: Duration = Duration::from_secs(2);

/// Why a copy ended early.
#[derive(Debug, Clone)]
pub enum CopyError {
    /// The user interrupted it.
    Interrupted,
    /// It cannot go on.
    Failed(Error),
}

/// What all threads and tasks of one table's copy share.
pub(crate) struct Shared {
    pub(crate) blocks: BlockQueue,
    pub(crate) chunks: Chunks,
    pub(crate) queue: Queue,
    pub(crate) tally: Arc<Tally>,
    pub(crate) rejects: RejectFiles,
    pub(crate) gathered: Gathered,
    pub(crate) on_error: OnError,
    /// Of the columns; empty where one has none.
    pub(crate) codecs: Vec<Codec>,
    binary_refused: AtomicBool,
    commit: Commit,
    rejects_logged: AtomicU64,
    skips_logged: AtomicU64,
    failure: Mutex<Option<Error>>,
    is_stopped: AtomicBool,
    stop: Notify,
}

impl Shared {
    fn new(load: &TableLoad, tally: Arc<Tally>, rejects: RejectFiles) -> Shared {
        Shared {
            blocks: BlockQueue::default(),
            chunks: Chunks::new(bytes_in_flight(load.batch.bytes)),
            queue: Queue::default(),
            tally,
            rejects,
            gathered: Gathered::new(load.commit),
            on_error: load.on_error,
            codecs: codecs(&load.columns).unwrap_or_default(),
            binary_refused: AtomicBool::new(false),
            commit: load.commit,
            rejects_logged: AtomicU64::new(0),
            skips_logged: AtomicU64::new(0),
            failure: Mutex::default(),
            is_stopped: AtomicBool::new(false),
            stop: Notify::new(),
        }
    }

    /// Ends the load for this reason. One that comes later is only logged.
    pub(crate) fn fail(&self, error: Error) {
        self.note_failure(error);
        self.is_stopped.store(true, Ordering::Release);
        self.stop.notify_waiters();
        self.blocks.close();
        self.chunks.close();
        self.queue.close();
    }

    /// The load will have failed for this reason once it has come to its end.
    pub(crate) fn note_failure(&self, error: Error) {
        let mut failure = self.failure.lock().unwrap_or_else(PoisonError::into_inner);
        match failure.as_ref() {
            None => *failure = Some(error),
            Some(first) if first.message == error.message => {}
            Some(_) => tracing::error!("{error}"),
        }
    }

    pub(crate) fn is_stopped(&self) -> bool {
        self.is_stopped.load(Ordering::Acquire)
    }

    /// Returns once the load has failed.
    pub(crate) async fn stopped(&self) {
        let stop = self.stop.notified();
        tokio::pin!(stop);
        stop.as_mut().enable();
        if !self.is_stopped() {
            stop.await;
        }
    }

    /// Logs a reject, as long as there are few.
    pub(crate) fn note_reject(&self, message: &str) {
        match self.rejects_logged.fetch_add(1, Ordering::Relaxed) {
            count if count < MOST_LOGGED => tracing::error!(target: REJECTS, "{message}"),
            MOST_LOGGED => {
                tracing::error!(target: REJECTS, "more rows are rejected; each is in the reject log")
            }
            _ => {}
        }
    }

    /// Puts a row that the target refuses in the reject files.
    pub(crate) fn reject(&self, format: Format, row: &[u8], error: &Error) -> Result<(), Error> {
        let mut line = Vec::new();
        format.to_copy_text(row, &mut line)?;
        self.note_reject(&error.to_string());
        self.rejects.row(&line, error)?;
        self.tally.add_rejected(error);
        Ok(())
    }

    /// The target has taken rows as text, all of them, that it refused in binary: the load goes on in text.
    pub(crate) fn refuse_binary(&self, reason: &str) {
        if !self.binary_refused.swap(true, Ordering::Relaxed) {
            tracing::warn!(
                "the server takes rows as text that it refuses in binary; the load goes on in text: {reason}"
            );
        }
    }

    pub(crate) fn is_binary_refused(&self) -> bool {
        self.binary_refused.load(Ordering::Relaxed)
    }

    /// Logs that a record holds nothing, as long as there are few.
    pub(crate) fn note_skipped(&self) {
        if self.skips_logged.fetch_add(1, Ordering::Relaxed) < MOST_LOGGED {
            tracing::info!("Skipping empty line.");
        }
    }

    /// So many rows are committed, of which the target took `taken`: its triggers may leave rows out.
    pub(crate) fn add_written(&self, sent: u64, taken: u64) {
        self.tally.add_written(taken.min(sent));
        self.tally.add_skipped(sent.saturating_sub(taken));
    }

    fn failure(&self) -> Option<Error> {
        self.failure.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

fn bytes_in_flight(batch: usize) -> usize {
    let batch = batch.min(usize::MAX / 4);
    BYTES_IN_FLIGHT.max((2 * batch).min(TWO_BATCHES.max(batch + batch / 2)))
}

/// What to copy, from where, to where.
pub(crate) struct Copy<'a> {
    pub(crate) load: &'a TableLoad,
    pub(crate) source: Arc<dyn Source>,
    pub(crate) source_table: Table,
    pub(crate) parts: Vec<Part>,
    pub(crate) loading: Arc<dyn Loading>,
    pub(crate) interrupt: Interrupt,
}

/// How long each side took.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Times {
    pub(crate) read: Duration,
    pub(crate) write: Duration,
}

impl Copy<'_> {
    /// Copies until the source ends, a failure or an interrupt. In each case the tally balances afterwards.
    pub(crate) async fn run(self, tally: Arc<Tally>, rejects: RejectFiles) -> (Times, Result<(), CopyError>) {
        let shared = Arc::new(Shared::new(self.load, tally, rejects));
        let start = Instant::now();
        let lines = match self.lines(&shared).await {
            Ok(lines) => lines,
            Err(error) => return (Times::default(), Err(CopyError::Failed(error))),
        };
        let reader = self.start_reader(&shared, lines.len());
        let writers: Vec<_> =
            lines.into_iter().map(|line| tokio::spawn(write(shared.clone(), line))).collect();
        let watch = tokio::spawn(stop_when_interrupted(shared.clone(), self.interrupt.clone()));
        let read = self.wait_for_reader(reader, &shared).await;
        let mut lines = Vec::new();
        for writer in writers {
            match writer.await {
                Ok(line) => lines.push(line),
                Err(_) => shared.fail(Error::new("a writer ended in a defect of pgloader")),
            }
        }
        commit(&shared, lines).await;
        watch.abort();
        let result = self.conclude(&shared);
        clean_up(self.loading.as_ref()).await;
        (Times { read, write: start.elapsed() }, result)
    }

    /// As many connections as writers, before anything is read; one is enough where the server has no more.
    async fn lines(&self, shared: &Arc<Shared>) -> Result<Vec<Line>, Error> {
        let mut lines = Vec::new();
        for _ in 0..self.load.writers {
            let writer = match self.loading.writer().await {
                Ok(writer) => writer,
                Err(ConnectError::Transient(error) | ConnectError::Fatal(error)) if lines.is_empty() => {
                    return Err(error);
                }
                Err(ConnectError::Transient(error) | ConnectError::Fatal(error)) => {
                    tracing::warn!("{} of {} writers: {}", lines.len(), self.load.writers, error.message);
                    break;
                }
            };
            let (loading, interrupt) = (self.loading.clone(), self.interrupt.clone());
            lines.push(Line::new(shared.clone(), loading, interrupt, writer, self.load));
        }
        Ok(lines)
    }

    /// Starts the reader's thread. What comes back is how long it read.
    fn start_reader(&self, shared: &Arc<Shared>, writers: usize) -> oneshot::Receiver<Duration> {
        let (done, wait) = oneshot::channel();
        let feeder = |number| Feeder::new(shared.clone(), self.load, self.loading.format(), number);
        let (reader, encoders) = (feeder(0), (0..self.encoders(writers)).map(feeder).collect());
        let reading = Reading {
            shared: shared.clone(),
            source: self.source.clone(),
            table: self.source_table.clone(),
            parts: self.parts.clone(),
            on_error: self.load.on_error,
        };
        let read = move || {
            let start = Instant::now();
            reading.run(reader, encoders);
            // Nobody listens any more where the reader was left behind.
            let _ = done.send(start.elapsed());
        };
        if let Err(error) = std::thread::Builder::new().name("reader".into()).spawn(read) {
            shared.fail(Error::new(format!("cannot start a thread: {error}")));
        }
        wait
    }

    /// How many threads beside the reader's encode rows: none where a single writer takes them in their order, or
    /// where each of several would hold a batch of the size that is staged.
    fn encoders(&self, writers: usize) -> usize {
        match self.load.commit {
            Commit::Batch if writers > 1 => writers,
            _ => 0,
        }
    }

    /// Waits for the reader; one that is blocked in the system when the load has failed is left behind.
    async fn wait_for_reader(&self, mut done: oneshot::Receiver<Duration>, shared: &Shared) -> Duration {
        tokio::select! {
            read = &mut done => return read.unwrap_or_else(|_| {
                shared.fail(Error::new("the reader ended in a defect of pgloader"));
                Duration::ZERO
            }),
            () = shared.stopped() => self.source.cancel(),
        }
        match tokio::time::timeout(READER_PATIENCE, done).await {
            Ok(read) => read.unwrap_or_default(),
            Err(_) => Duration::ZERO,
        }
    }

    fn conclude(&self, shared: &Shared) -> Result<(), CopyError> {
        for batch in shared.queue.drain() {
            give_up(shared, batch.row_count());
        }
        let flushed = shared.rejects.flush();
        let Err(error) = shared.failure().map_or(flushed, Err) else { return Ok(()) };
        settle(&shared.tally);
        match self.interrupt.is_triggered() {
            true => Err(CopyError::Interrupted),
            false => Err(CopyError::Failed(error)),
        }
    }
}

/// Rows that a load which failed has read and not brought to an end are skipped: those of its open batches.
fn settle(tally: &Tally) {
    let ended = tally.written() + tally.rejected() + tally.skipped();
    tally.add_skipped(tally.read().saturating_sub(ended));
}

fn give_up(shared: &Shared, rows: usize) {
    shared.tally.add_skipped(rows as u64);
}

async fn stop_when_interrupted(shared: Arc<Shared>, interrupt: Interrupt) {
    interrupt.triggered().await;
    shared.fail(interrupted());
}

/// Ends the load where someone ends in a panic, who is called so: chunks and blocks would be waited for in vain.
pub(crate) struct PanicGuard<'a>(pub(crate) &'a Shared, pub(crate) &'static str);

impl Drop for PanicGuard<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.fail(Error::new(format!("{} ended in a defect of pgloader", self.1)));
        }
    }
}

/// One writer's work: batches until there are none.
async fn write(shared: Arc<Shared>, mut line: Line) -> Line {
    let _guard = PanicGuard(&shared, "a writer");
    while let Some(batch) = shared.queue.next().await {
        if shared.is_stopped() {
            give_up(&shared, batch.row_count());
            continue;
        }
        if let Err(error) = write_batch(&shared, &mut line, batch).await {
            shared.fail(error);
        }
    }
    line
}

async fn write_batch(shared: &Arc<Shared>, line: &mut Line, batch: Arc<Batch>) -> Result<(), Error> {
    let (rows, count) = (batch.rows(), batch.row_count());
    let result = match shared.commit {
        Commit::StagedBatch | Commit::StagedTable => {
            drop(rows);
            return staging::stage_and_load(shared, line, batch).await;
        }
        Commit::Batch if batch.format == Format::CopyBinary => {
            drop(rows);
            let result = binary::load(shared, line, batch).await;
            return conclude_batch(shared, result);
        }
        Commit::Everything => line.write(rows).await.map(|_| ()).map_err(|error| (count, error)),
        Commit::Batch => isolate::load(rows, &mut Real { shared, line }).await,
    };
    shared.chunks.give_back_batch(batch);
    conclude_batch(shared, result)
}

/// Rows that are neither written nor rejected are given up.
fn conclude_batch(shared: &Shared, result: Result<(), (usize, Error)>) -> Result<(), Error> {
    let flushed = shared.rejects.flush();
    match result {
        Ok(()) => flushed,
        Err((rows, error)) => {
            give_up(shared, rows);
            Err(error)
        }
    }
}

/// What is not committed yet when all batches are written: the writers' open transactions, or what is staged.
async fn commit(shared: &Arc<Shared>, lines: Vec<Line>) {
    for mut line in lines {
        if shared.is_stopped() {
            return;
        }
        let result = match shared.commit {
            Commit::Batch | Commit::StagedBatch => Ok(()),
            Commit::StagedTable => staging::load_rest(shared, &mut line).await,
            Commit::Everything => {
                line.commit().await.map(|pending| shared.add_written(pending.sent, pending.taken))
            }
        };
        if let Err(error) = result {
            shared.fail(error);
        }
    }
}

/// What cannot be taken away is told, and does not make the load a failure: the rows are where they belong.
async fn clean_up(loading: &dyn Loading) {
    if let Err(error) = loading.clean_up().await {
        tracing::warn!("{error}");
    }
}
