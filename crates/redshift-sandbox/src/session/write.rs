//! INSERT, UPDATE, DELETE, TRUNCATE, LOCK.

use tokio_postgres::SimpleQueryMessage;

use crate::error::SqlError;
use crate::model::{ColumnType, TableColumn, UserTable, identity_set};
use crate::session::Session;
use crate::session::execute::Form;
use crate::session::outcome::Interrupted;
use crate::session::transaction::Transaction;
use crate::sql::cursor::ObjectName;
use crate::sql::expr::Expr;
use crate::sql::facts::Facts;
use crate::sql::statement::Insert;

impl Session {
    /// Runs a statement and answers how many rows it touched.
    async fn counted(&self, sql: &str) -> Result<u64, Interrupted> {
        let messages = self.backing.client.simple_query(sql).await?;
        let counts = messages.iter().filter_map(|message| match message {
            SimpleQueryMessage::CommandComplete(count) => Some(*count),
            _ => None,
        });
        Ok(counts.sum())
    }

    pub(super) async fn insert(&self, insert: &Insert, form: Form<'_>) -> Result<String, Interrupted> {
        self.lock_for_adding(&insert.table).await?;
        let table = self.known_table(&insert.table).await?;
        let columns = targets(&table, insert)?;
        let facts = self.facts(form.parameters);
        let mut rows = Vec::with_capacity(insert.rows.len());
        for row in &insert.rows {
            rows.push(printed_row(&facts, &columns, row)?);
        }
        let names: Vec<String> = columns.iter().map(|column| column.name.clone()).collect();
        let sql = format!(
            "INSERT INTO {} ({}) VALUES {}",
            facts.object(&insert.table),
            facts.names(&names),
            rows.join(", ")
        );
        Ok(format!("INSERT 0 {}", self.counted(&sql).await?))
    }

    pub(super) async fn update(
        &self,
        name: &ObjectName,
        assignments: &[(String, Expr)],
        filter: Option<&Expr>,
        form: Form<'_>,
    ) -> Result<String, Interrupted> {
        self.lock_for_writing(name).await?;
        let table = self.known_table(name).await?;
        let facts = self.facts(form.parameters);
        let mut printed = Vec::with_capacity(assignments.len());
        for (column, value) in assignments {
            let column = &table.columns[table.index_of(column)?];
            if column.is_plain_identity() {
                return Err(identity_set().into());
            }
            printed.push(format!("{} = {}", facts.name(&column.name), fitted(&facts, column, value)));
        }
        let (table, filter) = (facts.object(name), printed_filter(&facts, filter));
        let sql = format!("UPDATE {table} SET {}{filter}", printed.join(", "));
        Ok(format!("UPDATE {}", self.counted(&sql).await?))
    }

    pub(super) async fn delete(
        &self,
        name: &ObjectName,
        filter: Option<&Expr>,
        form: Form<'_>,
    ) -> Result<String, Interrupted> {
        self.lock_for_writing(name).await?;
        let facts = self.facts(form.parameters);
        let sql = format!("DELETE FROM {}{}", facts.object(name), printed_filter(&facts, filter));
        Ok(format!("DELETE {}", self.counted(&sql).await?))
    }

    /// Commits what the block did so far; the client seems to be in the same block afterwards.
    pub(super) async fn truncate(&mut self, name: &ObjectName) -> Result<String, Interrupted> {
        let before = self.transaction;
        self.known_table(name).await?;
        if before != Transaction::Idle {
            self.commit().await?;
        }
        let sql = format!("TRUNCATE TABLE {}", self.facts(&[]).object(name));
        let truncated = self.backing.client.batch_execute(&sql).await;
        match before {
            Transaction::Block => self.begin(false).await?,
            Transaction::Implicit => self.begin_implicit().await?,
            Transaction::Idle | Transaction::Failed => {}
        }
        truncated?;
        Ok("TRUNCATE TABLE".into())
    }

    pub(super) async fn lock(&self, names: &[ObjectName]) -> Result<String, Interrupted> {
        if !self.in_transaction() {
            return Err(SqlError::new("25P01", "LOCK TABLE may only be used in transaction blocks").into());
        }
        let facts = self.facts(&[]);
        let names: Vec<String> = names.iter().map(|name| facts.object(name)).collect();
        self.backing.client.batch_execute(&format!("LOCK TABLE {}", names.join(", "))).await?;
        Ok("LOCK TABLE".into())
    }

    /// ANALYZE and VACUUM have nothing to do but to check the table's name.
    pub(super) async fn visit(&self, name: Option<&ObjectName>, tag: &str) -> Result<String, Interrupted> {
        if let Some(name) = name {
            self.known_table(name).await?;
        }
        Ok(tag.into())
    }
}

fn printed_filter(facts: &Facts<'_>, filter: Option<&Expr>) -> String {
    filter.map_or(String::new(), |filter| format!(" WHERE {}", facts.expr(filter)))
}

/// The columns that an INSERT fills: those named, or the first so many.
fn targets<'a>(table: &'a UserTable, insert: &Insert) -> Result<Vec<&'a TableColumn>, SqlError> {
    let width = insert.rows.first().map_or(0, Vec::len);
    let columns: Vec<&TableColumn> = match &insert.columns {
        Some(names) => names
            .iter()
            .map(|name| Ok(&table.columns[table.index_of(name)?]))
            .collect::<Result<_, SqlError>>()?,
        None => table.columns.iter().take(width).collect(),
    };
    let uneven = insert.rows.iter().any(|row| row.len() != width);
    match width.cmp(&columns.len()) {
        _ if uneven => Err(SqlError::new("42601", "VALUES lists must all be the same length")),
        std::cmp::Ordering::Equal => Ok(columns),
        std::cmp::Ordering::Less => {
            Err(SqlError::new("42601", "INSERT has more target columns than expressions"))
        }
        std::cmp::Ordering::Greater => {
            Err(SqlError::new("42601", "INSERT has more expressions than target columns"))
        }
    }
}

fn printed_row(
    facts: &Facts<'_>,
    columns: &[&TableColumn],
    row: &[Option<Expr>],
) -> Result<String, SqlError> {
    let mut values = Vec::with_capacity(row.len());
    for (column, value) in columns.iter().zip(row) {
        values.push(match value {
            None => "DEFAULT".to_owned(),
            Some(_) if column.is_plain_identity() => return Err(identity_set()),
            Some(value) => fitted(facts, column, value),
        });
    }
    Ok(format!("({})", values.join(", ")))
}

/// A value with the limits of its column around it.
fn fitted(facts: &Facts<'_>, column: &TableColumn, value: &Expr) -> String {
    let printed = facts.expr(value);
    match column.ty {
        ColumnType::Varchar(bytes) => format!("rs_catalog.fitting(({printed})::text, {bytes})"),
        ColumnType::Char(bytes) => format!("rs_catalog.single_byte(({printed})::text, {bytes})"),
        _ => printed,
    }
}
