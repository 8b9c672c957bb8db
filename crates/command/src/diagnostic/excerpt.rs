//! The line of an error as it is shown: masked, without control characters, cut around the caret.

use std::ops::Range;

use super::secret::MASK;
use crate::text::SourceText;

/// At most this many columns of a line are shown.
const WIDTH: usize = 100;
/// Where a line is cut at its start, about this many columns before the caret stay.
const BEFORE: usize = 40;
/// What a tab becomes.
const TAB: &str = "    ";
/// What a control character becomes.
const CONTROL: char = '\u{FFFD}';
/// What stands where a line was cut.
const CUT: char = '…';

/// A line and the place of the carets below it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Excerpt {
    /// The line.
    pub line: String,
    /// Columns before the first caret.
    pub indent: usize,
    /// The number of carets, at least one.
    pub carets: usize,
}

/// One shown character.
struct Glyph {
    char: char,
    width: usize,
    marked: bool,
}

impl Excerpt {
    /// The line of the file in which `spot` begins, with carets under that part of `spot` which is on it.
    pub(crate) fn new(text: &SourceText, spot: Range<usize>) -> Excerpt {
        let raw = text.raw();
        let start = raw[..spot.start].rfind('\n').map_or(0, |newline| newline + 1);
        let end = raw[spot.start..].find('\n').map_or(raw.len(), |newline| spot.start + newline);
        let end = start + raw[start..end].trim_end_matches('\r').len();
        let mut glyphs = Vec::new();
        for (at, char) in raw[start..end].char_indices() {
            let at = start + at;
            let marked = spot.contains(&at) || spot.start == at;
            push(&mut glyphs, text.secrets(), at, char, marked);
        }
        if !glyphs.iter().any(|glyph| glyph.marked) {
            glyphs.push(Glyph { char: ' ', width: 1, marked: true });
        }
        cut(&glyphs)
    }
}

/// Adds what is shown for the character `char` at byte `at`.
fn push(glyphs: &mut Vec<Glyph>, secrets: &[Range<usize>], at: usize, char: char, marked: bool) {
    let after = secrets.partition_point(|secret| secret.start <= at);
    let secret =
        after.checked_sub(1).and_then(|last| secrets.get(last)).filter(|secret| secret.contains(&at));
    if let Some(secret) = secret {
        if secret.start == at {
            glyphs.extend(MASK.chars().map(|char| Glyph { char, width: 1, marked: false }));
        }
        let mask = glyphs.len().saturating_sub(MASK.len());
        glyphs[mask..].iter_mut().for_each(|glyph| glyph.marked |= marked);
        return;
    }
    match char {
        '\t' => glyphs.extend(TAB.chars().map(|char| Glyph { char, width: 1, marked })),
        char if char.is_control() => glyphs.push(Glyph { char: CONTROL, width: 1, marked }),
        char => glyphs.push(Glyph { char, width: width(char), marked }),
    }
}

/// Cuts a long line around the first marked character, of which there is one.
fn cut(glyphs: &[Glyph]) -> Excerpt {
    let first = glyphs.iter().position(|glyph| glyph.marked).unwrap_or(0);
    let total: usize = glyphs.iter().map(|glyph| glyph.width).sum();
    let mut from = 0;
    if total > WIDTH {
        let mut columns = 0;
        from = first;
        while from > 0 && columns < BEFORE {
            from -= 1;
            columns += glyphs[from].width;
        }
    }
    let mut excerpt = Excerpt { line: String::new(), indent: 0, carets: 0 };
    if from > 0 {
        excerpt.line.push(CUT);
        excerpt.indent = 1;
    }
    let mut columns = 0;
    for glyph in &glyphs[from..] {
        if columns >= WIDTH {
            excerpt.line.push(CUT);
            break;
        }
        excerpt.line.push(glyph.char);
        columns += glyph.width;
        match glyph.marked {
            true => excerpt.carets += glyph.width,
            false if excerpt.carets == 0 => excerpt.indent += glyph.width,
            false => {}
        }
    }
    excerpt.carets = excerpt.carets.max(1);
    excerpt
}

/// The columns of a character on a terminal; close enough for carets.
fn width(char: char) -> usize {
    match u32::from(char) {
        0x300..=0x36F | 0x200B..=0x200F | 0xFE00..=0xFE0F | 0xFEFF => 0,
        0x1100..=0x115F
        | 0x2E80..=0xA4CF
        | 0xAC00..=0xD7A3
        | 0xF900..=0xFAFF
        | 0xFE30..=0xFE6F
        | 0xFF00..=0xFF60
        | 0xFFE0..=0xFFE6
        | 0x1F300..=0x1FAFF
        | 0x20000..=0x3FFFD => 2,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn excerpt(raw: &str, spot: Range<usize>) -> Excerpt {
        Excerpt::new(&SourceText::plain("f", raw), spot)
    }

    #[test]
    fn a_spot_over_several_lines_is_marked_on_its_first() {
        let shown = excerpt("a 'b\nc' d", 2..7);
        assert_eq!(shown, Excerpt { line: "a 'b".to_owned(), indent: 2, carets: 2 });
    }

    #[test]
    fn the_end_of_a_line_and_an_empty_file_can_be_marked() {
        let at_end = Excerpt { line: "ab ".to_owned(), indent: 2, carets: 1 };
        assert_eq!(excerpt("ab\ncd", 2..2), at_end);
        assert_eq!(excerpt("ab\r\ncd", 2..2), at_end);
        assert_eq!(excerpt("ab", 2..2), at_end);
        assert_eq!(excerpt("", 0..0), Excerpt { line: " ".to_owned(), indent: 0, carets: 1 });
    }

    #[test]
    fn control_characters_are_not_sent_to_the_terminal() {
        assert_eq!(excerpt("a\u{1b}[31mb", 6..7).line, "a\u{FFFD}[31mb");
    }

    #[test]
    fn long_lines_are_cut_around_the_caret() {
        let raw = format!("{}X{}", "a".repeat(500), "b".repeat(500));
        let shown = excerpt(&raw, 500..501);
        assert_eq!(shown.line, format!("…{}X{}…", "a".repeat(40), "b".repeat(59)));
        assert_eq!((shown.indent, shown.carets), (41, 1));
        let start = excerpt(&raw, 0..1000);
        assert_eq!(start.line.chars().count(), 101);
        assert_eq!((start.indent, start.carets), (0, 100));
    }
}
