//! `FROM`.

use super::Grammar;
use crate::command::{CommandKind, Matching, Origin};
use crate::diagnostic::Diagnostic;
use crate::reader::{Place, Read};
use crate::scheme::{self, Said};
use crate::text::{Span, Spanned};

/// What comes before the pattern of file names, and whether it means all that match.
const PATTERNS: [(&str, bool); 4] = [
    ("FIRST FILENAME MATCHING", false),
    ("FILENAME MATCHING", false),
    ("ALL FILENAMES MATCHING", true),
    ("ALL FILENAME MATCHING", true),
];

impl Grammar<'_> {
    /// The source of a command that reads files.
    pub(super) fn file_source(&mut self, kind: CommandKind) -> Read<Origin> {
        if matches!(kind, CommandKind::Csv | CommandKind::Fixed | CommandKind::Copy)
            && let Some(found) = self.stream_or_pattern()?
        {
            return Ok(found);
        }
        self.named_source(&kind.to_string(), Some(kind))
    }

    /// The source of `LOAD ARCHIVE`.
    pub(super) fn archive_source(&mut self) -> Read<Origin> {
        self.named_source("LOAD ARCHIVE", None)
    }

    fn stream_or_pattern(&mut self) -> Read<Option<Origin>> {
        let start = self.reader.at();
        for (words, all) in PATTERNS {
            if let Some(length) = self.reader.length_of(words) {
                self.reader.advance(length);
                return self.matching(start, all).map(Some);
            }
        }
        if let Some(span) = self.reader.take_stream("stdin").or_else(|| self.reader.take_stream("-")) {
            return Ok(Some(Origin::Stdin(span)));
        }
        let inline = self.reader.take_stream("inline");
        Ok(inline.map(|span| Origin::Inline(Spanned { value: 0, span })))
    }

    /// The pattern and its directory.
    fn matching(&mut self, start: usize, all: bool) -> Read<Origin> {
        let written = self.reader.take_regex()?.ok_or_else(|| self.reader.unexpected())?;
        let pattern = self.reader.compiled(written)?;
        let directory = match self.reader.take("IN DIRECTORY") {
            Some(_) => Some(self.file_name("IN DIRECTORY")?),
            None => None,
        };
        Ok(Origin::Matching(Matching { span: self.reader.since(start), all, pattern, directory }))
    }

    /// The name of a file; `clause` is where it stands.
    pub(super) fn file_name(&mut self, clause: &str) -> Read<Spanned<String>> {
        match self.reader.take_place("", self.surroundings.file_exists)? {
            Some(Place::File(path)) => Ok(path),
            Some(Place::Url(url, scheme)) => {
                Err(self.reader.error(url.span, format!("{clause} cannot read from {scheme}")))
            }
            None => Err(self.reader.unexpected()),
        }
    }

    /// A file or a URL; `command` is how errors name whose it is.
    fn named_source(&mut self, command: &str, kind: Option<CommandKind>) -> Read<Origin> {
        let own = kind.and_then(scheme::of_files).unwrap_or_default();
        match self.reader.take_place(own, self.surroundings.file_exists)? {
            Some(Place::File(path)) => Ok(Origin::File(path)),
            Some(Place::Url(url, _)) if scheme::said(&url.value) == Some(Said::Place) => Ok(Origin::Url(url)),
            Some(Place::Url(url, scheme)) => Err(self.wrong_scheme(command, url.span, &scheme)),
            None => Err(self.no_file_name()),
        }
    }

    fn wrong_scheme(&self, command: &str, span: Span, scheme: &str) -> Diagnostic {
        let error = self.reader.error(span, format!("{command} cannot read from {scheme}"));
        match scheme::said(scheme) {
            Some(Said::File(kind)) => error.help(format!("it is {kind} that can")),
            Some(Said::Server(_)) => error.help("it is LOAD DATABASE that can"),
            _ => error,
        }
    }

    fn no_file_name(&self) -> Diagnostic {
        let error = self.reader.unexpected();
        match self.reader.next_char() {
            Some('"') => error.help("write file names in single quotes"),
            _ => error,
        }
    }

    /// The source of `LOAD DATABASE`, and what it is.
    pub(super) fn database_source(&mut self) -> Read<(CommandKind, Origin)> {
        let written = self.reader.take_database(self.surroundings.file_exists)?;
        let written = written.ok_or_else(|| self.no_file_name())?;
        let span = written.span;
        match scheme::database(written) {
            Some(found) => Ok(found),
            None => Err(self.no_database(span)),
        }
    }

    fn no_database(&self, span: Span) -> Diagnostic {
        self.reader
            .error(span, "LOAD DATABASE cannot read from this")
            .label("expected the URI of a database or the name of an SQLite file")
            .help("the schemes are mysql, mariadb, postgresql, redshift, mssql, sqlserver and sqlite")
    }
}
