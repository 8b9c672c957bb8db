//! What an error of the server means for a load.

use pgloader_core::Error;
use pgloader_core::target::{BadRow, CommitToken, WriteError};
use pgloader_postgres_client as client;

use crate::server::describe;

/// Sorts the error of a COPY into `table`. `commit` names the transaction where its end is not known.
pub(super) fn copy(error: &client::Error, table: &str, commit: Option<CommitToken>) -> WriteError {
    let described = describe(error);
    if let Some(token) = commit {
        return WriteError::Unknown(token, described);
    }
    let Some(db) = error.database() else { return without_report(error, described) };
    if error.is_transient() || is_conflict(&db.sqlstate) {
        return WriteError::Transient(described);
    }
    let line = db.context.as_deref().and_then(|context| copy_line(context, table));
    match (blames_a_row(&db.sqlstate, line.is_some()), line) {
        (false, _) => WriteError::Fatal(described),
        (true, Some(line)) => WriteError::Rows(vec![BadRow { index: line - 1, error: described, row: None }]),
        (true, None) => WriteError::SomeRow(described),
    }
}

/// The same for rows sent in binary: a server that cannot take them in that form may take them as text.
pub(super) fn in_binary(refused: WriteError, error: &client::Error) -> WriteError {
    let is_judgement = |db: &client::DbError| !db.ends_session() && !lacks_means(&db.sqlstate);
    match refused {
        WriteError::Fatal(described) if error.database().is_some_and(is_judgement) => {
            WriteError::SomeRow(described)
        }
        refused => refused,
    }
}

/// Insufficient resources, an operator's intervention, a failing disk: no form of the rows would help.
fn lacks_means(sqlstate: &str) -> bool {
    matches!(sqlstate.get(..2), Some("53" | "57" | "58"))
}

fn without_report(error: &client::Error, described: Error) -> WriteError {
    match error.is_transient() {
        true => WriteError::Transient(described),
        false => WriteError::Fatal(described),
    }
}

/// Serialization failure and deadlock: the same transaction may work the next time.
fn is_conflict(sqlstate: &str) -> bool {
    matches!(sqlstate, "40001" | "40P01")
}

/// Data exception, constraint violation, check option, program limit, a trigger's RAISE; an internal error only
/// where the server was at a row.
fn blames_a_row(sqlstate: &str, at_a_row: bool) -> bool {
    match sqlstate.get(..2) {
        Some("22" | "23" | "44" | "54" | "P0") => true,
        Some("XX") => at_a_row,
        _ => false,
    }
}

/// The line of the COPY data that the server was at, from 1. `COPY t, line 3, column b: "x"`: the word for line is
/// translated, and the table's name may hold anything.
fn copy_line(context: &str, table: &str) -> Option<usize> {
    let prefix = format!("COPY {table}, ");
    let mentions = context.match_indices(&prefix);
    let lines = mentions.filter(|(at, _)| *at == 0 || context.as_bytes()[at - 1] == b'\n');
    let rest = lines.map(|(at, _)| &context[at + prefix.len()..]).next()?;
    let number = rest.split_once(' ')?.1;
    let digits = number.find(|char: char| !char.is_ascii_digit()).unwrap_or(number.len());
    number[..digits].parse().ok().filter(|&line| line > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_is_found_in_any_language_and_under_any_table_name() {
        let cases = [
            ("COPY t, line 3, column b: \"x\"", "t", Some(3)),
            ("COPY t, Zeile 12", "t", Some(12)),
            ("COPY a, b, line 4: \"1\t2\"", "a, b", Some(4)),
            ("PL/pgSQL function f() line 9 at RAISE\nCOPY t, line 2: \"x\"", "t", Some(2)),
            ("COPY other, line 3", "t", None),
            ("SQL statement \"COPY t, line 3\"", "t", None),
            ("COPY t, line 0", "t", None),
            ("COPY t, line", "t", None),
            ("COPY t, line x", "t", None),
        ];
        for (context, table, expected) in cases {
            assert_eq!(copy_line(context, table), expected, "{context}");
        }
    }

    fn database(sqlstate: &str, context: Option<&str>) -> client::Error {
        client::Error::Database(Box::new(client::DbError {
            sqlstate: sqlstate.into(),
            context: context.map(Into::into),
            ..client::DbError::default()
        }))
    }

    #[test]
    fn errors_are_sorted_by_their_class() {
        let kind = |sqlstate: &str, context: Option<&str>| match copy(&database(sqlstate, context), "t", None)
        {
            WriteError::Rows(rows) => format!("row {}", rows[0].index),
            WriteError::SomeRow(_) => "some row".into(),
            WriteError::Transient(_) => "transient".into(),
            WriteError::Unknown(..) => "unknown".into(),
            WriteError::Fatal(_) => "fatal".into(),
        };
        let at_row = Some("COPY t, line 3");
        for code in ["22008", "23505", "44000", "54000", "P0001", "XX000"] {
            assert_eq!(kind(code, at_row), "row 2", "{code}");
        }
        assert_eq!(kind("23503", None), "some row");
        assert_eq!(kind("XX000", None), "fatal");
        for code in ["53100", "53200", "57014", "42501", "42P01", "25006"] {
            assert_eq!(kind(code, at_row), "fatal", "{code}");
        }
        for code in ["57P01", "08006", "40P01", "40001"] {
            assert_eq!(kind(code, at_row), "transient", "{code}");
        }
    }
}
