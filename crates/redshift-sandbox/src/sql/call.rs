//! Columns and calls.

use crate::error::SqlError;
use crate::sql::Seen;
use crate::sql::cursor::Cursor;
use crate::sql::expr::{Expr, parse};
use crate::sql::functions;

/// A column or a call.
pub(super) fn named(cursor: &mut Cursor<'_>, seen: &mut Seen) -> Result<Expr, SqlError> {
    let mut names = column(cursor)?;
    if !cursor.accept_symbol("(") {
        return Ok(Expr::Column(names));
    }
    let name = names.pop().unwrap_or_default();
    match names.as_slice() {
        [] => {}
        [schema] if schema == "pg_catalog" => {}
        _ => {
            return Err(SqlError::new(
                "42883",
                format!("function {}.{name} does not exist", names.join(".")),
            ));
        }
    }
    call(cursor, seen, &name)
}

/// `a`, `a.b`, `a.b.c`; the first must be no reserved word.
pub(super) fn column(cursor: &mut Cursor<'_>) -> Result<Vec<String>, SqlError> {
    // Reserved, but columns of the catalog and functions of Redshift all the same.
    let known = ["oid", "left", "right"].iter().any(|word| cursor.sees(word));
    let mut names = vec![if known { cursor.label()? } else { cursor.name()? }];
    while names.len() < 3 && cursor.accept_symbol(".") {
        names.push(cursor.label()?);
    }
    Ok(names)
}

fn call(cursor: &mut Cursor<'_>, seen: &mut Seen, name: &str) -> Result<Expr, SqlError> {
    if name == "count" && cursor.accept_symbol("*") {
        cursor.expect_symbol(")")?;
        let function = functions::find(name, &[Expr::Null])?;
        return Ok(Expr::Call { function, star: true, distinct: false, arguments: Vec::new() });
    }
    let distinct = functions::is_aggregate(name) && cursor.accept("distinct");
    let arguments = arguments(cursor, seen, name)?;
    cursor.expect_symbol(")")?;
    let function = functions::find(name, &arguments)?;
    if function.leader_only {
        seen.leader_only.push(function.name);
    }
    Ok(Expr::Call { function, star: false, distinct, arguments })
}

/// Also `substring(x FROM a FOR b)` and `trim(BOTH 'c' FROM x)`.
fn arguments(cursor: &mut Cursor<'_>, seen: &mut Seen, name: &str) -> Result<Vec<Expr>, SqlError> {
    if cursor.sees_symbol(")") {
        return Ok(Vec::new());
    }
    if name == "trim" {
        cursor.accept("both");
    }
    let mut found = vec![parse(cursor, seen)?];
    match name {
        "trim" if cursor.accept("from") => found.insert(0, parse(cursor, seen)?),
        "substring" if cursor.accept("from") => {
            found.push(parse(cursor, seen)?);
            if cursor.accept("for") {
                found.push(parse(cursor, seen)?);
            }
        }
        _ => {
            while cursor.accept_symbol(",") {
                found.push(parse(cursor, seen)?);
            }
        }
    }
    Ok(found)
}
