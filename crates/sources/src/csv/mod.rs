//! LOAD CSV: one file of records, whose fields are separated by a character and may be quoted.
//!
//! Bytes flow through the files of this folder in this order: `read` (buffer, encoding) → `scan` (special bytes) →
//! `record` (records and fields) → `value` (escapes, NULL) → `records` (rows, rejects).

mod dialect;
mod doomed;
mod encoding;
mod fault;
mod header;
mod lines;
mod options;
mod read;
mod record;
mod records;
#[cfg(test)]
mod reference;
mod scan;
mod state;
mod value;

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use pgloader_core::catalog::{Catalog, Column, Table, TableName};
use pgloader_core::option::{Options, Value};
use pgloader_core::source::{Intake, Meter, Part, Source};
use pgloader_core::transform::{NullIf, Trim};
use pgloader_core::{Error, Result};
use pgloader_files::Input;

use dialect::Dialect;
use encoding::Encoding;
pub use options::*;
use records::{Records, Rules};
use value::ValueRules;

/// What a LOAD CSV command says about its source.
#[derive(Debug, Clone)]
pub struct CsvSettings {
    /// The file, as it is to be opened.
    pub path: PathBuf,
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

/// A CSV file as a source: one table, in one part.
pub struct Csv {
    path: PathBuf,
    /// The names of the field list.
    fields: Option<Vec<String>>,
    skip_lines: u64,
    has_header: bool,
    rules: Arc<Rules>,
    cancelled: AtomicBool,
    meter: Arc<Meter>,
    /// The file as `catalog` left it, at the first record: what was read from a pipe cannot be read again.
    opened: Mutex<Option<Records<Input>>>,
}

impl Csv {
    /// A source as `settings` say. Opens nothing.
    ///
    /// # Errors
    ///
    /// `fields terminated by` is missing, the encoding is unknown or not built yet, `max record size` is out of
    /// its range, or options contradict each other.
    pub fn new(settings: CsvSettings) -> Result<Csv> {
        let options = &settings.options;
        let other_values = ValueRules { null_if: null_if(options), trim: None };
        let rules = Rules {
            dialect: Dialect::new(options)?,
            encoding: encoding(&settings)?,
            max_record: max_record(options)?,
            strip_nuls: options.word(&NUL_BYTES) == Some("strip"),
            values: settings.fields.iter().flatten().map(|field| value_rules(field, &other_values)).collect(),
            other_values,
        };
        Ok(Csv {
            fields: settings.fields.map(|fields| fields.into_iter().map(|field| field.name).collect()),
            skip_lines: options.number(&SKIP_HEADER).unwrap_or(0),
            has_header: options.is_yes(&CSV_HEADER),
            rules: Arc::new(rules),
            path: settings.path,
            cancelled: AtomicBool::new(false),
            meter: Arc::default(),
            opened: Mutex::new(None),
        })
    }

    /// Opens the file and passes over its header; gives the names of the fields too, as far as they are known.
    fn open(&self) -> Result<(Records<Input>, Vec<String>)> {
        let input = pgloader_files::open(&self.path)?.metered(&self.meter);
        let mut records = Records::new(input, self.path.clone(), Arc::clone(&self.rules));
        let names = header::pass(&mut records, self)?;
        Ok((records, names))
    }

    fn opened(&self) -> std::sync::MutexGuard<'_, Option<Records<Input>>> {
        self.opened.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Source for Csv {
    /// Opens the file and reads its header, if any. The table is called after the file; its columns are the fields
    /// of the list, else of the header; without either there are none.
    fn catalog(&self) -> Result<Catalog> {
        let (records, names) = self.open()?;
        *self.opened() = Some(records);
        let name = self.path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let columns = names.into_iter().map(|name| Column { name, ..Column::default() }).collect();
        let table = Table {
            name: TableName { schema: None, name },
            columns,
            indexes: Vec::new(),
            referencing_keys: Vec::new(),
            trigger_states: Vec::new(),
            index_count: 0,
            row_triggers: false,
        };
        Ok(Catalog { tables: vec![table] })
    }

    fn parts(&self, _table: &Table, _wanted: usize) -> Result<Vec<Part>> {
        Ok(vec![Part { number: 0, name: self.path.display().to_string() }])
    }

    /// Goes on after the header that `catalog` read; called again, opens the file again, which yields nothing for
    /// a pipe.
    fn read(&self, _table: &Table, _part: &Part, rows: &mut dyn Intake) -> Result<()> {
        let opened = self.opened().take();
        let mut records = match opened {
            Some(records) => records,
            None => self.open()?.0,
        };
        records.read(rows, &self.cancelled)
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

/// Whether a file in the encoding of this name can be read.
///
/// # Errors
///
/// The name is unknown, or not built yet.
pub fn check_encoding(name: &str) -> Result<()> {
    Encoding::named(name).map(|_| ())
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
