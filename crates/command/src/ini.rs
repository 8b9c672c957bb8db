//! INI files: sections of keys and values.

use crate::diagnostic::Diagnostic;
use crate::text::{SourceText, Span};

/// One `[section]`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Section {
    /// Its name, as it is written.
    pub name: String,
    /// Its keys, as they are written, and their values, in file order. The lines of a value that goes on over
    /// several have a line end between them.
    pub entries: Vec<(String, String)>,
}

impl Section {
    /// The last value of a key, whose case does not matter.
    pub fn get(&self, key: &str) -> Option<&str> {
        let known = |(name, _): &&(String, String)| name.eq_ignore_ascii_case(key);
        self.entries.iter().rev().find(known).map(|(_, value)| value.as_str())
    }
}

/// Reads `[section]` headers, `key = value` and `key: value`. Lines that begin with `;` or `#` are comments, lines that
/// begin with a blank go on with the value before them.
///
/// # Errors
/// The first line that is none of these, or that stands before the first header. `name` is how it names the file.
pub fn parse(name: &str, text: &str) -> Result<Vec<Section>, Diagnostic> {
    let mut sections: Vec<Section> = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let span = Span { start, end: start + line.trim_end().len() };
        start += line.len();
        read_line(line.trim_end().trim_start_matches('\u{FEFF}'), &mut sections).map_err(
            |(message, help)| Diagnostic::error(&SourceText::plain(name, text), span, message).help(help),
        )?;
    }
    Ok(sections)
}

fn read_line(line: &str, sections: &mut Vec<Section>) -> Result<(), (&'static str, &'static str)> {
    if line.is_empty() || line.starts_with([';', '#']) {
        return Ok(());
    }
    if let Some(name) = line.strip_prefix('[') {
        let name = name.strip_suffix(']').ok_or(("this section's name does not end", "write `[name]`"))?;
        sections.push(Section { name: name.trim().to_owned(), entries: Vec::new() });
        return Ok(());
    }
    let section = sections
        .last_mut()
        .ok_or(("a value stands before the first section", "write a line such as `[section]` above it"))?;
    if line.starts_with(char::is_whitespace) {
        let (_, value) = section.entries.last_mut().ok_or(("this line goes on with no value", NO_VALUE))?;
        value.push('\n');
        value.push_str(line.trim());
        return Ok(());
    }
    let (key, value) = line.split_once(['=', ':']).ok_or(("this line is no `key = value`", NO_VALUE))?;
    section.entries.push((key.trim().to_owned(), value.trim().to_owned()));
    Ok(())
}

const NO_VALUE: &str = "write `key = value`; a comment begins with `;` or `#`";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_keys_comments_and_long_values() {
        let text = "; c\n[a]\nx = 1\nY: two words \n\n# c\nz = a\n  b\n[ b ]\nx=a=b:c\nx =\n";
        let sections = parse("f.ini", text).unwrap();
        assert_eq!(sections.len(), 2);
        assert_eq!(sections[0].get("X"), Some("1"));
        assert_eq!(sections[0].get("y"), Some("two words"));
        assert_eq!(sections[0].get("z"), Some("a\nb"));
        assert_eq!((sections[1].name.as_str(), &sections[1].entries[0].1[..]), ("b", "a=b:c"));
        assert_eq!(sections[1].get("x"), Some(""));
        assert_eq!(sections[1].get("nope"), None);
    }

    #[test]
    fn what_is_malformed_is_shown() {
        for (text, place, words) in [
            ("x = 1", "f.ini:1:1: error: a value stands before", "[section]"),
            ("[a]\nnonsense", "f.ini:2:1: error: this line is no", "key = value"),
            ("[a\nx=1", "f.ini:1:1: error: this section's name", "[name]"),
            ("[a]\n  x", "f.ini:2:1: error: this line goes on with no value", "key = value"),
        ] {
            let message = parse("f.ini", text).unwrap_err().to_string();
            assert!(message.contains(place) && message.contains(words), "{message}");
        }
    }
}
