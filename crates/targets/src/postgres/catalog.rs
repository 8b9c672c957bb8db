//! What a table of the server is made of.

use pgloader_core::catalog::{Column, ColumnType, Constraint, ForeignKey, Index, Table, TableName};
use pgloader_core::encode::copy_binary::Codec;
use pgloader_core::{Error, Result};
use pgloader_postgres_client::{Connection, QueryResult, quote_identifier};

use super::dialect::quote_table;
use crate::server::{describe, text};

const TABLE: &str = include_str!("sql/table.sql");
const COLUMNS: &str = include_str!("sql/columns.sql");
const INDEXES: &str = include_str!("sql/indexes.sql");
const REFERENCING_KEYS: &str = include_str!("sql/referencing_keys.sql");
const ROW_TRIGGERS: &str = include_str!("sql/row_triggers.sql");
const TRIGGER_STATES: &str = include_str!("sql/trigger_states.sql");

/// Finds a table, along the search path where the name has no schema.
pub(super) async fn table(connection: &mut Connection, name: &TableName) -> Result<Option<Table>> {
    let condition = match &name.schema {
        Some(schema) => format!("n.nspname = {}", connection.quote_literal(schema)),
        None => "pg_catalog.pg_table_is_visible(c.oid)".to_owned(),
    };
    let query = TABLE.replace("{name}", &connection.quote_literal(&name.name)).replace("{where}", &condition);
    let found = connection.simple_query(&query).await.map_err(|error| describe(&error))?;
    let Some([oid, schema, name]) = found.first().and_then(|result| three(result.rows.first()?)) else {
        return Ok(None);
    };
    let name = TableName { schema: Some(schema.to_owned()), name: name.to_owned() };
    details(connection, oid, name).await.map(Some)
}

fn three(row: &[Option<String>]) -> Option<[&str; 3]> {
    let [Some(first), Some(second), Some(third)] = row else { return None };
    Some([first, second, third])
}

/// With nothing but pg_catalog in the search path, the server qualifies every name in the definitions it prints.
async fn details(connection: &mut Connection, oid: &str, name: TableName) -> Result<Table> {
    let version = connection.server_version_num().unwrap_or_default();
    let since = |first: u32, expression: &'static str, before: &'static str| match version >= first {
        true => expression,
        false => before,
    };
    let parts = [COLUMNS, INDEXES, REFERENCING_KEYS, ROW_TRIGGERS, TRIGGER_STATES];
    let query = parts
        .join(";\n")
        .replace("{oid}", oid)
        .replace("{generated}", since(120_000, "a.attgenerated <> ''", "false"))
        .replace("{identity}", since(100_000, "a.attidentity <> ''", "false"))
        .replace("{top}", since(110_000, "con.conparentid = 0", "true"));
    let query = format!("BEGIN;\nSET LOCAL search_path TO pg_catalog;\n{query};\nCOMMIT");
    let results = connection.simple_query(&query).await.map_err(|error| describe(&error))?;
    let [_, _, columns, indexes, keys, triggers, states, _] = results.as_slice() else {
        return Err(Error::new("the server answered a catalog query in a way that is not understood"));
    };
    let takes_binary = takes_binary(connection);
    let index_count = indexes.rows.len();
    let indexes: Vec<Index> = indexes.rows.iter().filter_map(|row| index(row, &name)).collect();
    let referencing_keys = keys.rows.iter().filter_map(|row| foreign_key(row, &indexes)).collect();
    Ok(Table {
        columns: columns.rows.iter().filter_map(|row| column(row, takes_binary)).collect(),
        index_count,
        indexes,
        referencing_keys,
        row_triggers: is_true(triggers, 0),
        trigger_states: states.rows.iter().filter_map(|row| Some(text(row, 0)?.to_owned())).collect(),
        name,
    })
}

fn is_true(result: &QueryResult, column: usize) -> bool {
    result.rows.first().is_some_and(|row| flag(row, column))
}

fn flag(row: &[Option<String>], column: usize) -> bool {
    text(row, column) == Some("t")
}

/// Whether the server stores times as the codecs send them: it tells so, and from PostgreSQL 10 on there is no other
/// way (a pooler may leave it out).
fn takes_binary(connection: &Connection) -> bool {
    match connection.parameter("integer_datetimes") {
        Some(answer) => answer == "on",
        None => connection.server_version_num().is_some_and(|version| version >= 100_000),
    }
}

fn column(row: &[Option<String>], takes_binary: bool) -> Option<Column> {
    let name = text(row, 0)?.to_owned();
    let ty = text(row, 3).map_or(ColumnType::Unchecked, column_type);
    let codec = text(row, 3).filter(|_| takes_binary).and_then(Codec::of_type);
    Some(Column { name, generated: flag(row, 1), numbered: flag(row, 2), ty, codec, ..Column::default() })
}

/// Only dates and times are told apart: for them the option `date format` is meant.
fn column_type(base: &str) -> ColumnType {
    match base {
        "date" => ColumnType::Date,
        "time" | "timetz" => ColumnType::Time,
        "timestamp" | "timestamptz" => ColumnType::Timestamp,
        _ => ColumnType::Unchecked,
    }
}

/// `None` for the part of a partitioned index, which comes and goes with the whole.
fn index(row: &[Option<String>], table: &TableName) -> Option<Index> {
    if flag(row, 3) {
        return None;
    }
    let name = text(row, 0)?.to_owned();
    let is_partitioned = flag(row, 4);
    let definition = text(row, 1)?.to_owned();
    Some(Index {
        // On the parent alone the new index would stay invalid.
        definition: if is_partitioned { definition.replacen(" ON ONLY ", " ON ", 1) } else { definition },
        unique: flag(row, 2),
        constraint: constraint(row, &name, is_partitioned),
        attributes: attributes(row, &name, table),
        name,
    })
}

/// Primary key and unique constraints take over the finished index; the others make their own.
fn constraint(row: &[Option<String>], index: &str, is_partitioned: bool) -> Option<Constraint> {
    let name = text(row, 5)?.to_owned();
    let definition = text(row, 7)?;
    let uses_index = text(row, 6) != Some("x") && !is_partitioned && !definition.contains("WITHOUT OVERLAPS");
    let definition = match uses_index {
        true => using_index(row, index),
        false => definition.to_owned(),
    };
    Some(Constraint { name, definition, uses_index })
}

fn using_index(row: &[Option<String>], index: &str) -> String {
    let kind = if text(row, 6) == Some("p") { "PRIMARY KEY" } else { "UNIQUE" };
    let deferrable = if flag(row, 8) { " DEFERRABLE" } else { "" };
    let deferred = if flag(row, 9) { " INITIALLY DEFERRED" } else { "" };
    format!("{kind} USING INDEX {}{deferrable}{deferred}", quote_identifier(index))
}

/// What an index's definition does not say.
fn attributes(row: &[Option<String>], index: &str, table: &TableName) -> Vec<String> {
    let name = quote_table(&TableName { schema: table.schema.clone(), name: index.to_owned() });
    let (table, index) = (quote_table(table), quote_identifier(index));
    let mut all = Vec::new();
    if flag(row, 10) {
        all.push(format!("ALTER TABLE {table} CLUSTER ON {index}"));
    }
    if flag(row, 11) {
        all.push(format!("ALTER TABLE {table} REPLICA IDENTITY USING INDEX {index}"));
    }
    if let Some(tablespace) = text(row, 12) {
        all.push(format!("ALTER INDEX {name} SET TABLESPACE {}", quote_identifier(tablespace)));
    }
    if let Some(statistics) = text(row, 15) {
        all.push(format!("ALTER INDEX {name} {statistics}"));
    }
    if let Some(comment) = text(row, 13) {
        let comment = pgloader_postgres_client::quote_literal(comment);
        all.push(format!("COMMENT ON INDEX {name} IS {comment}"));
    }
    if let (Some(constraint), Some(comment)) = (text(row, 5), text(row, 14)) {
        let (constraint, comment) =
            (quote_identifier(constraint), pgloader_postgres_client::quote_literal(comment));
        all.push(format!("COMMENT ON CONSTRAINT {constraint} ON {table} IS {comment}"));
    }
    all
}

/// `None` where the key needs an index that stays.
fn foreign_key(row: &[Option<String>], indexes: &[Index]) -> Option<ForeignKey> {
    let index = text(row, 4)?;
    indexes.iter().find(|known| known.name == index)?;
    Some(ForeignKey {
        table: TableName { schema: Some(text(row, 0)?.to_owned()), name: text(row, 1)?.to_owned() },
        name: text(row, 2)?.to_owned(),
        definition: text(row, 3)?.to_owned(),
        comment: text(row, 5).map(str::to_owned),
    })
}
