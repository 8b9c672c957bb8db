//! Bringing the target back to what it was: indexes, constraints, triggers.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use pgloader_core::load::Phase;
use pgloader_core::target::Target;
use pgloader_core::{Error, Result};

use crate::interrupt::Interrupt;
use crate::session::session;

/// What became of a phase.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    /// How many statements worked.
    pub(crate) done: usize,
    /// The statements that did not, in the order of their failure.
    pub(crate) failed: Vec<String>,
    /// Why, each with its statement.
    pub(crate) errors: Vec<Error>,
    /// No further statement is worth a try: there is no connection to be had.
    pub(crate) unreachable: bool,
}

/// Runs a phase's statements, each in its own transaction, as many at a time as it says. A failure does not stop
/// the others, unless the server is gone. The user's interrupt does not end this.
pub(crate) async fn run(target: &Arc<dyn Target>, phase: &Phase) -> Outcome {
    let work = Arc::new(Work {
        statements: phase.statements.clone(),
        next: AtomicUsize::new(0),
        unreachable: AtomicBool::new(false),
        outcome: Mutex::default(),
    });
    let lanes = phase.parallel.clamp(1, phase.statements.len().max(1));
    let lanes: Vec<_> = (0..lanes)
        .map(|_| {
            let (target, work) = (target.clone(), work.clone());
            tokio::spawn(async move { work.lane(target.as_ref()).await })
        })
        .collect();
    for lane in lanes {
        if lane.await.is_err() {
            work.outcome().errors.push(Error::new("restoring ended in a defect of pgloader"));
        }
    }
    let mut outcome = std::mem::take(&mut *work.outcome());
    outcome.unreachable = work.unreachable.load(Ordering::Relaxed);
    outcome
}

struct Work {
    statements: Vec<String>,
    next: AtomicUsize,
    unreachable: AtomicBool,
    outcome: Mutex<Outcome>,
}

impl Work {
    async fn lane(&self, target: &dyn Target) {
        while let Some(statement) = self.statements.get(self.next.fetch_add(1, Ordering::Relaxed)) {
            if self.unreachable.load(Ordering::Relaxed) {
                self.outcome().failed.push(statement.clone());
                continue;
            }
            let result = self.statement(target, statement).await;
            let mut outcome = self.outcome();
            match result {
                Ok(()) => outcome.done += 1,
                Err(error) => {
                    outcome.failed.push(statement.clone());
                    outcome.errors.push(error.query(statement.clone()));
                }
            }
        }
    }

    /// Runs one statement; once more where the connection was lost over it. What is there already is as good as made.
    async fn statement(&self, target: &dyn Target, statement: &String) -> Result<()> {
        let mut result = Ok(());
        for _ in 0..2 {
            let mut session = session(target, &Interrupt::default()).await.inspect_err(|_| {
                self.unreachable.store(true, Ordering::Relaxed);
            })?;
            result = session.transaction(std::slice::from_ref(statement)).await;
            match &result {
                Err(error) if target.dialect().is_there_already(error) => return Ok(()),
                Err(error) if error.sqlstate.is_none() => {}
                _ => return result,
            }
        }
        result
    }

    fn outcome(&self) -> std::sync::MutexGuard<'_, Outcome> {
        self.outcome.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
