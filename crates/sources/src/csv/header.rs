//! The lines before the first record, and the names they give to fields.

use std::io::Read;

use pgloader_core::{Error, Result};

use super::Csv;
use super::records::Records;

/// Passes over the byte order mark, the lines to be skipped and the header; gives the names of the fields: the
/// declared ones, else those of the header, else none.
pub fn pass<R: Read>(records: &mut Records<R>, csv: &Csv) -> Result<Vec<String>> {
    records.skip_byte_order_mark(&csv.cancelled)?;
    for _ in 0..csv.skip_lines {
        if !records.skip_line(&csv.cancelled)? {
            break;
        }
    }
    match &csv.fields {
        Some(fields) if csv.has_header => skip(records, csv).map(|()| fields.clone()),
        Some(fields) => Ok(fields.clone()),
        None if csv.has_header => names(records, csv),
        None => Ok(Vec::new()),
    }
}

/// Passes over a header whose names nobody asks for. It ends where it would if they were asked for; one that is
/// malformed is one line.
fn skip<R: Read>(records: &mut Records<R>, csv: &Csv) -> Result<()> {
    if let Err(error) = records.header(&csv.cancelled) {
        if !records.skip_line(&csv.cancelled)? {
            return Err(error);
        }
    }
    Ok(())
}

fn names<R: Read>(records: &mut Records<R>, csv: &Csv) -> Result<Vec<String>> {
    let Some((values, line)) = records.header(&csv.cancelled)? else {
        let message = format!("{} is empty, and `csv header` asks for a line of names", csv.path.display());
        return Err(
            Error::new(message).hint("list the fields in the command to load files that may be empty")
        );
    };
    let names: Vec<String> =
        values.into_iter().map(|value| value.unwrap_or_default().trim().to_owned()).collect();
    match duplicate(&names) {
        Some(name) => Err(Error::new(format!(
            "{}:{line}: the header has the name '{name}' twice",
            csv.path.display()
        ))
        .hint(
            "correct the header, or pass over it with `skip header = 1` and list the fields in the command",
        )),
        None => Ok(names),
    }
}

/// A name that stands twice. Empty ones name nothing.
fn duplicate(names: &[String]) -> Option<&String> {
    let mut seen = std::collections::HashSet::new();
    names.iter().find(|name| !name.is_empty() && !seen.insert(*name))
}
