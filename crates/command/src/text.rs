//! The text of a load file after its templates were expanded, and where each byte of it came from.

use std::fmt;
use std::ops::Range;

use crate::diagnostic::secret;

/// A part of the expanded text, in bytes. Only good together with the [`SourceText`] it came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// The first byte.
    pub start: usize,
    /// The byte after the last one.
    pub end: usize,
}

impl From<Range<usize>> for Span {
    fn from(range: Range<usize>) -> Span {
        Span { start: range.start, end: range.end }
    }
}

/// Something that was read, and where.
#[derive(Clone, PartialEq, Eq)]
pub struct Spanned<T> {
    /// What was read.
    pub value: T,
    /// Where it stands, quotes included.
    pub span: Span,
}

/// With the password of a URI masked.
impl<T: fmt::Debug> fmt::Debug for Spanned<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} at {}..{}",
            secret::masked(&format!("{:?}", self.value)),
            self.span.start,
            self.span.end
        )
    }
}

/// The text of a file after its templates were expanded; knows for every byte where it stands in the file.
///
/// It holds the values of variables and whatever passwords the file has, so it has no `Debug`; messages are made
/// by [`crate::Diagnostic`], which shows neither.
pub struct SourceText {
    name: String,
    raw: String,
    expanded: String,
    pieces: Vec<Piece>,
    secrets: Vec<Range<usize>>,
    broken: Option<Broken>,
    goes_on_in_bytes: bool,
}

/// A run of the expanded text with one origin.
pub(crate) struct Piece {
    /// Where it begins in the expanded text.
    pub expanded: usize,
    /// The same bytes in the file, or the tag that they replace.
    pub raw: Range<usize>,
    /// Whether they are the value of a tag.
    pub from_tag: bool,
}

/// A template that could not be expanded. From there on the text is as it stands in the file.
pub(crate) struct Broken {
    /// Where it is in the expanded text.
    pub expanded: usize,
    /// The tag in the file.
    pub raw: Range<usize>,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
}

impl SourceText {
    /// A text to which templates do not apply. `name` is how messages name the file.
    pub fn plain(name: &str, text: &str) -> SourceText {
        let whole = Piece { expanded: 0, raw: 0..text.len(), from_tag: false };
        SourceText::new(name, text, true, text.to_owned(), vec![whole], None)
    }

    pub(crate) fn new(
        name: &str,
        raw: &str,
        is_whole: bool,
        expanded: String,
        pieces: Vec<Piece>,
        broken: Option<Broken>,
    ) -> SourceText {
        let mut text = SourceText {
            name: name.to_owned(),
            raw: raw.to_owned(),
            expanded,
            pieces,
            secrets: Vec::new(),
            broken,
            goes_on_in_bytes: !is_whole,
        };
        text.secrets = text.find_secrets();
        text
    }

    /// How messages name the file.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether the file has bytes that are no UTF-8 behind [`SourceText::raw`].
    pub(crate) fn goes_on_in_bytes(&self) -> bool {
        self.goes_on_in_bytes
    }

    pub(crate) fn raw(&self) -> &str {
        &self.raw
    }

    pub(crate) fn expanded(&self) -> &str {
        &self.expanded
    }

    pub(crate) fn broken(&self) -> Option<&Broken> {
        self.broken.as_ref()
    }

    /// Parts of the file that must not be shown, in order, apart from each other.
    pub(crate) fn secrets(&self) -> &[Range<usize>] {
        &self.secrets
    }

    /// What the file has for this part of the expanded text: a value becomes its tag. An empty span, also one at
    /// the very end, gives an empty range.
    pub(crate) fn raw_range(&self, span: Span) -> Range<usize> {
        if span.start >= self.expanded.len() {
            let end = self.raw.trim_end().len();
            return end..end;
        }
        let start = self.raw_of(span.start).start;
        let end = if span.end > span.start { self.raw_of(span.end - 1).end } else { start };
        start..end.max(start)
    }

    /// Where the byte `at` of the expanded text comes from.
    fn raw_of(&self, at: usize) -> Range<usize> {
        let after = self.pieces.partition_point(|piece| piece.expanded <= at);
        let Some(piece) = after.checked_sub(1).and_then(|last| self.pieces.get(last)) else { return 0..0 };
        if piece.from_tag {
            return piece.raw.clone();
        }
        let byte = piece.raw.start + (at - piece.expanded);
        byte..byte + 1
    }

    /// Those parts of the file that were copied to this part of the expanded text; tags left out.
    fn copied_parts(&self, range: Range<usize>) -> impl Iterator<Item = Range<usize>> {
        let first = self.pieces.partition_point(|piece| piece.expanded <= range.start).saturating_sub(1);
        self.pieces.iter().skip(first).take_while(move |piece| piece.expanded < range.end).filter_map(
            move |piece| {
                let end = piece.raw.end.min(piece.raw.start + range.end.saturating_sub(piece.expanded));
                let start = piece.raw.start + range.start.saturating_sub(piece.expanded);
                (!piece.from_tag && start < end).then_some(start..end)
            },
        )
    }

    /// Passwords as the file has them, and as they appear once a tag has given the beginning of a URI.
    fn find_secrets(&self) -> Vec<Range<usize>> {
        let mut found = secret::passwords(&self.raw);
        for range in secret::passwords(&self.expanded) {
            found.extend(self.copied_parts(range));
        }
        found.sort_by_key(|range| range.start);
        let mut apart: Vec<Range<usize>> = Vec::new();
        for range in found {
            match apart.last_mut() {
                Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
                _ => apart.push(range),
            }
        }
        apart
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template::{Lookup, expand};

    fn expanded(raw: &str, value: &dyn Fn(&str) -> Option<String>) -> SourceText {
        expand("f", raw.as_bytes(), &Lookup { value, partial: &|_| Err(String::new()) })
    }

    #[test]
    fn each_byte_knows_its_origin() {
        let raw = "a {{X}} b";
        let text = expanded(raw, &|_| Some("long value".to_owned()));
        assert_eq!(text.expanded(), "a long value b");
        let cases =
            [((0, 1), "a"), ((2, 6), "{{X}}"), ((0, 3), "a {{X}}"), ((11, 14), "{{X}} b"), ((13, 14), "b")];
        for ((start, end), expected) in cases {
            let range = text.raw_range(Span { start, end });
            assert_eq!(&raw[range], expected);
        }
    }

    #[test]
    fn debug_output_has_no_password() {
        let uri = Spanned { value: "postgresql://u:secret@h/d".to_owned(), span: Span { start: 1, end: 2 } };
        assert_eq!(format!("{uri:?}"), "\"postgresql://u:***@h/d\" at 1..2");
    }

    #[test]
    fn the_end_is_after_the_last_thing_written() {
        let text = SourceText::plain("f", "abc\n\n");
        assert_eq!(text.raw_range(Span { start: 5, end: 5 }), 3..3);
        assert_eq!(SourceText::plain("f", "").raw_range(Span { start: 0, end: 0 }), 0..0);
    }

    #[test]
    fn secrets_begun_by_a_tag_are_found() {
        let raw = "INTO {{U}}secret@h/d";
        let text = expanded(raw, &|_| Some("postgresql://u:".to_owned()));
        let secrets: Vec<&str> = text.secrets().iter().map(|range| &raw[range.clone()]).collect();
        assert_eq!(secrets, ["secret"]);
    }
}
