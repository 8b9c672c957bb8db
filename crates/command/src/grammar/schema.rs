//! What becomes of tables: `ALTER`, `MATERIALIZE`, `DISTRIBUTE`.

use super::Grammar;
use super::clauses::Clauses;
use super::filters::Evaluated;
use crate::command::{Alteration, Distribution, TableAction, TableFilter, View, Views};
use crate::name::WrittenName;
use crate::reader::Read;
use crate::text::Spanned;

impl Grammar<'_> {
    /// What follows `ALTER TABLE NAMES MATCHING`.
    pub(super) fn alter_tables(&mut self, clauses: &mut Clauses) -> Read<()> {
        let names = self.matches(Evaluated::Here)?;
        let filter = TableFilter { names, schema: self.in_schema()? };
        let action = self.table_action()?;
        clauses.tables.alterations.push(Alteration::Tables { filter, action });
        Ok(())
    }

    fn table_action(&mut self) -> Read<TableAction> {
        if self.reader.take("RENAME TO").is_some() {
            let name = self.reader.take_name()?.ok_or_else(|| self.reader.unexpected())?;
            return Ok(TableAction::Rename(name));
        }
        if self.reader.take("SET SCHEMA").is_some() {
            return self.quoted("the name of a schema in quotes").map(TableAction::Schema);
        }
        if self.reader.take("SET TABLESPACE").is_some() {
            return self.quoted("the name of a tablespace in quotes").map(TableAction::Tablespace);
        }
        self.reader.expect("SET")?;
        self.reader.expect_mark("(")?;
        let parameters = self.setting_list()?;
        self.reader.expect_mark(")")?;
        Ok(TableAction::Storage(parameters))
    }

    /// What follows `ALTER SCHEMA`.
    pub(super) fn alter_schema(&mut self, clauses: &mut Clauses) -> Read<()> {
        let from = self.quoted("the name of a schema in quotes")?;
        self.reader.expect("RENAME TO")?;
        let to = self.quoted("the name of a schema in quotes")?;
        clauses.tables.alterations.push(Alteration::Schema { from, to });
        Ok(())
    }

    /// What follows `MATERIALIZE`, which stands at `start`.
    pub(super) fn materialize(&mut self, clauses: &mut Clauses, start: usize) -> Read<()> {
        let views = if self.reader.take("ALL VIEWS").is_some() {
            Views::All
        } else {
            self.reader.expect("VIEWS")?;
            Views::Listed(self.views()?)
        };
        match (&mut clauses.tables.views, views) {
            (so_far @ Views::None, views) => *so_far = views,
            (Views::All, Views::All) => {}
            (Views::Listed(so_far), Views::Listed(views)) => so_far.extend(views),
            (so_far, _) => {
                *so_far = Views::All;
                let message = "all views are materialized, and some of them by name; all of them are";
                clauses.warnings.push(self.reader.warning(self.reader.since(start), message));
            }
        }
        Ok(())
    }

    fn views(&mut self) -> Read<Vec<View>> {
        let mut views = Vec::new();
        loop {
            let name = self.reader.expect_table_name()?;
            let query = match self.reader.take("AS") {
                Some(_) => Some(self.block()?),
                None => None,
            };
            views.push(View { name, query });
            if self.reader.take_mark(",").is_none() {
                return Ok(views);
            }
        }
    }

    /// What follows `DISTRIBUTE`, which stands at `start`.
    pub(super) fn distribute(&mut self, clauses: &mut Clauses, start: usize) -> Read<()> {
        let table = self.reader.expect_table_name()?;
        let distribution = if self.reader.take("AS REFERENCE TABLE").is_some() {
            Distribution::Reference(table)
        } else {
            self.reader.expect("USING")?;
            let column = self.reader.take_field_name("a column name")?;
            let column = column.ok_or_else(|| self.reader.unexpected())?;
            let from = match self.reader.take("FROM") {
                Some(_) => self.table_names()?,
                None => Vec::new(),
            };
            Distribution::By { span: self.reader.since(start), table, column, from }
        };
        clauses.tables.distribution.push(distribution);
        Ok(())
    }

    fn table_names(&mut self) -> Read<Vec<Spanned<WrittenName>>> {
        let mut names = Vec::new();
        loop {
            names.push(self.reader.expect_table_name()?);
            if self.reader.take_mark(",").is_none() {
                return Ok(names);
            }
        }
    }
}
