//! The clauses that commands share.

use pgloader_core::option::{OptionSpec, Options};

use super::Grammar;
use crate::command::{ColumnDefinition, CommandKind, FieldDefinition, Setting, SqlSource};
use crate::diagnostic::Diagnostic;
use crate::name::WrittenName;
use crate::reader::{Place, Read, Reader};
use crate::text::{Span, Spanned};

/// Clauses of other commands, and whose they are.
const FOREIGN: [(&str, &str); 12] = [
    ("CAST", "LOAD DATABASE"),
    ("FINALLY", "LOAD ARCHIVE"),
    ("AND LOAD", "LOAD ARCHIVE"),
    ("AFTER CREATE SCHEMA", "LOAD DATABASE"),
    ("ALTER TABLE", "LOAD DATABASE"),
    ("ALTER SCHEMA", "LOAD DATABASE"),
    ("MATERIALIZE", "LOAD DATABASE"),
    ("INCLUDING ONLY", "LOAD DATABASE"),
    ("EXCLUDING", "LOAD DATABASE"),
    ("DECODING", "LOAD DATABASE"),
    ("DISTRIBUTE", "LOAD DATABASE"),
    ("SET MYSQL PARAMETERS", "LOAD DATABASE"),
];

/// What the clauses of a command have said so far.
#[derive(Default)]
pub(super) struct Clauses {
    pub encoding: Option<Spanned<String>>,
    pub fields: Option<Vec<FieldDefinition>>,
    pub table: Option<Spanned<WrittenName>>,
    pub columns: Option<Vec<ColumnDefinition>>,
    pub options: Options,
    pub settings: Vec<Setting>,
    pub before: Vec<SqlSource>,
    pub after: Vec<SqlSource>,
    pub warnings: Vec<Diagnostic>,
}

/// The clause of another command that stands here.
pub(super) fn foreign(reader: &Reader<'_>) -> Option<(&'static str, &'static str, usize)> {
    let found = |(words, owner)| reader.length_of(words).map(|length| (words, owner, length));
    FOREIGN.into_iter().find_map(found)
}

impl Grammar<'_> {
    /// What may stand between the source and `INTO`.
    pub(super) fn before_into(&mut self, clauses: &mut Clauses) -> Read<()> {
        loop {
            let start = self.reader.at();
            if self.reader.sees("WITH ENCODING") {
                self.reader.expect("WITH")?;
                self.encoding(clauses)?;
            } else if self.reader.take("HAVING FIELDS").is_some() || self.reader.rest().starts_with('(') {
                self.field_clause(start, clauses)?;
            } else {
                self.reader.want("`(`");
                self.reader.want("`WITH ENCODING`");
                return Ok(());
            }
        }
    }

    /// `INTO` and the connection URI.
    pub(super) fn into(&mut self, kind: CommandKind) -> Read<Spanned<String>> {
        if self.reader.take("INTO").is_some() {
            return self.reader.expect_uri();
        }
        let ended = self.reader.rest().is_empty() || self.reader.rest().starts_with(';');
        match ended || self.sees_clause() || self.reader.sees("LOAD") {
            true => Err(self.reader.unexpected_because(|_| format!("{kind} needs an INTO clause"))),
            false => Err(self.reader.unexpected()),
        }
    }

    /// `INTO [TABLE] schema.table` behind the connection URI.
    pub(super) fn second_into(&mut self) -> Read<Option<Spanned<WrittenName>>> {
        let Some(length) = self.reader.length_of("INTO TABLE").or_else(|| self.reader.length_of("INTO"))
        else {
            return Ok(None);
        };
        self.reader.advance(length);
        self.reader.expect_table_name().map(Some)
    }

    /// One of the clauses that stand behind `INTO` in any order; `false` where none does.
    pub(super) fn clause(
        &mut self,
        kind: CommandKind,
        declared: &[&'static OptionSpec],
        clauses: &mut Clauses,
    ) -> Read<bool> {
        self.refuse_foreign(kind)?;
        let start = self.reader.at();
        if self.reader.take("TARGET TABLE").is_some() {
            self.target_table(start, clauses)?;
        } else if self.reader.take("TARGET COLUMNS").is_some() || self.reader.rest().starts_with('(') {
            self.column_clause(start, clauses)?;
        } else if self.reader.length_of("HAVING FIELDS").is_some() {
            self.reader.expect("HAVING FIELDS")?;
            self.field_clause(start, clauses)?;
        } else if self.reader.take("WITH").is_some() {
            self.with(kind, declared, clauses)?;
        } else if self.reader.take("SET").is_some() {
            self.set(kind, start, clauses)?;
        } else if self.reader.take("BEFORE LOAD").is_some() {
            self.sql(&mut clauses.before)?;
        } else if self.reader.take("AFTER LOAD").is_some() {
            self.sql(&mut clauses.after)?;
        } else {
            self.reader.want("`HAVING FIELDS`");
            self.reader.want("`(`");
            return Ok(false);
        }
        Ok(true)
    }

    fn refuse_foreign(&self, kind: CommandKind) -> Read<()> {
        let Some((words, owner, length)) = foreign(&self.reader) else { return Ok(()) };
        let span = Span { start: self.reader.at(), end: self.reader.at() + length };
        let error = self.reader.error(span, format!("{words} is not a clause of {kind}"));
        Err(error.help(format!("it belongs to {owner}")))
    }

    fn target_table(&mut self, start: usize, clauses: &mut Clauses) -> Read<()> {
        let table = self.reader.expect_table_name()?;
        if clauses.table.replace(table).is_some() {
            return Err(self.reader.error(self.reader.since(start), "the target table is given twice"));
        }
        Ok(())
    }

    /// What follows `SET`.
    fn set(&mut self, kind: CommandKind, start: usize, clauses: &mut Clauses) -> Read<()> {
        for words in ["MYSQL PARAMETERS", "MSSQL PARAMETERS"] {
            if let Some(length) = self.reader.length_of(words) {
                self.reader.advance(length);
                let message = format!("SET {words} is not a clause of {kind}");
                return Err(self
                    .reader
                    .error(self.reader.since(start), message)
                    .help("it belongs to LOAD DATABASE"));
            }
        }
        for words in ["PGSQL PARAMETERS", "POSTGRESQL PARAMETERS"] {
            if let Some(length) = self.reader.length_of(words) {
                self.reader.advance(length);
            }
        }
        loop {
            let setting = self.setting()?;
            self.add_setting(setting, clauses);
            if self.reader.take_mark(",").is_none() {
                return Ok(());
            }
        }
    }

    fn setting(&mut self) -> Read<Setting> {
        let name = self.reader.take_parameter_name().ok_or_else(|| self.reader.unexpected())?;
        if self.reader.take_mark("=").is_none() {
            self.reader.expect("TO")?;
        }
        match self.reader.take_setting_value()? {
            Some(value) => Ok(Setting { name, value }),
            None => Err(self.reader.unexpected().help("the value of a parameter stands in single quotes")),
        }
    }

    fn add_setting(&self, setting: Setting, clauses: &mut Clauses) {
        let same = |other: &Setting| other.name.value.eq_ignore_ascii_case(&setting.name.value);
        if clauses.settings.iter().any(same) {
            let message =
                format!("`{}` is set twice; the first value holds", self.reader.shown(setting.name.span));
            clauses.warnings.push(self.reader.warning(setting.name.span, message));
        } else {
            clauses.settings.push(setting);
        }
    }

    /// What follows `BEFORE LOAD` or `AFTER LOAD`: any number of `DO` and `EXECUTE`.
    fn sql(&mut self, sources: &mut Vec<SqlSource>) -> Read<()> {
        let before = sources.len();
        loop {
            if self.reader.take("DO").is_some() {
                self.blocks(sources)?;
            } else if self.reader.take("EXECUTE").is_some() {
                sources.push(SqlSource::File(self.sql_file()?));
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
    fn block(&mut self) -> Read<Spanned<String>> {
        let Some(inside) = self.reader.rest().strip_prefix("$$") else {
            self.reader.want("`$$`");
            return Err(self.reader.unexpected());
        };
        let Some(length) = inside.find("$$") else {
            let span = Span { start: self.reader.at(), end: self.reader.at() + 2 };
            return Err(self
                .reader
                .error(span, "this `$$` is never closed")
                .label("another `$$` is missing"));
        };
        let value = inside[..length].trim().to_owned();
        Ok(Spanned { value, span: self.reader.advance(length + 4) })
    }

    fn sql_file(&mut self) -> Read<Spanned<String>> {
        match self.reader.take_place("", self.surroundings.file_exists)? {
            Some(Place::File(path)) => Ok(path),
            Some(Place::Url(span, scheme)) => {
                Err(self.reader.error(span, format!("EXECUTE cannot read from {scheme}")))
            }
            None => Err(self.reader.unexpected()),
        }
    }
}
