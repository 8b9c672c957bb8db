//! The statements that the sandbox runs.

use crate::error::SqlError;
use crate::lexer::Token;
use crate::sql::Seen;
use crate::sql::cursor::{Cursor, ObjectName};
use crate::sql::expr::{self, Expr};
use crate::sql::query::{self, Query};
use crate::sql::refusals;
use crate::sql::relations::{is_system_schema, writable};
use crate::sql::settings::{self, Assignment};
use crate::sql::table::{self, Change, TableDefinition};

/// A statement of the allow-list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Statement {
    /// SELECT.
    Select(Query),
    /// SET and RESET.
    Set(Assignment),
    /// SHOW of a setting.
    Show(String),
    /// BEGIN or START TRANSACTION; READ ONLY.
    Begin(bool),
    /// COMMIT or END.
    Commit,
    /// ROLLBACK or ABORT.
    Rollback,
    /// CREATE SCHEMA; IF NOT EXISTS.
    CreateSchema(String, bool),
    /// DROP SCHEMA.
    DropSchema(Drop<String>),
    /// CREATE TABLE.
    CreateTable(Box<TableDefinition>),
    /// DROP TABLE.
    DropTable(Drop<ObjectName>),
    /// ALTER TABLE.
    AlterTable(ObjectName, Change),
    /// TRUNCATE.
    Truncate(ObjectName),
    /// DELETE, and its WHERE.
    Delete(ObjectName, Option<Expr>),
    /// UPDATE: assignments and WHERE.
    Update(ObjectName, Vec<(String, Expr)>, Option<Expr>),
    /// INSERT … VALUES.
    Insert(Insert),
    /// COMMENT ON; None takes the comment off.
    Comment(Commented, Option<String>),
    /// ANALYZE of one table or all.
    Analyze(Option<ObjectName>),
    /// VACUUM of one table or all.
    Vacuum(Option<ObjectName>),
    /// LOCK.
    Lock(Vec<ObjectName>),
    /// COPY … FROM, whose tokens are read later.
    Copy(Vec<Token>),
}

/// DROP.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drop<T> {
    /// What.
    pub names: Vec<T>,
    /// IF EXISTS.
    pub if_exists: bool,
    /// CASCADE.
    pub cascade: bool,
}

/// INSERT … VALUES.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Insert {
    /// Into what.
    pub table: ObjectName,
    /// The columns, where they are named.
    pub columns: Option<Vec<String>>,
    /// Rows of values; None is DEFAULT.
    pub rows: Vec<Vec<Option<Expr>>>,
}

/// What COMMENT ON names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Commented {
    /// A table.
    Table(ObjectName),
    /// A view.
    View(ObjectName),
    /// A column of a table.
    Column(ObjectName, String),
    /// A constraint on a table.
    Constraint(String, ObjectName),
    /// The database.
    Database(String),
}

/// A statement and what it needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parsed {
    /// What to do.
    pub statement: Statement,
    /// What its queries need.
    pub seen: Seen,
}

/// Parses one statement; `text` is what the tokens' offsets count in, and `tokens` is not empty.
///
/// # Errors
/// What Redshift says of it, or of a statement like it.
pub fn parse(text: &str, tokens: &[Token]) -> Result<Parsed, SqlError> {
    let mut cursor = Cursor::new(text, tokens);
    let mut seen = Seen::default();
    let statement = statement(&mut cursor, &mut seen)?;
    if !matches!(statement, Statement::Copy(_) | Statement::AlterTable(_, Change::Append)) {
        cursor.end()?;
    }
    Ok(Parsed { statement, seen })
}

const FIRST: &[&str] = &[
    "select", "set", "reset", "show", "begin", "start", "commit", "end", "rollback", "abort", "create",
    "drop", "alter", "truncate", "delete", "update", "insert", "comment", "analyze", "vacuum", "lock",
    "copy",
];

fn statement(cursor: &mut Cursor<'_>, seen: &mut Seen) -> Result<Statement, SqlError> {
    if cursor.sees("select") {
        return query::parse(cursor, seen).map(Statement::Select);
    }
    let Some(word) = cursor.accept_any(FIRST) else { return Err(refusals::statement(cursor)) };
    match word {
        "set" => settings::set(cursor).map(Statement::Set),
        "reset" => Assignment::new(&cursor.name()?, None).map(Statement::Set),
        "show" => show(cursor),
        "begin" | "start" => begin(cursor, word),
        "commit" | "end" | "rollback" | "abort" => finish(cursor, word),
        "create" => create(cursor),
        "drop" => drop(cursor),
        "alter" if cursor.sees("table") => {
            table::alter(cursor).map(|(name, change)| Statement::AlterTable(name, change))
        }
        "insert" => insert(cursor, seen),
        "comment" => comment(cursor),
        "copy" => copy(cursor),
        "alter" => Err(refusals::statement(cursor)),
        _ => of_table(cursor, seen, word),
    }
}

/// Statements that name one table, mostly.
fn of_table(cursor: &mut Cursor<'_>, seen: &mut Seen, word: &str) -> Result<Statement, SqlError> {
    match word {
        "truncate" => {
            cursor.accept("table");
            writable(cursor.object()?).map(Statement::Truncate)
        }
        "delete" => {
            cursor.accept("from");
            let name = writable(cursor.object()?)?;
            seen.compute = true;
            Ok(Statement::Delete(name, filter(cursor, seen)?))
        }
        "update" => update(cursor, seen),
        "lock" => {
            cursor.accept("table");
            cursor.list(|cursor| writable(cursor.object()?)).map(Statement::Lock)
        }
        "vacuum" => {
            vacuum_kind(cursor);
            optional(cursor).map(Statement::Vacuum)
        }
        _ => {
            cursor.accept("verbose");
            let name = optional(cursor)?;
            if name.is_some() && cursor.sees_symbol("(") {
                cursor.names()?;
            }
            Ok(Statement::Analyze(name))
        }
    }
}

fn vacuum_kind(cursor: &mut Cursor<'_>) {
    let kinds: [&[&str]; 5] =
        [&["full"], &["sort", "only"], &["delete", "only"], &["reindex"], &["recluster"]];
    let _ = kinds.iter().any(|words| cursor.accept_all(words));
}

fn optional(cursor: &mut Cursor<'_>) -> Result<Option<ObjectName>, SqlError> {
    if cursor.at_end() { Ok(None) } else { writable(cursor.object()?).map(Some) }
}

fn filter(cursor: &mut Cursor<'_>, seen: &mut Seen) -> Result<Option<Expr>, SqlError> {
    if cursor.accept("where") { expr::parse(cursor, seen).map(Some) } else { Ok(None) }
}

fn update(cursor: &mut Cursor<'_>, seen: &mut Seen) -> Result<Statement, SqlError> {
    let name = writable(cursor.object()?)?;
    seen.compute = true;
    cursor.expect("set")?;
    let assignments = cursor.list(|cursor| {
        let column = cursor.name()?;
        cursor.expect_symbol("=")?;
        Ok((column, expr::parse(cursor, seen)?))
    })?;
    Ok(Statement::Update(name, assignments, filter(cursor, seen)?))
}

fn show(cursor: &mut Cursor<'_>) -> Result<Statement, SqlError> {
    if cursor.accept_all(&["time", "zone"]) {
        return Ok(Statement::Show("timezone".into()));
    }
    cursor.name().map(Statement::Show)
}

fn begin(cursor: &mut Cursor<'_>, word: &str) -> Result<Statement, SqlError> {
    match word {
        "start" => cursor.expect("transaction")?,
        _ => {
            cursor.accept_any(&["work", "transaction"]);
        }
    }
    let mut read_only = false;
    while !cursor.at_end() {
        cursor.accept_symbol(",");
        if cursor.accept_all(&["isolation", "level"]) {
            isolation_level(cursor)?;
        } else {
            cursor.expect("read")?;
            read_only = cursor.accept_any(&["only", "write"]).ok_or_else(|| cursor.unexpected())? == "only";
        }
    }
    Ok(Statement::Begin(read_only))
}

/// All four levels mean the database's.
fn isolation_level(cursor: &mut Cursor<'_>) -> Result<(), SqlError> {
    let levels: [&[&str]; 5] = [
        &["serializable"],
        &["snapshot"],
        &["repeatable", "read"],
        &["read", "committed"],
        &["read", "uncommitted"],
    ];
    if levels.iter().any(|words| cursor.accept_all(words)) { Ok(()) } else { Err(cursor.unexpected()) }
}

fn finish(cursor: &mut Cursor<'_>, word: &str) -> Result<Statement, SqlError> {
    cursor.accept_any(&["work", "transaction"]);
    if cursor.sees("to") {
        return Err(refusals::not_supported(cursor, ""));
    }
    Ok(if matches!(word, "commit" | "end") { Statement::Commit } else { Statement::Rollback })
}

fn create(cursor: &mut Cursor<'_>) -> Result<Statement, SqlError> {
    if cursor.sees("schema") {
        return create_schema(cursor);
    }
    let local = usize::from(cursor.sees("local"));
    if cursor.sees_at(local, "temp") || cursor.sees_at(local, "temporary") {
        cursor.accept("local");
        cursor.advance();
        return table::create(cursor, true).map(Box::new).map(Statement::CreateTable);
    }
    if cursor.sees("table") {
        return table::create(cursor, false).map(Box::new).map(Statement::CreateTable);
    }
    Err(refusals::create(cursor))
}

fn create_schema(cursor: &mut Cursor<'_>) -> Result<Statement, SqlError> {
    cursor.expect("schema")?;
    let if_not_exists = cursor.accept_all(&["if", "not", "exists"]);
    let name = schema_name(cursor)?;
    if cursor.accept("quota") && !cursor.accept("unlimited") {
        cursor.integer()?;
        cursor.accept_any(&["mb", "gb", "tb"]);
    }
    Ok(Statement::CreateSchema(name, if_not_exists))
}

fn schema_name(cursor: &mut Cursor<'_>) -> Result<String, SqlError> {
    let name = cursor.name()?;
    if is_system_schema(&name) {
        return Err(SqlError::new("42939", format!("unacceptable schema name \"{name}\"")));
    }
    Ok(name)
}

fn drop(cursor: &mut Cursor<'_>) -> Result<Statement, SqlError> {
    if cursor.accept("table") {
        return dropped(cursor, |cursor| writable(cursor.object()?)).map(Statement::DropTable);
    }
    if cursor.accept("schema") {
        return dropped(cursor, schema_name).map(Statement::DropSchema);
    }
    Err(refusals::statement(cursor))
}

fn dropped<T>(
    cursor: &mut Cursor<'_>,
    name: impl FnMut(&mut Cursor<'_>) -> Result<T, SqlError>,
) -> Result<Drop<T>, SqlError> {
    let if_exists = cursor.accept_all(&["if", "exists"]);
    let names = cursor.list(name)?;
    let cascade = cursor.accept_any(&["cascade", "restrict"]) == Some("cascade");
    Ok(Drop { names, if_exists, cascade })
}

fn insert(cursor: &mut Cursor<'_>, seen: &mut Seen) -> Result<Statement, SqlError> {
    cursor.expect("into")?;
    let table = writable(cursor.object()?)?;
    let columns = if cursor.sees_symbol("(") { Some(cursor.names()?) } else { None };
    if cursor.sees("select") || cursor.sees("default") {
        return Err(refusals::not_supported(cursor, ""));
    }
    cursor.expect("values")?;
    let rows = cursor.list(|cursor| {
        cursor.expect_symbol("(")?;
        let row = cursor.list(|cursor| value(cursor, seen))?;
        cursor.expect_symbol(")")?;
        Ok(row)
    })?;
    Ok(Statement::Insert(Insert { table, columns, rows }))
}

fn value(cursor: &mut Cursor<'_>, seen: &mut Seen) -> Result<Option<Expr>, SqlError> {
    if cursor.accept("default") { Ok(None) } else { expr::parse(cursor, seen).map(Some) }
}

fn comment(cursor: &mut Cursor<'_>) -> Result<Statement, SqlError> {
    cursor.expect("on")?;
    let what = commented(cursor)?;
    cursor.expect("is")?;
    let text = if cursor.accept("null") { None } else { Some(cursor.literal()?.to_owned()) };
    Ok(Statement::Comment(what, text))
}

fn commented(cursor: &mut Cursor<'_>) -> Result<Commented, SqlError> {
    match cursor.accept_any(&["table", "view", "column", "constraint", "database"]) {
        Some("table") => writable(cursor.object()?).map(Commented::Table),
        Some("view") => writable(cursor.object()?).map(Commented::View),
        Some("column") => column(cursor),
        Some("constraint") => {
            let name = cursor.name()?;
            cursor.expect("on")?;
            Ok(Commented::Constraint(name, writable(cursor.object()?)?))
        }
        Some(_) => cursor.name().map(Commented::Database),
        None => Err(refusals::statement(cursor)),
    }
}

/// `t.c` or `s.t.c`.
fn column(cursor: &mut Cursor<'_>) -> Result<Commented, SqlError> {
    let first = cursor.name()?;
    cursor.expect_symbol(".")?;
    let second = cursor.label()?;
    let (table, column) = if cursor.accept_symbol(".") {
        (ObjectName { schema: Some(first), name: second }, cursor.label()?)
    } else {
        (ObjectName { schema: None, name: first }, second)
    };
    Ok(Commented::Column(writable(table)?, column))
}

fn copy(cursor: &mut Cursor<'_>) -> Result<Statement, SqlError> {
    match refusals::copy(cursor) {
        Some(error) => Err(error),
        None => Ok(Statement::Copy(cursor.all().to_vec())),
    }
}
