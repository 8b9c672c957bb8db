//! One command's steps against its target: SQL of the user, preparations, the copy, and undoing what was prepared.

use std::sync::Arc;
use std::time::{Duration, Instant};

use pgloader_core::catalog::Table;
use pgloader_core::load::{LoadPlan, Phase, Run as How};
use pgloader_core::source::Source;
use pgloader_core::target::{ConnectError, Session, Target};
use pgloader_core::{Error, Result};

use crate::backoff::Backoff;
use crate::copy::{Copy, CopyError};
use crate::interrupt::Interrupt;
use crate::reject::RejectFiles;
use crate::report::{Line, Report, Section};
use crate::tally::Tally;

/// One command under way. Every step adds its line to the report.
pub struct Run {
    /// Where rows go.
    pub target: Arc<dyn Target>,
    /// Whether the user wants an end.
    pub interrupt: Interrupt,
    /// What was done so far.
    pub report: Report,
}

/// What a table's load needs beside its plan.
pub struct Load {
    /// Where rows come from.
    pub source: Arc<dyn Source>,
    /// The table there.
    pub source_table: Table,
    /// Where rejected rows go.
    pub rejects: RejectFiles,
    /// Counts the rows.
    pub tally: Arc<Tally>,
}

/// A session; a server that is just coming up is waited for.
pub async fn session(target: &dyn Target) -> Result<Box<dyn Session>> {
    let mut backoff = Backoff::start();
    loop {
        match target.session().await {
            Ok(session) => return Ok(session),
            Err(ConnectError::Fatal(error)) => return Err(error),
            Err(ConnectError::Transient(error)) => match backoff.next() {
                Some(delay) => tokio::time::sleep(delay).await,
                None => return Err(error),
            },
        }
    }
}

/// Runs a clause's statements in one transaction, as one line of the report.
pub async fn hooks(
    run: &mut Run,
    section: Section,
    label: &str,
    session: &mut dyn Session,
    statements: &[String],
) -> Result<()> {
    if statements.is_empty() {
        return Ok(());
    }
    let start = Instant::now();
    let mut all = vec!["SET LOCAL client_min_messages TO error".to_owned()];
    all.extend_from_slice(statements);
    let result = transaction(session, &all, &run.interrupt).await;
    run.add(section, label, &result, statements.len(), start.elapsed());
    result
}

/// Runs a transaction, which an interrupt cancels; it has then worked or not, as its answer says.
async fn transaction(session: &mut dyn Session, statements: &[String], interrupt: &Interrupt) -> Result<()> {
    let canceller = session.canceller();
    let running = session.transaction(statements);
    tokio::pin!(running);
    tokio::select! {
        result = &mut running => return result,
        () = interrupt.triggered() => canceller.cancel().await,
    }
    running.await
}

impl Run {
    /// Carries out a plan. What was prepared is undone whatever happens; the first error is returned, all are
    /// logged and counted in the report.
    pub async fn load(&mut self, plan: &LoadPlan, load: Load) -> Result<(), CopyError> {
        let label = self.target.dialect().table(&plan.load.table);
        let mut undo = Vec::new();
        let mut result = self.prepare(plan, &mut undo).await;
        if result.is_ok() {
            result = self.copy(plan, load, &label).await;
        }
        if let Err(CopyError::Failed(error)) = &result {
            tracing::error!("{error}");
        }
        let undone = self.undo(undo).await;
        result.and(undone.map_err(CopyError::Failed))
    }

    async fn prepare(&mut self, plan: &LoadPlan, undo: &mut Vec<Phase>) -> Result<(), CopyError> {
        for preparation in &plan.preparations {
            if self.interrupt.is_triggered() {
                return Err(CopyError::Interrupted);
            }
            for phase in &preparation.undo {
                for statement in &phase.statements {
                    tracing::info!(severity = "LOG", "to be run after the load: {statement};");
                }
            }
            if let Err(error) = self.preparation(&preparation.phase).await {
                let interrupted = self.interrupt.is_triggered();
                return Err(if interrupted { CopyError::Interrupted } else { CopyError::Failed(error) });
            }
            undo.splice(0..0, preparation.undo.iter().cloned());
            self.note_left_to_do(undo);
        }
        Ok(())
    }

    async fn preparation(&mut self, phase: &Phase) -> Result<()> {
        let start = Instant::now();
        let mut session = session(self.target.as_ref()).await?;
        let result = transaction(session.as_mut(), &phase.statements, &self.interrupt).await;
        let done = if result.is_ok() { phase.statements.len() } else { 0 };
        self.add(Section::Pre, phase.label, &result, done, start.elapsed());
        result
    }

    async fn copy(&mut self, plan: &LoadPlan, load: Load, label: &str) -> Result<(), CopyError> {
        let start = Instant::now();
        let copy = self.make_copy(plan, &load).await.map_err(CopyError::Failed);
        let (times, mut result) = match copy {
            Ok(copy) => copy.run(load.tally.clone(), load.rejects).await,
            Err(error) => (Default::default(), Err(error)),
        };
        if result.is_ok() && !load.tally.balances() {
            result = Err(CopyError::Failed(unbalanced(label)));
        }
        let tally = &load.tally;
        self.report.add(
            Section::Data,
            Line {
                label: label.to_owned(),
                errors: tally.rejected() + u64::from(result.is_err()),
                read: tally.read(),
                rows: tally.written(),
                bytes: tally.bytes(),
                time: start.elapsed(),
                read_time: Some(times.read),
                write_time: Some(times.write),
            },
        );
        self.report.add_equation(label, tally);
        self.add(Section::Post, "Files Processed", &Ok(()), 1, times.read);
        let threads = plan.load.writers + 1;
        self.add(Section::Post, "COPY Threads Completion", &Ok(()), threads, start.elapsed());
        result
    }

    async fn make_copy<'a>(&self, plan: &'a LoadPlan, load: &Load) -> Result<Copy<'a>> {
        let parts = load.source.parts(&load.source_table, 1)?;
        let part = parts.into_iter().next().ok_or_else(|| Error::new("the source has nothing to read"))?;
        Ok(Copy {
            load: &plan.load,
            source: load.source.clone(),
            source_table: load.source_table.clone(),
            part,
            loading: Arc::from(self.target.load(&plan.load).await?),
            interrupt: self.interrupt.clone(),
        })
    }

    /// Runs all phases, each as far as it goes; what fails is told to the user as SQL to run by hand.
    async fn undo(&mut self, mut phases: Vec<Phase>) -> Result<()> {
        let mut result = Ok(());
        while !phases.is_empty() {
            let phase = phases.remove(0);
            if let Err(error) = self.undo_phase(&phase).await {
                tracing::error!("{error}");
                result = result.and(Err(error));
            }
            self.note_left_to_do(&phases);
        }
        result
    }

    fn note_left_to_do(&self, undo: &[Phase]) {
        self.interrupt.set_left_to_do(undo.iter().flat_map(|phase| phase.statements.clone()).collect());
    }

    async fn undo_phase(&mut self, phase: &Phase) -> Result<()> {
        let start = Instant::now();
        let (done, result) = match phase.run {
            How::Together => {
                let result = together(self.target.as_ref(), &phase.statements).await;
                (if result.is_ok() { phase.statements.len() } else { 0 }, result)
            }
            How::Each(parallel) => each(&self.target, &phase.statements, parallel).await,
        };
        self.add(Section::Post, phase.label, &result, done, start.elapsed());
        result
    }

    fn add(&mut self, section: Section, label: &str, result: &Result<()>, rows: usize, time: Duration) {
        let errors = u64::from(result.is_err());
        let rows = rows as u64;
        self.report.add(section, Line { label: label.to_owned(), errors, rows, time, ..Line::default() });
    }
}

fn unbalanced(label: &str) -> Error {
    Error::new(format!("{label}: rows read are not the rows written, rejected and skipped"))
        .hint("this is a defect of pgloader: please report it with the load file and the summary")
}

async fn together(target: &dyn Target, statements: &[String]) -> Result<()> {
    session(target).await?.transaction(statements).await
}

/// Runs each statement in its own transaction, `parallel` at a time. Returns how many worked, and the first error.
async fn each(target: &Arc<dyn Target>, statements: &[String], parallel: usize) -> (usize, Result<()>) {
    let next = Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let statements: Arc<[String]> = statements.into();
    let lanes = (0..parallel.clamp(1, statements.len().max(1))).map(|_| {
        let (target, statements, next) = (target.clone(), statements.clone(), next.clone());
        tokio::spawn(async move { lane(target.as_ref(), &statements, &next).await })
    });
    let mut total = (0, Ok(()));
    for lane in lanes.collect::<Vec<_>>() {
        let (done, result) = lane.await.unwrap_or_else(|error| (0, Err(Error::new(error.to_string()))));
        total = (total.0 + done, total.1.and(result));
    }
    total
}

async fn lane(
    target: &dyn Target,
    statements: &[String],
    next: &std::sync::atomic::AtomicUsize,
) -> (usize, Result<()>) {
    let (mut done, mut result) = (0, Ok(()));
    while let Some(statement) = statements.get(next.fetch_add(1, std::sync::atomic::Ordering::Relaxed)) {
        match together(target, std::slice::from_ref(statement)).await {
            Ok(()) => done += 1,
            Err(error) => result = result.and(Err(error.query(statement.clone()))),
        }
    }
    (done, result)
}
