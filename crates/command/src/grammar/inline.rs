//! `FROM inline`: where the data of a load file begins.

use super::Grammar;
use crate::command::Statement;
use crate::diagnostic::Diagnostic;
use crate::reader::Read;
use crate::text::Span;

/// How the commands begin of which there may be only one.
const COMMANDS: [&str; 7] = [
    "LOAD CSV FROM",
    "LOAD FIXED FROM",
    "LOAD COPY FROM",
    "LOAD DBF FROM",
    "LOAD IXF FROM",
    "LOAD DATABASE FROM",
    "LOAD ARCHIVE FROM",
];

impl Grammar<'_> {
    /// The byte of the file at which the data behind the `;` here begins; `source` is the word `inline`.
    pub(super) fn inline_offset(&mut self, source: Span) -> Read<usize> {
        if self.reader.is_at_end() {
            return Err(self.no_inline_data(source));
        }
        let Some(end) = self.reader.take_mark(";") else { return Err(self.unended()) };
        if COMMANDS.iter().any(|words| self.reader.sees(words)) {
            return Err(self.reader.error(source, self.too_many()).help(ONE_COMMAND));
        }
        self.inline_behind = Some(end.start);
        let raw = self.reader.raw_after(end);
        let skipped = skip_to_data(&self.reader.raw()[raw..]);
        match raw + skipped < self.reader.raw().len() || self.reader.goes_on_in_bytes() {
            true => Ok(raw + skipped),
            false => Err(self.no_inline_data(source)),
        }
    }

    fn no_inline_data(&self, source: Span) -> Diagnostic {
        let error = self.reader.error(source, format!("Inline data not found in '{}'.", self.reader.name()));
        error.help("write it behind the `;` of the command, from the next line on")
    }

    /// The error that other commands stand before one with inline data.
    pub(super) fn too_many_commands(&self, statements: &[Statement]) -> Diagnostic {
        let head = match statements.last() {
            Some(Statement::Load(command)) => command.source.span(),
            Some(Statement::Archive(archive)) => archive.head,
            None => Span { start: 0, end: 0 },
        };
        self.reader.error(head, self.too_many()).help(ONE_COMMAND)
    }

    fn too_many(&self) -> String {
        format!("Too many commands found in '{}'.", self.reader.name())
    }
}

const ONE_COMMAND: &str = "To use inline data, use a single command.";

/// How much of what follows `;` is not data yet: blanks and comments to the end of that line, then whole lines of
/// them. Data on the line of the `;` begins at its first character, any other at the start of its line.
fn skip_to_data(text: &str) -> usize {
    let mut at =
        line_of_blanks(text).unwrap_or_else(|| text.len() - text.trim_start_matches([' ', '\t']).len());
    if at == 0 || !text[..at].ends_with('\n') {
        return at;
    }
    while let Some(length) = line_of_blanks(&text[at..]).filter(|length| *length > 0) {
        at += length;
    }
    at
}

/// The length of the first line, or lines, of `text` with their end, where there is nothing but blanks and comments.
fn line_of_blanks(text: &str) -> Option<usize> {
    let mut at = 0;
    loop {
        let rest = &text[at..];
        let blank = rest.len() - rest.trim_start_matches([' ', '\t', '\r']).len();
        at += blank;
        let rest = &text[at..];
        if rest.is_empty() {
            return Some(at);
        } else if rest.starts_with('\n') {
            return Some(at + 1);
        } else if rest.starts_with("--") {
            at += rest.find('\n').unwrap_or(rest.len());
        } else {
            at += rest.strip_prefix("/*")?.find("*/")? + 4;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_begins_at_the_first_line_that_has_some() {
        let cases = [
            ("\n1,a\n", "1,a\n"),
            ("\n  1,a", "  1,a"),
            (" -- comment\n\n \t\r\n-- more\n/* and\n more */ \n  1,a", "  1,a"),
            ("  1,a\n2,b", "1,a\n2,b"),
            ("\n/* c */ 1,a", "/* c */ 1,a"),
            ("/* c */ 1,a", "/* c */ 1,a"),
            ("\n/* never closed\n1", "/* never closed\n1"),
            ("\n- 1", "- 1"),
            ("\r\nx", "x"),
            ("\n", ""),
            ("", ""),
            (" \n--", ""),
        ];
        for (text, data) in cases {
            assert_eq!(&text[skip_to_data(text)..], data, "{text:?}");
        }
    }
}
