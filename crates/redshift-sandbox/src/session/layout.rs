//! What CREATE TABLE comes to: the rows of the side tables, checked. Pure.

use crate::error::SqlError;
use crate::model::{ColumnType, Identity};
use crate::sql::expr::Expr;
use crate::sql::stored::type_label;
use crate::sql::table::{ColumnDefinition, Constraint, ConstraintKind, ENCODINGS, Layout, TableDefinition};
use crate::sql::types::TypeName;

/// A column as the side table has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewColumn<'a> {
    /// As parsed.
    pub definition: &'a ColumnDefinition,
    /// NOT NULL, also by primary key or identity.
    pub not_null: bool,
    /// A place in [`ENCODINGS`].
    pub encoding: i16,
    /// Whether rows are spread by it.
    pub distkey: bool,
    /// Its place in the sort key, from 1; negative where that is interleaved, 0 where it is not in it.
    pub sort: i16,
}

/// The DISTSTYLE of a table, as its number in `pg_class`.
pub fn style(layout: &Layout) -> i16 {
    const KEY: i16 = 1;
    const AUTO: i16 = 9;
    if layout.dist.is_empty() { layout.style.unwrap_or(AUTO) } else { KEY }
}

/// The columns of a new table.
///
/// # Errors
/// For keys that Redshift does not take.
pub fn columns(table: &TableDefinition) -> Result<Vec<NewColumn<'_>>, SqlError> {
    check_keys(table)?;
    let primary: Vec<&String> = primary_keys(table)?;
    table.columns.iter().map(|column| resolved(table, column, primary.contains(&&column.name))).collect()
}

fn resolved<'a>(
    table: &TableDefinition,
    column: &'a ColumnDefinition,
    primary: bool,
) -> Result<NewColumn<'a>, SqlError> {
    let ColumnDefinition { name, .. } = column;
    let required = primary || column.identity.is_some();
    if required && column.not_null == Some(false) {
        let message = format!(
            "conflicting NULL/NOT NULL declarations for column \"{name}\" of table \"{}\"",
            table.name.name
        );
        return Err(SqlError::new("42P16", message));
    }
    let sort = table.layout.sort.iter().position(|key| key == name).map_or(0, |at| at + 1);
    let sort = i16::try_from(sort).unwrap_or(i16::MAX);
    Ok(NewColumn {
        definition: column,
        not_null: required || column.not_null == Some(true),
        encoding: encoding(column),
        distkey: table.layout.dist.contains(name),
        sort: if table.layout.interleaved { -sort } else { sort },
    })
}

/// The columns of the primary key, of which there may be one.
fn primary_keys(table: &TableDefinition) -> Result<Vec<&String>, SqlError> {
    let mut keys = table.constraints.iter().filter(|constraint| constraint.kind == ConstraintKind::Primary);
    let first = keys.next().map(|key| key.columns.iter().collect());
    if keys.next().is_some() {
        let message = format!("multiple primary keys for table \"{}\" are not allowed", table.name.name);
        return Err(SqlError::new("42P16", message));
    }
    Ok(first.unwrap_or_default())
}

fn check_keys(table: &TableDefinition) -> Result<(), SqlError> {
    let Layout { dist, sort, interleaved, style } = &table.layout;
    let most = if *interleaved { 8 } else { 400 };
    if dist.len() > 1 {
        return Err(SqlError::new("42P16", "cannot specify more than one column as distkey"));
    }
    if sort.len() > most {
        return Err(SqlError::new("54011", format!("a sort key can have at most {most} columns")));
    }
    match (style, dist.is_empty()) {
        (Some(1), true) => return Err(SqlError::new("42P16", "must specify DISTKEY for DISTSTYLE KEY")),
        (Some(0 | 8 | 9), false) => {
            return Err(SqlError::new("42P16", "cannot specify DISTKEY if DISTSTYLE is not KEY"));
        }
        _ => {}
    }
    dist.iter().try_for_each(|name| check_key(table, name, "DISTKEY"))?;
    sort.iter().try_for_each(|name| check_key(table, name, "SORTKEY"))
}

fn check_key(table: &TableDefinition, name: &str, key: &str) -> Result<(), SqlError> {
    let Some(column) = table.columns.iter().find(|column| column.name == *name) else {
        return Err(SqlError::new("42703", format!("column \"{name}\" named in {key} does not exist")));
    };
    if matches!(column.ty, ColumnType::Super | ColumnType::Varbyte(_)) {
        let message = format!("column \"{name}\" of type {} cannot be a {key}", type_label(column.ty));
        return Err(SqlError::new("0A000", message));
    }
    Ok(())
}

/// The encoding written, or what Redshift chooses for the type.
fn encoding(column: &ColumnDefinition) -> i16 {
    const AUTO: i16 = 1;
    if let Some(written) = column.encoding.filter(|encoding| *encoding != AUTO) {
        return written;
    }
    let chosen = match column.ty {
        ColumnType::Bool | ColumnType::Float4 | ColumnType::Float8 | ColumnType::Varbyte(_) => "raw",
        ColumnType::Char(_) | ColumnType::Varchar(_) => "lzo",
        ColumnType::Super => "zstd",
        _ => "az64",
    };
    let at = ENCODINGS.iter().position(|known| *known == chosen).unwrap_or(0);
    i16::try_from(at).unwrap_or(0)
}

/// A DEFAULT as `pg_attrdef.adsrc` has it.
pub fn default_shown(value: &Expr) -> String {
    match value {
        Expr::Literal(text) => {
            format!("'{}'::character varying", text.replace('\\', "\\\\").replace('\'', "''"))
        }
        Expr::Number(number) => number.clone(),
        Expr::Null => "NULL".into(),
        Expr::Bool(value) => value.to_string(),
        Expr::Word("current_date") => "('now'::character varying)::date".into(),
        Expr::Word(_) => "\"sysdate\"()".into(),
        Expr::Call { function, .. } => format!("{}()", function.name),
        Expr::Prefix(sign, inner) => format!("({sign} {})", default_shown(inner)),
        Expr::Cast(inner, TypeName::Column(ty)) => format!("({})::{}", default_shown(inner), type_label(*ty)),
        // Refused by the parser.
        _ => String::new(),
    }
}

/// The DEFAULT of an identity column, for the table of that OID and the column of that number.
pub fn identity_shown(identity: Identity, relation: u32, attnum: i16) -> String {
    let Identity { seed, step, by_default } = identity;
    let function = if by_default { "default_identity" } else { "\"identity\"" };
    format!("{function}({relation}, {}, '{seed},{step}'::text)", attnum - 1)
}

/// The name of a constraint that was given none.
pub fn constraint_name(table: &str, constraint: &Constraint) -> String {
    let columns = constraint.columns.join("_");
    let mut name = match &constraint.kind {
        ConstraintKind::Primary => format!("{table}_pkey"),
        ConstraintKind::Unique => format!("{table}_{columns}_key"),
        ConstraintKind::Foreign(..) => format!("{table}_{columns}_fkey"),
    };
    name.truncate(name.floor_char_boundary(127));
    name
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lexer::tokens;
    use crate::sql::statement::{Statement, parse};

    fn table(sql: &str) -> TableDefinition {
        match parse(sql, &tokens(sql, false).unwrap()).unwrap().statement {
            Statement::CreateTable(table) => *table,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn keys_and_encodings() {
        let table = table(
            "CREATE TABLE t (a int DISTKEY PRIMARY KEY, b varchar(3) ENCODE zstd, c super) COMPOUND SORTKEY (b, a)",
        );
        let found = columns(&table).unwrap();
        assert_eq!(style(&table.layout), 1);
        assert!(found[0].distkey && found[0].not_null && !found[1].not_null);
        assert_eq!([found[0].sort, found[1].sort, found[2].sort], [2, 1, 0]);
        assert_eq!(ENCODINGS[usize::try_from(found[1].encoding).unwrap()], "zstd");
    }

    #[test]
    fn keys_that_are_refused() {
        for (sql, sqlstate) in [
            ("CREATE TABLE t (a int distkey, b int distkey)", "42P16"),
            ("CREATE TABLE t (a int) DISTKEY (b)", "42703"),
            ("CREATE TABLE t (a int) DISTSTYLE KEY", "42P16"),
            ("CREATE TABLE t (a int DISTKEY) DISTSTYLE EVEN", "42P16"),
            ("CREATE TABLE t (a super) SORTKEY (a)", "0A000"),
            ("CREATE TABLE t (a int NULL PRIMARY KEY)", "42P16"),
            ("CREATE TABLE t (a int PRIMARY KEY, b int, PRIMARY KEY (b))", "42P16"),
        ] {
            assert_eq!(columns(&table(sql)).unwrap_err().sqlstate, sqlstate, "{sql}");
        }
    }
}
