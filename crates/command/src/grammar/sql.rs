//! `BEFORE LOAD` and the other clauses of SQL.

use super::Grammar;
use crate::command::SqlSource;
use crate::reader::Read;
use crate::text::Spanned;

impl Grammar<'_> {
    /// What follows `BEFORE LOAD` and the like: any number of `DO` and `EXECUTE`.
    pub(super) fn sql(&mut self, sources: &mut Vec<SqlSource>) -> Read<()> {
        let before = sources.len();
        loop {
            if self.reader.take("DO").is_some() {
                self.blocks(sources)?;
            } else if self.reader.take("EXECUTE").is_some() {
                sources.push(SqlSource::File(self.file_name("EXECUTE")?));
            } else if sources.len() == before {
                return Err(self.reader.unexpected());
            } else {
                return Ok(());
            }
        }
    }

    fn blocks(&mut self, sources: &mut Vec<SqlSource>) -> Read<()> {
        loop {
            sources.push(SqlSource::Block(self.block()?));
            if self.reader.take_mark(",").is_none() {
                return match self.reader.rest().starts_with("$$") {
                    true => Err(self.reader.unexpected().help("a comma must stand between two blocks")),
                    false => Ok(()),
                };
            }
            if !self.reader.rest().starts_with("$$") {
                self.reader.want("`$$`");
                return Err(self.reader.unexpected().help("no comma stands behind the last block"));
            }
        }
    }

    /// `$$ … $$`. What is between is SQL: comments and quotes there are not ours.
    pub(super) fn block(&mut self) -> Read<Spanned<String>> {
        let Some(inside) = self.reader.rest().strip_prefix("$$") else {
            self.reader.want("`$$`");
            return Err(self.reader.unexpected());
        };
        let Some(length) = inside.find("$$") else {
            return Err(self.reader.never_closed("`$$`", 2, "$$"));
        };
        let value = inside[..length].trim().to_owned();
        Ok(Spanned { value, span: self.reader.advance(length + 4) })
    }
}
