//! `--regress`: one load file runs, then its table is compared, row by row, with what is expected of it.
//!
//! What is expected lies as COPY text in `regress/expected/NAME.out` beside `NAME.load`. It is loaded into a table of
//! the same name in the schema `expected`, which must be there, and stays for the user to look at.

use std::path::{Path, PathBuf};

use pgloader_command::Command;
use pgloader_core::catalog::TableName;
use pgloader_core::target::Dialect;
use pgloader_postgres_client::{Config, Connection, QueryResult};
use pgloader_targets::postgres::PostgresDialect;

use crate::command::{self, Prepared, Session};
use crate::ended::Ended;
use crate::files::{self, LoadFile};

/// Types that PostgreSQL cannot tell apart by EXCEPT: their values are compared as text. Arrays of them too.
const COMPARED_AS_TEXT: &str = "point|line|lseg|box|path|polygon|circle|json|xml";

/// Runs a load file and compares.
pub async fn run(session: &mut Session<'_>, path: &Path) -> Ended {
    let expected = expected_file(path);
    for file in [path, &expected] {
        if let Err(error) = file.metadata() {
            return failed(&files::cannot_read(file, &error).to_string());
        }
    }
    let (file, commands) = match files::read(path, session) {
        Ok(read) => read,
        Err(message) => return Ended::give_up(&message),
    };
    let [command] = commands.as_slice() else {
        return Ended::give_up("--regress takes a load file of one command");
    };
    session.announce(&commands);
    let ended = command::run(session, &file, command).await;
    if ended != Ended::Well {
        return ended;
    }
    match compare_loaded(session, &file, command, &expected).await {
        Ok(Difference { missing: 0, surplus: 0 }) => {
            tracing::info!(severity = "LOG", "Regress pass.");
            Ended::Well
        }
        Ok(Difference { missing, surplus }) => failed(&format!(
            "{missing} expected rows are missing, {surplus} rows are not expected: compare the table with the one in \
             the schema expected"
        )),
        Err(message) => Ended::give_up(&message),
    }
}

async fn compare_loaded(
    session: &Session<'_>,
    file: &LoadFile,
    command: &Command,
    expected: &Path,
) -> Result<Difference, String> {
    let prepared = Prepared::new(file, command, session.arguments)?;
    let table = session.last_loaded().ok_or("no table was loaded")?;
    compare(&prepared.destination.config, table, expected).await
}

/// `regress/expected/NAME.out` beside `NAME.load`.
fn expected_file(load: &Path) -> PathBuf {
    let name = load.file_stem().unwrap_or_default().to_string_lossy();
    load.parent().unwrap_or(Path::new("")).join("regress/expected").join(format!("{name}.out"))
}

fn failed(why: &str) -> Ended {
    say!(err, "Regression test failed: {why}");
    Ended::Different
}

/// Rows by which two tables differ, a row that is there twice counting twice.
struct Difference {
    missing: u64,
    surplus: u64,
}

async fn compare(config: &Config, table: &TableName, expected: &Path) -> Result<Difference, String> {
    let rows = std::fs::read(expected).map_err(|error| files::cannot_read(expected, &error).to_string())?;
    let failed = |error: pgloader_postgres_client::Error| error.to_string();
    let mut connection = Connection::connect(config).await.map_err(failed)?;
    let actual = PostgresDialect.table(table);
    let of_test = TableName { schema: Some("expected".to_owned()), name: table.name.clone() };
    let of_test = PostgresDialect.table(&of_test);
    let make = format!("DROP TABLE IF EXISTS {of_test}; CREATE TABLE {of_test} (LIKE {actual})");
    connection.simple_query(&make).await.map_err(without_schema)?;
    let copied =
        connection.copy_in(&format!("COPY {of_test} FROM STDIN"), [rows.as_slice()].into_iter()).await;
    copied.map_err(|error| error.error.to_string())?;
    let columns = connection.simple_query(&columns_query(&of_test)).await.map_err(failed)?;
    let columns = values(&columns).next().unwrap_or_default();
    let count = |from: &str, except: &str| {
        format!(
            "SELECT count(*) FROM (SELECT {columns} FROM {from} EXCEPT ALL SELECT {columns} FROM {except}) AS rows"
        )
    };
    let query = format!("{}; {}", count(&of_test, &actual), count(&actual, &of_test));
    let counts = connection.simple_query(&query).await.map_err(failed)?;
    let mut counts = values(&counts).map(|count| count.parse().unwrap_or(u64::MAX));
    Ok(Difference { missing: counts.next().unwrap_or(u64::MAX), surplus: counts.next().unwrap_or(u64::MAX) })
}

fn without_schema(error: pgloader_postgres_client::Error) -> String {
    match error.sqlstate() {
        Some("3F000") => format!("{error}\nHINT: make it first: CREATE SCHEMA expected"),
        _ => error.to_string(),
    }
}

/// The columns of a table as they can be compared, with commas between.
fn columns_query(table: &str) -> String {
    format!(
        "SELECT pg_catalog.string_agg(pg_catalog.quote_ident(a.attname) || CASE WHEN t.typname ~ \
         '^_?({COMPARED_AS_TEXT})$' THEN '::text' ELSE '' END, ', ' ORDER BY a.attnum) \
         FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_type t ON t.oid = a.atttypid \
         WHERE a.attrelid = '{}'::pg_catalog.regclass AND a.attnum > 0 AND NOT a.attisdropped",
        table.replace('\'', "''")
    )
}

/// The first value of each result.
fn values(results: &[QueryResult]) -> impl Iterator<Item = &str> {
    results.iter().filter_map(|result| result.rows.first()?.first()?.as_deref())
}
