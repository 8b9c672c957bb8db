//! `LOAD CSV`.

use pgloader_core::option::Options;

use super::Grammar;
use super::clauses::Clauses;
use crate::command::{Command, CommandKind, FileSource};
use crate::reader::{Place, Read};
use crate::text::Spanned;

/// The scheme that only says the type of the command.
const SCHEME: &str = "csv://";
/// Places without a name.
const STREAMS: [&str; 3] = ["stdin", "-", "inline"];
/// Places that are found by a pattern.
const PATTERNS: [&str; 4] =
    ["FIRST FILENAME MATCHING", "FILENAME MATCHING", "ALL FILENAMES MATCHING", "ALL FILENAME MATCHING"];

impl Grammar<'_> {
    /// What follows `LOAD CSV`; the command begins at `start`.
    pub(super) fn csv(&mut self, start: usize) -> Read<Command> {
        let kind = CommandKind::Csv;
        self.reader.expect("FROM")?;
        let source = self.csv_source()?;
        let mut clauses = Clauses::default();
        self.before_into(&mut clauses)?;
        let into = self.into(kind)?;
        clauses.table = self.second_into()?;
        let declared = (self.surroundings.options)(kind);
        while self.clause(kind, &declared, &mut clauses)? {}
        let span = self.reader.since(start);
        Ok(command(kind, source, into, clauses, span))
    }

    /// What follows `FROM`: a file, as long as nothing else is built.
    fn csv_source(&mut self) -> Read<FileSource> {
        for words in PATTERNS {
            if let Some(length) = self.reader.length_of(words) {
                let span = self.reader.advance(length);
                return Err(self.reader.error(span, format!("FROM {words} is not built yet")));
            }
        }
        for word in STREAMS {
            if let Some(span) = self.reader.take_stream(word) {
                return Err(self.reader.error(span, format!("FROM {word} is not built yet")));
            }
        }
        match self.reader.take_place(SCHEME, self.surroundings.file_exists)? {
            Some(Place::File(path)) => Ok(FileSource { path }),
            Some(Place::Url(span, scheme)) => Err(self.url(span, &scheme)),
            None => Err(self.no_file_name()),
        }
    }

    fn url(&self, span: crate::Span, scheme: &str) -> crate::Diagnostic {
        match scheme {
            "http://" | "https://" | "s3://" => {
                self.reader.error(span, format!("FROM {scheme} is not built yet"))
            }
            _ => self.reader.error(span, format!("LOAD CSV cannot read from {scheme}")),
        }
    }

    fn no_file_name(&self) -> crate::Diagnostic {
        let error = self.reader.unexpected();
        match self.reader.next_char() {
            Some('"') => error.help("write file names in single quotes"),
            _ => error,
        }
    }
}

fn command(
    kind: CommandKind,
    source: FileSource,
    into: Spanned<String>,
    clauses: Clauses,
    span: crate::Span,
) -> Command {
    let Clauses { encoding, fields, table, columns, options, settings, before, after, warnings } = clauses;
    let options: Options = options;
    Command {
        kind,
        span,
        source,
        encoding,
        fields,
        into,
        table,
        columns,
        options,
        settings,
        before,
        after,
        warnings,
    }
}
