//! The clauses: which command has which, and what they say together.

use pgloader_core::option::{OptionSpec, Options};

use super::Grammar;
use crate::command::{
    ColumnDefinition, Command, CommandKind, FieldDefinition, Origin, Setting, SqlSource, TableClauses,
};
use crate::diagnostic::Diagnostic;
use crate::name::WrittenName;
use crate::reader::{Read, Reader};
use crate::text::{Span, Spanned};

/// What reads a clause behind its first words, which begin at the given place.
type Rule = fn(&mut Grammar<'_>, &mut Clauses, usize) -> Read<()>;

/// A clause that stands behind `INTO`.
struct Clause {
    /// The words with which it begins.
    words: &'static str,
    /// The commands that have it.
    of: &'static [CommandKind],
    read: Rule,
}

const ANY: &[CommandKind] = &CommandKind::ALL;
const FIELDS: &[CommandKind] = &[CommandKind::Csv, CommandKind::Fixed, CommandKind::Copy];
const DATABASES: &[CommandKind] =
    &[CommandKind::MySql, CommandKind::Postgres, CommandKind::MsSql, CommandKind::SQLite];
const CASTING: &[CommandKind] =
    &[CommandKind::Dbf, CommandKind::MySql, CommandKind::Postgres, CommandKind::MsSql, CommandKind::SQLite];
const CREATING: &[CommandKind] = &[
    CommandKind::Dbf,
    CommandKind::Ixf,
    CommandKind::MySql,
    CommandKind::Postgres,
    CommandKind::MsSql,
    CommandKind::SQLite,
];

const fn clause(words: &'static str, of: &'static [CommandKind], read: Rule) -> Clause {
    Clause { words, of, read }
}

/// Every clause behind `INTO`; of two that begin alike, the longer comes first.
static CLAUSES: [Clause; 18] = [
    clause("TARGET TABLE", ANY, |grammar, clauses, start| grammar.target_table(clauses, start)),
    clause("TARGET COLUMNS", FIELDS, |grammar, clauses, start| grammar.column_clause(clauses, start)),
    clause("HAVING FIELDS", FIELDS, |grammar, clauses, start| grammar.field_clause(clauses, start)),
    clause("WITH", ANY, |grammar, clauses, _| grammar.with(clauses)),
    clause("SET MYSQL PARAMETERS", &[CommandKind::MySql], |grammar, clauses, _| {
        grammar.source_settings(clauses)
    }),
    clause("SET MSSQL PARAMETERS", &[CommandKind::MsSql], |grammar, clauses, _| {
        grammar.source_settings(clauses)
    }),
    clause("SET", ANY, |grammar, clauses, _| grammar.target_settings(clauses)),
    clause("CAST", CASTING, |grammar, clauses, _| grammar.casts(clauses)),
    clause("INCLUDING ONLY TABLE NAMES", DATABASES, |grammar, clauses, _| grammar.including(clauses)),
    clause("EXCLUDING TABLE NAMES", DATABASES, |grammar, clauses, _| grammar.excluding(clauses)),
    clause("DECODING TABLE NAMES", &[CommandKind::MySql, CommandKind::Postgres], |grammar, clauses, _| {
        grammar.decoding(clauses)
    }),
    clause("ALTER TABLE NAMES MATCHING", DATABASES, |grammar, clauses, _| grammar.alter_tables(clauses)),
    clause("ALTER SCHEMA", DATABASES, |grammar, clauses, _| grammar.alter_schema(clauses)),
    clause("MATERIALIZE", DATABASES, |grammar, clauses, start| grammar.materialize(clauses, start)),
    clause("DISTRIBUTE", DATABASES, |grammar, clauses, start| grammar.distribute(clauses, start)),
    clause("BEFORE LOAD", ANY, |grammar, clauses, _| grammar.sql(&mut clauses.before)),
    clause("AFTER LOAD", ANY, |grammar, clauses, _| grammar.sql(&mut clauses.after)),
    clause("AFTER CREATE SCHEMA", CREATING, |grammar, clauses, _| {
        grammar.sql(&mut clauses.tables.after_schema)
    }),
];

/// What only an archive has.
const OF_ARCHIVES: [&str; 2] = ["FINALLY", "AND LOAD"];

/// What the clauses of a command have said so far.
pub(super) struct Clauses {
    pub kind: CommandKind,
    /// The options that the command may have.
    pub declared: Vec<&'static OptionSpec>,
    pub encoding: Option<Spanned<String>>,
    pub fields: Option<Vec<FieldDefinition>>,
    pub table: Option<Spanned<WrittenName>>,
    pub columns: Option<Vec<ColumnDefinition>>,
    pub options: Options,
    pub settings: Vec<Setting>,
    pub before: Vec<SqlSource>,
    pub after: Vec<SqlSource>,
    pub tables: TableClauses,
    pub warnings: Vec<Diagnostic>,
}

impl Clauses {
    pub(super) fn new(kind: CommandKind, declared: Vec<&'static OptionSpec>) -> Clauses {
        Clauses {
            kind,
            declared,
            encoding: None,
            fields: None,
            table: None,
            columns: None,
            options: Options::default(),
            settings: Vec::new(),
            before: Vec::new(),
            after: Vec::new(),
            tables: TableClauses::default(),
            warnings: Vec::new(),
        }
    }

    /// The whole command.
    pub(super) fn command(self, head: Span, span: Span, source: Origin, into: Spanned<String>) -> Command {
        Command {
            kind: self.kind,
            head,
            span,
            source,
            encoding: self.encoding,
            fields: self.fields,
            into,
            table: self.table,
            columns: self.columns,
            options: self.options,
            settings: self.settings,
            before: self.before,
            after: self.after,
            tables: self.tables,
            warnings: self.warnings,
        }
    }
}

/// Every clause that stands behind `INTO`, by its first words, and the commands that have it; for the guide.
pub fn clauses() -> impl Iterator<Item = (&'static str, &'static [CommandKind])> {
    CLAUSES.iter().map(|clause| (clause.words, clause.of))
}

/// Whether a clause, of whatever command, begins here.
pub(crate) fn sees_clause(reader: &Reader<'_>) -> bool {
    let mut words = CLAUSES.iter().map(|clause| clause.words).chain(OF_ARCHIVES);
    reader.sees("INTO") || words.any(|words| reader.sees(words))
}

impl Grammar<'_> {
    /// What may stand between the source and `INTO`.
    pub(super) fn before_into(&mut self, clauses: &mut Clauses) -> Read<()> {
        let has_fields = FIELDS.contains(&clauses.kind);
        let has_encoding = has_fields || clauses.kind == CommandKind::Dbf;
        loop {
            let start = self.reader.at();
            if has_encoding && self.reader.sees("WITH ENCODING") {
                self.reader.expect("WITH")?;
                self.encoding(clauses)?;
            } else if has_fields && (self.reader.take("HAVING FIELDS").is_some() || self.sees_list()) {
                self.field_clause(clauses, start)?;
            } else {
                self.want_where(has_fields, "`(`");
                self.want_where(has_encoding, "`WITH ENCODING`");
                return Ok(());
            }
        }
    }

    fn sees_list(&self) -> bool {
        self.reader.rest().starts_with('(')
    }

    fn want_where(&mut self, wanted: bool, what: &str) {
        if wanted {
            self.reader.want(what);
        }
    }

    /// `INTO` and the connection string; `command` is how errors name whose it is.
    pub(super) fn into(&mut self, command: &str) -> Read<Spanned<String>> {
        if self.reader.take("INTO").is_some() {
            return self.reader.expect_connection();
        }
        let ended = self.reader.rest().is_empty() || self.reader.rest().starts_with(';');
        match ended || sees_clause(&self.reader) || self.reader.sees("LOAD") {
            true => Err(self.reader.unexpected_because(|_| format!("{command} needs an INTO clause"))),
            false => Err(self.reader.unexpected()),
        }
    }

    /// `INTO [TABLE] schema.table` behind the connection string.
    pub(super) fn second_into(&mut self) -> Read<Option<Spanned<WrittenName>>> {
        let Some(length) = self.reader.length_of("INTO TABLE").or_else(|| self.reader.length_of("INTO"))
        else {
            return Ok(None);
        };
        self.reader.advance(length);
        self.reader.expect_table_name().map(Some)
    }

    /// One of the clauses that stand behind `INTO` in any order; `false` where none does.
    pub(super) fn clause(&mut self, clauses: &mut Clauses) -> Read<bool> {
        self.refuse_foreign(clauses.kind)?;
        let start = self.reader.at();
        for clause in CLAUSES.iter().filter(|clause| clause.of.contains(&clauses.kind)) {
            if self.reader.take(clause.words).is_some() {
                (clause.read)(self, clauses, start)?;
                return Ok(true);
            }
        }
        let has_columns = FIELDS.contains(&clauses.kind);
        if has_columns && self.sees_list() {
            self.column_clause(clauses, start)?;
            return Ok(true);
        }
        self.want_where(has_columns, "`(`");
        Ok(false)
    }

    /// Fails where a clause of another command stands.
    fn refuse_foreign(&self, kind: CommandKind) -> Read<()> {
        let of_others = CLAUSES.iter().filter(|clause| !clause.of.contains(&kind));
        let mut of_others = of_others.map(|clause| (clause.words, owners(clause.of)));
        let found = of_others.find(|(words, _)| self.reader.sees(words)).or_else(|| {
            let of_archive = OF_ARCHIVES.into_iter().filter(|_| !self.in_archive);
            of_archive
                .map(|words| (words, "LOAD ARCHIVE".to_owned()))
                .find(|(words, _)| self.reader.sees(words))
        });
        let Some((words, owners)) = found else { return Ok(()) };
        let end = self.reader.at() + self.reader.length_of(words).unwrap_or_default();
        let span = Span { start: self.reader.at(), end };
        let error = self.reader.error(span, format!("{words} is not a clause of {kind}"));
        Err(error.help(format!("it belongs to {owners}")))
    }

    fn target_table(&mut self, clauses: &mut Clauses, start: usize) -> Read<()> {
        let table = self.reader.expect_table_name()?;
        if clauses.table.replace(table).is_some() {
            return Err(self.reader.error(self.reader.since(start), "the target table is given twice"));
        }
        Ok(())
    }
}

/// The names of these commands; those that read databases under one name if they are all there.
fn owners(kinds: &[CommandKind]) -> String {
    let all_databases = DATABASES.iter().all(|kind| kinds.contains(kind));
    let single = kinds.iter().filter(|kind| !(all_databases && DATABASES.contains(kind)));
    let mut names: Vec<String> = single.map(ToString::to_string).collect();
    if all_databases {
        names.push("LOAD DATABASE".to_owned());
    }
    match names.split_last() {
        Some((last, others)) if !others.is_empty() => format!("{} and {last}", others.join(", ")),
        _ => names.concat(),
    }
}
