//! What a command would do, as a dry run shows it.

use std::fmt;

use pgloader_command::{Command, Diagnostic};
use pgloader_core::catalog::Table;
use pgloader_core::load::{Commit, LoadPlan, TableLoad};
use pgloader_core::option::{Escape, OptionSpec, Value};
use pgloader_core::projection::{ColumnValue, Projection};
use pgloader_core::target::Target;
use pgloader_targets::redact;

use crate::command::Prepared;
use crate::files::LoadFile;
use crate::registry;

/// A command's outline: sections of lines. `Display` is the whole text without a final line end; no secret is in it.
pub struct Outline {
    title: String,
    sections: Vec<(&'static str, Vec<String>)>,
    before: Vec<String>,
    after: Vec<String>,
}

impl Outline {
    /// What is known without the target's table.
    pub fn new(
        file: &LoadFile,
        command: &Command,
        prepared: &Prepared,
        files: &[String],
        target: &dyn Target,
    ) -> Outline {
        let place = Diagnostic::warning(&file.text, command.span, "");
        let title = format!("{} of {}:{}", command.kind, place.file(), place.line());
        let encoding = command.encoding.as_ref().map_or("utf-8", |name| &name.value);
        let mut outline = Outline {
            title,
            sections: Vec::new(),
            before: shown(&prepared.hooks.before),
            after: shown(&prepared.hooks.after),
        };
        outline.add("from", files.iter().map(|file| format!("{file}, encoding {encoding}")));
        outline.add("into", [prepared.destination.shown.clone()]);
        outline.add("options", options(command, target.dialect().is_staged()));
        let setting = |setting: &pgloader_command::Setting| {
            redact(&format!("{} TO '{}'", setting.name.value, setting.value.value))
        };
        outline.add("SET", command.settings.iter().map(setting));
        outline
    }

    /// What the plan says.
    pub fn add_plan(&mut self, plan: &LoadPlan, source: &Table, target: &dyn Target) {
        let load = &plan.load;
        self.add("table", [target.dialect().table(&load.table)]);
        self.add("columns", columns(load, source));
        self.add("writers", [writers(load)]);
        self.add("steps", steps(self, plan, target));
        self.add("left out", plan.notices.iter().cloned());
    }

    /// The table is not there yet, as `message` says.
    pub fn add_unknown_table(&mut self, message: &str) {
        let unknown =
            format!("{message}; BEFORE LOAD may make it, so that the rest is known only at run time");
        self.add("table", [unknown]);
        self.add("steps", steps_around(&self.before, &self.after, ["COPY".to_owned()]));
    }

    fn add(&mut self, title: &'static str, lines: impl IntoIterator<Item = String>) {
        let lines: Vec<String> = lines.into_iter().collect();
        if !lines.is_empty() {
            self.sections.push((title, lines));
        }
    }
}

impl fmt::Display for Outline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DRY RUN: {} would do this; nothing was done.", self.title)?;
        for (title, lines) in &self.sections {
            for (index, line) in lines.iter().enumerate() {
                let title = if index == 0 { title } else { "" };
                write!(f, "\n  {title:<8}  {}", line.replace('\n', "\n            "))?;
            }
        }
        Ok(())
    }
}

fn shown(statements: &[String]) -> Vec<String> {
    statements.iter().map(|statement| redact(statement)).collect()
}

/// Every option that has an effect on this target, with its value or its default.
fn options(command: &Command, is_staged: bool) -> Vec<String> {
    let has_effect = |option: &&OptionSpec| is_staged || !registry::is_for_staged_targets(option);
    let line = |option: &'static OptionSpec| match command.options.get(option) {
        Some(value) => format!("{} = {}", option.name, value_text(value)),
        None => format!("{} = {} (default)", option.name, option.default),
    };
    registry::options(command.kind).into_iter().filter(has_effect).map(line).collect()
}

fn value_text(value: &Value) -> String {
    match value {
        Value::Word(word) => (*word).to_owned(),
        Value::Number(number) => number.to_string(),
        Value::Char(char) | Value::Escape(Escape::Char(char)) => format!("{char:?}"),
        Value::Escape(Escape::DoubleQuote) => "double-quote".to_owned(),
        Value::Escape(Escape::BackslashQuote) => "backslash-quote".to_owned(),
        Value::Text(text) => format!("'{text}'"),
        Value::DateFormat(format) => format!("'{format}'"),
    }
}

/// Where each column's values come from.
fn columns(load: &TableLoad, source: &Table) -> Vec<String> {
    let width = load.columns.iter().map(|column| column.name.chars().count()).max().unwrap_or(0);
    let values: Vec<String> = match &load.projection {
        Some(projection) => {
            projection.columns().iter().map(|column| value(&column.value, projection, source)).collect()
        }
        None => load.fields.iter().map(|index| field(*index, source)).collect(),
    };
    let lines = load.columns.iter().zip(values);
    lines.map(|(column, value)| format!("{:width$} <- {value}", column.name)).collect()
}

fn value(value: &ColumnValue, projection: &Projection, source: &Table) -> String {
    match value {
        ColumnValue::Field(index) => match projection.format(*index) {
            Some(format) => format!("{}, date format '{format}'", field(*index, source)),
            None => field(*index, source),
        },
        ColumnValue::Constant(Some(text)) => format!("the constant '{text}'"),
        ColumnValue::Constant(None) => "NULL".to_owned(),
        ColumnValue::Expression(expression) => format!("using {}", expression.text()),
    }
}

fn field(index: usize, source: &Table) -> String {
    match source.columns.get(index) {
        Some(named) => format!("field {} ({})", index + 1, named.name),
        None => format!("field {}", index + 1),
    }
}

fn writers(load: &TableLoad) -> String {
    let unit = match load.commit {
        Commit::Everything => "all rows in one transaction".to_owned(),
        _ => format!("batches of {} rows or {} bytes", load.batch.rows, load.batch.bytes),
    };
    format!("{}, {unit}", load.writers)
}

/// All statements in the order in which they would run.
fn steps(outline: &Outline, plan: &LoadPlan, target: &dyn Target) -> Vec<String> {
    let mut middle = Vec::new();
    for preparation in &plan.preparations {
        middle.extend(labelled(preparation.label, &preparation.statements));
    }
    middle.extend(target.steps(&plan.load));
    for phase in plan.preparations.iter().rev().flat_map(|preparation| &preparation.undo) {
        middle.extend(labelled(phase.label, &phase.statements));
    }
    middle.extend(plan.analyze.clone());
    steps_around(&outline.before, &outline.after, middle)
}

fn steps_around(
    before: &[String],
    after: &[String],
    middle: impl IntoIterator<Item = String>,
) -> Vec<String> {
    let steps = labelled("before load", before).chain(middle).chain(labelled("after load", after));
    steps.enumerate().map(|(index, step)| format!("{}. {step}", index + 1)).collect()
}

fn labelled<'a>(label: &'a str, statements: &'a [String]) -> impl Iterator<Item = String> + 'a {
    statements.iter().map(move |statement| format!("{label}: {statement}"))
}
