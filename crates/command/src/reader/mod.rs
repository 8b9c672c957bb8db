//! Reads the text from left to right: blanks, keywords, marks. Every wish that is not met is noted, so that an
//! error can say what was expected at the furthest position.

mod literal;
mod place;
mod regex;
mod separator;

use std::cell::Cell;

use pgloader_core::expression::Fault;

use crate::diagnostic::{Diagnostic, Severity};
use crate::suggest;
use crate::text::{SourceText, Span};

pub(crate) use place::Place;

/// A result of reading; the error is for the user.
pub(crate) type Read<T> = Result<T, Diagnostic>;

/// A position in the text and what was wanted there.
pub(crate) struct Reader<'t> {
    source: &'t SourceText,
    text: &'t str,
    /// Where the next thing begins; after [`Reader::blanks`] no blank stands here.
    at: usize,
    /// The end of the last thing that was read.
    last_end: usize,
    /// The furthest position where something was wanted.
    furthest: usize,
    /// What was wanted there, in order, each once.
    wanted: Vec<String>,
    /// A block comment without end.
    unclosed: Option<usize>,
    /// Whether something was looked for to the end of the text.
    ran_off: Cell<bool>,
}

impl<'t> Reader<'t> {
    pub(crate) fn new(source: &'t SourceText) -> Reader<'t> {
        let text = source.expanded();
        let mut reader = Reader {
            source,
            text,
            at: 0,
            last_end: 0,
            furthest: 0,
            wanted: Vec::new(),
            unclosed: None,
            ran_off: Cell::new(false),
        };
        if text.starts_with('\u{FEFF}') {
            reader.at = '\u{FEFF}'.len_utf8();
        }
        reader.blanks();
        reader
    }

    /// Where the next thing begins.
    pub(crate) fn at(&self) -> usize {
        self.at
    }

    /// From `start` to the end of the last thing that was read.
    pub(crate) fn since(&self, start: usize) -> Span {
        Span { start, end: self.last_end.max(start) }
    }

    /// The text that is still to be read.
    pub(crate) fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    pub(crate) fn next_char(&self) -> Option<char> {
        self.rest().chars().next()
    }

    pub(crate) fn is_at_end(&self) -> bool {
        self.at == self.text.len() && self.unclosed.is_none()
    }

    /// The file as it is, templates not expanded; as far as it is text.
    pub(crate) fn raw(&self) -> &'t str {
        self.source.raw()
    }

    /// Where the file goes on behind this, which is not empty.
    pub(crate) fn raw_after(&self, span: Span) -> usize {
        self.source.raw_range(span).end
    }

    /// Whether the file has bytes that are no text behind its text.
    pub(crate) fn goes_on_in_bytes(&self) -> bool {
        self.source.goes_on_in_bytes()
    }

    /// How messages name the file.
    pub(crate) fn name(&self) -> &'t str {
        self.source.name()
    }

    /// A part of the text.
    pub(crate) fn text_between(&self, start: usize, end: usize) -> &'t str {
        &self.text[start..end]
    }

    /// The furthest position that was looked at.
    pub(crate) fn reached(&self) -> usize {
        match self.ran_off.get() || self.unclosed.is_some() {
            true => self.text.len(),
            false => self.at.max(self.furthest),
        }
    }

    /// The error that what begins here never ends.
    pub(crate) fn never_closed(&self, what: &str, opening: usize, closing: &str) -> Diagnostic {
        self.ran_off.set(true);
        let span = Span { start: self.at, end: self.at + opening };
        self.error(span, format!("this {what} is never closed"))
            .label(format!("another `{closing}` is missing"))
    }

    /// Takes `length` bytes, and the blanks behind them.
    pub(crate) fn advance(&mut self, length: usize) -> Span {
        let span = Span { start: self.at, end: self.at + length };
        self.at = span.end;
        self.last_end = span.end;
        self.blanks();
        span
    }

    /// Goes back to where [`Reader::at`] was.
    pub(crate) fn back_to(&mut self, at: usize) {
        self.at = at;
    }

    /// Skips white space and comments.
    fn blanks(&mut self) {
        let (after, unclosed) = skip_blanks(self.text, self.at);
        self.at = after;
        self.unclosed = self.unclosed.or(unclosed);
    }

    /// Notes that this was wanted here.
    pub(crate) fn want(&mut self, what: impl Into<String>) {
        if self.at > self.furthest || self.wanted.is_empty() {
            self.furthest = self.at;
            self.wanted.clear();
        }
        let what = what.into();
        if self.at == self.furthest && !self.wanted.contains(&what) {
            self.wanted.push(what);
        }
    }

    /// The length of this keyword or these words where they stand here: any case, any blanks or none between them,
    /// no letter, digit or underscore behind.
    pub(crate) fn length_of(&self, words: &str) -> Option<usize> {
        let end = self.end_of_words(words)?;
        (!self.text[end..].starts_with(is_word)).then_some(end - self.at)
    }

    fn end_of_words(&self, words: &str) -> Option<usize> {
        let mut at = self.at;
        for (index, word) in words.split(' ').enumerate() {
            if index > 0 {
                at = skip_blanks(self.text, at).0;
            }
            let end = at + word.len();
            if !self.text.get(at..end)?.eq_ignore_ascii_case(word) {
                return None;
            }
            at = end;
        }
        Some(at)
    }

    /// Whether these words stand here; nothing is read or noted.
    pub(crate) fn sees(&self, words: &str) -> bool {
        self.length_of(words).is_some()
    }

    /// Takes these words where they stand here.
    pub(crate) fn take(&mut self, words: &str) -> Option<Span> {
        let length = self.length_of(words);
        if length.is_none() {
            self.want(format!("`{words}`"));
        }
        length.map(|length| self.advance(length))
    }

    /// Takes these words even where a letter follows: `LOADCSVFROM` is legal.
    pub(crate) fn take_glued(&mut self, words: &str) -> Option<Span> {
        let end = self.end_of_words(words);
        if end.is_none() {
            self.want(format!("`{words}`"));
        }
        end.map(|end| self.advance(end - self.at))
    }

    /// Takes these words or fails.
    pub(crate) fn expect(&mut self, words: &str) -> Read<Span> {
        self.take(words).ok_or_else(|| self.unexpected())
    }

    /// Takes this mark, such as `,` or `$$`, where it stands here.
    pub(crate) fn take_mark(&mut self, mark: &str) -> Option<Span> {
        if self.rest().starts_with(mark) {
            return Some(self.advance(mark.len()));
        }
        self.want(format!("`{mark}`"));
        None
    }

    /// Takes this mark or fails.
    pub(crate) fn expect_mark(&mut self, mark: &str) -> Read<Span> {
        self.take_mark(mark).ok_or_else(|| self.unexpected())
    }

    /// An error at a place of this text.
    pub(crate) fn error(&self, span: Span, message: impl AsRef<str>) -> Diagnostic {
        Diagnostic::error(self.source, span, message)
    }

    /// The error that there is a fault in what begins at `start`.
    pub(crate) fn fault(&self, start: usize, fault: &Fault) -> Diagnostic {
        let span = Span { start: start + fault.range.start, end: start + fault.range.end };
        let error = self.error(span, &fault.message);
        match &fault.hint {
            Some(hint) => error.help(hint),
            None => error,
        }
    }

    /// A warning at a place of this text.
    pub(crate) fn warning(&self, span: Span, message: impl AsRef<str>) -> Diagnostic {
        Diagnostic::warning(self.source, span, message)
    }

    /// The error that none of the wanted things stands at the furthest position.
    pub(crate) fn unexpected(&self) -> Diagnostic {
        self.unexpected_because(|found| format!("unexpected {found}"))
    }

    /// The same with another message, made of what was found instead.
    pub(crate) fn unexpected_because(&self, message: impl Fn(&str) -> String) -> Diagnostic {
        let unclosed = self.unclosed.or_else(|| skip_blanks(self.text, self.found().end).1);
        if let Some(start) = unclosed {
            return self
                .error(Span { start, end: start + 2 }, "this comment is never closed")
                .label("`*/` is missing");
        }
        let label = format!("expected {}", alternatives(&self.wanted));
        if self.furthest >= self.text.len() {
            let end = self.last_end.min(self.text.len());
            return self.error(Span { start: end, end }, message("end of file")).label(label);
        }
        let span = self.found();
        let found = self.shown(span);
        let error = self.error(span, message(&format!("`{found}`"))).label(label);
        match self.meant(&found) {
            Some(keyword) => error.help(format!("did you mean `{keyword}`?")),
            None => error,
        }
    }

    /// The wanted keyword that `found` is a misspelling of.
    fn meant(&self, found: &str) -> Option<&str> {
        let first = |words: &str| words.split(' ').next().unwrap_or(words).to_lowercase();
        let keywords = || self.wanted.iter().filter_map(|wanted| wanted.strip_prefix('`')?.strip_suffix('`'));
        let firsts: Vec<String> = keywords().map(first).filter(|word| word.len() > 1).collect();
        let firsts: Vec<&str> = firsts.iter().map(String::as_str).collect();
        let nearest = suggest::by_letters(&found.to_lowercase(), &firsts)?;
        keywords().find(|words| first(words) == nearest && !nearest.eq_ignore_ascii_case(found))
    }

    /// The word or the character at the furthest position.
    fn found(&self) -> Span {
        let start = self.furthest;
        let rest = &self.text[start..];
        let word = rest.find(|c: char| !(is_word(c) || c == '-' || c == '.')).unwrap_or(rest.len());
        let mark = if rest.starts_with("$$") { 2 } else { rest.chars().next().map_or(0, char::len_utf8) };
        let length = word.max(mark);
        Span { start, end: start + length }
    }

    /// A part of the text for use in a message: as the file has it, so tags instead of values, passwords masked,
    /// on one line and not too long.
    pub(crate) fn shown(&self, span: Span) -> String {
        const LONGEST: usize = 40;
        let raw = self.source.raw_range(span);
        let mut shown = String::new();
        let mut from = raw.start;
        for secret in
            self.source.secrets().iter().filter(|secret| secret.start < raw.end && secret.end > raw.start)
        {
            shown.push_str(self.source.raw().get(from..secret.start).unwrap_or(""));
            shown.push_str(crate::diagnostic::secret::MASK);
            from = secret.end;
        }
        shown.push_str(self.source.raw().get(from..raw.end).unwrap_or(""));
        let words: Vec<&str> = shown.split_whitespace().collect();
        let line = words.join(" ").replace(char::is_control, "\u{FFFD}");
        match line.char_indices().nth(LONGEST) {
            Some((cut, _)) => format!("{}…", &line[..cut]),
            None => line,
        }
    }

    /// The error of the templates, where there is one that stands not after `limit`.
    pub(crate) fn template_error(&self, limit: usize) -> Option<Diagnostic> {
        let broken = self.source.broken().filter(|broken| broken.expanded <= limit)?;
        let error = Diagnostic::at(Severity::Error, self.source, broken.raw.clone(), &broken.message);
        Some(match &broken.help {
            Some(help) => error.help(help),
            None => error,
        })
    }
}

/// `a`, `a or b`, `a, b or c`.
pub(crate) fn alternatives<T: AsRef<str>>(all: &[T]) -> String {
    let mut text = String::new();
    for (index, one) in all.iter().enumerate() {
        if index > 0 {
            text.push_str(if index + 1 == all.len() { " or " } else { ", " });
        }
        text.push_str(one.as_ref());
    }
    text
}

/// Whether a keyword cannot end before this character.
fn is_word(char: char) -> bool {
    char.is_alphanumeric() || char == '_'
}

/// Where the white space and comments at `at` end, and the start of a block comment that never does.
fn skip_blanks(text: &str, at: usize) -> (usize, Option<usize>) {
    let mut at = at;
    loop {
        let rest = &text[at..];
        let blank = rest.len() - rest.trim_start().len();
        if blank > 0 {
            at += blank;
        } else if rest.starts_with("--") {
            at += rest.find('\n').unwrap_or(rest.len());
        } else if let Some(comment) = rest.strip_prefix("/*") {
            match comment.find("*/") {
                Some(end) => at += end + 4,
                None => return (text.len(), Some(at)),
            }
        } else {
            return (at, None);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads `text` with `read`: what was read and what is left, or the message of the error.
    pub(super) fn read<T>(
        text: &str,
        read: impl Fn(&mut Reader<'_>) -> Read<Option<T>>,
    ) -> Result<(Option<T>, String), String> {
        let source = SourceText::plain("f", text);
        let mut reader = Reader::new(&source);
        let value = read(&mut reader).map_err(|error| error.message().to_owned())?;
        Ok((value, reader.rest().to_owned()))
    }

    #[test]
    fn blanks_are_white_space_and_comments() {
        let cases = [
            (" \t\r\n x", 5, None),
            ("-- c\nx", 5, None),
            ("-- c", 4, None),
            ("/**/x", 4, None),
            ("/* -- */ /* 'q' */x", 18, None),
            ("/* a /* b */ c */", 13, None),
            (" /* a", 5, Some(1)),
            ("/*/", 3, Some(0)),
            ("-x", 0, None),
            ("", 0, None),
        ];
        for (text, end, unclosed) in cases {
            assert_eq!(skip_blanks(text, 0), (end, unclosed), "{text}");
        }
    }

    #[test]
    fn words_may_be_glued_and_commented() {
        let cases = [
            ("skip header", "skip header=1", Some(11)),
            ("skip header", "SKIP/* c */Header", Some(17)),
            ("skip header", "skipheader ", Some(10)),
            ("skip header", "skip headers", None),
            ("skip header", "skip -- c\nheader,", Some(16)),
            ("skip header", "skip", None),
            ("DO", "DO$$", Some(2)),
            ("DO", "dö", None),
            ("FROM", "from'x'", Some(4)),
        ];
        for (words, text, length) in cases {
            let source = SourceText::plain("f", text);
            assert_eq!(Reader::new(&source).length_of(words), length, "{text}");
        }
    }

    #[test]
    fn wishes_are_kept_for_the_furthest_position() {
        let source = SourceText::plain("f", "a b c");
        let mut reader = Reader::new(&source);
        assert!(reader.take("x").is_none());
        assert!(reader.take("a").is_some());
        assert!(reader.take("y").is_none());
        assert!(reader.take("z").is_none());
        assert!(reader.take("y").is_none());
        reader.back_to(0);
        assert!(reader.take("x").is_none());
        assert_eq!(reader.wanted, ["`y`", "`z`"]);
        assert_eq!(reader.unexpected().column(), 3);
    }

    #[test]
    fn a_byte_order_mark_is_skipped() {
        let source = SourceText::plain("f", "\u{FEFF} LOAD");
        assert!(Reader::new(&source).take("LOAD").is_some());
    }
}
