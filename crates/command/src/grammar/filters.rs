//! Which tables: `INCLUDING`, `EXCLUDING`, `DECODING`.

use super::Grammar;
use super::clauses::Clauses;
use crate::command::{CommandKind, Decoding, NameMatch, TableFilter};
use crate::reader::Read;
use crate::text::Spanned;

/// Who evaluates regular expressions of a clause.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Evaluated {
    /// This program.
    Here,
    /// The server of the source.
    There,
}

impl Evaluated {
    /// By whom the filters of tables are evaluated for a source of this kind.
    fn of_filters(kind: CommandKind) -> Evaluated {
        match kind {
            CommandKind::MySql | CommandKind::Postgres => Evaluated::There,
            _ => Evaluated::Here,
        }
    }
}

impl Grammar<'_> {
    /// What follows `INCLUDING ONLY TABLE NAMES`.
    pub(super) fn including(&mut self, clauses: &mut Clauses) -> Read<()> {
        let filter = self.filter(clauses.kind)?;
        clauses.tables.including.push(filter);
        Ok(())
    }

    /// What follows `EXCLUDING TABLE NAMES`.
    pub(super) fn excluding(&mut self, clauses: &mut Clauses) -> Read<()> {
        let filter = self.filter(clauses.kind)?;
        clauses.tables.excluding.push(filter);
        Ok(())
    }

    fn filter(&mut self, kind: CommandKind) -> Read<TableFilter> {
        let names = if self.reader.take("LIKE").is_some() {
            self.patterns()?
        } else {
            self.reader.expect("MATCHING")?;
            self.matches(Evaluated::of_filters(kind))?
        };
        Ok(TableFilter { names, schema: self.in_schema()? })
    }

    /// What follows `LIKE`.
    fn patterns(&mut self) -> Read<Vec<NameMatch>> {
        let mut names = Vec::new();
        loop {
            names.push(NameMatch::Like(self.quoted("a pattern in quotes")?));
            if self.reader.take_mark(",").is_none() {
                return Ok(names);
            }
        }
    }

    /// What follows `MATCHING`.
    pub(super) fn matches(&mut self, evaluated: Evaluated) -> Read<Vec<NameMatch>> {
        let mut names = Vec::new();
        loop {
            names.push(self.name_match(evaluated)?);
            if self.reader.take_mark(",").is_none() {
                return Ok(names);
            }
        }
    }

    fn name_match(&mut self, evaluated: Evaluated) -> Read<NameMatch> {
        match (self.reader.take_regex()?, evaluated) {
            (Some(regex), Evaluated::Here) => self.reader.compiled(regex).map(NameMatch::Regex),
            (Some(regex), Evaluated::There) => Ok(NameMatch::ServerRegex(regex)),
            (None, _) => self.quoted("the name of a table in quotes").map(NameMatch::Exact),
        }
    }

    /// `IN SCHEMA 'name'`.
    pub(super) fn in_schema(&mut self) -> Read<Option<Spanned<String>>> {
        match self.reader.take("IN SCHEMA") {
            Some(_) => self.quoted("the name of a schema in quotes").map(Some),
            None => Ok(None),
        }
    }

    /// A text in either quote, not empty.
    pub(super) fn quoted(&mut self, what: &str) -> Read<Spanned<String>> {
        if !matches!(self.reader.next_char(), Some('\'' | '"')) {
            self.reader.want(what);
            return Err(self.reader.unexpected());
        }
        let text = self.reader.take_string()?.ok_or_else(|| self.reader.unexpected())?;
        match text.value.is_empty() {
            true => Err(self.reader.error(text.span, "this name is empty")),
            false => Ok(text),
        }
    }

    /// What follows `DECODING TABLE NAMES`.
    pub(super) fn decoding(&mut self, clauses: &mut Clauses) -> Read<()> {
        self.reader.expect("MATCHING")?;
        let names = self.matches(Evaluated::Here)?;
        self.reader.expect("AS")?;
        let encoding = self.reader.take_name()?.ok_or_else(|| self.reader.unexpected())?;
        clauses.tables.decoding.push(Decoding { names, encoding });
        Ok(())
    }
}
