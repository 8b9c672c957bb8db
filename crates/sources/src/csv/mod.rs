//! LOAD CSV: files of records, whose fields are separated by a character and may be quoted.
//!
//! One thread finds records, in this order of files: `text` (UTF-8, of which `guess` looks at a sample) → `read`
//! (buffer) → `cut` (blocks of whole records), which asks `borders` (a quick search) and, where that knows no answer,
//! `records` (an exact one, which finds malformed records). That thread or several others make rows of a block: `parse`
//! (rows, rejects) asks `record` (fields) and `value` (escapes, NULL). `vector` and `scan` find special bytes for both.

mod borders;
mod cut;
mod dialect;
mod doomed;
mod fault;
mod fields;
#[cfg(any(test, fuzzing))]
pub mod fuzz;
mod guess;
mod header;
mod lines;
mod options;
mod order;
mod parse;
#[cfg(any(test, fuzzing))]
mod probe;
mod read;
mod record;
mod records;
#[cfg(any(test, fuzzing))]
mod reference;
mod scan;
mod state;
mod text;
mod value;
mod vector;
mod window;

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use pgloader_core::catalog::{Catalog, Column, Table, TableName};
use pgloader_core::option::{Options, Value};
use pgloader_core::source::{Blocks, Intake, Meter, Parse, Part, Source, Split};
use pgloader_core::transform::{NullIf, Trim};
use pgloader_core::{Error, Result};
use pgloader_files::encoding::Encoding;
use pgloader_files::{Inputs, Location};

use borders::Borders;
use dialect::Dialect;
pub use options::*;
use parse::{AtOnce, Parser};
use records::{Records, Rules};
use text::Text;
use value::ValueRules;
pub use vector::Vectors;

/// What a LOAD CSV command says about its source.
#[derive(Debug, Clone)]
pub struct CsvSettings {
    /// What FROM names.
    pub inputs: Inputs,
    /// The options of the WITH clauses, those of [`OPTIONS`] among them.
    pub options: Options,
    /// What `WITH ENCODING` names.
    pub encoding: Option<String>,
    /// The field list, where there is one.
    pub fields: Option<Vec<Field>>,
}

/// One entry of the field list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// Which values are NULL: any of these. Where there is none, the option `null if` holds.
    pub null_if: Vec<NullIf>,
    /// Which end to strip of spaces.
    pub trim: Option<Trim>,
}

/// CSV files as a source: one table, in as many parts as there are files.
pub struct Csv {
    inputs: Inputs,
    /// The names of the field list.
    fields: Option<Vec<String>>,
    skip_lines: u64,
    has_header: bool,
    /// What the special characters are; several where they are to be guessed. Never empty.
    dialects: Vec<Dialect>,
    /// Of a file, as far as they are known before it is opened.
    rules: Rules,
    cancelled: AtomicBool,
    meter: Arc<Meter>,
    /// What `catalog` found.
    files: OnceLock<Vec<CsvFile>>,
    /// The first of them as `catalog` left it: what was read from a pipe cannot be read again.
    opened: Mutex<Option<Opened>>,
}

/// One of the files.
struct CsvFile {
    location: Location,
    /// What is known once it is open.
    found: OnceLock<Found>,
}

/// What was found out about a file.
#[derive(Clone)]
struct Found {
    rules: Arc<Rules>,
    /// For each field of the first file the field of this one, where their headers differ.
    order: Option<Vec<usize>>,
}

/// An input that is open.
enum Opened {
    /// At its start.
    Text(Text),
    /// At its first record, and the names of its fields as far as they are known.
    Records(Box<Records<Text>>, Vec<String>),
}

impl Csv {
    /// A source as `settings` say. Opens nothing.
    ///
    /// # Errors
    ///
    /// The encoding is unknown, `max record size` is out of its range, options contradict each other, or the
    /// directory to be searched for files is missing.
    pub fn new(settings: CsvSettings) -> Result<Csv> {
        settings.inputs.check()?;
        let options = &settings.options;
        let dialects = Dialect::choices(options)?;
        let other_values = ValueRules { null_if: null_if(options), trim: None };
        let rules = Rules {
            dialect: dialects[0].clone(),
            encoding: encoding(&settings)?,
            max_record: max_record(options)?,
            strip_nuls: options.word(&NUL_BYTES) == Some("strip"),
            values: settings.fields.iter().flatten().map(|field| value_rules(field, &other_values)).collect(),
            other_values,
            first_line: 1,
        };
        Ok(Csv {
            fields: settings.fields.map(|fields| fields.into_iter().map(|field| field.name).collect()),
            skip_lines: options.number(&SKIP_HEADER).unwrap_or(0),
            has_header: options.is_yes(&CSV_HEADER),
            dialects,
            rules,
            inputs: settings.inputs,
            cancelled: AtomicBool::new(false),
            meter: Arc::default(),
            files: OnceLock::new(),
            opened: Mutex::new(None),
        })
    }

    /// Finds the files, once.
    fn files(&self) -> Result<&[CsvFile]> {
        if let Some(files) = self.files.get() {
            return Ok(files);
        }
        let file = |location| CsvFile { location, found: OnceLock::new() };
        let files = self.inputs.locations()?.into_iter().map(file).collect();
        Ok(self.files.get_or_init(|| files))
    }

    fn open(&self, location: &Location) -> Result<Text> {
        Text::open(location, self.rules.encoding, &self.meter)
    }

    /// Goes on to the first record of a file. `columns` is how many fields it should have where nothing else says.
    fn begin(
        &self,
        mut text: Text,
        location: &Location,
        columns: usize,
    ) -> Result<(Records<Text>, Vec<String>)> {
        let path = path(location);
        let dialect = match &self.dialects[..] {
            [known] => known.clone(),
            _ => guess::dialect(self, &mut text, &path, columns)?,
        };
        let first_line = if dialect.lines_are_physical() { text.first_line } else { 1 };
        let rules = Rules { dialect, encoding: text.encoding(), first_line, ..self.rules.clone() };
        let mut records = Records::new(text, path, Arc::new(rules));
        let names = header::pass(&mut records, self)?;
        Ok((records, names))
    }

    /// Goes on to the first record of the file that is `part`, from where `catalog` left the first; opened again, a
    /// pipe yields nothing.
    fn begin_part(&self, table: &Table, part: &Part) -> Result<(Records<Text>, Found)> {
        let CsvFile { location, found } = &self.files()?[part.number];
        let opened = if part.number == 0 { self.opened().take() } else { None };
        let columns = table.columns.len();
        let (records, names) = match opened {
            Some(Opened::Records(records, names)) => (*records, names),
            Some(Opened::Text(text)) => self.begin(text, location, columns)?,
            None => self.begin(self.open(location)?, location, columns)?,
        };
        let order = match self.has_header && self.fields.is_none() {
            true => order::find(&table.columns, &names).map_err(|error| error.context(part.name.clone()))?,
            false => None,
        };
        let found = found.get_or_init(|| Found { rules: Arc::clone(&records.rules), order });
        Ok((records, found.clone()))
    }

    /// Whether a file's fields can be told apart before the target's table is known.
    fn needs_no_columns(&self) -> bool {
        self.dialects.len() == 1 || self.fields.is_some() || self.has_header
    }

    fn opened(&self) -> std::sync::MutexGuard<'_, Option<Opened>> {
        self.opened.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Source for Csv {
    /// Finds the files, opens the first and reads its header, if any. The table is called after it; its columns are
    /// the fields of the list, else of the header; without either there are none.
    fn catalog(&self) -> Result<Catalog> {
        let first = &self.files()?[0].location;
        let text = self.open(first)?;
        let (opened, columns) = if self.needs_no_columns() {
            let (records, names) = self.begin(text, first, 0)?;
            let columns =
                names.iter().map(|name| Column { name: name.clone(), ..Column::default() }).collect();
            (Opened::Records(Box::new(records), names), columns)
        } else {
            (Opened::Text(text), Vec::new())
        };
        *self.opened() = Some(opened);
        Ok(Catalog { tables: vec![table(first.stem(), columns)] })
    }

    /// One for each file.
    fn parts(&self, _table: &Table, _wanted: usize) -> Result<Vec<Part>> {
        let part = |(number, file): (usize, &CsvFile)| Part { number, name: file.location.to_string() };
        Ok(self.files()?.iter().enumerate().map(part).collect())
    }

    fn read(&self, table: &Table, part: &Part, rows: &mut dyn Intake) -> Result<()> {
        let (mut records, found) = self.begin_part(table, part)?;
        let parser = Parser::new(records.path.clone(), found.rules, found.order);
        cut::cut(&mut records, &mut AtOnce::new(parser, rows), &self.cancelled)
    }

    fn split(&self) -> Option<&dyn Split> {
        Some(self)
    }

    /// Ends the read before its next look at the file. One that waits for a pipe is not woken: whoever calls must
    /// not wait for it.
    fn cancel(&self) {
        self.cancelled.store(true, Ordering::Relaxed);
    }

    fn meter(&self) -> Option<&Meter> {
        Some(&self.meter)
    }
}

impl Split for Csv {
    fn cut(&self, table: &Table, part: &Part, blocks: &mut dyn Blocks) -> Result<()> {
        let (mut records, _) = self.begin_part(table, part)?;
        cut::cut(&mut records, blocks, &self.cancelled)
    }

    fn parser(&self, _table: &Table, part: &Part) -> Box<dyn Parse + '_> {
        let file = self.files.get().and_then(|files| files.get(part.number));
        let found = file.and_then(|file| file.found.get()).cloned();
        let found = found.unwrap_or_else(|| Found { rules: Arc::new(self.rules.clone()), order: None });
        Box::new(Parser::new(PathBuf::from(&part.name), found.rules, found.order))
    }
}

/// Finds the records of `text` with such vectors and counts them, up to the first quote or escape out of place. For the
/// bench: what a load uses is chosen by the machine.
///
/// # Errors
///
/// The options contradict each other, or a special character has several bytes: then records are not found this way.
pub fn count_records(text: &[u8], options: &Options, vectors: Vectors) -> Result<u64> {
    let dialects = Dialect::choices(options)?;
    let borders = Borders::new(&dialects[0]);
    let borders = borders.ok_or_else(|| Error::new("a special character has several bytes"))?;
    Ok(borders.on(vectors).find(text).records)
}

/// Whether there is an encoding of this name.
///
/// # Errors
///
/// There is none.
pub fn check_encoding(name: &str) -> Result<()> {
    Encoding::named(name).map(|_| ())
}

/// What messages call it.
fn path(location: &Location) -> PathBuf {
    PathBuf::from(location.to_string())
}

fn table(name: String, columns: Vec<Column>) -> Table {
    Table {
        name: TableName { schema: None, name },
        columns,
        indexes: Vec::new(),
        referencing_keys: Vec::new(),
        trigger_states: Vec::new(),
        index_count: 0,
        row_triggers: false,
    }
}

fn null_if(options: &Options) -> Vec<NullIf> {
    match options.get(&NULL_IF) {
        Some(Value::Text(text)) => vec![NullIf::Text(text.clone().into_bytes())],
        Some(_) => vec![NullIf::Blanks],
        None => Vec::new(),
    }
}

fn value_rules(field: &Field, default: &ValueRules) -> ValueRules {
    let null_if = if field.null_if.is_empty() { &default.null_if } else { &field.null_if };
    ValueRules { null_if: null_if.clone(), trim: field.trim }
}

fn encoding(settings: &CsvSettings) -> Result<Encoding> {
    let names = [settings.encoding.as_deref(), settings.options.text(&ENCODING)];
    let mut encodings = names.into_iter().flatten().map(Encoding::named);
    let encoding = encodings.next().transpose()?;
    match (encoding, encodings.next().transpose()?) {
        (Some(one), Some(other)) if one != other => {
            Err(Error::new("two different encodings are given").hint("name the encoding once"))
        }
        _ => Ok(encoding.unwrap_or_default()),
    }
}

/// `max record size` in bytes.
fn max_record(options: &Options) -> Result<usize> {
    const KB: u64 = 1 << 10;
    const GB: u64 = 1 << 30;
    match options.number(&MAX_RECORD_SIZE).unwrap_or(64 << 20) {
        size @ KB..=GB => Ok(size as usize),
        size => Err(Error::new(format!("`max record size` is {size} bytes")).hint("it can be 1 kB to 1 GB")),
    }
}

#[cfg(test)]
mod tests;
