//! PRIMARY KEY, UNIQUE and FOREIGN KEY: recorded in a side table, never enforced.

use crate::error::SqlError;
use crate::model::UserTable;
use crate::session::Session;
use crate::session::layout::constraint_name;
use crate::session::outcome::Interrupted;
use crate::session::tables::attnums;
use crate::sql::cursor::ObjectName;
use crate::sql::facts::literal;
use crate::sql::table::{Constraint, ConstraintKind};

impl Session {
    pub(super) async fn add_constraints(
        &self,
        name: &ObjectName,
        constraints: &[Constraint],
    ) -> Result<(), Interrupted> {
        if constraints.is_empty() {
            return Ok(());
        }
        let table = self.known_table(name).await?;
        for constraint in constraints {
            self.add_constraint(&table, constraint).await?;
        }
        Ok(())
    }

    async fn add_constraint(&self, table: &UserTable, constraint: &Constraint) -> Result<(), Interrupted> {
        let (kind, target, target_columns) = match &constraint.kind {
            ConstraintKind::Primary => ('p', 0, "NULL".to_owned()),
            ConstraintKind::Unique => ('u', 0, "NULL".to_owned()),
            ConstraintKind::Foreign(target, columns) => {
                let (target, columns) = self.referenced(target, columns).await?;
                ('f', target, array(&columns))
            }
        };
        let name = constraint.name.clone().unwrap_or_else(|| constraint_name(&table.name, constraint));
        let columns = array(&attnums(table, &constraint.columns)?);
        self.refuse_second(table, &name, kind).await?;
        self.run(&format!(
            "INSERT INTO rs_catalog.constraints (relid, name, kind, columns, target, target_columns)
             VALUES ({}, {}, '{kind}', {columns}, {target}, {target_columns})",
            table.oid,
            literal(&name)
        ))
        .await
    }

    async fn refuse_second(&self, table: &UserTable, name: &str, kind: char) -> Result<(), Interrupted> {
        let sql = format!(
            "SELECT name FROM rs_catalog.constraints
              WHERE relid = {} AND (name = {} OR kind = 'p' AND '{kind}' = 'p')",
            table.oid,
            literal(name)
        );
        let Some(row) = self.backing.client.query_opt(&sql, &[]).await? else { return Ok(()) };
        let known: String = row.get(0);
        Err(if known == name {
            let message = format!("constraint \"{name}\" for relation \"{}\" already exists", table.name);
            SqlError::new("42710", message)
        } else {
            let message = format!("multiple primary keys for table \"{}\" are not allowed", table.name);
            SqlError::new("42P16", message)
        }
        .into())
    }

    /// The OID and column numbers that a foreign key points at: those of a primary key or a unique constraint.
    async fn referenced(
        &self,
        name: &ObjectName,
        columns: &[String],
    ) -> Result<(u32, Vec<usize>), Interrupted> {
        let table = self.known_table(name).await?;
        let wanted = if columns.is_empty() {
            "kind = 'p'".to_owned()
        } else {
            format!(
                "kind IN ('p', 'u') AND columns <@ {0} AND columns @> {0}",
                array(&attnums(&table, columns)?)
            )
        };
        let sql =
            format!("SELECT columns FROM rs_catalog.constraints WHERE relid = {} AND {wanted}", table.oid);
        let Some(row) = self.backing.client.query(&sql, &[]).await?.into_iter().next() else {
            let message = format!(
                "there is no unique constraint matching given keys for referenced table \"{}\"",
                table.name
            );
            return Err(SqlError::new("42830", message).into());
        };
        let key: Vec<i16> = row.get(0);
        let key = if columns.is_empty() {
            key.into_iter().filter_map(|attnum| usize::try_from(attnum).ok()).collect()
        } else {
            attnums(&table, columns)?
        };
        Ok((table.oid, key))
    }

    /// A primary key needs columns that are NOT NULL already.
    pub(super) async fn add_written(
        &self,
        table: &UserTable,
        constraint: &Constraint,
    ) -> Result<(), Interrupted> {
        let keys = attnums(table, &constraint.columns)?;
        let nullable = keys.iter().map(|attnum| &table.columns[attnum - 1]).find(|column| !column.not_null);
        if let (ConstraintKind::Primary, Some(column)) = (&constraint.kind, nullable) {
            let message = format!("column \"{}\" of a primary key must be NOT NULL", column.name);
            return Err(SqlError::new("42P16", message).into());
        }
        self.add_constraint(table, constraint).await
    }

    /// Foreign keys of other tables that point at one that is dropped: with CASCADE they go, else they prevent it.
    pub(super) async fn release_references(
        &self,
        name: &ObjectName,
        oid: u32,
        cascade: bool,
    ) -> Result<(), Interrupted> {
        let of_others = format!("FROM rs_catalog.constraints WHERE target = {oid} AND relid <> {oid}");
        if cascade {
            return self.run(&format!("DELETE {of_others}")).await;
        }
        let Some(row) =
            self.backing.client.query(&format!("SELECT name {of_others}"), &[]).await?.into_iter().next()
        else {
            return Ok(());
        };
        let constraint: String = row.get(0);
        let error = SqlError {
            detail: Some(format!("constraint {constraint} depends on table {name}")),
            hint: Some("Use DROP ... CASCADE to drop the dependent objects too.".into()),
            ..SqlError::new("2BP01", format!("cannot drop table {name} because other objects depend on it"))
        };
        Err(error.into())
    }

    pub(super) async fn comment_constraint(
        &self,
        name: &str,
        table: &ObjectName,
        text: &str,
    ) -> Result<(), Interrupted> {
        let known = self.known_table(table).await?;
        let sql = format!(
            "UPDATE rs_catalog.constraints SET description = {text} WHERE relid = {} AND name = {}",
            known.oid,
            literal(name)
        );
        if self.backing.client.execute(&sql, &[]).await? == 0 {
            let message = format!("constraint \"{name}\" for table \"{}\" does not exist", known.name);
            return Err(SqlError::new("42704", message).into());
        }
        Ok(())
    }
}

/// An array of column numbers for the backing server.
fn array(attnums: &[usize]) -> String {
    let numbers: Vec<String> = attnums.iter().map(usize::to_string).collect();
    format!("'{{{}}}'::int2[]", numbers.join(","))
}
