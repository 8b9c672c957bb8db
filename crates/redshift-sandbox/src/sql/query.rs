//! SELECT: the subset of it that the sandbox knows.

use crate::error::SqlError;
use crate::lexer::Kind;
use crate::sql::Seen;
use crate::sql::cursor::Cursor;
use crate::sql::expr::{self, Expr};
use crate::sql::relations::{Relation, shows_errors};

/// A SELECT with what stands behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    /// The first SELECT.
    pub first: Select,
    /// Further ones, with `UNION ALL` and the like before each.
    pub more: Vec<(&'static str, Select)>,
    /// ORDER BY, each with its direction.
    pub order: Vec<(Expr, &'static str)>,
    /// LIMIT.
    pub limit: Option<Expr>,
    /// OFFSET.
    pub offset: Option<Expr>,
}

/// One SELECT.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Select {
    /// SELECT DISTINCT.
    pub distinct: bool,
    /// What is selected.
    pub outputs: Vec<Output>,
    /// FROM.
    pub from: Vec<From>,
    /// WHERE.
    pub filter: Option<Expr>,
    /// GROUP BY.
    pub group: Vec<Expr>,
    /// HAVING.
    pub having: Option<Expr>,
}

/// One column of a SELECT, or many.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Output {
    /// `*` or `t.*`.
    All(Vec<String>),
    /// An expression, with its name.
    One(Expr, Option<String>),
}

/// What a FROM reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum From {
    /// A table or view, with its alias.
    Relation(Relation, Option<String>),
    /// A query, with its alias.
    Query(Box<Query>, String),
    /// Two joined.
    Join(Box<From>, &'static str, Box<From>, On),
}

/// How rows of a join meet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum On {
    /// CROSS and NATURAL joins.
    Nothing,
    /// ON.
    Condition(Expr),
    /// USING.
    Columns(Vec<String>),
}

/// Parses a query.
pub fn parse(cursor: &mut Cursor<'_>, seen: &mut Seen) -> Result<Query, SqlError> {
    cursor.deeper(|cursor| {
        let first = select(cursor, seen)?;
        let mut more = Vec::new();
        while let Some(operator) = set_operator(cursor) {
            more.push((operator, select(cursor, seen)?));
        }
        let order = if cursor.accept("order") {
            cursor.expect("by")?;
            cursor.list(|cursor| ordered(cursor, seen))?
        } else {
            Vec::new()
        };
        let (limit, offset) = limits(cursor, seen)?;
        Ok(Query { first, more, order, limit, offset })
    })
}

fn set_operator(cursor: &mut Cursor<'_>) -> Option<&'static str> {
    if cursor.accept("union") {
        return Some(if cursor.accept("all") { "UNION ALL" } else { "UNION" });
    }
    match cursor.accept_any(&["intersect", "except", "minus"])? {
        "intersect" => Some("INTERSECT"),
        _ => Some("EXCEPT"),
    }
}

fn ordered(cursor: &mut Cursor<'_>, seen: &mut Seen) -> Result<(Expr, &'static str), SqlError> {
    let key = expr::parse(cursor, seen)?;
    let direction = match cursor.accept_any(&["asc", "desc"]) {
        Some("desc") => "DESC",
        _ => "ASC",
    };
    let nulls = if cursor.accept_all(&["nulls", "first"]) {
        Some(true)
    } else {
        cursor.accept_all(&["nulls", "last"]).then_some(false)
    };
    Ok((
        key,
        match (direction, nulls) {
            ("DESC", Some(false)) => "DESC NULLS LAST",
            ("DESC", _) => "DESC",
            (_, Some(true)) => "ASC NULLS FIRST",
            _ => "ASC",
        },
    ))
}

/// LIMIT and OFFSET, either first.
fn limits(cursor: &mut Cursor<'_>, seen: &mut Seen) -> Result<(Option<Expr>, Option<Expr>), SqlError> {
    let (mut limit, mut offset) = (None, None);
    loop {
        if limit.is_none() && cursor.accept("limit") {
            limit = Some(if cursor.accept("all") { Expr::Null } else { expr::parse(cursor, seen)? });
        } else if offset.is_none() && cursor.accept("offset") {
            offset = Some(expr::parse(cursor, seen)?);
        } else {
            return Ok((limit, offset));
        }
    }
}

fn select(cursor: &mut Cursor<'_>, seen: &mut Seen) -> Result<Select, SqlError> {
    cursor.expect("select")?;
    let distinct = cursor.accept("distinct");
    if !distinct {
        cursor.accept("all");
    }
    let outputs = cursor.list(|cursor| output(cursor, seen))?;
    let from = if cursor.accept("from") { cursor.list(|cursor| joined(cursor, seen))? } else { Vec::new() };
    let filter = if cursor.accept("where") { Some(expr::parse(cursor, seen)?) } else { None };
    let group = if cursor.accept("group") {
        cursor.expect("by")?;
        cursor.list(|cursor| expr::parse(cursor, seen))?
    } else {
        Vec::new()
    };
    let having = if cursor.accept("having") { Some(expr::parse(cursor, seen)?) } else { None };
    Ok(Select { distinct, outputs, from, filter, group, having })
}

fn output(cursor: &mut Cursor<'_>, seen: &mut Seen) -> Result<Output, SqlError> {
    if let Some(names) = all(cursor)? {
        return Ok(Output::All(names));
    }
    let value = expr::parse(cursor, seen)?;
    let name = if cursor.accept("as") { Some(cursor.label()?) } else { alias(cursor)? };
    Ok(Output::One(value, name))
}

/// `*`, `t.*` or `s.t.*`: the names before the star.
fn all(cursor: &mut Cursor<'_>) -> Result<Option<Vec<String>>, SqlError> {
    let star = |at: usize| matches!(cursor.ahead(at), Some(Kind::Symbol("*")));
    let point = |at: usize| matches!(cursor.ahead(at), Some(Kind::Symbol(".")));
    let names = match () {
        () if star(0) => 0,
        () if point(1) && star(2) => 1,
        () if point(1) && point(3) && star(4) => 2,
        () => return Ok(None),
    };
    let mut found = Vec::new();
    for _ in 0..names {
        found.push(cursor.label()?);
        cursor.expect_symbol(".")?;
    }
    cursor.expect_symbol("*")?;
    Ok(Some(found))
}

fn alias(cursor: &mut Cursor<'_>) -> Result<Option<String>, SqlError> {
    match cursor.peek_name() {
        Some(_) => cursor.name().map(Some),
        None => Ok(None),
    }
}

/// A relation and what is joined to it.
fn joined(cursor: &mut Cursor<'_>, seen: &mut Seen) -> Result<From, SqlError> {
    let mut left = source(cursor, seen)?;
    while let Some(kind) = join_kind(cursor)? {
        let right = source(cursor, seen)?;
        let on = match kind {
            "CROSS JOIN" | "NATURAL JOIN" => On::Nothing,
            _ => on(cursor, seen)?,
        };
        left = From::Join(Box::new(left), kind, Box::new(right), on);
    }
    Ok(left)
}

fn join_kind(cursor: &mut Cursor<'_>) -> Result<Option<&'static str>, SqlError> {
    const KINDS: &[(&str, &str)] = &[
        ("cross", "CROSS JOIN"),
        ("natural", "NATURAL JOIN"),
        ("inner", "JOIN"),
        ("left", "LEFT JOIN"),
        ("right", "RIGHT JOIN"),
        ("full", "FULL JOIN"),
    ];
    if cursor.accept("join") {
        return Ok(Some("JOIN"));
    }
    let Some((_, kind)) = KINDS.iter().find(|(word, _)| cursor.accept(word)) else { return Ok(None) };
    if matches!(*kind, "LEFT JOIN" | "RIGHT JOIN" | "FULL JOIN") {
        cursor.accept("outer");
    }
    cursor.expect("join")?;
    Ok(Some(kind))
}

fn on(cursor: &mut Cursor<'_>, seen: &mut Seen) -> Result<On, SqlError> {
    if cursor.accept("using") {
        return cursor.names().map(On::Columns);
    }
    cursor.expect("on")?;
    expr::parse(cursor, seen).map(On::Condition)
}

fn source(cursor: &mut Cursor<'_>, seen: &mut Seen) -> Result<From, SqlError> {
    if cursor.accept_symbol("(") {
        return cursor.deeper(|cursor| bracketed(cursor, seen));
    }
    let relation = Relation::named(cursor.object()?)?;
    if cursor.sees_symbol("(") {
        // A function as a table.
        return Err(cursor.unexpected());
    }
    seen.compute |= relation.on_compute_nodes();
    if let Relation::System(name) = relation {
        seen.errors |= shows_errors(name);
        seen.slices |= name == "stv_slices";
    }
    let alias = if cursor.accept("as") { Some(cursor.name()?) } else { alias(cursor)? };
    Ok(From::Relation(relation, alias))
}

/// A query with its alias, or joins in parentheses; the first parenthesis is taken.
fn bracketed(cursor: &mut Cursor<'_>, seen: &mut Seen) -> Result<From, SqlError> {
    if !cursor.sees("select") {
        let inner = joined(cursor, seen)?;
        cursor.expect_symbol(")")?;
        return Ok(inner);
    }
    let inner = parse(cursor, seen)?;
    cursor.expect_symbol(")")?;
    cursor.accept("as");
    let Some(_) = cursor.peek_name() else {
        return Err(SqlError::new("42601", "subquery in FROM must have an alias"));
    };
    Ok(From::Query(Box::new(inner), cursor.name()?))
}
