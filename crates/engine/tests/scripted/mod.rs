//! A target that answers as a script says, and a source of ten rows.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use pgloader_core::catalog::{Catalog, Column, Table, TableName};
use pgloader_core::load::{BatchLimits, Commit, LoadPlan, OnError, Phase, TableLoad};
use pgloader_core::source::{Intake, Part, Source};
use pgloader_core::target::*;
use pgloader_core::{Error, Result, Row, Rows, Span};
use pgloader_engine::{CopyError, Interrupt, Load, RejectFiles, Report, Run, Tally};

/// What a write answers.
#[derive(Debug, Clone, Copy)]
pub enum Answer {
    Taken,
    Lost,
    Unknown,
    DiskFull,
    Panic,
}

/// How a load has ended.
#[derive(Debug)]
pub struct End {
    pub written: u64,
    pub rejected: u64,
    pub skipped: u64,
    pub attempts: usize,
    pub connections: usize,
    pub error: Option<String>,
}

#[derive(Default)]
struct Script {
    answers: Mutex<VecDeque<Answer>>,
    outcomes: Mutex<VecDeque<Result<Outcome, &'static str>>>,
    attempts: Mutex<usize>,
    connections: Mutex<usize>,
}

#[derive(Clone)]
struct Scripted(Arc<Script>);

struct Ten;

impl Source for Ten {
    fn catalog(&self) -> Result<Catalog> {
        Ok(Catalog::default())
    }
    fn parts(&self, _: &Table, _: usize) -> Result<Vec<Part>> {
        Ok(vec![Part { number: 0, name: "all".into() }])
    }
    fn read(&self, _: &Table, _: &Part, rows: &mut dyn Intake) -> Result<()> {
        for _ in 0..10 {
            if rows.row(Row::new(b"x", &[Span::new(0, 1)])).is_err() {
                break;
            }
        }
        Ok(())
    }
    fn cancel(&self) {}
}

impl Dialect for Scripted {
    fn identifier(&self, name: &str) -> String {
        name.to_owned()
    }
    fn truncate(&self, _: &Table) -> String {
        String::new()
    }
    fn disable_triggers(&self, _: &Table) -> String {
        String::new()
    }
    fn enable_triggers(&self, _: &Table) -> String {
        String::new()
    }
    fn is_there_already(&self, _: &Error) -> bool {
        false
    }
    fn drop_indexes(&self, _: &Table) -> Vec<String> {
        Vec::new()
    }
    fn create_indexes(&self, _: &Table, _: usize) -> Vec<Phase> {
        Vec::new()
    }
}

#[async_trait]
impl Target for Scripted {
    fn dialect(&self) -> &'static dyn Dialect {
        Box::leak(Box::new(self.clone()))
    }
    async fn session(&self) -> Result<Box<dyn Session>, ConnectError> {
        Err(ConnectError::Fatal(Error::new("no session")))
    }
    async fn load(&self, _: &TableLoad) -> Result<Box<dyn Loading>> {
        Ok(Box::new(self.clone()))
    }
}

#[async_trait]
impl Loading for Scripted {
    async fn writer(&self) -> Result<Box<dyn Writer>, ConnectError> {
        *self.0.connections.lock().unwrap() += 1;
        Ok(Box::new(self.clone()))
    }
    async fn outcome(&self, _: &CommitToken) -> Result<Outcome, ConnectError> {
        let answer = self.0.outcomes.lock().unwrap().pop_front().unwrap();
        answer.map_err(|why| ConnectError::Transient(Error::new(why)))
    }
}

#[async_trait]
impl Writer for Scripted {
    async fn write(&mut self, rows: Rows) -> Result<Taken, WriteError> {
        *self.0.attempts.lock().unwrap() += 1;
        let rows = rows.len() as u64;
        let answer = self.0.answers.lock().unwrap().pop_front().unwrap();
        match answer {
            Answer::Taken => Ok(Taken { rows, bad: Vec::new() }),
            Answer::Lost => Err(WriteError::Transient(Error::new("lost"))),
            Answer::Unknown => {
                let token = CommitToken { transaction: Some(1), session: 1, rows, bad: Vec::new() };
                Err(WriteError::Unknown(token, Error::new("lost at the commit")))
            }
            Answer::DiskFull => Err(WriteError::Fatal(Error::new("disk full"))),
            Answer::Panic => unreachable!("the script wants a panic"),
        }
    }
    async fn begin(&mut self) -> Result<(), WriteError> {
        Ok(())
    }
    async fn commit(&mut self, _: u64) -> Result<(), WriteError> {
        Ok(())
    }
    fn canceller(&self) -> Box<dyn Cancel> {
        Box::new(self.clone())
    }
}

#[async_trait]
impl Cancel for Scripted {
    async fn cancel(&self) {}
}

/// Loads ten rows with one writer.
pub fn run(answers: Vec<Answer>, outcomes: Vec<Result<Outcome, &'static str>>, on_error: OnError) -> End {
    let script = Arc::new(Script {
        answers: Mutex::new(answers.into()),
        outcomes: Mutex::new(outcomes.into()),
        ..Script::default()
    });
    let name = TableName { schema: None, name: "t".into() };
    let load = TableLoad {
        table: name.clone(),
        columns: vec![Column { name: "a".into(), ..Column::default() }],
        fields: vec![0],
        projection: None,
        on_error,
        commit: if on_error == OnError::Stop { Commit::Everything } else { Commit::Batch },
        truncate_columns: false,
        writers: 1,
        ordered: false,
        batch: BatchLimits { rows: 1000, bytes: 1000 },
    };
    let source_table = Table {
        name: name.clone(),
        columns: Vec::new(),
        indexes: Vec::new(),
        referencing_keys: Vec::new(),
        trigger_states: Vec::new(),
        index_count: 0,
        row_triggers: false,
    };
    let rejects = RejectFiles::new(std::path::Path::new("/nonexistent"), &name, false, false).unwrap();
    let tally = Arc::new(Tally::default());
    let plan =
        LoadPlan { preparations: Vec::new(), load, analyze: None, warnings: Vec::new(), notices: Vec::new() };
    let load = Load { source: Arc::new(Ten), source_table, rejects, tally: tally.clone() };
    let target = Arc::new(Scripted(script.clone()));
    let mut run =
        Run { target, interrupt: Interrupt::default(), report: Report::default(), observer: Arc::new(()) };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let result = runtime.block_on(run.load(&plan, load));
    assert!(tally.balances() && tally.read() == 10, "{tally:?}");
    let error = match result {
        Ok(()) => None,
        Err(CopyError::Failed(error)) => Some(error.to_string()),
        Err(CopyError::Interrupted) => Some("interrupted".into()),
    };
    let (attempts, connections) = (*script.attempts.lock().unwrap(), *script.connections.lock().unwrap());
    let (written, rejected, skipped) = (tally.written(), tally.rejected(), tally.skipped());
    End { written, rejected, skipped, attempts, connections, error }
}
