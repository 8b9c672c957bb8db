//! What a table of the server is made of. Redshift's catalog is that of PostgreSQL 8.0.

use pgloader_core::catalog::{Column, ColumnType, Table, TableName};
use pgloader_core::{Error, Result};
use pgloader_postgres_client::Connection;

use super::statement::literal;
use crate::server::{describe, first_value, text};

const TABLE: &str = include_str!("sql/table.sql");
const OWNER: &str = include_str!("sql/owner.sql");

type Cells = [Option<String>];

/// Finds a table, along the search path where the name has no schema. The server folds names, unless it was told to
/// tell cases apart.
pub(super) async fn table(connection: &mut Connection, name: &TableName) -> Result<Option<Table>> {
    let name = folded(connection, name).await;
    let schemas = match &name.schema {
        Some(schema) => vec![schema.clone()],
        None => search_path(connection).await?,
    };
    let list: Vec<String> = schemas.iter().map(|schema| literal(schema)).collect();
    let query = TABLE.replace("{name}", &literal(&name.name)).replace("{schemas}", &list.join(", "));
    let rows = rows(connection, &query).await?;
    chosen(&rows, &schemas, name.name)
}

/// The table of that name in the first of the schemas that has one.
fn chosen(rows: &[Vec<Option<String>>], schemas: &[String], name: String) -> Result<Option<Table>> {
    let is_of = |row: &Cells, schema: &str| text(row, 0) == Some(schema);
    let has_it = |schema: &&String| rows.iter().any(|row| is_of(row, schema));
    let Some(schema) = schemas.iter().find(has_it) else { return Ok(None) };
    let name = TableName { schema: Some(schema.clone()), name };
    let mine = || rows.iter().filter(|row| is_of(row, schema));
    if mine().any(|row| text(row, 2) == Some("v")) {
        return Err(Error::new(format!("{name} is a view: COPY loads tables only")));
    }
    Ok(Some(plain_table(name, mine().filter_map(|row| column(row)).collect())))
}

/// A table without what Redshift does not have.
fn plain_table(name: TableName, columns: Vec<Column>) -> Table {
    Table {
        name,
        columns,
        indexes: Vec::new(),
        referencing_keys: Vec::new(),
        index_count: 0,
        trigger_states: Vec::new(),
        row_triggers: false,
    }
}

/// Whether the session's user owns the table; `false` too where the catalog does not tell.
pub(super) async fn is_owned(connection: &mut Connection, name: &TableName) -> bool {
    let schema = name.schema.as_deref().unwrap_or_default();
    let query = OWNER.replace("{name}", &literal(&name.name)).replace("{schema}", &literal(schema));
    let owner = first(connection, &query).await;
    owner.is_some() && owner == first(connection, "SELECT current_user").await
}

/// Whether the table holds no row; `None` where that may not be asked.
pub(super) async fn is_empty(connection: &mut Connection, table: &str) -> Option<bool> {
    let found = connection.simple_query(&format!("SELECT 1 FROM {table} LIMIT 1")).await.ok()?;
    found.first().map(|result| result.rows.is_empty())
}

async fn folded(connection: &mut Connection, name: &TableName) -> TableName {
    let fold = |part: &str| part.to_ascii_lowercase();
    let lower = TableName { schema: name.schema.as_deref().map(fold), name: fold(&name.name) };
    if lower == *name {
        return lower;
    }
    let told = first(connection, "SHOW enable_case_sensitive_identifier").await;
    if matches!(told.as_deref(), Some("on" | "true")) {
        return name.clone();
    }
    tracing::debug!("the server folds {name} to {lower}");
    lower
}

/// The schemas of the search path, in order.
async fn search_path(connection: &mut Connection) -> Result<Vec<String>> {
    let path = connection.simple_query("SHOW search_path").await.map_err(|error| describe(&error))?;
    let path = first_value(&path).unwrap_or("public");
    let mut schemas = Vec::new();
    for name in path.split(',').map(|name| name.trim().trim_matches('"')) {
        match name {
            "$user" => schemas.extend(first(connection, "SELECT current_user").await),
            "" => {}
            name => schemas.push(name.to_owned()),
        }
    }
    Ok(if schemas.is_empty() { vec!["public".to_owned()] } else { schemas })
}

async fn rows(connection: &mut Connection, query: &str) -> Result<Vec<Vec<Option<String>>>> {
    let results = connection.simple_query(query).await.map_err(|error| describe(&error))?;
    Ok(results.into_iter().next_back().map(|result| result.rows).unwrap_or_default())
}

async fn first(connection: &mut Connection, query: &str) -> Option<String> {
    first_value(&connection.simple_query(query).await.ok()?).map(str::to_owned)
}

fn column(row: &Cells) -> Option<Column> {
    let default = text(row, 7);
    let identity = default.and_then(Identity::read);
    Some(Column {
        name: text(row, 3)?.to_owned(),
        generated: false,
        numbered: identity.is_some(),
        always_numbered: identity == Some(Identity::Always),
        not_null: text(row, 6) == Some("t"),
        has_default: default.is_some(),
        ty: column_type(text(row, 4)?, text(row, 5)?.parse().unwrap_or(-1)),
        codec: None,
    })
}

/// The two kinds of identity columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Identity {
    Always,
    ByDefault,
}

impl Identity {
    /// `"identity"(oid, column, 'seed,step'::text)` or `default_identity(…)`: there is no flag.
    fn read(default: &str) -> Option<Identity> {
        let name = default.split('(').next()?.trim().trim_matches('"');
        match name {
            "identity" => Some(Identity::Always),
            "default_identity" => Some(Identity::ByDefault),
            _ => None,
        }
    }
}

/// The type of values; of text types the typmod is the width and four bytes of old.
fn column_type(name: &str, typmod: i32) -> ColumnType {
    let width = |default: u32| u32::try_from(typmod - 4).unwrap_or(default);
    match name {
        "int2" => ColumnType::Smallint,
        "int4" => ColumnType::Integer,
        "int8" => ColumnType::Bigint,
        "numeric" if typmod < 4 => ColumnType::Decimal { precision: 18, scale: 0 },
        "numeric" => {
            let digits = typmod - 4;
            ColumnType::Decimal { precision: (digits >> 16 & 0xff) as u8, scale: (digits & 0xff) as u8 }
        }
        "float4" | "float8" => ColumnType::Float,
        "bool" => ColumnType::Boolean,
        "bpchar" => ColumnType::Char(width(1)),
        "varchar" | "text" => ColumnType::Varchar(width(65_535)),
        "date" => ColumnType::Date,
        "time" | "timetz" => ColumnType::Time,
        "timestamp" | "timestamptz" => ColumnType::Timestamp,
        "super" => ColumnType::Super,
        "varbyte" | "binary varying" => ColumnType::Varbyte(width(64_000)),
        _ => ColumnType::Unchecked,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_schema_of_the_path_that_has_the_table_is_taken() {
        let row = |schema: &str, kind: &str, name: &str| -> Vec<Option<String>> {
            let cells = [schema, "t", kind, name, "int4", "-1", "t"];
            cells.iter().map(|cell| Some((*cell).to_owned())).chain([None]).collect()
        };
        let rows = [row("a", "r", "x"), row("b", "v", "y"), row("c", "r", "z")];
        let find = |path: &[&str]| {
            let path: Vec<String> = path.iter().map(|&schema| schema.to_owned()).collect();
            chosen(&rows, &path, "t".into())
        };
        let table = find(&["none", "c", "a"]).unwrap().unwrap();
        assert_eq!((table.name.to_string(), table.columns[0].name.as_str()), ("c.t".into(), "z"));
        assert!(table.columns[0].not_null && table.columns.len() == 1);
        assert!(find(&["none"]).unwrap().is_none());
        assert_eq!(find(&["b", "a"]).unwrap_err().message, "b.t is a view: COPY loads tables only");
    }

    #[test]
    fn types_come_with_their_limits() {
        for (name, typmod, expected) in [
            ("numeric", ((12 << 16) | 2) + 4, ColumnType::Decimal { precision: 12, scale: 2 }),
            ("numeric", -1, ColumnType::Decimal { precision: 18, scale: 0 }),
            ("varchar", 260, ColumnType::Varchar(256)),
            ("bpchar", 7, ColumnType::Char(3)),
            ("bpchar", -1, ColumnType::Char(1)),
            ("varbyte", 104, ColumnType::Varbyte(100)),
            ("timestamptz", -1, ColumnType::Timestamp),
            ("geometry", -1, ColumnType::Unchecked),
        ] {
            assert_eq!(column_type(name, typmod), expected, "{name} {typmod}");
        }
    }

    #[test]
    fn identity_columns_are_known_by_their_defaults() {
        for (default, expected) in [
            ("\"identity\"(347358, 0, ('1,1'::character varying)::text)", Some(Identity::Always)),
            ("identity(1, 0, '1,1'::text)", Some(Identity::Always)),
            ("default_identity(1, 0, '1,1'::text)", Some(Identity::ByDefault)),
            ("getdate()", None),
            ("'identity'::character varying", None),
        ] {
            assert_eq!(Identity::read(default), expected, "{default}");
        }
    }
}
