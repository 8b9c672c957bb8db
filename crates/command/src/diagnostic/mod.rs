//! Errors and warnings that show the place they speak of.

mod excerpt;
pub(crate) mod secret;

use std::fmt;
use std::ops::Range;

use crate::text::{SourceText, Span};
use excerpt::Excerpt;

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// The command cannot run.
    Error,
    /// It runs; something is not as it seems.
    Warning,
}

/// What is wrong in a load file or a file of SQL, and where.
///
/// `Display` is the whole message over several lines: `file:line:column: error: …`, the line, a caret run under the
/// spot with what was expected, and what to do. The text of the file passes through one place on its way here, which
/// replaces the password of every URI by `***`; values of template variables are never shown, their tags are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic(Box<Parts>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Parts {
    severity: Severity,
    message: String,
    file: String,
    line: usize,
    column: usize,
    excerpt: Excerpt,
    label: Option<String>,
    notes: Vec<(&'static str, String)>,
}

impl Diagnostic {
    /// An error at this place: one sentence without a final full stop.
    pub fn error(text: &SourceText, span: Span, message: impl AsRef<str>) -> Diagnostic {
        Diagnostic::at(Severity::Error, text, text.raw_range(span), message.as_ref())
    }

    /// A warning at this place.
    pub fn warning(text: &SourceText, span: Span, message: impl AsRef<str>) -> Diagnostic {
        Diagnostic::at(Severity::Warning, text, text.raw_range(span), message.as_ref())
    }

    /// The same for a part of the file itself.
    pub(crate) fn at(severity: Severity, text: &SourceText, raw: Range<usize>, message: &str) -> Diagnostic {
        let before = &text.raw()[..raw.start];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        Diagnostic(Box::new(Parts {
            severity,
            message: secret::masked(message),
            file: text.name().to_owned(),
            line: before.matches('\n').count() + 1,
            column: before[line_start..].trim_start_matches('\u{FEFF}').chars().count() + 1,
            excerpt: Excerpt::new(text, raw),
            label: None,
            notes: Vec::new(),
        }))
    }

    /// The same, saying first which option it is about.
    #[must_use]
    pub(crate) fn about(mut self, option: &str) -> Diagnostic {
        self.0.message = format!("`{option}`: {}", self.0.message);
        self
    }

    /// The same with words beside the caret: what was expected.
    #[must_use]
    pub fn label(mut self, label: impl AsRef<str>) -> Diagnostic {
        self.0.label = Some(secret::masked(label.as_ref()));
        self
    }

    /// The same with a line that tells what to do.
    #[must_use]
    pub fn help(mut self, help: impl AsRef<str>) -> Diagnostic {
        self.0.notes.push(("help", secret::masked(help.as_ref())));
        self
    }

    /// The same with a line of what else is good to know.
    #[must_use]
    pub fn note(mut self, note: impl AsRef<str>) -> Diagnostic {
        self.0.notes.push(("note", secret::masked(note.as_ref())));
        self
    }

    /// Error or warning.
    pub fn severity(&self) -> Severity {
        self.0.severity
    }

    /// What is wrong, in one line.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The file as its reader named it.
    pub fn file(&self) -> &str {
        &self.0.file
    }

    /// The line in the file, from 1.
    pub fn line(&self) -> usize {
        self.0.line
    }

    /// The column in the file, in characters from 1.
    pub fn column(&self) -> usize {
        self.0.column
    }
}

impl std::error::Error for Diagnostic {}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Parts { severity, message, file, line, column, excerpt, label, notes } = &*self.0;
        let severity = match severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        let number = line.to_string();
        let margin = " ".repeat(number.len());
        writeln!(f, "{file}:{line}:{column}: {severity}: {message}")?;
        writeln!(f, " {margin} |")?;
        writeln!(f, "{}", format!(" {number} | {}", excerpt.line).trim_end())?;
        write!(f, " {margin} | {}{}", " ".repeat(excerpt.indent), "^".repeat(excerpt.carets))?;
        if let Some(label) = label {
            write!(f, " {label}")?;
        }
        for (kind, note) in notes {
            let head = format!(" {margin} = {kind}: ");
            write!(f, "\n{head}{}", wrapped(note, head.len()))?;
        }
        Ok(())
    }
}

/// Breaks a text at blanks where a line would exceed 100 characters; further lines are indented.
fn wrapped(text: &str, indent: usize) -> String {
    let mut lines = String::new();
    let mut width = indent;
    for word in text.split(' ') {
        let length = word.chars().count();
        if width > indent && width + length > 100 {
            lines.truncate(lines.trim_end().len());
            lines.push('\n');
            lines.push_str(&" ".repeat(indent));
            width = indent;
        }
        lines.push_str(word);
        lines.push(' ');
        width += length + 1;
    }
    lines.truncate(lines.trim_end().len());
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(raw: &str, spot: &str) -> Diagnostic {
        let text = SourceText::plain("f.load", raw);
        let start = raw.find(spot).unwrap();
        Diagnostic::error(&text, Span { start, end: start + spot.len() }, "wrong")
    }

    #[test]
    fn the_whole_message() {
        let error = at("LOAD\n  CSW x", "CSW").label("expected CSV").help("do this").note("and that");
        let expected = "\
f.load:2:3: error: wrong
   |
 2 |   CSW x
   |   ^^^ expected CSV
   = help: do this
   = note: and that";
        assert_eq!(error.to_string(), expected);
        assert_eq!((error.line(), error.column(), error.file()), (2, 3, "f.load"));
        assert_eq!((error.message(), error.severity()), ("wrong", Severity::Error));
    }

    #[test]
    fn columns_count_characters_and_carets_stand_below_wide_ones() {
        let expected = "\
f.load:1:4: error: wrong
   |
 1 | é漢\u{20}   x
   |        ^";
        assert_eq!(at("é漢\tx", "x").to_string(), expected);
    }

    #[test]
    fn passwords_are_masked_everywhere() {
        let raw = "INTO postgresql://u:se:c/r@@et@host/db oops";
        let expected = "\
f.load:1:40: error: bad postgresql://u:***@h
   |
 1 | INTO postgresql://u:***@host/db oops
   |                                 ^^^^ see mysql://a:***@b
   = help: not postgresql://a:***@b";
        let text = SourceText::plain("f.load", raw);
        let span = Span { start: 39, end: 43 };
        let error = Diagnostic::error(&text, span, "bad postgresql://u:p@h")
            .label("see mysql://a:x@b")
            .help("not postgresql://a:y@b");
        assert_eq!(error.to_string(), expected);
    }

    #[test]
    fn a_caret_inside_a_password_covers_the_mask() {
        let expected = "\
f.load:1:9: error: wrong
   |
 1 | a://u:***@h
   |       ^^^";
        assert_eq!(at("a://u:secret@h", "cre").to_string(), expected);
    }

    #[test]
    fn long_notes_are_wrapped() {
        let note = "word ".repeat(30);
        let shown = at("x", "x").note(note.trim()).to_string();
        assert_eq!(shown.lines().count(), 6);
        assert!(shown.lines().all(|line| line.chars().count() <= 100), "{shown}");
        assert!(shown.lines().last().unwrap().starts_with("           word"));
    }
}
