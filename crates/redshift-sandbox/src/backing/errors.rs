//! The backing server's errors in Redshift's words.

use tokio_postgres::error::DbError;

use crate::error::SqlError;

/// The SQLSTATEs that pass; others become XX000.
const STATES: &[&str] = &[
    "0A000", "21000", "22000", "22001", "22003", "22007", "22008", "22011", "22012", "22021", "22023",
    "22025", "22P02", "22P03", "23502", "25001", "25006", "25P02", "26000", "2BP01", "3D000", "3F000",
    "34000", "40P01", "42501", "42601", "42602", "42611", "42622", "42701", "42702", "42703", "42704",
    "42710", "42712", "42723", "42725", "42803", "42804", "42809", "42830", "42846", "42883", "42939",
    "42P01", "42P02", "42P06", "42P07", "42P10", "42P16", "42P17", "42P18", "53100", "53200", "53300",
    "54000", "54001", "54011", "55006", "55P03", "57014", "57P01", "58030",
];

impl From<tokio_postgres::Error> for SqlError {
    /// What Redshift would say.
    fn from(error: tokio_postgres::Error) -> SqlError {
        match error.as_db_error() {
            Some(refusal) => refused(refusal),
            None if error.is_closed() => {
                SqlError::new("57P01", "the backing server has closed the connection")
            }
            None => SqlError::new("XX000", format!("the backing server: {error}")),
        }
    }
}

fn refused(error: &DbError) -> SqlError {
    let code = error.code().code();
    if let Some(translated) = reworded(code, error) {
        return translated;
    }
    let sqlstate = STATES.iter().find(|known| **known == code).copied().unwrap_or("XX000");
    SqlError { detail: detail(sqlstate, error), ..SqlError::new(sqlstate, message(error)) }
}

/// The details that Redshift has too.
fn detail(sqlstate: &str, error: &DbError) -> Option<String> {
    match sqlstate {
        "2BP01" | "40P01" => error.detail().map(str::to_owned),
        _ => None,
    }
}

/// The sandbox's own functions and schemas are not shown.
fn message(error: &DbError) -> String {
    error.message().replace("rs_catalog.", "")
}

fn reworded(code: &str, error: &DbError) -> Option<SqlError> {
    let message = error.message();
    Some(match code {
        "23502" => {
            let column = error.column().unwrap_or_default();
            SqlError::new("23502", format!("Cannot insert a NULL value into column {column}"))
        }
        "22003" if message.starts_with("numeric field overflow") => {
            SqlError::new("22003", "Numeric data overflow (result precision)")
        }
        "42883" if message.starts_with("function rs_catalog.as_varchar(") => {
            let ty = message.trim_start_matches("function rs_catalog.as_varchar(").split(')').next();
            SqlError::new(
                "42846",
                format!("cannot cast type {} to character varying", ty.unwrap_or_default()),
            )
        }
        "40001" => serialization_failure("0"),
        "57014" if message.contains("user request") => canceled(),
        _ => return None,
    })
}

/// 57014, after a cancel request.
pub fn canceled() -> SqlError {
    SqlError::new("57014", "Query cancelled on user's request")
}

/// `1023`, as two transactions that write one table get it.
pub fn serialization_failure(table: &str) -> SqlError {
    let detail = format!(
        "Serializable isolation violation on table - {table}, transactions forming the cycle are: 1001, 1002 (pid:1002)"
    );
    SqlError { detail: Some(detail), ..SqlError::new("XX000", "1023") }
}
