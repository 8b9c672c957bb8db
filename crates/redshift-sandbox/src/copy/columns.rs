//! Which columns the fields of a record go to.

use crate::error::SqlError;
use crate::model::{TableColumn, UserTable, identity_set};

/// The columns that fields are for, as indexes into the table's, in the order of the fields.
///
/// Without a list these are all columns but identities; EXPLICIT_IDS adds the plain identity.
pub(super) fn resolve(
    table: &UserTable,
    listed: Option<&[String]>,
    explicit_ids: bool,
) -> Result<Vec<usize>, SqlError> {
    let columns = match listed {
        Some(names) => by_name(table, names)?,
        None => unlisted(table, explicit_ids),
    };
    check_identity(table, &columns, explicit_ids)?;
    check_omitted(table, &columns)?;
    Ok(columns)
}

fn by_name(table: &UserTable, names: &[String]) -> Result<Vec<usize>, SqlError> {
    let mut columns = Vec::with_capacity(names.len());
    for name in names {
        let index = table.index_of(name)?;
        if columns.contains(&index) {
            return Err(SqlError::new("42701", format!("column \"{name}\" specified more than once")));
        }
        columns.push(index);
    }
    Ok(columns)
}

fn unlisted(table: &UserTable, explicit_ids: bool) -> Vec<usize> {
    let wanted =
        |column: &TableColumn| column.identity.is_none() || (explicit_ids && column.is_plain_identity());
    table.columns.iter().enumerate().filter(|(_, column)| wanted(column)).map(|(index, _)| index).collect()
}

fn check_identity(table: &UserTable, columns: &[usize], explicit_ids: bool) -> Result<(), SqlError> {
    match (columns.iter().any(|&i| table.columns[i].is_plain_identity()), explicit_ids) {
        (true, false) => Err(identity_set()),
        (false, true) => {
            Err(SqlError::new("0A000", "EXPLICIT_IDS needs an identity column in the column list"))
        }
        _ => Ok(()),
    }
}

/// An omitted column becomes its default or NULL, and NULL may be forbidden.
fn check_omitted(table: &UserTable, columns: &[usize]) -> Result<(), SqlError> {
    let missing = |column: &TableColumn| column.not_null && !column.has_default && column.identity.is_none();
    match table.columns.iter().enumerate().find(|(i, column)| missing(column) && !columns.contains(i)) {
        Some((_, column)) => {
            Err(SqlError::new("23502", format!("Cannot insert a NULL value into column {}", column.name)))
        }
        None => Ok(()),
    }
}
