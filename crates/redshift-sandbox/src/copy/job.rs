//! A COPY that was found to make sense: a table that exists, columns that may be loaded, good authorization.

use super::authorization::Authorization;
use super::columns;
use super::statement::Statement;
use super::words;
use super::{Host, Settings};
use crate::error::SqlError;
use crate::lexer::Token;
use crate::model::UserTable;
use crate::secret::Key;

/// What is known before S3 is asked. It cannot be debugged, because `text` must not be.
pub(super) struct Job<'a> {
    /// The statement as read.
    pub statement: Statement,
    /// The statement's text, for the block below errors. It contains secrets.
    pub text: String,
    /// The table to load.
    pub table: UserTable,
    /// The columns to load, as indexes into the table's.
    pub columns: Vec<usize>,
    /// What to read S3 with.
    pub key: Key,
    /// The engine's.
    pub settings: &'a Settings,
}

impl<'a> Job<'a> {
    /// Checks a statement from its syntax to its authorization.
    pub async fn new(
        tokens: &[Token],
        host: &mut dyn Host,
        settings: &'a Settings,
    ) -> Result<Job<'a>, SqlError> {
        let statement = Statement::parse(tokens)?;
        let authorization = Authorization::new(&statement.options.authorization)?;
        let table = table(&statement, host).await?;
        let columns = columns::resolve(&table, statement.columns.as_deref(), statement.options.explicit_ids)?;
        let text = words::statement(tokens);
        let key = authorization.key(settings).map_err(|trouble| trouble.into_error(&text))?;
        Ok(Job { statement, text, table, columns, key, settings })
    }
}

async fn table(statement: &Statement, host: &mut dyn Host) -> Result<UserTable, SqlError> {
    let name = &statement.table;
    let Some(table) = host.table(statement.schema.as_deref(), name).await? else {
        return Err(SqlError::new("XX000", format!("Cannot COPY into nonexistent table {name}")));
    };
    if statement.options.statistics && !table.owned {
        return Err(SqlError::new("42501", format!("must be owner of relation {name}")));
    }
    Ok(table)
}
