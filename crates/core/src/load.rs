//! What is to be done: the plan of one load, as the engine carries it out.

use crate::catalog::TableName;

/// What a bad row does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnError {
    /// It is rejected and the load goes on.
    ResumeNext,
    /// It ends the command, and nothing of the table's writers is kept that has not been committed.
    Stop,
}

/// When a batch is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BatchLimits {
    /// Rows, before the random factor of each batch.
    pub rows: usize,
    /// Encoded bytes.
    pub bytes: usize,
}

/// One table's load.
#[derive(Debug, Clone)]
pub struct TableLoad {
    /// The target table.
    pub table: TableName,
    /// The target columns that get a value, as the server spells them.
    pub columns: Vec<String>,
    /// For each of `columns` the field of the source's rows, from 0.
    pub fields: Vec<usize>,
    /// What a bad row does.
    pub on_error: OnError,
    /// How many writers, each with its own connection.
    pub writers: usize,
    /// When a batch is closed.
    pub batch: BatchLimits,
}

/// Statements that belong together, shown as one line of the report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Phase {
    /// The line of the report.
    pub label: &'static str,
    /// Complete statements without a final semicolon.
    pub statements: Vec<String>,
    /// How they are run.
    pub run: Run,
}

/// How the statements of a phase are run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Run {
    /// All in one transaction: the first failure undoes them all.
    Together,
    /// Each in its own transaction, this many at a time; one that fails does not stop the others.
    Each(usize),
}

/// Something done to the target before the copy, and how it is undone afterwards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preparation {
    /// What is done.
    pub phase: Phase,
    /// What undoes it, in order. Runs after the copy, whether that succeeded, failed or was interrupted.
    pub undo: Vec<Phase>,
}

/// All that is done for one table between BEFORE LOAD and AFTER LOAD.
#[derive(Debug, Clone)]
pub struct LoadPlan {
    /// Done in this order; undone in the opposite order.
    pub preparations: Vec<Preparation>,
    /// The copy.
    pub load: TableLoad,
    /// For the log.
    pub warnings: Vec<String>,
}
