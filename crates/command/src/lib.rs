//! The load language: text to commands, with diagnostics.
//!
//! Two steps lead from a load file to its commands: [`expand`] replaces the `{{VARIABLES}}` and remembers where
//! every byte came from, [`parse`] reads the commands. Both are pure: whoever calls reads the file, looks variables
//! up and answers through [`Surroundings`] what the language itself cannot know. No option or encoding is known here
//! by name: options come as data from those who act on them. Schemes of sources are, because they say which command
//! it is, and with it which clauses it has.
//!
//! The grammar is one recursive descent over the expanded text. What a character means depends on where it stands
//! (`--` is a comment, but data in a file name), so there are no tokens: each rule asks the reader for what it
//! wants, and the reader notes every wish that failed at the furthest position for the error message.

mod command;
mod diagnostic;
mod grammar;
pub mod ini;
mod name;
mod reader;
mod scheme;
pub mod sql;
mod suggest;
mod template;
mod text;
mod uri;

pub use command::{
    Alteration, Archive, CastRule, CastSource, ColumnDefinition, Command, CommandKind, Decoding,
    Distribution, FieldDefinition, Guard, Kept, Matching, NameMatch, NotNull, Origin, Position, Setting,
    SqlSource, Statement, StorageParameters, Surroundings, TableAction, TableClauses, TableFilter, View,
    Views,
};
pub use diagnostic::{Diagnostic, Severity};
pub use grammar::{clauses, parse};
pub use name::{NamePart, WrittenName};
pub use template::{Lookup, expand};
pub use text::{SourceText, Span, Spanned};
