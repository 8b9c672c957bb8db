//! Finds the fields of a file whose header names them in another order than that of the first file.

use pgloader_core::catalog::Column;
use pgloader_core::{Error, Result};

/// For each of `columns` the field of a file whose header has these `names`; `None` where all are in their places.
///
/// # Errors
///
/// A name is missing.
pub fn find(columns: &[Column], names: &[String]) -> Result<Option<Vec<usize>>> {
    if columns.iter().map(|column| &column.name).eq(names) {
        return Ok(None);
    }
    let mut order: Vec<usize> = Vec::new();
    for column in columns {
        let is_it = |&(index, name): &(usize, &String)| {
            name.to_lowercase() == column.name.to_lowercase() && !order.contains(&index)
        };
        let (index, _) = names.iter().enumerate().find(is_it).ok_or_else(|| missing(&column.name, names))?;
        order.push(index);
    }
    Ok(Some(order))
}

fn missing(name: &str, names: &[String]) -> Error {
    Error::new(format!("the header does not name `{name}`, as that of the first file does"))
        .hint(format!("it names {}", names.join(", ")))
}
