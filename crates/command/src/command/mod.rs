//! What the user said: commands as they are written, not yet what they mean.

mod cast;
mod tables;

use std::fmt;

use fancy_regex::Regex;
use pgloader_core::expression::{Form, Library};
use pgloader_core::option::{OptionSpec, Options};
use pgloader_core::transform::{DateFormat, NullIf, Trim};

use crate::diagnostic::Diagnostic;
use crate::name::WrittenName;
use crate::text::{Span, Spanned};

pub use cast::{CastRule, CastSource, Guard, Kept, NotNull};
pub use tables::{
    Alteration, Decoding, Distribution, NameMatch, StorageParameters, TableAction, TableClauses, TableFilter,
    View, Views,
};

/// Which command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CommandKind {
    /// `LOAD CSV`.
    Csv,
    /// `LOAD FIXED`.
    Fixed,
    /// `LOAD COPY`.
    Copy,
    /// `LOAD DBF`.
    Dbf,
    /// `LOAD IXF`.
    Ixf,
    /// `LOAD DATABASE` from MySQL or MariaDB.
    MySql,
    /// `LOAD DATABASE` from PostgreSQL or Redshift.
    Postgres,
    /// `LOAD DATABASE` from SQL Server.
    MsSql,
    /// `LOAD DATABASE` from SQLite.
    SQLite,
}

impl CommandKind {
    /// All of them.
    pub const ALL: [CommandKind; 9] = [
        CommandKind::Csv,
        CommandKind::Fixed,
        CommandKind::Copy,
        CommandKind::Dbf,
        CommandKind::Ixf,
        CommandKind::MySql,
        CommandKind::Postgres,
        CommandKind::MsSql,
        CommandKind::SQLite,
    ];
}

/// As it is written; the source of a database in the words of its maker.
impl fmt::Display for CommandKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            CommandKind::Csv => "LOAD CSV",
            CommandKind::Fixed => "LOAD FIXED",
            CommandKind::Copy => "LOAD COPY",
            CommandKind::Dbf => "LOAD DBF",
            CommandKind::Ixf => "LOAD IXF",
            CommandKind::MySql => "LOAD DATABASE from MySQL",
            CommandKind::Postgres => "LOAD DATABASE from PostgreSQL",
            CommandKind::MsSql => "LOAD DATABASE from SQL Server",
            CommandKind::SQLite => "LOAD DATABASE from SQLite",
        })
    }
}

/// What the language must ask of the world around it.
pub struct Surroundings<'a> {
    /// Every option that a command may have: those of its source, of the targets and of the engine. Asked once a
    /// command. `encoding` is part of the grammar and need not be among them.
    pub options: &'a dyn Fn(CommandKind) -> Vec<&'static OptionSpec>,
    /// Whether this file exists, relative names being relative to the load file. Asked only for an unquoted name
    /// with a parenthesis in it: `p(1).csv` is a name where there is such a file, else the name ends at the `(`.
    pub file_exists: &'a dyn Fn(&str) -> bool,
    /// Functions that expressions may call besides those built in.
    pub library: &'a Library,
}

/// What stands between two `;` of a load file.
#[derive(Debug, Clone)]
pub enum Statement {
    /// One source into one target.
    Load(Box<Command>),
    /// Several loads from the files of an archive.
    Archive(Box<Archive>),
}

/// `LOAD ARCHIVE`.
#[derive(Debug, Clone)]
pub struct Archive {
    /// The words `LOAD ARCHIVE`, where an error of the whole is shown.
    pub head: Span,
    /// `FROM`: a file or a URL.
    pub source: Origin,
    /// `INTO`, where `before` and `finally` run; never missing where one of them is there.
    pub into: Option<Spanned<String>>,
    /// `BEFORE LOAD`, in written order.
    pub before: Vec<SqlSource>,
    /// The loads, in written order. Never empty.
    pub members: Vec<Command>,
    /// `FINALLY`, or `AFTER LOAD` written before the first member.
    pub finally: Vec<SqlSource>,
}

/// One source loaded into one target.
#[derive(Debug, Clone)]
pub struct Command {
    /// Which command.
    pub kind: CommandKind,
    /// The words `LOAD CSV`, where an error of the whole is shown.
    pub head: Span,
    /// The whole command without its `;`.
    pub span: Span,
    /// `FROM`.
    pub source: Origin,
    /// `WITH ENCODING x` or the option `encoding x`, as written.
    pub encoding: Option<Spanned<String>>,
    /// `HAVING FIELDS`; `None` where there is no such list. Never empty.
    pub fields: Option<Vec<FieldDefinition>>,
    /// `INTO`: the connection string as written, quotes removed. Not checked beyond its scheme, or its first
    /// `name=`. It may hold a password: never print it.
    pub into: Spanned<String>,
    /// `TARGET TABLE`, or the second `INTO`. It wins over a table in the URI.
    pub table: Option<Spanned<WrittenName>>,
    /// `TARGET COLUMNS`; `None` where there is no such list. Never empty.
    pub columns: Option<Vec<ColumnDefinition>>,
    /// All `WITH` clauses together.
    pub options: Options,
    /// All `SET` clauses for the target together, each name once, in written order.
    pub settings: Vec<Setting>,
    /// `BEFORE LOAD`, in written order.
    pub before: Vec<SqlSource>,
    /// `AFTER LOAD`, in written order.
    pub after: Vec<SqlSource>,
    /// Clauses of sources that bring a schema with them.
    pub tables: TableClauses,
    /// What is accepted but deserves a word, such as an option written twice.
    pub warnings: Vec<Diagnostic>,
}

/// What `FROM` names.
#[derive(Debug, Clone)]
pub enum Origin {
    /// `stdin` or `-`.
    Stdin(Span),
    /// `inline`: the load file itself, from this byte on (as the file has them, templates not expanded).
    Inline(Spanned<usize>),
    /// A file as written, without quotes and without `csv://` and the like. A leading `~/` is still there, all other
    /// characters are literal. Never empty.
    File(Spanned<String>),
    /// A URL as written, without quotes, of a scheme that names a place and not a kind of source: `https://`.
    Url(Spanned<String>),
    /// Files found by a pattern.
    Matching(Matching),
    /// A connection string to a database server as written, without quotes; it may begin with `jdbc:`, and hold a
    /// password.
    Server(Spanned<String>),
}

impl Origin {
    /// Where it stands.
    pub fn span(&self) -> Span {
        match self {
            Origin::Stdin(span) => *span,
            Origin::Inline(offset) => offset.span,
            Origin::File(text) | Origin::Url(text) | Origin::Server(text) => text.span,
            Origin::Matching(matching) => matching.span,
        }
    }
}

/// `FILENAME MATCHING`.
#[derive(Debug, Clone)]
pub struct Matching {
    /// The whole of it.
    pub span: Span,
    /// `ALL FILENAMES` rather than the first one.
    pub all: bool,
    /// Searched in the names of files relative to the directory.
    pub pattern: Spanned<Regex>,
    /// `IN DIRECTORY`, as a file name is written.
    pub directory: Option<Spanned<String>>,
}

/// One entry of `HAVING FIELDS`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldDefinition {
    /// Its name: lower-cased where it was written bare, else as it stands between the quotes.
    pub name: Spanned<String>,
    /// Where it stands in a line of fixed width; always and only for `LOAD FIXED`.
    pub position: Option<Position>,
    /// When its value is NULL: where any of these says so. Asked before `trim`.
    pub null_if: Vec<NullIf>,
    /// What to strip.
    pub trim: Option<Trim>,
    /// How its date or time is written.
    pub date_format: Option<Spanned<DateFormat>>,
}

/// A field of fixed width, in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// How many characters of the line precede it.
    pub start: usize,
    /// How many it has.
    pub length: usize,
}

/// One entry of `TARGET COLUMNS`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnDefinition {
    /// Its name: lower-cased where it was written bare, else as it stands between the quotes.
    pub name: Spanned<String>,
    /// Its type with typemod and brackets. It has no effect on the load.
    pub type_name: Option<String>,
    /// What stands behind `USING`. Functions are known to exist, names of fields are not checked.
    pub expression: Option<Spanned<Form>>,
}

/// `SET name TO 'value'`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// The parameter.
    pub name: Spanned<String>,
    /// Its value without the quotes.
    pub value: Spanned<String>,
}

/// One member of `BEFORE LOAD` and clauses like it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SqlSource {
    /// `DO $$ … $$`: what stands between the marks, trimmed. Possibly several statements, possibly none.
    Block(Spanned<String>),
    /// `EXECUTE file`: its name as in [`Origin::File`].
    File(Spanned<String>),
}
