//! The plan of one file's load.

use pgloader_core::catalog::Table;
use pgloader_core::load::{BatchLimits, Commit, LoadPlan, OnError, Phase, Preparation, TableLoad};
use pgloader_core::option::{OptionSpec, Options};
use pgloader_core::target::Dialect;
use pgloader_core::{Error, Result};

use crate::columns::{DateFormats, ListedColumn, Mapping, left_without_value, map};
use crate::options::*;

/// Writers of one table, where nothing is said.
const MOST_WRITERS: usize = 4;

/// What the plan of one file's load is made from.
pub struct FileLoad<'a> {
    /// The WITH clause.
    pub options: &'a Options,
    /// The file: its columns are the named fields, if any.
    pub source: &'a Table,
    /// The TARGET COLUMNS list.
    pub columns: Option<&'a [ListedColumn]>,
    /// How dates of the file are written.
    pub dates: DateFormats<'a>,
    /// The target's table.
    pub target: &'a Table,
    /// How the target spells statements.
    pub dialect: &'static dyn Dialect,
    /// `--on-error-stop`: wins over what the options say.
    pub stop_on_error: bool,
    /// Cores of this machine.
    pub cores: usize,
}

/// Decides all that is done for one file, or says what does not fit.
pub fn file_load(input: &FileLoad<'_>) -> Result<LoadPlan> {
    let mapping = map(&input.source.columns, input.columns, input.target)?;
    left_without_value(&mapping, input.target)?;
    let mut warnings: Vec<String> = mapping.warning.iter().cloned().collect();
    warnings.extend(moot_options(input.options));
    warnings.extend(one_transaction(input));
    warnings.extend(truncated_keys(input));
    warnings.extend(index_warnings(input));
    let (fields, projection) = mapping.project(&input.dates);
    let load = TableLoad {
        table: input.target.name.clone(),
        on_error: on_error(input),
        commit: commit(input),
        truncate_columns: input.options.is_yes(&TRUNCATE_COLUMNS),
        writers: writers(input, &mapping)?,
        ordered: is_ordered(input, &mapping),
        batch: batch_limits(input)?,
        columns: mapping.columns,
        fields,
        projection,
    };
    Ok(LoadPlan {
        preparations: preparations(input)?,
        load,
        analyze: analyze(input),
        warnings,
        notices: notices(input),
    })
}

fn commit(input: &FileLoad<'_>) -> Commit {
    match (input.dialect.is_staged(), on_error(input)) {
        (true, _) if input.options.word(&COPY_PER) == Some("table") => Commit::StagedTable,
        (true, _) => Commit::StagedBatch,
        (false, OnError::Stop) => Commit::Everything,
        (false, OnError::ResumeNext) => Commit::Batch,
    }
}

fn analyze(input: &FileLoad<'_>) -> Option<String> {
    input.options.is_yes(&ANALYZE).then(|| input.dialect.analyze(input.target)).flatten()
}

/// What was asked for and does not exist where batches are staged.
fn notices(input: &FileLoad<'_>) -> Vec<String> {
    if !input.dialect.is_staged() {
        return Vec::new();
    }
    let steps = [(&DROP_INDEXES, "indexes"), (&DISABLE_TRIGGERS, "triggers")];
    let asked = steps.iter().filter(|(option, _)| input.options.is_yes(option));
    asked.map(|(option, what)| format!("{} is skipped: Amazon Redshift has no {what}", option.name)).collect()
}

fn on_error(input: &FileLoad<'_>) -> OnError {
    match input.options.word(&ON_ERROR) {
        Some("stop") => OnError::Stop,
        _ if input.stop_on_error => OnError::Stop,
        _ => OnError::ResumeNext,
    }
}

/// The order of rows may show: numbers are drawn for omitted columns, or triggers see each row.
fn is_ordered(input: &FileLoad<'_>, mapping: &Mapping) -> bool {
    let is_mapped = |name: &str| mapping.columns.iter().any(|column| column.name == name);
    let numbered = |column: &pgloader_core::Column| column.numbered && !is_mapped(&column.name);
    let triggers = input.target.row_triggers && !input.options.is_yes(&DISABLE_TRIGGERS);
    triggers || input.target.columns.iter().any(numbered)
}

/// One writer where the order of rows may show. One
/// too where nothing may stay after an error: two open transactions cannot be committed as one, and would wait for
/// each other over equal keys.
fn writers(input: &FileLoad<'_>, mapping: &Mapping) -> Result<usize> {
    let workers = at_least_one(input.options, &WORKERS)?;
    let concurrency = at_least_one(input.options, &CONCURRENCY)?;
    if on_error(input) == OnError::Stop {
        return Ok(1);
    }
    if let Some(concurrency) = concurrency {
        return Ok(concurrency);
    }
    if is_ordered(input, mapping) {
        return Ok(1);
    }
    Ok(input.cores.clamp(1, MOST_WRITERS).min(workers.unwrap_or(MOST_WRITERS)))
}

/// A batch with a COPY of its own costs Redshift seconds, so it is larger; where all are loaded by one COPY, many
/// objects of a size that fits memory several times.
fn batch_limits(input: &FileLoad<'_>) -> Result<BatchLimits> {
    let (rows, bytes) = match commit(input) {
        Commit::Batch | Commit::Everything => (25_000, 20 << 20),
        Commit::StagedBatch => (500_000, 64 << 20),
        Commit::StagedTable => (500_000, 16 << 20),
    };
    Ok(BatchLimits {
        rows: at_least_one(input.options, &BATCH_ROWS)?.unwrap_or(rows),
        bytes: at_least_one(input.options, &BATCH_SIZE)?.unwrap_or(bytes),
    })
}

fn at_least_one(options: &Options, spec: &OptionSpec) -> Result<Option<usize>> {
    match options.number(spec) {
        Some(0) => Err(Error::new(format!("option {} = 0: it must be at least 1", spec.name))),
        Some(number) => Ok(Some(usize::try_from(number).unwrap_or(usize::MAX))),
        None => Ok(None),
    }
}

fn preparations(input: &FileLoad<'_>) -> Result<Vec<Preparation>> {
    let (options, table, dialect) = (input.options, input.target, input.dialect);
    let parallel = at_least_one(options, &MAX_PARALLEL_CREATE_INDEX)?.unwrap_or(table.indexes.len());
    let mut all = Vec::new();
    if options.is_yes(&DROP_INDEXES) && !table.indexes.is_empty() {
        let statements = dialect.drop_indexes(table);
        all.push(Preparation {
            label: "Drop Indexes",
            statements,
            undo: dialect.create_indexes(table, parallel),
        });
    }
    if options.is_yes(&TRUNCATE) {
        let statements = vec![dialect.truncate(table)];
        all.push(Preparation { label: "Truncate", statements, undo: Vec::new() });
    }
    if options.is_yes(&DISABLE_TRIGGERS) && !dialect.is_staged() {
        let enable = vec![dialect.enable_triggers(table)];
        all.push(Preparation {
            label: "Disable Triggers",
            statements: vec![dialect.disable_triggers(table)],
            undo: vec![Phase { label: "Enable Triggers", statements: enable, parallel: 1 }],
        });
    }
    Ok(all)
}

fn index_warnings(input: &FileLoad<'_>) -> Vec<String> {
    let count = input.target.index_count;
    if input.options.is_yes(&DROP_INDEXES) || count == 0 {
        return Vec::new();
    }
    vec![
        format!("Target table \"{}\" has {count} indexes defined against it.", input.target.name),
        "That could impact loading performance badly.".to_owned(),
        "Consider the option 'drop indexes'.".to_owned(),
    ]
}

fn one_transaction(input: &FileLoad<'_>) -> Option<String> {
    let wanted = input.options.number(&CONCURRENCY).filter(|&writers| writers > 1)?;
    let text = format!("option concurrency = {wanted} has no effect: on error stop has one writer");
    (on_error(input) == OnError::Stop).then_some(text)
}

/// Emptying a table whose referencing keys were dropped may leave rows elsewhere that the keys no longer fit.
fn truncated_keys(input: &FileLoad<'_>) -> Option<String> {
    let both = input.options.is_yes(&TRUNCATE) && input.options.is_yes(&DROP_INDEXES);
    let key =
        input.target.referencing_keys.iter().find(|key| key.table != input.target.name).filter(|_| both)?;
    Some(format!(
        "the foreign key {} of table {} can come back only if its rows fit what is loaded",
        key.name, key.table
    ))
}

fn moot_options(options: &Options) -> Vec<String> {
    let written = |spec: &&&OptionSpec| options.get(spec).is_some();
    let moot = [&PREFETCH_ROWS, &BATCH_CONCURRENCY];
    let warning = |spec: &&OptionSpec| {
        format!("option {} has no effect: what is read ahead is bounded in bytes", spec.name)
    };
    moot.iter().filter(written).map(warning).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use pgloader_core::catalog::{Column, Index, TableName};
    use pgloader_core::option::Value;

    struct Plain;
    impl Dialect for Plain {
        fn identifier(&self, name: &str) -> String {
            name.into()
        }
        fn truncate(&self, _: &Table) -> String {
            "truncate".into()
        }
        fn disable_triggers(&self, _: &Table) -> String {
            "disable".into()
        }
        fn enable_triggers(&self, _: &Table) -> String {
            "enable".into()
        }
        fn is_there_already(&self, _: &Error) -> bool {
            false
        }
        fn drop_indexes(&self, _: &Table) -> Vec<String> {
            vec!["drop".into()]
        }
        fn create_indexes(&self, _: &Table, parallel: usize) -> Vec<Phase> {
            vec![Phase { label: "Create Indexes", statements: vec!["create".into()], parallel }]
        }
    }

    fn table(columns: &[&str]) -> Table {
        let column = |name: &&str| Column { name: (*name).into(), ..Column::default() };
        Table {
            name: TableName { schema: None, name: "t".into() },
            columns: columns.iter().map(column).collect(),
            indexes: Vec::new(),
            referencing_keys: Vec::new(),
            trigger_states: Vec::new(),
            index_count: 0,
            row_triggers: false,
        }
    }

    fn options(values: &[(&OptionSpec, Value)]) -> Options {
        let mut options = Options::default();
        for (spec, value) in values {
            options.insert(spec, value.clone());
        }
        options
    }

    fn plan(options: &Options, target: &Table, stop_on_error: bool) -> Result<LoadPlan> {
        let source = table(&["id"]);
        file_load(&FileLoad {
            options,
            source: &source,
            columns: None,
            dates: DateFormats::default(),
            target,
            dialect: &Plain,
            stop_on_error,
            cores: 8,
        })
    }

    #[test]
    fn without_options_the_defaults_hold() {
        let load = plan(&Options::default(), &table(&["id"]), false).unwrap().load;
        assert_eq!(load.writers, 4);
        assert_eq!(load.batch, BatchLimits { rows: 25_000, bytes: 20 << 20 });
        assert_eq!(load.on_error, OnError::ResumeNext);
    }

    #[test]
    fn on_error_stop_comes_from_the_option_or_the_command_line() {
        let resume = options(&[(&ON_ERROR, Value::Word("resume next"))]);
        let stop = options(&[(&ON_ERROR, Value::Word("stop"))]);
        for (options, flag, expected) in [
            (&resume, false, OnError::ResumeNext),
            (&resume, true, OnError::Stop),
            (&stop, false, OnError::Stop),
        ] {
            assert_eq!(plan(options, &table(&["id"]), flag).unwrap().load.on_error, expected);
        }
    }

    #[test]
    fn one_writer_where_the_order_of_rows_may_show() {
        let mut numbered = table(&["id", "serial"]);
        numbered.columns[1].numbered = true;
        let mut triggers = table(&["id"]);
        triggers.row_triggers = true;
        let disabled = options(&[(&DISABLE_TRIGGERS, Value::Word("yes"))]);
        let two = options(&[(&CONCURRENCY, Value::Number(2))]);
        let limited = options(&[(&WORKERS, Value::Number(3))]);
        let stop = options(&[(&ON_ERROR, Value::Word("stop")), (&CONCURRENCY, Value::Number(4))]);
        for (options, target, expected) in [
            (&Options::default(), &numbered, 1),
            (&Options::default(), &triggers, 1),
            (&disabled, &triggers, 4),
            (&two, &numbered, 2),
            (&limited, &table(&["id"]), 3),
            (&stop, &table(&["id"]), 1),
        ] {
            assert_eq!(plan(options, target, false).unwrap().load.writers, expected);
        }
    }

    #[test]
    fn preparations_come_in_order_with_their_undoing() {
        let mut target = table(&["id"]);
        target.indexes = vec![Index::default(), Index::default()];
        target.index_count = 2;
        let yes = Value::Word("yes");
        let all = options(&[
            (&DISABLE_TRIGGERS, yes.clone()),
            (&TRUNCATE, yes.clone()),
            (&DROP_INDEXES, yes),
            (&MAX_PARALLEL_CREATE_INDEX, Value::Number(1)),
        ]);
        let plan = plan(&all, &target, false).unwrap();
        let labels: Vec<&str> = plan.preparations.iter().map(|p| p.label).collect();
        assert_eq!(labels, ["Drop Indexes", "Truncate", "Disable Triggers"]);
        assert_eq!(plan.preparations[0].undo[0].parallel, 1);
        assert_eq!(plan.preparations[2].undo[0].statements, ["enable"]);
        assert!(plan.warnings.is_empty());
    }

    #[test]
    fn indexes_left_in_place_and_moot_options_are_warned_about() {
        let mut target = table(&["id"]);
        target.index_count = 1;
        let moot = options(&[(&BATCH_CONCURRENCY, Value::Number(3))]);
        let warnings = plan(&moot, &target, false).unwrap().warnings.join("\n");
        assert!(warnings.contains("batch concurrency has no effect"), "{warnings}");
        assert!(warnings.contains("has 1 indexes defined against it."), "{warnings}");
    }

    #[test]
    fn numbers_of_zero_are_refused_by_name() {
        for spec in [&WORKERS, &CONCURRENCY, &BATCH_ROWS, &BATCH_SIZE, &MAX_PARALLEL_CREATE_INDEX] {
            let zero = options(&[(spec, Value::Number(0))]);
            let error = plan(&zero, &table(&["id"]), false).unwrap_err();
            assert_eq!(error.message, format!("option {} = 0: it must be at least 1", spec.name));
        }
    }
}
