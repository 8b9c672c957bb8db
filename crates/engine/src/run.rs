//! One command's steps against its target: SQL of the user, preparations, the copy, and undoing what was prepared.

use std::sync::Arc;
use std::time::{Duration, Instant};

use pgloader_core::catalog::Table;
use pgloader_core::load::{LoadPlan, Phase, Preparation};
use pgloader_core::source::{Part, Source};
use pgloader_core::target::{Loading, Session, Target};
use pgloader_core::{Error, Result};

use crate::copy::{Copy, CopyError};
use crate::interrupt::Interrupt;
use crate::progress::{Observer, Sampler, Watched};
use crate::reject::RejectFiles;
use crate::report::{Details, Line, Report, Section};
use crate::session::{session, transaction};
use crate::tally::Tally;
use crate::undo;

/// One command under way. Every step adds its line to the report.
pub struct Run {
    /// Where rows go.
    pub target: Arc<dyn Target>,
    /// Whether the user wants an end.
    pub interrupt: Interrupt,
    /// What was done so far.
    pub report: Report,
    /// Who is shown how far tables have come.
    pub observer: Arc<dyn Observer>,
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
    let quiet = run.target.dialect().quiet();
    let mut all: Vec<String> = quiet.iter().map(|&statement| statement.to_owned()).collect();
    all.extend_from_slice(statements);
    let result = transaction(session, &all, &run.interrupt).await;
    run.add(section, label, &result, statements.len(), start.elapsed());
    result
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
        let mut undone = self.undo(undo).await;
        if result.is_ok() && !self.interrupt.is_triggered() {
            undone = undone.and(self.analyze(plan.analyze.as_ref()).await);
        }
        match self.interrupt.is_triggered() {
            true => Err(CopyError::Interrupted),
            false => result.and(undone.map_err(CopyError::Failed)),
        }
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
            let result = self.preparation(preparation).await;
            // Where the connection was lost it may have been done all the same.
            if result.as_ref().map_or_else(|error| error.sqlstate.is_none(), |()| true) {
                undo.splice(0..0, preparation.undo.iter().cloned());
                self.note_left_to_do(&[], undo);
            }
            result.map_err(CopyError::Failed)?;
        }
        Ok(())
    }

    async fn preparation(&mut self, preparation: &Preparation) -> Result<()> {
        let (start, statements) = (Instant::now(), &preparation.statements);
        let result = self.transaction(statements).await;
        let done = if result.is_ok() { statements.len() } else { 0 };
        self.add(Section::Pre, preparation.label, &result, done, start.elapsed());
        result
    }

    /// An interrupt ends it.
    async fn analyze(&mut self, statement: Option<&String>) -> Result<()> {
        let Some(statement) = statement else { return Ok(()) };
        let start = Instant::now();
        let result = self.transaction(std::slice::from_ref(statement)).await;
        self.add(Section::Post, "Analyze", &result, usize::from(result.is_ok()), start.elapsed());
        result.inspect_err(|error| tracing::error!("{error}"))
    }

    async fn transaction(&self, statements: &[String]) -> Result<()> {
        let mut session = session(self.target.as_ref(), &self.interrupt).await?;
        transaction(session.as_mut(), statements, &self.interrupt).await
    }

    async fn copy(&mut self, plan: &LoadPlan, load: Load, label: &str) -> Result<(), CopyError> {
        let start = Instant::now();
        let rejects = load.rejects.directory().to_owned();
        let sampler = Sampler::start(Watched {
            table: label.to_owned(),
            tally: load.tally.clone(),
            source: load.source.clone(),
            observer: self.observer.clone(),
        });
        let copy = self.make_copy(plan, &load).await.map_err(CopyError::Failed);
        let files = copy.as_ref().map_or(0, |copy| copy.parts.len());
        if let Ok(copy) = &copy {
            self.report.source = named(&copy.parts);
        }
        let (times, mut result) = match copy {
            Ok(copy) => copy.run(load.tally.clone(), load.rejects).await,
            Err(error) => (Default::default(), Err(error)),
        };
        if result.is_ok() && !load.tally.balances() {
            result = Err(CopyError::Failed(unbalanced(label)));
        }
        let details = Details { samples: sampler.finish().await, rejects, ..Details::of(&load.tally) };
        let line =
            Line { errors: details.rejected + u64::from(result.is_err()), ..of_table(&load.tally, details) };
        let (label, time) = (label.to_owned(), start.elapsed());
        let (read_time, write_time) = (Some(times.read), Some(times.write));
        self.report.add(Section::Data, Line { label, time, read_time, write_time, ..line });
        self.add(Section::Post, "Files Processed", &Ok(()), files, times.read);
        let threads = plan.load.writers + 1;
        self.add(Section::Post, "COPY Threads Completion", &Ok(()), threads, start.elapsed());
        result
    }

    async fn make_copy<'a>(&self, plan: &'a LoadPlan, load: &Load) -> Result<Copy<'a>> {
        let parts = load.source.parts(&load.source_table, 1)?;
        let loading: Arc<dyn Loading> = Arc::from(self.interrupt.or(self.target.load(&plan.load)).await?);
        self.interrupt.watch(&loading);
        Ok(Copy {
            load: &plan.load,
            source: load.source.clone(),
            source_table: load.source_table.clone(),
            parts,
            loading,
            interrupt: self.interrupt.clone(),
        })
    }

    /// Runs all phases, each as far as it goes; what fails is told to the user as SQL to run by hand. Returns the
    /// first error.
    async fn undo(&mut self, phases: Vec<Phase>) -> Result<()> {
        let (mut result, mut failed, mut unreachable) = (Ok(()), Vec::new(), false);
        for (index, phase) in phases.iter().enumerate() {
            if unreachable {
                failed.extend(phase.statements.iter().cloned());
                continue;
            }
            let start = Instant::now();
            let outcome = undo::run(&self.target, phase).await;
            let (errors, rows) = (outcome.failed.len() as u64, outcome.done as u64);
            let line =
                Line { label: phase.label.into(), errors, rows, time: start.elapsed(), ..Line::default() };
            self.report.add(Section::Post, line);
            for error in outcome.errors {
                tracing::error!("{error}");
                result = result.and(Err(error));
            }
            unreachable = outcome.unreachable;
            failed.extend(outcome.failed);
            self.note_left_to_do(&failed, &phases[index + 1..]);
        }
        for statement in failed {
            tracing::error!("left to do: {statement};");
        }
        result
    }

    fn note_left_to_do(&self, failed: &[String], undo: &[Phase]) {
        let ahead = undo.iter().flat_map(|phase| phase.statements.iter());
        self.interrupt.set_left_to_do(failed.iter().chain(ahead).cloned().collect());
    }

    fn add(&mut self, section: Section, label: &str, result: &Result<()>, rows: usize, time: Duration) {
        let errors = u64::from(result.is_err());
        let rows = rows as u64;
        self.report.add(section, Line { label: label.to_owned(), errors, rows, time, ..Line::default() });
    }
}

/// The counts of a table's line.
fn of_table(tally: &Tally, details: Details) -> Line {
    let (read, rows, bytes) = (tally.read(), tally.written(), tally.bytes());
    Line { read, rows, bytes, details: Some(Box::new(details)), ..Line::default() }
}

/// What is read, for people.
fn named(parts: &[Part]) -> String {
    match parts {
        [] => String::new(),
        [only] => only.name.clone(),
        [first, more @ ..] => format!("{} and {} more", first.name, more.len()),
    }
}

fn unbalanced(label: &str) -> Error {
    Error::new(format!("{label}: rows read are not the rows written, rejected and skipped"))
        .hint("this is a defect of pgloader: please report it with the load file and the summary")
}
