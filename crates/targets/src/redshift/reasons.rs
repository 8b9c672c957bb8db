//! Why COPY refused rows: the error views of the server.

use std::time::{Duration, Instant};

use pgloader_core::Error;
use pgloader_core::target::BadRow;
use pgloader_postgres_client::Connection;

use super::statement::literal;

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

/// All that the views say of files whose names begin so, one for each line of a file; empty where they say nothing,
/// or may not be read.
pub(super) async fn ask(connection: &mut Connection, prefix: &str) -> Vec<Reason> {
    let start = Instant::now();
    loop {
        let mut may_tell = false;
        for query in [NEW, OLD] {
            match one_view(connection, query, prefix).await {
                Some(reasons) if !reasons.is_empty() => return reasons,
                Some(_) => may_tell = true,
                None => {}
            }
        }
        if !may_tell || start.elapsed() > PATIENCE {
            return Vec::new();
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// `None` where the view does not exist, or may not be read.
async fn one_view(connection: &mut Connection, query: &str, prefix: &str) -> Option<Vec<Reason>> {
    let pattern = format!("{}%", prefix.replace('\\', "\\\\").replace('_', "\\_").replace('%', "\\%"));
    let query = query.replace("{prefix}", &literal(&pattern));
    let results = match connection.simple_query(&query).await {
        Ok(results) => results,
        Err(error) => {
            tracing::debug!("an error view cannot be read: {error}");
            return None;
        }
    };
    let rows = results.into_iter().next_back().map(|result| result.rows).unwrap_or_default();
    let mut reasons: Vec<Reason> = rows.into_iter().filter_map(read).collect();
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

/// The rows that the reasons speak of; `None` unless each is certain. `ends_of_lines` tells for each row of the file
/// how many line breaks it holds.
pub(super) fn rows(reasons: &[Reason], line_breaks: impl Fn(usize) -> Option<usize>) -> Option<Vec<BadRow>> {
    let mut bad = Vec::with_capacity(reasons.len());
    // Rows and lines run together up to the first row of several lines: beyond, what is counted is not known.
    let (mut row, mut reasons) = (0usize, reasons.iter().peekable());
    while let Some(reason) = reasons.peek() {
        let wanted = usize::try_from(reason.line).ok()?.checked_sub(1)?;
        if wanted > row {
            if line_breaks(row)? != 1 {
                return None;
            }
            row += 1;
            continue;
        }
        line_breaks(row)?;
        bad.push(BadRow { index: wanted, error: reason.error() });
        reasons.next();
    }
    Some(bad)
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

    fn found(lines: &[i64], breaks: &[usize]) -> Option<Vec<usize>> {
        let reasons: Vec<Reason> = lines.iter().map(|&line| reason(line)).collect();
        let bad = rows(&reasons, |row| breaks.get(row).copied())?;
        Some(bad.into_iter().map(|row| row.index).collect())
    }

    #[test]
    fn lines_are_rows_up_to_the_first_row_of_several_lines() {
        assert_eq!(found(&[1, 3], &[1, 1, 1]), Some(vec![0, 2]));
        assert_eq!(found(&[2], &[1, 2, 1]), Some(vec![1]));
        assert_eq!(found(&[3], &[1, 2, 1]), None);
        assert_eq!(found(&[4], &[1, 1, 1]), None);
        assert_eq!(found(&[-1], &[1]), None);
        assert_eq!(found(&[0], &[1]), None);
        assert_eq!(found(&[], &[]), Some(vec![]));
    }

    #[test]
    fn a_reason_names_column_code_and_line() {
        let error = reason(3).error();
        assert_eq!(error.message, "column qty: Invalid digit, Value 'a', Pos 0 (Redshift error 1207)");
        assert_eq!(error.context.as_deref(), Some("line 3 of s3://b/k"));
    }
}
