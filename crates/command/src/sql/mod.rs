//! Files of SQL: cut into statements and inclusions. Nothing is opened here.

mod lexer;

use std::ops::Range;

use crate::diagnostic::Diagnostic;
use crate::text::SourceText;
use lexer::{Kind, Token, Unclosed};

/// One thing to do, in the order of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Item {
    /// Send this.
    Statement {
        /// One statement without its `;`, from its first to its last token. Never empty.
        sql: String,
        /// The line where it begins, from 1.
        line: usize,
    },
    /// `\i file` or `\ir file`: do what that file says.
    Include {
        /// Its name as written, without quotes; relative to the file that includes it. Never empty.
        path: String,
        /// The line where this is written, from 1.
        line: usize,
    },
}

/// Cuts a file of SQL at the `;` between statements. `name` is how messages name the file.
///
/// A `;` in a comment, a string, a quoted identifier, a dollar-quoted text, parentheses or the body of a routine
/// (`BEGIN ATOMIC … END`) ends nothing. The last statement needs none, empty ones are left out. Templates do not
/// apply.
///
/// # Errors
/// What has no end (a string, a comment), a psql command other than `\i` and `\ir`, `COPY … FROM stdin`.
pub fn split(name: &str, text: &str) -> Result<Vec<Item>, Diagnostic> {
    let source = SourceText::plain(name, text);
    let mut splitter = Splitter { source: &source, text, line: 1, counted: 0, items: Vec::new(), open: None };
    splitter.run()?;
    Ok(splitter.items)
}

struct Splitter<'t> {
    source: &'t SourceText,
    text: &'t str,
    /// The line of the byte `counted`.
    line: usize,
    counted: usize,
    items: Vec<Item>,
    open: Option<Statement<'t>>,
}

/// A statement that has begun.
#[derive(Default)]
struct Statement<'t> {
    range: Range<usize>,
    line: usize,
    /// Its first words, at most four.
    first: Vec<&'t str>,
    /// The word before.
    previous: &'t str,
    /// Whether the token before is a dot: then a keyword is a name.
    after_dot: bool,
    /// Open parentheses.
    parentheses: usize,
    /// Open `BEGIN ATOMIC` and the `CASE` within.
    ends_missing: usize,
}

impl<'t> Splitter<'t> {
    fn run(&mut self) -> Result<(), Diagnostic> {
        let mut at = if self.text.starts_with('\u{FEFF}') { '\u{FEFF}'.len_utf8() } else { 0 };
        while at < self.text.len() {
            let token = lexer::token(self.text, at).map_err(|unclosed| self.unclosed(&unclosed))?;
            at = match token.kind {
                Kind::Backslash => self.psql_command(token.range.start)?,
                _ => {
                    self.token(&token)?;
                    token.range.end
                }
            };
        }
        self.end_statement();
        Ok(())
    }

    fn unclosed(&self, unclosed: &Unclosed) -> Diagnostic {
        let message = format!("this {} is never closed", unclosed.what);
        Diagnostic::error(self.source, unclosed.opening.clone().into(), message)
    }

    fn line_of(&mut self, at: usize) -> usize {
        self.line += self.text[self.counted..at].matches('\n').count();
        self.counted = at;
        self.line
    }

    fn token(&mut self, token: &Token) -> Result<(), Diagnostic> {
        if token.kind == Kind::Blank {
            return Ok(());
        }
        if token.kind == Kind::Semicolon && self.open.as_ref().is_none_or(Statement::may_end) {
            self.end_statement();
            return Ok(());
        }
        if self.open.is_none() {
            let line = self.line_of(token.range.start);
            self.open = Some(Statement { range: token.range.clone(), line, ..Statement::default() });
        }
        let Some(statement) = &mut self.open else { return Ok(()) };
        statement.range.end = token.range.end;
        let word = &self.text[token.range.clone()];
        if token.kind == Kind::Word && statement.copies_from_stdin(word) {
            let error = Diagnostic::error(
                self.source,
                token.range.clone().into(),
                "COPY from stdin has no data here",
            );
            return Err(error
                .help("a file of SQL cannot hold data: load it with a command of its own, or use INSERT"));
        }
        statement.note(token.kind, word);
        Ok(())
    }

    fn end_statement(&mut self) {
        if let Some(Statement { range, line, .. }) = self.open.take() {
            self.items.push(Item::Statement { sql: self.text[range].to_owned(), line });
        }
    }

    /// The psql command whose backslash is at `at`; returns where its line ends.
    fn psql_command(&mut self, at: usize) -> Result<usize, Diagnostic> {
        let rest = &self.text[at..];
        let end = rest.find('\n').unwrap_or(rest.len());
        let command = &rest[..end];
        let name = &command[..command.find(char::is_whitespace).unwrap_or(command.len())];
        let error = |message: String| Diagnostic::error(self.source, (at..at + name.len()).into(), message);
        if !matches!(name, "\\i" | "\\ir") {
            let help = "of the commands of psql only `\\i` and `\\ir` are known";
            return Err(error("this psql command is not supported".to_owned()).help(help));
        }
        if self.open.is_some() {
            return Err(
                error(format!("`{name}` stands inside a statement")).help("end the statement with `;` first")
            );
        }
        let path = included_path(command[name.len()..].trim());
        let path = path.ok_or_else(|| error(format!("`{name}` expects one file name")))?;
        let line = self.line_of(at);
        self.items.push(Item::Include { path, line });
        Ok(at + end)
    }
}

impl<'t> Statement<'t> {
    fn may_end(&self) -> bool {
        self.parentheses == 0 && self.ends_missing == 0
    }

    fn starts_with(&self, word: &str) -> bool {
        self.first.first().is_some_and(|first| first.eq_ignore_ascii_case(word))
    }

    /// Whether `word` ends `COPY … FROM stdin`.
    fn copies_from_stdin(&self, word: &str) -> bool {
        let ends = word.eq_ignore_ascii_case("stdin") && self.previous.eq_ignore_ascii_case("from");
        ends && self.parentheses == 0 && self.starts_with("copy")
    }

    /// Whether this is `CREATE [OR REPLACE] FUNCTION` or `PROCEDURE`.
    fn creates_routine(&self) -> bool {
        let has = |keyword: &str| self.first.iter().any(|word| word.eq_ignore_ascii_case(keyword));
        self.starts_with("create") && (has("function") || has("procedure"))
    }

    /// Takes note of the next token.
    fn note(&mut self, kind: Kind, text: &'t str) {
        match kind {
            Kind::Open => self.parentheses += 1,
            Kind::Close => self.parentheses = self.parentheses.saturating_sub(1),
            Kind::Word => self.note_word(text),
            _ => {}
        }
        self.previous = if kind == Kind::Word { text } else { "" };
        self.after_dot = kind == Kind::Dot;
    }

    fn note_word(&mut self, word: &'t str) {
        let is = |keyword: &str| word.eq_ignore_ascii_case(keyword);
        let is_name = self.after_dot || self.previous.eq_ignore_ascii_case("as");
        if self.ends_missing > 0 && !is_name {
            match () {
                () if is("case") => self.ends_missing += 1,
                () if is("end") => self.ends_missing -= 1,
                () => {}
            }
        } else if is("atomic") && self.previous.eq_ignore_ascii_case("begin") && self.creates_routine() {
            self.ends_missing = 1;
        }
        if self.first.len() < 4 {
            self.first.push(word);
        }
    }
}

/// The file name behind `\i`: in single quotes, where `''` is one, or up to a blank. A final `;` is no part of it.
fn included_path(text: &str) -> Option<String> {
    let path = match text.strip_prefix('\'') {
        Some(quoted) => {
            let quoted = quoted.trim_end_matches([';', ' ', '\t']).strip_suffix('\'')?;
            let path = quoted.replace("''", "\u{0}");
            if path.contains('\'') {
                return None;
            }
            path.replace('\u{0}', "'")
        }
        None => text.trim_end_matches(';').trim_end().to_owned(),
    };
    let is_one = text.starts_with('\'') || !path.contains(char::is_whitespace);
    (is_one && !path.is_empty()).then_some(path)
}

#[cfg(test)]
mod tests;
