//! Guesses how the fields of a file are separated, where the command does not say it.

use std::path::Path;
use std::sync::Arc;

use pgloader_core::source::{Given, Intake, Stopped};
use pgloader_core::{Error, Result, Row};

use super::dialect::{Dialect, Quoting};
use super::parse::{AtOnce, Parser};
use super::records::{Records, Rules};
use super::text::{Sample, Text};
use super::{Csv, cut, header};

/// How many records are looked at.
const RECORDS: u64 = 1000;

/// The first dialect by which every record at the start of `text`, called `path`, has as many fields as there are
/// declared, named in its header, or `columns` of the target; else the first of all.
///
/// # Errors
///
/// The text cannot be read.
pub fn dialect(csv: &Csv, text: &mut Text, path: &Path, columns: usize) -> Result<Dialect> {
    let line_end = csv.dialects[0].terminator.last().copied().unwrap_or(b'\n');
    let (encoding, lines) = (text.encoding(), csv.skip_lines.saturating_add(RECORDS + 1));
    let sample = text.sample(lines, line_end);
    let sample = sample.map_err(|error| Error::new(format!("cannot read {}: {error}", path.display())))?;
    let fits = |dialect: &&Dialect| {
        let rules = Rules { dialect: (*dialect).clone(), encoding, ..csv.rules.clone() };
        fits(csv, Records::new(sample, path.to_owned(), Arc::new(rules)), columns)
    };
    match csv.dialects.iter().find(fits) {
        Some(dialect) => {
            tracing::info!("{}: guessed {}", path.display(), Shown(dialect));
            Ok(dialect.clone())
        }
        None => {
            let first = &csv.dialects[0];
            tracing::warn!(
                "{}: the separator cannot be guessed: taking {}; say it with `fields terminated by`",
                path.display(),
                Shown(first)
            );
            Ok(first.clone())
        }
    }
}

fn fits(csv: &Csv, mut records: Records<Sample<'_>>, columns: usize) -> bool {
    let Ok(names) = header::pass(&mut records, csv) else { return false };
    let wanted = match &csv.fields {
        // One name alone is what a header looks like by every separator that it does not have.
        None if csv.has_header && names.len() < 2 => return false,
        None if csv.has_header => names.len(),
        None => columns,
        Some(fields) => fields.len(),
    };
    let mut count = Count { wanted, records: 0, is_other: false };
    // The end of the sample is an error.
    let parser = Parser::new(records.path.clone(), Arc::clone(&records.rules), None);
    let _ended = cut::cut(&mut records, &mut AtOnce::new(parser, &mut count), &csv.cancelled);
    !count.is_other && (count.records > 0 || csv.has_header)
}

/// Counts records with as many fields as wanted, up to one that has another number.
struct Count {
    wanted: usize,
    records: u64,
    is_other: bool,
}

impl Intake for Count {
    fn row(&mut self, row: Row<'_>) -> Result<Given, Stopped> {
        self.records += 1;
        self.is_other = row.len() != self.wanted;
        if self.is_other || self.records == RECORDS { Err(Stopped) } else { Ok(Given::Taken) }
    }

    fn malformed(&mut self, _raw: &[u8], _why: &str) -> Result<(), Stopped> {
        self.is_other = true;
        Err(Stopped)
    }

    fn malformed_rest(&mut self, _raw: &[u8]) -> Result<(), Stopped> {
        Err(Stopped)
    }

    fn skipped(&mut self) -> Result<(), Stopped> {
        Ok(())
    }

    fn stripped_nuls(&mut self, _count: u64) {}
}

/// A dialect as options.
struct Shown<'a>(&'a Dialect);

impl std::fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "fields terminated by {:?}", self.0.separator)?;
        match self.0.quoting {
            Quoting::None => write!(f, ", fields not enclosed"),
            Quoting::Doubled(_) => write!(f, ", fields escaped by double-quote"),
            Quoting::Prefixed { escape, .. } | Quoting::Following { escape, .. } => {
                write!(f, ", fields escaped by '{}'", String::from_utf8_lossy(&escape))
            }
        }
    }
}
