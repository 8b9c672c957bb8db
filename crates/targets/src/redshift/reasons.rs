//! Why COPY refused rows: the error views of the server.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use pgloader_core::Error;
use pgloader_core::target::BadRow;
use pgloader_postgres_client::Connection;
use tokio::sync::watch;

use super::secret::mask;
use super::statement::literal;
use crate::server::redact;

/// Nothing is documented of how soon the views tell.
const PATIENCE: Duration = Duration::from_secs(5);
const PAUSE: Duration = Duration::from_millis(500);

/// On both products; without the raw value.
const NEW: &str = "SELECT trim(file_name), line_number, trim(column_name), error_code, trim(error_message)
  FROM sys_load_error_detail WHERE file_name LIKE {prefix} ORDER BY 1, 2";
/// On provisioned clusters.
const OLD: &str = "SELECT trim(filename), line_number, trim(colname), err_code, trim(err_reason)
  FROM stl_load_errors WHERE filename LIKE {prefix} ORDER BY 1, 2";

/// One refused row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reason {
    /// `s3://bucket/key`.
    pub(super) file: String,
    /// From 1; what counts as a line is not known where values hold line breaks.
    pub(super) line: i64,
    column: String,
    code: String,
    message: String,
}

impl Reason {
    /// The reason as users see it.
    pub(super) fn error(&self) -> Error {
        let column = match self.column.is_empty() {
            true => String::new(),
            false => format!("column {}: ", self.column),
        };
        let error = Error::new(format!("{column}{} (Redshift error {})", self.message, self.code));
        match self.line {
            line if line > 0 => error.context(format!("line {line} of {}", self.file)),
            _ => error.context(self.file.clone()),
        }
    }
}

/// The files of one COPY.
pub(super) struct Files {
    /// What their names begin with; others' may too.
    pub(super) prefix: String,
    /// `s3://bucket/key` of each.
    pub(super) urls: Vec<String>,
}

/// How long the views are asked.
pub(super) struct Patience {
    /// They are asked again where they do not tell all.
    pub(super) waits: bool,
    /// The user wants an end.
    pub(super) cancelled: watch::Receiver<bool>,
}

/// What the views say of these files, one reason for each line, until that is `enough` or patience ends; empty where
/// they say nothing, or may not be read.
pub(super) async fn ask(
    connection: &mut Connection,
    files: &Files,
    enough: impl Fn(&[Reason]) -> bool,
    mut patience: Patience,
) -> Vec<Reason> {
    let start = Instant::now();
    loop {
        let (mut may_tell, mut most) = (false, Vec::new());
        for query in [NEW, OLD] {
            if let Some(reasons) = one_view(connection, query, files).await {
                may_tell = true;
                if reasons.len() > most.len() {
                    most = reasons;
                }
                if enough(&most) {
                    return most;
                }
            }
        }
        if !may_tell || !patience.waits || start.elapsed() > PATIENCE {
            return most;
        }
        tokio::select! {
            () = tokio::time::sleep(PAUSE) => {}
            _ = patience.cancelled.wait_for(|cancelled| *cancelled) => return most,
        }
    }
}

/// `None` where the view does not exist, or may not be read.
async fn one_view(connection: &mut Connection, query: &str, files: &Files) -> Option<Vec<Reason>> {
    let pattern = format!("{}%", files.prefix.replace('\\', "\\\\").replace('_', "\\_").replace('%', "\\%"));
    let query = query.replace("{prefix}", &literal(&pattern));
    let results = match connection.simple_query(&query).await {
        Ok(results) => results,
        Err(error) => {
            tracing::debug!("an error view cannot be read: {}", redact(&mask(&error.to_string(), None)));
            return None;
        }
    };
    let rows = results.into_iter().next_back().map(|result| result.rows).unwrap_or_default();
    let urls: HashSet<&str> = files.urls.iter().map(String::as_str).collect();
    let mut reasons: Vec<Reason> =
        rows.into_iter().filter_map(read).filter(|reason| urls.contains(reason.file.as_str())).collect();
    // A row that was refused twice, or for two reasons, stands there twice.
    reasons.dedup_by(|a, b| a.line > 0 && (&a.file, a.line) == (&b.file, b.line));
    Some(reasons)
}

fn read(row: Vec<Option<String>>) -> Option<Reason> {
    let mut cells = row.into_iter().map(Option::unwrap_or_default);
    let (file, line) = (cells.next()?, cells.next()?.parse().ok()?);
    let (column, code, message) = (cells.next()?, cells.next()?, cells.next()?);
    Some(Reason { file, line, column, code, message })
}

/// Codes that are no row's fault: a file is missing, or not in its encoding.
const NO_ROW: [&str; 2] = ["1212", "1221"];

/// The reason that concerns a file as a whole.
pub(super) fn of_a_file(reasons: &[Reason]) -> Option<&Reason> {
    reasons.iter().find(|reason| NO_ROW.contains(&reason.code.as_str()))
}

/// The rows that the reasons speak of, all of one file and in order; `None` unless each is certain. Of the file's
/// `rows`, so many `lines` at its start are one line each: up to there, and for the next row, lines and rows run
/// together. Beyond, what is counted is not known.
pub(super) fn rows(reasons: &[Reason], rows: u64, lines: u64) -> Option<Vec<BadRow>> {
    let row = |reason: &Reason| {
        let index = u64::try_from(reason.line).ok()?.checked_sub(1)?;
        let is_certain = index <= lines && index < rows;
        is_certain.then(|| BadRow { index: index as usize, error: reason.error(), row: None })
    };
    reasons.iter().map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason(line: i64) -> Reason {
        let (column, code) = ("qty".to_owned(), "1207".to_owned());
        Reason {
            file: "s3://b/k".into(),
            line,
            column,
            code,
            message: "Invalid digit, Value 'a', Pos 0".into(),
        }
    }

    fn found(reported: &[i64], of: u64, lines: u64) -> Option<Vec<usize>> {
        let reasons: Vec<Reason> = reported.iter().map(|&line| reason(line)).collect();
        let bad = rows(&reasons, of, lines)?;
        Some(bad.into_iter().map(|row| row.index).collect())
    }

    #[test]
    fn lines_are_rows_up_to_the_first_row_of_several_lines() {
        assert_eq!(found(&[1, 3], 3, 3), Some(vec![0, 2]));
        assert_eq!(found(&[2], 3, 1), Some(vec![1]));
        assert_eq!(found(&[3], 3, 1), None);
        assert_eq!(found(&[4], 3, 3), None);
        assert_eq!(found(&[-1], 1, 1), None);
        assert_eq!(found(&[0], 1, 1), None);
        assert_eq!(found(&[], 0, 0), Some(vec![]));
    }

    #[test]
    fn a_reason_names_column_code_and_line() {
        let error = reason(3).error();
        assert_eq!(error.message, "column qty: Invalid digit, Value 'a', Pos 0 (Redshift error 1207)");
        assert_eq!(error.context.as_deref(), Some("line 3 of s3://b/k"));
    }
}
