//! What the side tables know of the users' tables.

use crate::error::SqlError;
use crate::model::{ColumnType, Identity, TableColumn, UserTable};
use crate::session::Session;
use crate::sql::cursor::ObjectName;
use crate::sql::facts::literal;
use crate::sql::relations::missing;

impl Session {
    /// The OID of a relation, along the search path.
    pub(super) async fn relation(&self, name: &ObjectName) -> Result<Option<u32>, SqlError> {
        let sql = format!("SELECT to_regclass({})::oid", literal(&self.facts(&[]).object(name)));
        Ok(self.backing.client.query_one(&sql, &[]).await?.get(0))
    }

    /// A table with the types it was declared with.
    pub(super) async fn user_table(&self, name: &ObjectName) -> Result<Option<UserTable>, SqlError> {
        let sql = format!(
            "SELECT c.oid, n.nspname, c.relname, pg_get_userbyid(c.relowner) = current_user,
                    a.attname, k.typid, k.typmod, a.attnotnull, k.src IS NOT NULL AND k.seed IS NULL,
                    k.seed, k.step, coalesce(k.by_default, false)
               FROM pg_catalog.pg_class c
               JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
               JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
               JOIN rs_catalog.columns k ON k.relid = c.oid AND k.attnum = a.attnum
              WHERE c.oid = to_regclass({})
              ORDER BY a.attnum",
            literal(&self.facts(&[]).object(name))
        );
        let rows = self.backing.client.query(&sql, &[]).await?;
        let Some(first) = rows.first() else { return Ok(None) };
        let names = &self.shared.backing.names;
        let columns = rows.iter().map(|row| TableColumn {
            name: names.lengthen(row.get(4)),
            // All types of the side table were written by `in_catalog`.
            ty: ColumnType::from_catalog(row.get(5), row.get(6)).unwrap_or(ColumnType::Varchar(65_535)),
            not_null: row.get(7),
            has_default: row.get(8),
            identity: identity(row.get(9), row.get(10), row.get(11)),
        });
        Ok(Some(UserTable {
            oid: first.get(0),
            schema: names.lengthen(first.get(1)),
            name: names.lengthen(first.get(2)),
            columns: columns.collect(),
            owned: first.get(3),
        }))
    }

    /// A table that must be there.
    pub(super) async fn known_table(&self, name: &ObjectName) -> Result<UserTable, SqlError> {
        self.user_table(name).await?.ok_or_else(|| missing(name))
    }

    /// Keeps other writers from a table until the transaction ends. Waits for those that were first. For users that
    /// may INSERT (42501 where they may not), whom PostgreSQL by itself does not let lock so much.
    pub(super) async fn lock_for_adding(&self, name: &ObjectName) -> Result<(), SqlError> {
        let name = literal(&self.facts(&[]).object(name));
        let sql = format!("SELECT rs_catalog.lock_for_adding({name}::regclass)");
        Ok(self.backing.client.batch_execute(&sql).await?)
    }

    /// The same for users that may UPDATE or DELETE. The transaction's view of the table is of after the waiting.
    pub(super) async fn lock_for_writing(&self, name: &ObjectName) -> Result<(), SqlError> {
        let sql = format!("LOCK TABLE {} IN SHARE ROW EXCLUSIVE MODE", self.facts(&[]).object(name));
        Ok(self.backing.client.batch_execute(&sql).await?)
    }

    /// Remembers a name in the backing database if it is too long for it.
    pub(super) async fn remember(&self, name: &str) -> Result<(), SqlError> {
        let short = self.shared.backing.names.shorten(name);
        if short == name {
            return Ok(());
        }
        let sql = format!(
            "INSERT INTO rs_catalog.long_names VALUES ({}, {}) ON CONFLICT DO NOTHING",
            literal(&short),
            literal(name)
        );
        Ok(self.backing.client.batch_execute(&sql).await?)
    }
}

fn identity(seed: Option<i64>, step: Option<i64>, by_default: bool) -> Option<Identity> {
    Some(Identity { seed: seed?, step: step?, by_default })
}

/// The numbers, from 1, of columns by their names.
///
/// # Errors
/// 42703 for a name that the table does not have.
pub fn attnums(table: &UserTable, names: &[String]) -> Result<Vec<usize>, SqlError> {
    names
        .iter()
        .map(|name| {
            let at = table.columns.iter().position(|column| column.name == *name);
            at.map(|at| at + 1).ok_or_else(|| {
                SqlError::new("42703", format!("column \"{name}\" named in key does not exist"))
            })
        })
        .collect()
}
