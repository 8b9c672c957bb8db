//! What is to be done: the plan of one load, as the engine carries it out.

use std::sync::Arc;

use crate::catalog::{Column, TableName};
use crate::projection::Projection;

/// What a bad row does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnError {
    /// It is rejected and the load goes on.
    ResumeNext,
    /// It ends the command, and nothing of the table's writers is kept that has not been committed.
    Stop,
}

/// What is committed at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Commit {
    /// Each batch.
    Batch,
    /// All that a writer writes.
    Everything,
    /// Each batch, staged as an object first.
    StagedBatch,
    /// All staged objects, in groups as large as can be.
    StagedTable,
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
    /// The target columns that get a value.
    pub columns: Vec<Column>,
    /// For each of `columns` the field, from 0, of the source's rows, or of the projected ones.
    pub fields: Vec<usize>,
    /// What is done to the source's rows before they are encoded; `None` where columns are plain fields.
    pub projection: Option<Arc<Projection>>,
    /// What a bad row does.
    pub on_error: OnError,
    /// What is committed at once.
    pub commit: Commit,
    /// Text too wide for its column is cut, where the target cannot take it, and the row is not refused.
    pub truncate_columns: bool,
    /// How many writers, each with its own connection.
    pub writers: usize,
    /// The order in which rows are loaded may show: numbers drawn for a column left out, triggers that see each row.
    /// Heeded where there is one writer.
    pub ordered: bool,
    /// When a batch is closed.
    pub batch: BatchLimits,
}

/// Something done to the target before the copy, and how it is undone afterwards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preparation {
    /// The line of the report.
    pub label: &'static str,
    /// Complete statements without a final semicolon, run in one transaction.
    pub statements: Vec<String>,
    /// What undoes them, in order. Runs after the copy, whether that succeeded, failed or was interrupted, and also
    /// where it is not known whether the statements had an effect.
    pub undo: Vec<Phase>,
}

/// Statements that bring the target back to what it was, shown as one line of the report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Phase {
    /// The line of the report.
    pub label: &'static str,
    /// Complete statements without a final semicolon, each run in its own transaction; one that fails does not
    /// stop the others.
    pub statements: Vec<String>,
    /// How many at a time.
    pub parallel: usize,
}

/// All that is done for one table between BEFORE LOAD and AFTER LOAD.
#[derive(Debug, Clone)]
pub struct LoadPlan {
    /// Done in this order; undone in the opposite order.
    pub preparations: Vec<Preparation>,
    /// The copy.
    pub load: TableLoad,
    /// Collects the table's statistics after a copy that went well.
    pub analyze: Option<String>,
    /// For the log.
    pub warnings: Vec<String>,
    /// For the log: steps that this target does without.
    pub notices: Vec<String>,
}
