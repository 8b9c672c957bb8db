//! `LOAD ARCHIVE`.

use super::Grammar;
use crate::command::{Archive, Command, CommandKind, Origin, SqlSource};
use crate::diagnostic::Diagnostic;
use crate::reader::Read;
use crate::text::Spanned;

/// How errors name the command.
const NAME: &str = "LOAD ARCHIVE";

impl Grammar<'_> {
    /// What follows `LOAD ARCHIVE`; `LOAD` stands at `start`.
    pub(super) fn archive(&mut self, start: usize) -> Read<Archive> {
        let head = self.reader.since(start);
        self.reader.expect("FROM")?;
        let source = self.archive_source()?;
        let into = self.archive_into()?;
        let mut archive =
            Archive { head, source, into, before: Vec::new(), members: Vec::new(), finally: Vec::new() };
        self.archive_sql("BEFORE LOAD", archive.into.as_ref(), &mut archive.before)?;
        self.archive_sql("AFTER LOAD", archive.into.as_ref(), &mut archive.finally)?;
        self.in_archive = true;
        while self.member_follows(&archive.members) {
            let member = self.member()?;
            archive.members.push(member);
        }
        self.in_archive = false;
        self.archive_sql("FINALLY", archive.into.as_ref(), &mut archive.finally)?;
        Ok(archive)
    }

    fn archive_into(&mut self) -> Read<Option<Spanned<String>>> {
        match self.reader.take("INTO") {
            Some(_) => self.reader.expect_connection().map(Some),
            None => Ok(None),
        }
    }

    /// One clause of SQL, which takes a connection of the archive's own.
    fn archive_sql(
        &mut self,
        words: &str,
        into: Option<&Spanned<String>>,
        sources: &mut Vec<SqlSource>,
    ) -> Read<()> {
        while let Some(span) = self.reader.take(words) {
            if into.is_none() {
                let error = self.reader.error(span, format!("{words} of {NAME} needs an INTO clause"));
                return Err(error.help("write `INTO` and a connection string behind the archive's name"));
            }
            self.sql(sources)?;
        }
        Ok(())
    }

    /// Whether another member begins here; `AND` between members may be left out.
    fn member_follows(&mut self, members: &[Command]) -> bool {
        let has_and = !members.is_empty() && self.reader.take("AND").is_some();
        has_and || members.is_empty() || self.reader.sees("LOAD")
    }

    fn member(&mut self) -> Read<Command> {
        let start = self.reader.at();
        self.reader.take_glued("LOAD").ok_or_else(|| self.reader.unexpected())?;
        let command = self.command(start)?;
        let is_member = matches!(
            command.kind,
            CommandKind::Csv | CommandKind::Fixed | CommandKind::Copy | CommandKind::Dbf
        );
        if !is_member {
            return Err(self.no_member(&command));
        }
        match command.source {
            Origin::Inline(_) => {
                Err(self.reader.error(command.source.span(), "a member of LOAD ARCHIVE has no inline data"))
            }
            _ => Ok(command),
        }
    }

    fn no_member(&self, command: &Command) -> Diagnostic {
        let error = self.reader.error(command.head, format!("{} cannot be a member of {NAME}", command.kind));
        error.help("its members are LOAD CSV, LOAD FIXED, LOAD COPY and LOAD DBF")
    }
}
