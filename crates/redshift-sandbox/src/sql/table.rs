//! CREATE TABLE and ALTER TABLE.

use crate::error::SqlError;
use crate::lexer::Kind;
use crate::model::{ColumnType, Identity};
use crate::sql::Seen;
use crate::sql::cursor::{Cursor, ObjectName};
use crate::sql::expr::{self, Expr};
use crate::sql::functions::Target;
use crate::sql::relations::writable;
use crate::sql::types::{self, TypeName};

/// CREATE TABLE.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableDefinition {
    /// Its name.
    pub name: ObjectName,
    /// TEMPORARY, or a name that begins with `#`.
    pub temporary: bool,
    /// IF NOT EXISTS.
    pub if_not_exists: bool,
    /// Its columns in order.
    pub columns: Vec<ColumnDefinition>,
    /// Its constraints, those written with a column too.
    pub constraints: Vec<Constraint>,
    /// How its rows are spread and sorted.
    pub layout: Layout,
}

/// A column of CREATE TABLE.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnDefinition {
    /// Its name.
    pub name: String,
    /// Its type.
    pub ty: ColumnType,
    /// DEFAULT.
    pub default: Option<Expr>,
    /// IDENTITY.
    pub identity: Option<Identity>,
    /// NOT NULL or NULL, where either is written.
    pub not_null: Option<bool>,
    /// Its place in [`ENCODINGS`].
    pub encoding: Option<i16>,
}

/// PRIMARY KEY, UNIQUE or FOREIGN KEY: recorded, never enforced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Constraint {
    /// As written.
    pub name: Option<String>,
    /// What it says.
    pub kind: ConstraintKind,
    /// Of these columns.
    pub columns: Vec<String>,
}

/// What a constraint says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConstraintKind {
    /// PRIMARY KEY.
    Primary,
    /// UNIQUE.
    Unique,
    /// FOREIGN KEY to the columns of a table, or to its primary key.
    Foreign(ObjectName, Vec<String>),
}

/// DISTSTYLE, DISTKEY and SORTKEY.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Layout {
    /// As `pg_class.reldiststyle` has it; None where nothing is said.
    pub style: Option<i16>,
    /// The columns named as DISTKEY.
    pub dist: Vec<String>,
    /// The columns named as SORTKEY.
    pub sort: Vec<String>,
    /// INTERLEAVED.
    pub interleaved: bool,
}

/// ALTER TABLE.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// ADD a constraint.
    Constraint(Constraint),
    /// ADD COLUMN, and the constraints that it brings.
    Column(Box<ColumnDefinition>, Vec<Constraint>),
    /// RENAME TO.
    Rename(String),
    /// ALTER COLUMN … TYPE.
    Type(String, ColumnType),
    /// APPEND, which is only refused.
    Append,
}

/// The encodings of columns; their places are the numbers in `pg_attribute.attencodingtype`.
pub const ENCODINGS: &[&str] = &[
    "raw",
    "auto",
    "az64",
    "bytedict",
    "delta",
    "delta32k",
    "lzo",
    "mostly8",
    "mostly16",
    "mostly32",
    "runlength",
    "text255",
    "text32k",
    "zstd",
];

const STYLES: &[(&str, i16)] = &[("even", 0), ("key", 1), ("all", 8), ("auto", 9)];

const SYSTEM_COLUMNS: &[&str] =
    &["oid", "tableoid", "xmin", "cmin", "xmax", "cmax", "ctid", "deletexid", "insertxid"];

/// CREATE [TEMP] TABLE …, from the word TABLE on.
pub fn create(cursor: &mut Cursor<'_>, temporary: bool) -> Result<TableDefinition, SqlError> {
    cursor.expect("table")?;
    let if_not_exists = cursor.accept_all(&["if", "not", "exists"]);
    let name = writable(cursor.object()?)?;
    let temporary = temporary || name.name.starts_with('#');
    let mut table = TableDefinition {
        name,
        temporary,
        if_not_exists,
        columns: Vec::new(),
        constraints: Vec::new(),
        layout: Layout::default(),
    };
    cursor.expect_symbol("(")?;
    cursor.list(|cursor| element(cursor, &mut table))?;
    cursor.expect_symbol(")")?;
    while !cursor.at_end() {
        attribute(cursor, &mut table.layout)?;
    }
    Ok(table)
}

/// A column or a constraint.
fn element(cursor: &mut Cursor<'_>, table: &mut TableDefinition) -> Result<(), SqlError> {
    if sees_constraint(cursor) {
        table.constraints.push(constraint(cursor)?);
        return Ok(());
    }
    let mut attributes =
        Attributes { table: &table.name.name, constraints: Vec::new(), layout: &mut table.layout };
    let column = attributes.column(cursor)?;
    let constraints = attributes.constraints;
    table.columns.push(column);
    table.constraints.extend(constraints);
    Ok(())
}

fn sees_constraint(cursor: &Cursor<'_>) -> bool {
    ["constraint", "primary", "unique", "foreign", "check"].iter().any(|word| cursor.sees(word))
}

/// A constraint of a table.
fn constraint(cursor: &mut Cursor<'_>) -> Result<Constraint, SqlError> {
    let name = if cursor.accept("constraint") { Some(cursor.name()?) } else { None };
    if cursor.accept_all(&["primary", "key"]) {
        return Ok(Constraint { name, kind: ConstraintKind::Primary, columns: cursor.names()? });
    }
    if cursor.accept("unique") {
        return Ok(Constraint { name, kind: ConstraintKind::Unique, columns: cursor.names()? });
    }
    if cursor.accept_all(&["foreign", "key"]) {
        let columns = cursor.names()?;
        cursor.expect("references")?;
        return Ok(Constraint { name, kind: referenced(cursor)?, columns });
    }
    if cursor.sees("check") {
        return Err(SqlError::new("0A000", "CREATE TABLE CHECK constraint is not supported"));
    }
    Err(cursor.unexpected())
}

/// What follows REFERENCES.
fn referenced(cursor: &mut Cursor<'_>) -> Result<ConstraintKind, SqlError> {
    let table = cursor.object()?;
    let columns = if cursor.sees_symbol("(") { cursor.names()? } else { Vec::new() };
    Ok(ConstraintKind::Foreign(table, columns))
}

/// What stands with a column.
struct Attributes<'a> {
    table: &'a str,
    constraints: Vec<Constraint>,
    layout: &'a mut Layout,
}

impl Attributes<'_> {
    fn column(&mut self, cursor: &mut Cursor<'_>) -> Result<ColumnDefinition, SqlError> {
        let name = column_name(cursor)?;
        let ty = types::parse(cursor)?.of_column(self.table, &name)?;
        let mut column =
            ColumnDefinition { name, ty, default: None, identity: None, not_null: None, encoding: None };
        while !cursor.at_end() && !cursor.sees_symbol(",") && !cursor.sees_symbol(")") {
            self.attribute(cursor, &mut column)?;
        }
        Ok(column)
    }

    fn attribute(&mut self, cursor: &mut Cursor<'_>, column: &mut ColumnDefinition) -> Result<(), SqlError> {
        let name = column.name.clone();
        if cursor.accept_all(&["not", "null"]) {
            column.not_null = Some(true);
        } else if cursor.accept("null") {
            column.not_null = Some(false);
        } else if cursor.accept("default") {
            column.default = Some(default(cursor)?);
        } else if cursor.sees("identity") || cursor.sees("generated") {
            column.identity = Some(identity(cursor, self.table, column)?);
        } else if cursor.accept("encode") {
            column.encoding = Some(encoding(cursor)?);
        } else if cursor.accept("distkey") {
            self.layout.dist.push(name);
        } else if cursor.accept("sortkey") {
            self.layout.sort.push(name);
        } else if cursor.accept("collate") {
            cursor.accept_any(&["case_sensitive", "case_insensitive"]).ok_or_else(|| cursor.unexpected())?;
        } else {
            self.constraint(cursor, name)?;
        }
        Ok(())
    }

    fn constraint(&mut self, cursor: &mut Cursor<'_>, column: String) -> Result<(), SqlError> {
        let name = if cursor.accept("constraint") { Some(cursor.name()?) } else { None };
        let kind = if cursor.accept_all(&["primary", "key"]) {
            ConstraintKind::Primary
        } else if cursor.accept("unique") {
            ConstraintKind::Unique
        } else if cursor.accept("references") {
            referenced(cursor)?
        } else if cursor.sees("check") {
            return Err(SqlError::new(
                "0A000",
                "ALTER/CREATE TABLE column CHECK constraint is not supported",
            ));
        } else {
            return Err(cursor.unexpected());
        };
        self.constraints.push(Constraint { name, kind, columns: vec![column] });
        Ok(())
    }
}

fn column_name(cursor: &mut Cursor<'_>) -> Result<String, SqlError> {
    // `oid` is reserved and a system column; the latter is what Redshift complains of where it is quoted.
    let name = cursor.name()?;
    if SYSTEM_COLUMNS.contains(&name.as_str()) {
        let message = format!("column name \"{name}\" conflicts with a system column name");
        return Err(SqlError::new("42701", message));
    }
    Ok(name)
}

fn encoding(cursor: &mut Cursor<'_>) -> Result<i16, SqlError> {
    let Some(Kind::Word(word)) = cursor.peek() else { return Err(cursor.unexpected()) };
    let at = ENCODINGS.iter().position(|known| known == word).ok_or_else(|| cursor.unexpected())?;
    cursor.advance();
    i16::try_from(at).map_err(|_| cursor.unexpected())
}

/// IDENTITY(seed, step), or GENERATED BY DEFAULT AS before it.
fn identity(cursor: &mut Cursor<'_>, table: &str, column: &ColumnDefinition) -> Result<Identity, SqlError> {
    let by_default = cursor.accept("generated");
    if by_default {
        for word in ["by", "default", "as"] {
            cursor.expect(word)?;
        }
    }
    cursor.expect("identity")?;
    cursor.expect_symbol("(")?;
    let seed = cursor.integer()?;
    cursor.expect_symbol(",")?;
    let step = cursor.integer()?;
    cursor.expect_symbol(")")?;
    if !matches!(column.ty, ColumnType::Int4 | ColumnType::Int8) || step == 0 {
        let message = format!("Column \"{table}.{}\" has unsupported identity", column.name);
        return Err(SqlError::new("0A000", message));
    }
    Ok(Identity { seed, step, by_default })
}

/// A DEFAULT: free of variables, and of what is not known to be accepted.
fn default(cursor: &mut Cursor<'_>) -> Result<Expr, SqlError> {
    let mut seen = Seen::default();
    let value = expr::parse_default(cursor, &mut seen)?;
    if is_constant(&value) {
        return Ok(value);
    }
    Err(SqlError::new("0A000", "this DEFAULT expression is not supported"))
}

fn is_constant(value: &Expr) -> bool {
    match value {
        Expr::Literal(_) | Expr::Number(_) | Expr::Null | Expr::Bool(_) => true,
        Expr::Word(word) => matches!(*word, "rs_catalog.sysdate()" | "current_date"),
        Expr::Call { function, .. } => function.target == Target::Function("rs_catalog.getdate"),
        Expr::Prefix("-" | "+", inner) => matches!(**inner, Expr::Number(_)),
        Expr::Cast(inner, TypeName::Column(_)) => is_constant(inner),
        _ => false,
    }
}

/// What stands behind the parenthesis of CREATE TABLE.
fn attribute(cursor: &mut Cursor<'_>, layout: &mut Layout) -> Result<(), SqlError> {
    if cursor.accept("backup") {
        cursor.accept_any(&["yes", "no"]).ok_or_else(|| cursor.unexpected())?;
    } else if cursor.accept("encode") {
        cursor.expect("auto")?;
    } else if cursor.accept("diststyle") {
        let style = STYLES.iter().find(|(word, _)| cursor.accept(word));
        layout.style = Some(style.ok_or_else(|| cursor.unexpected())?.1);
    } else if cursor.accept("distkey") {
        layout.dist.extend(cursor.names()?);
    } else {
        sort_key(cursor, layout)?;
    }
    Ok(())
}

fn sort_key(cursor: &mut Cursor<'_>, layout: &mut Layout) -> Result<(), SqlError> {
    let kind = cursor.accept_any(&["compound", "interleaved"]);
    cursor.expect("sortkey")?;
    if kind.is_none() && cursor.accept("auto") {
        return Ok(());
    }
    layout.interleaved = kind == Some("interleaved");
    layout.sort.extend(cursor.names()?);
    Ok(())
}

/// ALTER TABLE …, from the word TABLE on.
pub fn alter(cursor: &mut Cursor<'_>) -> Result<(ObjectName, Change), SqlError> {
    cursor.expect("table")?;
    let name = writable(cursor.object()?)?;
    let change = if cursor.accept("add") {
        added(cursor, &name)?
    } else if cursor.accept_all(&["rename", "to"]) {
        Change::Rename(cursor.name()?)
    } else if cursor.accept("append") {
        // Only ever refused, whatever follows.
        return Ok((name, Change::Append));
    } else if cursor.accept("alter") {
        cursor.accept("column");
        let column = cursor.name()?;
        cursor.expect("type")?;
        Change::Type(column.clone(), types::parse(cursor)?.of_column(&name.name, &column)?)
    } else {
        return Err(cursor.unexpected());
    };
    cursor.end()?;
    Ok((name, change))
}

fn added(cursor: &mut Cursor<'_>, table: &ObjectName) -> Result<Change, SqlError> {
    if sees_constraint(cursor) {
        return constraint(cursor).map(Change::Constraint);
    }
    cursor.accept("column");
    let mut layout = Layout::default();
    let mut attributes = Attributes { table: &table.name, constraints: Vec::new(), layout: &mut layout };
    let column = attributes.column(cursor)?;
    Ok(Change::Column(Box::new(column), attributes.constraints))
}
