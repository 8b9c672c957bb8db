//! What a writer is asked to do, and how that ends when the user interrupts.

use std::time::{Duration, Instant};

use pgloader_core::target::{BadRow, Staged, Taken, WriteError, Writer};
use pgloader_core::{Error, Rows};

use crate::interrupt::Interrupt;

/// How long cancelled work may take to end before its connection is dropped.
pub(crate) const CANCEL_PATIENCE: Duration = Duration::from_secs(5);
/// How often it is cancelled meanwhile: a cancel between two statements is lost.
const CANCEL_INTERVAL: Duration = Duration::from_secs(1);

/// What a writer is asked to do, over a new connection where the old one is lost.
#[derive(Debug, Clone)]
pub(crate) enum Work {
    Write(Rows),
    Stage(Rows),
    Load(Vec<Staged>),
}

/// What has come of it.
#[derive(Debug)]
pub(crate) enum Done {
    Taken(Taken),
    Staged(Staged),
}

impl Work {
    async fn run(&self, writer: &mut dyn Writer) -> Result<Done, WriteError> {
        match self {
            Work::Write(rows) => writer.write(rows.clone()).await.map(Done::Taken),
            Work::Stage(rows) => writer.stage(rows.clone()).await.map(Done::Staged),
            Work::Load(objects) => writer.load_staged(objects).await.map(Done::Taken),
        }
    }

    /// Rows whose fate is open while the work is under way.
    pub(crate) fn rows_at_stake(&self) -> Option<u64> {
        match self {
            Work::Write(rows) => Some(rows.len() as u64),
            Work::Load(objects) => Some(objects.iter().map(|object| object.rows).sum()),
            Work::Stage(_) => None,
        }
    }
}

/// How [`Work`] has ended, where the load goes on.
pub(crate) enum Ended {
    Done(Done),
    Bad(Vec<BadRow>),
    SomeBad(Error),
}

/// What a writer answered.
pub(crate) enum Answer {
    /// Undisturbed.
    Own(Result<Done, WriteError>),
    /// After the user's interrupt.
    Cancelled(Result<Done, WriteError>),
    /// Nothing after the user's interrupt.
    None {
        /// Its rows may be committed all the same.
        may_be_committed: bool,
    },
}

/// Has the work done, and cancels it when the user interrupts.
pub(crate) async fn run_or_cancel(writer: &mut dyn Writer, work: &Work, interrupt: &Interrupt) -> Answer {
    let canceller = writer.canceller();
    let running = work.run(writer);
    tokio::pin!(running);
    tokio::select! {
        biased;
        result = &mut running => return Answer::Own(result),
        () = interrupt.triggered() => {}
    }
    let end = Instant::now() + CANCEL_PATIENCE;
    while Instant::now() < end {
        canceller.cancel().await;
        if let Ok(result) = tokio::time::timeout(CANCEL_INTERVAL, &mut running).await {
            return Answer::Cancelled(result);
        }
    }
    Answer::None { may_be_committed: canceller.may_be_committed() }
}
