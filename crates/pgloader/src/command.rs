//! One command: its steps from the source's catalog to AFTER LOAD, and its report.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use pgloader_command::{ColumnDefinition, Command, WrittenName};
use pgloader_core::catalog::{Table, TableName};
use pgloader_core::expression::Library;
use pgloader_core::load::{LoadPlan, OnError};
use pgloader_core::source::Source;
use pgloader_core::target::{Session as TargetSession, Target};
use pgloader_core::transform::DateFormat;
use pgloader_core::{Error, Result};
use pgloader_engine::report::{Line, Report, Section};
use pgloader_engine::{CopyError, Interrupt, Load, REJECTS, RejectFiles, Run, Tally};
use pgloader_plan::identifier::Case;
use pgloader_plan::{DateFormats, FileLoad, ListedColumn, options};

use crate::cli::Arguments;
use crate::ended::Ended;
use crate::files::LoadFile;
use crate::hooks::{self, Hooks};
use crate::registry::{self, Destination};
use crate::summary::Summary;
use crate::variables::Variables;

/// What all commands of a run share.
pub struct Session<'a> {
    /// The command line.
    pub arguments: &'a Arguments,
    /// For templates.
    pub variables: Variables,
    /// For expressions.
    pub library: Library,
    /// Whether the user wants an end.
    pub interrupt: Interrupt,
    summary: Summary,
    /// Bare names that stand for several tables of the run: their reject files need the schema too.
    ambiguous: Vec<String>,
    /// Tables that have reject files of this run.
    loaded: Vec<TableName>,
    /// Where the reject files of the last command are.
    rejects: PathBuf,
}

impl<'a> Session<'a> {
    /// Nothing is run yet, and none of the files is read that the command line names for all load files.
    pub fn new(arguments: &'a Arguments, interrupt: Interrupt, summary: Summary) -> Session<'a> {
        Session {
            arguments,
            variables: Variables::default(),
            library: Library::default(),
            interrupt,
            summary,
            ambiguous: Vec::new(),
            loaded: Vec::new(),
            rejects: PathBuf::new(),
        }
    }

    /// To be called once, with how all commands have ended.
    pub fn finish(self, ended: Ended) -> Ended {
        let is_told = self.summary.finish(ended.verdict());
        ended.and(if is_told { Ended::Well } else { Ended::Incomplete })
    }

    /// The table that was loaded last.
    pub fn last_loaded(&self) -> Option<&TableName> {
        self.loaded.last()
    }

    /// To be called with all commands of a file before the first is run.
    pub fn announce(&mut self, commands: &[Command]) {
        let tables = commands.iter().filter_map(written_table).collect::<Vec<_>>();
        for (index, table) in tables.iter().enumerate() {
            let earlier = self.loaded.iter().chain(&tables[..index]);
            if earlier.filter(|other| *other != table).any(|other| other.name == table.name) {
                self.ambiguous.push(table.name.clone());
            }
        }
    }
}

/// Runs a command and prints its report.
pub async fn run(session: &mut Session<'_>, file: &LoadFile, command: &Command) -> Ended {
    for warning in &command.warnings {
        tracing::warn!("{warning}");
    }
    let prepared = Prepared::new(file, command, session.arguments);
    let prepared = match prepared {
        Ok(prepared) => prepared,
        Err(message) => return Ended::give_up(&message),
    };
    let target = match prepared.target(command, &session.interrupt).await {
        Ok(target) => target,
        Err(error) => return without_target(session, &prepared.destination.shown, &error),
    };
    let report = Report::new(&prepared.destination.shown);
    let observer = session.summary.observer();
    let mut run = Run { target, interrupt: session.interrupt.clone(), report, observer };
    let tally = Arc::new(Tally::default());
    let mut ended = prepared.run(session, &mut run, command, &tally).await;
    if session.interrupt.is_triggered() {
        ended = Ended::Interrupted;
    }
    ended = ended.and(check_limit(session, command, &tally));
    tell(session, run.report, ended);
    last_words(session, &tally);
    ended
}

/// Nothing was begun: there is nothing to report but why.
fn without_target(session: &mut Session<'_>, shown: &str, error: &Error) -> Ended {
    let mut report = Report::new(shown);
    report.add_failure();
    let ended = fatal(session, error);
    tell(session, report, ended);
    ended
}

fn tell(session: &mut Session<'_>, mut report: Report, ended: Ended) {
    tracing::info!(severity = "LOG", "report summary reset");
    report.conclude(ended.verdict());
    session.summary.add(report);
}

/// Everything that can be found out without the target.
pub struct Prepared {
    /// What INTO names.
    pub destination: Destination,
    names: Vec<TableName>,
    /// What FROM names.
    pub source: Arc<dyn Source>,
    /// The SQL of the user.
    pub hooks: Hooks,
}

impl Prepared {
    /// Reads the files of SQL; nothing else is opened.
    pub fn new(file: &LoadFile, command: &Command, arguments: &Arguments) -> Result<Prepared, String> {
        let text = &file.text;
        let staging = arguments.redshift.staging().map_err(|error| error.to_string())?;
        let mut destination =
            registry::destination(command, text, &staging).map_err(|error| error.to_string())?;
        if arguments.no_ssl_cert_verification {
            destination.config.skip_certificate_verification();
        }
        for warning in &destination.warnings {
            tracing::warn!("{warning}");
        }
        let names = names(command, destination.table.as_ref());
        let names = names.ok_or_else(|| registry::no_table(command, text).to_string())?;
        let source = registry::source(command, file).map_err(|error| error.to_string())?;
        let hooks = hooks::read(command, &file.directory)?;
        Ok(Prepared { destination, names, source, hooks })
    }

    /// Asks the server what it is.
    pub async fn target(&self, command: &Command, interrupt: &Interrupt) -> Result<Arc<dyn Target>> {
        interrupt.or(registry::target(&self.destination, &command.options)).await
    }

    async fn run(
        &self,
        session: &mut Session<'_>,
        run: &mut Run,
        command: &Command,
        tally: &Arc<Tally>,
    ) -> Ended {
        let (load, plan) = match self.begin(session, run, command, tally).await {
            Ok(begun) => begun,
            Err(error) => return failed(session, run, &error),
        };
        let result = run.load(&plan, load).await;
        let stops = plan.load.on_error == OnError::Stop;
        let ended = match result {
            Ok(()) => Ended::Well,
            Err(CopyError::Interrupted) => return failed(session, run, &Error::new("interrupted")),
            Err(CopyError::Failed(_)) if stops => return Ended::Badly,
            Err(CopyError::Failed(_)) => Ended::Incomplete,
        };
        match self.after(run).await {
            Ok(()) => ended,
            Err(error) => ended.and(failed(session, run, &error)),
        }
    }

    /// All that comes before the load: the source's catalog, BEFORE LOAD, the target's, the plan.
    async fn begin(
        &self,
        session: &mut Session<'_>,
        run: &mut Run,
        command: &Command,
        tally: &Arc<Tally>,
    ) -> Result<(Load, LoadPlan)> {
        let source_table = self.fetch(run).await?;
        let shown = &self.destination.shown;
        tracing::info!("Loading into {shown}");
        let mut target = pgloader_engine::first_session(run.target.as_ref(), &run.interrupt).await?;
        let before = &self.hooks.before;
        pgloader_engine::hooks(run, Section::Pre, "before load", target.as_mut(), before).await?;
        let target_table = self.find_table(target.as_mut(), &run.interrupt).await?;
        let target_table = target_table.ok_or_else(|| self.no_table())?;
        let plan = plan(session.arguments, command, run.target.as_ref(), &source_table, &target_table)?;
        let source_table = with_columns(source_table, &plan);
        for warning in &plan.warnings {
            tracing::warn!("{warning}");
        }
        for notice in &plan.notices {
            tracing::info!("{notice}");
        }
        let name = target_table.name;
        let (qualified, goes_on) = (session.ambiguous.contains(&name.name), session.loaded.contains(&name));
        let rejects = RejectFiles::new(&session.arguments.output.root_dir, &name, qualified, goes_on)?;
        session.loaded.push(name);
        session.rejects = rejects.directory().to_owned();
        let load = Load { source: self.source.clone(), source_table, rejects, tally: tally.clone() };
        Ok((load, plan))
    }

    /// Reads what the source says of itself, on a thread of its own: that may wait for a pipe's other end.
    pub async fn source_table(&self, interrupt: &Interrupt) -> Result<Table> {
        let source = self.source.clone();
        let reading = tokio::task::spawn_blocking(move || source.catalog());
        let catalog = async { reading.await.map_err(|error| Error::new(error.to_string()))? };
        let tables = interrupt.or(catalog).await?.tables;
        tables.into_iter().next().ok_or_else(|| Error::new("the source has no table"))
    }

    async fn fetch(&self, run: &mut Run) -> Result<Table> {
        let start = Instant::now();
        let table = self.source_table(&run.interrupt).await?;
        let line = Line { label: "fetch".into(), time: start.elapsed(), ..Line::default() };
        run.report.add(Section::Pre, line);
        Ok(table)
    }

    /// The target table, if it is there.
    pub async fn find_table(
        &self,
        target: &mut dyn TargetSession,
        interrupt: &Interrupt,
    ) -> Result<Option<Table>> {
        for name in &self.names {
            if let Some(table) = pgloader_engine::find_table(target, name, interrupt).await? {
                return Ok(Some(table));
            }
        }
        Ok(None)
    }

    /// That it is not there.
    pub fn no_table(&self) -> Error {
        let name = self.names.last().map(ToString::to_string).unwrap_or_default();
        Error::new(format!("there is no table {name} in {}", self.destination.shown)).hint(
            "create it first, for instance in BEFORE LOAD; without a schema it is looked up along the search_path",
        )
    }

    async fn after(&self, run: &mut Run) -> Result<()> {
        if self.hooks.after.is_empty() {
            return Ok(());
        }
        let mut target = pgloader_engine::session(run.target.as_ref(), &run.interrupt).await?;
        let after = &self.hooks.after;
        pgloader_engine::hooks(run, Section::Post, "after load", target.as_mut(), after).await
    }
}

/// What is to be done for a command.
pub fn plan(
    arguments: &Arguments,
    command: &Command,
    into: &dyn Target,
    source: &Table,
    target: &Table,
) -> Result<LoadPlan> {
    let columns: Option<Vec<ListedColumn>> =
        command.columns.as_ref().map(|columns| columns.iter().map(listed_column).collect());
    let fields = command.fields.iter().flatten();
    let formats: Vec<Option<DateFormat>> =
        fields.map(|field| field.date_format.as_ref().map(|format| format.value.clone())).collect();
    pgloader_plan::file_load(&FileLoad {
        options: &command.options,
        source,
        columns: columns.as_deref(),
        dates: DateFormats { fields: &formats, others: registry::date_format(&command.options) },
        target,
        dialect: into.dialect(),
        stop_on_error: arguments.on_error_stop,
        cores: std::thread::available_parallelism().map_or(1, Into::into),
    })
}

fn listed_column(column: &ColumnDefinition) -> ListedColumn {
    let using = column.expression.as_ref().map(|expression| expression.value.clone());
    ListedColumn { name: column.name.value.clone(), using }
}

/// The source's table. Fields without names are those of the columns, by position.
pub fn with_columns(mut source: Table, plan: &LoadPlan) -> Table {
    if source.columns.is_empty() {
        source.columns.clone_from(&plan.load.columns);
    }
    source
}

/// The names to look up for a command, in order; `None` where it names no table.
fn names(command: &Command, in_uri: Option<&WrittenName>) -> Option<Vec<TableName>> {
    let written = command.table.as_ref().map(|table| &table.value).or(in_uri)?;
    Some(candidates(written, Case::of(&command.options)))
}

/// The table of a command as far as that is known without its target.
fn written_table(command: &Command) -> Option<TableName> {
    let in_uri = registry::table_in_uri(command);
    names(command, in_uri.as_ref())?.pop()
}

/// The names to look up, in order: a quoted one as it is written first, then in the identifier case.
fn candidates(written: &WrittenName, case: Case) -> Vec<TableName> {
    let schema = written.schema.as_ref();
    let exact = TableName { schema: schema.map(|part| part.text.clone()), name: written.name.text.clone() };
    let cased = TableName {
        schema: exact.schema.as_ref().map(|schema| case.apply(schema)),
        name: case.apply(&exact.name),
    };
    match written.name.exact || schema.is_some_and(|schema| schema.exact) {
        true if exact != cased => vec![exact, cased],
        _ => vec![cased],
    }
}

fn failed(session: &Session<'_>, run: &mut Run, error: &Error) -> Ended {
    if run.report.errors() == 0 {
        run.report.add_failure();
    }
    fatal(session, error)
}

fn fatal(session: &Session<'_>, error: &Error) -> Ended {
    if session.interrupt.is_triggered() {
        return Ended::Interrupted;
    }
    Ended::give_up(&error.to_string())
}

/// Whether more rows were rejected than the user allows.
fn check_limit(session: &Session<'_>, command: &Command, tally: &Tally) -> Ended {
    let limits = [session.arguments.max_errors, command.options.number(&options::MAX_ERRORS)];
    match limits.into_iter().flatten().min() {
        Some(limit) if tally.rejected() > limit => {
            tracing::error!("more rows were rejected than max errors = {limit} allows");
            Ended::Incomplete
        }
        _ => Ended::Well,
    }
}

/// Tells loudly what was rejected, and where it is: the report has it too.
fn last_words(session: &Session<'_>, tally: &Tally) {
    let rejected = tally.rejected();
    if rejected > 0 {
        let rows = if rejected == 1 { "row was" } else { "rows were" };
        let directory = session.rejects.display();
        tracing::warn!(target: REJECTS, "{rejected} {rows} rejected: see {directory}");
    }
}
