//! ALTER TABLE.

use crate::error::SqlError;
use crate::model::{ColumnType, UserTable};
use crate::session::Session;
use crate::session::layout;
use crate::session::outcome::Interrupted;
use crate::sql::cursor::ObjectName;
use crate::sql::table::{Change, ColumnDefinition, Layout, TableDefinition};

impl Session {
    pub(super) async fn alter_table(
        &self,
        name: &ObjectName,
        change: &Change,
    ) -> Result<String, Interrupted> {
        let table = self.known_table(name).await?;
        match change {
            Change::Constraint(constraint) => self.add_written(&table, constraint).await?,
            Change::Rename(new) => {
                self.remember(new).await?;
                let facts = self.facts(&[]);
                self.run(&format!("ALTER TABLE {} RENAME TO {}", facts.object(name), facts.name(new)))
                    .await?;
            }
            Change::Column(column, constraints) => {
                self.add_column(name, &table, column).await?;
                self.add_constraints(name, constraints).await?;
            }
            Change::Type(column, ty) => self.change_type(&table, column, *ty).await?,
            Change::Append => {
                return Err(SqlError::new("0A000", "ALTER TABLE APPEND is not implemented in sandbox").into());
            }
        }
        Ok("ALTER TABLE".into())
    }

    async fn add_column(
        &self,
        name: &ObjectName,
        table: &UserTable,
        column: &ColumnDefinition,
    ) -> Result<(), Interrupted> {
        let alone = TableDefinition {
            name: name.clone(),
            temporary: false,
            if_not_exists: false,
            columns: vec![column.clone()],
            constraints: Vec::new(),
            layout: Layout::default(),
        };
        let new = layout::columns(&alone)?;
        let Some(new) = new.first() else { return Ok(()) };
        let sql =
            format!("ALTER TABLE {} ADD COLUMN {}", self.facts(&[]).object(name), self.printed_column(new));
        self.run(&sql).await?;
        let last = format!("SELECT max(attnum) FROM pg_catalog.pg_attribute WHERE attrelid = {}", table.oid);
        let attnum: i16 = self.backing.client.query_one(&last, &[]).await?.get(0);
        self.record_column(table.oid, attnum, new).await
    }

    /// ALTER COLUMN … TYPE changes the size of a VARCHAR, and nothing else.
    async fn change_type(&self, table: &UserTable, name: &str, ty: ColumnType) -> Result<(), Interrupted> {
        let index = table.index_of(name)?;
        let (ColumnType::Varchar(old), ColumnType::Varchar(new)) = (table.columns[index].ty, ty) else {
            let message = format!("cannot alter type of a column \"{name}\"");
            return Err(SqlError::new("0A000", message).into());
        };
        let attnum = index + 1;
        self.refuse_size(table, name, (old, new), attnum).await?;
        let (_, typmod) = ty.in_catalog();
        self.run(&format!(
            "UPDATE rs_catalog.columns SET typmod = {typmod} WHERE relid = {} AND attnum = {attnum}",
            table.oid
        ))
        .await
    }

    async fn refuse_size(
        &self,
        table: &UserTable,
        name: &str,
        (old, new): (u32, u32),
        attnum: usize,
    ) -> Result<(), Interrupted> {
        let refuse = |why: &str| Err(SqlError::new("0A000", why).into());
        if old == new {
            return refuse("target column size should be different");
        }
        let client = &self.backing.client;
        let bound = format!(
            "SELECT EXISTS (SELECT FROM rs_catalog.constraints WHERE relid = {0} AND {attnum} = ANY (columns))
                 OR EXISTS (SELECT FROM rs_catalog.columns WHERE relid = {0} AND attnum = {attnum} AND src IS NOT NULL)",
            table.oid
        );
        if client.query_one(&bound, &[]).await?.get(0) {
            return refuse("cannot alter type of a column with a default or a constraint");
        }
        let facts = self.facts(&[]);
        let longest = format!(
            "SELECT coalesce(max(octet_length({})), 0) FROM {}.{}",
            facts.name(name),
            facts.name(&table.schema),
            facts.name(&table.name)
        );
        let longest: i32 = client.query_one(&longest, &[]).await?.get(0);
        if u32::try_from(longest).unwrap_or(0) > new {
            return refuse("cannot alter column type to a size smaller than the longest value");
        }
        Ok(())
    }
}
