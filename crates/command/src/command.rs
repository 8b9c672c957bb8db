//! What the user said: commands as they are written, not yet what they mean.

use std::fmt;

use pgloader_core::option::{OptionSpec, Options};
use pgloader_core::transform::{NullIf, Trim};

use crate::diagnostic::Diagnostic;
use crate::name::WrittenName;
use crate::text::{Span, Spanned};

/// Which command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CommandKind {
    /// `LOAD CSV`.
    Csv,
}

/// As it is written.
impl fmt::Display for CommandKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CommandKind::Csv => f.write_str("LOAD CSV"),
        }
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
}

/// One command of a load file.
#[derive(Debug, Clone)]
pub struct Command {
    /// Which command.
    pub kind: CommandKind,
    /// The whole command without its `;`.
    pub span: Span,
    /// `FROM`.
    pub source: FileSource,
    /// `WITH ENCODING x` or the option `encoding x`, as written.
    pub encoding: Option<Spanned<String>>,
    /// `HAVING FIELDS`; `None` where there is no such list. Never empty.
    pub fields: Option<Vec<FieldDefinition>>,
    /// `INTO`: the URI as written, quotes removed. Not checked beyond `scheme://`. It may hold a password: never
    /// print it.
    pub into: Spanned<String>,
    /// `TARGET TABLE`, or the second `INTO`. It wins over a table in the URI.
    pub table: Option<Spanned<WrittenName>>,
    /// `TARGET COLUMNS`; `None` where there is no such list. Never empty.
    pub columns: Option<Vec<ColumnDefinition>>,
    /// All `WITH` clauses together.
    pub options: Options,
    /// All `SET` clauses together, each name once, in written order.
    pub settings: Vec<Setting>,
    /// `BEFORE LOAD`, in written order.
    pub before: Vec<SqlSource>,
    /// `AFTER LOAD`, in written order.
    pub after: Vec<SqlSource>,
    /// What is accepted but deserves a word, such as an option written twice.
    pub warnings: Vec<Diagnostic>,
}

/// A file named by `FROM`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileSource {
    /// Its name as written, without quotes and without `csv://`. A leading `~/` is still there, all other
    /// characters are literal. Never empty.
    pub path: Spanned<String>,
}

/// One entry of `HAVING FIELDS`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldDefinition {
    /// Its name: lower-cased where it was written bare, else as it stands between the quotes.
    pub name: Spanned<String>,
    /// When its value is NULL: where any of these says so. Asked before `trim`.
    pub null_if: Vec<NullIf>,
    /// What to strip.
    pub trim: Option<Trim>,
}

/// One entry of `TARGET COLUMNS`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnDefinition {
    /// Its name: lower-cased where it was written bare, else as it stands between the quotes.
    pub name: Spanned<String>,
    /// Its type with typemod and brackets. It has no effect on the load.
    pub type_name: Option<String>,
}

/// `SET name TO 'value'`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// The parameter.
    pub name: Spanned<String>,
    /// Its value without the quotes.
    pub value: Spanned<String>,
}

/// One member of `BEFORE LOAD` or `AFTER LOAD`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SqlSource {
    /// `DO $$ … $$`: what stands between the marks, trimmed. Possibly several statements, possibly none.
    Block(Spanned<String>),
    /// `EXECUTE file`: its name as in [`FileSource::path`].
    File(Spanned<String>),
}
