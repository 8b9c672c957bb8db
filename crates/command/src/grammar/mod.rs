//! The grammar: one method a rule.

mod archive;
mod cast;
mod clauses;
mod fields;
mod filters;
mod inline;
mod options;
mod schema;
mod settings;
mod source;
mod sql;

use crate::command::{Command, CommandKind, Origin, Statement, Surroundings};
use crate::diagnostic::Diagnostic;
use crate::reader::{Read, Reader};
use crate::text::{SourceText, Span};
use clauses::Clauses;

pub use clauses::clauses;
pub(crate) use clauses::sees_clause;

/// The commands whose kind is told by a word.
const COMMANDS: [(&str, CommandKind); 5] = [
    ("CSV", CommandKind::Csv),
    ("FIXED", CommandKind::Fixed),
    ("COPY", CommandKind::Copy),
    ("DBF", CommandKind::Dbf),
    ("IXF", CommandKind::Ixf),
];

/// Reads the commands of a load file, in order; at least one.
///
/// Each command is ended by `;`, which the last one may lack. Names are not resolved, values not interpreted, files
/// not opened.
///
/// # Errors
/// The first error in the file, be it in its templates or its commands.
pub fn parse(text: &SourceText, surroundings: &Surroundings<'_>) -> Result<Vec<Statement>, Diagnostic> {
    let mut grammar = Grammar::new(text, surroundings);
    let statements = grammar.file();
    grammar.or_template_error(statements)
}

struct Grammar<'t> {
    reader: Reader<'t>,
    surroundings: &'t Surroundings<'t>,
    /// Whether the members of an archive are being read.
    in_archive: bool,
    /// The last byte that is not inline data, which nothing is said about.
    inline_behind: Option<usize>,
}

impl<'t> Grammar<'t> {
    fn new(text: &'t SourceText, surroundings: &'t Surroundings<'t>) -> Grammar<'t> {
        Grammar { reader: Reader::new(text), surroundings, in_archive: false, inline_behind: None }
    }

    /// What was read, or the error of the templates where that stands before its end.
    fn or_template_error<T>(&self, read: Read<T>) -> Read<T> {
        let reached = match (&read, self.inline_behind) {
            (Err(_), _) => self.reader.reached(),
            (Ok(_), Some(end)) => end,
            (Ok(_), None) => usize::MAX,
        };
        match self.reader.template_error(reached) {
            Some(error) => Err(error),
            None => read,
        }
    }
}

impl Grammar<'_> {
    fn file(&mut self) -> Read<Vec<Statement>> {
        let mut statements = vec![self.statement()?];
        while self.inline_behind.is_none() && !self.reader.is_at_end() {
            if self.reader.take_mark(";").is_none() {
                return Err(self.unended());
            }
            if !self.reader.is_at_end() {
                statements.push(self.statement()?);
            }
        }
        match self.inline_behind.is_some() && statements.len() > 1 {
            true => Err(self.too_many_commands(&statements)),
            false => Ok(statements),
        }
    }

    fn statement(&mut self) -> Read<Statement> {
        let start = self.reader.at();
        self.expect_load()?;
        if self.reader.take_glued("ARCHIVE").is_some() {
            return self.archive(start).map(|archive| Statement::Archive(Box::new(archive)));
        }
        let mut command = self.command(start)?;
        if let Origin::Inline(offset) = &mut command.source {
            offset.value = self.inline_offset(offset.span)?;
        }
        Ok(Statement::Load(Box::new(command)))
    }

    fn expect_load(&mut self) -> Read<()> {
        match self.reader.take_glued("LOAD") {
            Some(_) => Ok(()),
            None if self.reader.is_at_end() => {
                Err(self.reader.unexpected_because(|_| "there is no command in this file".to_owned()))
            }
            None => Err(self.reader.unexpected()),
        }
    }

    /// What follows `LOAD`, which stands at `start`.
    fn command(&mut self, start: usize) -> Read<Command> {
        for (word, kind) in COMMANDS {
            if self.reader.take_glued(word).is_some() {
                let head = self.reader.since(start);
                self.reader.expect("FROM")?;
                let source = self.file_source(kind)?;
                return self.clauses_of(kind, head, source);
            }
        }
        if self.reader.take_glued("DATABASE").is_some() {
            let head = self.reader.since(start);
            self.reader.expect("FROM")?;
            let (kind, source) = self.database_source()?;
            return self.clauses_of(kind, head, source);
        }
        Err(self.no_such_command(start))
    }

    /// All that follows the source.
    fn clauses_of(&mut self, kind: CommandKind, head: Span, source: Origin) -> Read<Command> {
        let mut clauses = Clauses::new(kind, (self.surroundings.options)(kind));
        self.before_into(&mut clauses)?;
        let into = self.into(&kind.to_string())?;
        clauses.table = self.second_into()?;
        while self.clause(&mut clauses)? {}
        Ok(clauses.command(head, self.reader.since(head.start), source, into))
    }

    fn no_such_command(&self, start: usize) -> Diagnostic {
        match self.reader.length_of("MESSAGES") {
            Some(length) => {
                let span = Span { start, end: self.reader.at() + length };
                self.reader.error(span, "LOAD MESSAGES is not supported")
            }
            None => self.reader.unexpected(),
        }
    }

    /// The error that something stands where a command should end.
    fn unended(&self) -> Diagnostic {
        let error = self.reader.unexpected();
        match self.reader.sees("LOAD") {
            true => error.help("a `;` must stand before the next command"),
            false => error,
        }
    }
}

#[cfg(test)]
mod tests;
