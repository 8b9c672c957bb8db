//! The grammar: one method a rule.

mod clauses;
mod csv;
mod fields;
mod options;

use crate::command::{Command, CommandKind, Surroundings};
use crate::diagnostic::Diagnostic;
use crate::reader::{Read, Reader};
use crate::text::SourceText;

/// Words with which a clause begins, so that an error can tell a clause from a misspelt option.
pub(crate) const CLAUSES: [&str; 8] =
    ["INTO", "TARGET TABLE", "TARGET COLUMNS", "HAVING FIELDS", "WITH", "SET", "BEFORE LOAD", "AFTER LOAD"];

/// The commands that are read.
const COMMANDS: [(&str, CommandKind); 1] = [("CSV", CommandKind::Csv)];

/// The commands that are refused, and why.
const REFUSED: [(&str, &str); 7] = [
    ("FIXED", "is not built yet"),
    ("COPY", "is not built yet"),
    ("DBF", "is not built yet"),
    ("IXF", "is not built yet"),
    ("ARCHIVE", "is not built yet"),
    ("DATABASE", "is not built yet"),
    ("MESSAGES", "is not supported"),
];

/// Reads the commands of a load file, in order; at least one.
///
/// Each command is ended by `;`, which the last one may lack. Names are not resolved, values not interpreted, files
/// not opened.
///
/// # Errors
/// The first error in the file, be it in its templates or its commands.
pub fn parse(text: &SourceText, surroundings: &Surroundings<'_>) -> Result<Vec<Command>, Diagnostic> {
    let mut grammar = Grammar { reader: Reader::new(text), surroundings };
    let commands = grammar.file();
    let reached = match commands {
        Ok(_) => usize::MAX,
        Err(_) => grammar.reader.reached(),
    };
    match grammar.reader.template_error(reached) {
        Some(error) => Err(error),
        None => commands,
    }
}

struct Grammar<'t> {
    reader: Reader<'t>,
    surroundings: &'t Surroundings<'t>,
}

impl Grammar<'_> {
    fn file(&mut self) -> Read<Vec<Command>> {
        let mut commands = vec![self.command()?];
        while !self.reader.is_at_end() {
            if self.reader.take_mark(";").is_none() {
                return Err(self.unended());
            }
            if !self.reader.is_at_end() {
                commands.push(self.command()?);
            }
        }
        Ok(commands)
    }

    fn command(&mut self) -> Read<Command> {
        let start = self.reader.at();
        if self.reader.take_glued("LOAD").is_none() {
            return Err(match self.reader.is_at_end() {
                true => self.reader.unexpected_because(|_| "there is no command in this file".to_owned()),
                false => self.reader.unexpected(),
            });
        }
        for (word, kind) in COMMANDS {
            if self.reader.take_glued(word).is_some() {
                return match kind {
                    CommandKind::Csv => self.csv(start),
                };
            }
        }
        for (word, why) in REFUSED {
            if let Some(length) = self.reader.length_of(word) {
                self.reader.advance(length);
                return Err(self.reader.error(self.reader.since(start), format!("LOAD {word} {why}")));
            }
        }
        Err(self.reader.unexpected())
    }

    /// The error that something stands where a command should end.
    fn unended(&self) -> Diagnostic {
        let error = self.reader.unexpected();
        match self.reader.sees("LOAD") {
            true => error.help("a `;` must stand before the next command"),
            false => error,
        }
    }

    /// Whether a clause begins here.
    fn sees_clause(&self) -> bool {
        CLAUSES.iter().any(|words| self.reader.sees(words)) || clauses::foreign(&self.reader).is_some()
    }
}

#[cfg(test)]
mod tests;
