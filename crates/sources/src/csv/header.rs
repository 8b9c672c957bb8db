//! The lines before the first record, and the names they give to fields.

use std::io::Read;
use std::sync::atomic::AtomicBool;

use pgloader_core::{Error, Result, Row};
use pgloader_files::encoding::Encoding;

use super::Csv;
use super::fault::Fault;
use super::records::{Found, Records};

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
    match records.header(&csv.cancelled) {
        Err(error) if !records.skip_line(&csv.cancelled)? => Err(error),
        _ => Ok(()),
    }
}

fn names<R: Read>(records: &mut Records<R>, csv: &Csv) -> Result<Vec<String>> {
    let Some(values) = records.header(&csv.cancelled)? else {
        let message =
            format!("{} is empty, and `csv header` asks for a line of names", records.path.display());
        return Err(
            Error::new(message).hint("list the fields in the command to load files that may be empty")
        );
    };
    Ok(values.into_iter().map(|value| value.unwrap_or_default().trim().to_owned()).collect())
}

/// The encoding of which a byte order mark stands at the start of a text, where that is another one.
fn other_encoding(encoding: Encoding, text: &[u8]) -> Option<&'static str> {
    const SWAPPED: &[u8] = "\u{fffe}".as_bytes();
    if encoding.is_utf8() {
        return match text {
            [0xff, 0xfe, 0, ..] => Some("UTF-32"),
            [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => Some("UTF-16"),
            _ => None,
        };
    }
    (encoding.has_byte_order_mark() && text.starts_with(SWAPPED)).then_some("UTF-16")
}

/// What stands before the first record.
impl<R: Read> Records<R> {
    /// Passes over a byte order mark. To be called first.
    pub(super) fn skip_byte_order_mark(&mut self, cancelled: &AtomicBool) -> Result<()> {
        const MARK: &[u8] = "\u{feff}".as_bytes();
        while self.buffer.rest().len() < MARK.len() && !self.buffer.at_end() {
            self.fill(cancelled)?;
        }
        let encoding = self.rules.encoding;
        if let Some(other) = other_encoding(encoding, self.buffer.rest()) {
            let message = format!("the file begins as {other} does, and it is read as {}", encoding.name());
            return Err(Error::new(message).hint(format!("WITH ENCODING {}", other.to_lowercase())));
        }
        if encoding.has_byte_order_mark() && self.buffer.rest().starts_with(MARK) {
            self.buffer.consume(self.buffer.start() + MARK.len());
            self.splitter.forget();
        }
        Ok(())
    }

    /// Passes over one line, whatever is on it; `false` at the end of the file.
    fn skip_line(&mut self, cancelled: &AtomicBool) -> Result<bool> {
        let mut any = false;
        // Nothing here stops, so that the inner result is always good.
        let _given = self.take_line(true, cancelled, &mut |line| {
            any |= !line.is_empty();
            Ok(())
        })?;
        Ok(any)
    }

    /// Takes one record and gives its values, NULL as `None`; `None` at the end of the file. Rules for values are left aside.
    ///
    /// # Errors
    ///
    /// The record is malformed; it is then still there. Or the file cannot be read.
    fn header(&mut self, cancelled: &AtomicBool) -> Result<Option<Vec<Option<String>>>> {
        let end = match self.next(cancelled)? {
            Found::End => return Ok(None),
            Found::Malformed(malformed) => return Err(Error::new(self.complaint(malformed))),
            Found::Record(end) => end,
        };
        if let Some(malformed) = self.unclean(end).filter(|m| m.fault != Fault::Nul || !self.rules.strip_nuls)
        {
            return Err(Error::new(self.complaint(malformed)));
        }
        self.finish_values(end);
        let record = &self.buffer.bytes()[self.buffer.start()..end];
        let row = Row::new(record, self.splitter.fields().0);
        let text = |index| Some(String::from_utf8_lossy(row.field(index)?).replace('\0', ""));
        let values = (0..row.len()).map(text).collect();
        self.buffer.consume(end);
        Ok(Some(values))
    }
}
