//! `{{VARIABLES}}`: mustache templates, expanded before the commands are read.

use std::ops::Range;

use crate::text::{Broken, Piece, SourceText};

/// Expands the templates of a load file. `name` is how messages name the file.
///
/// `lookup` gives the value of a variable; it is asked for the upper-cased name, then for the name as written.
/// A value is inserted as it is: not escaped, not expanded again.
///
/// A tag that cannot be expanded (an undefined variable, no closing braces) ends the expansion, and so do bytes that
/// are no UTF-8, which only inline data may have. [`crate::parse`] reports it, unless it finds an error that stands
/// before it, or it is inline data.
#[must_use]
pub fn expand(name: &str, text: &[u8], lookup: &dyn Fn(&str) -> Option<String>) -> SourceText {
    let (text, is_whole) = match std::str::from_utf8(text) {
        Ok(text) => (text, true),
        Err(error) => (std::str::from_utf8(&text[..error.valid_up_to()]).unwrap_or_default(), false),
    };
    let mut expansion =
        Expansion { raw: text, lookup, expanded: String::new(), pieces: Vec::new(), open: Vec::new() };
    let mut broken = expansion.run().err();
    if !is_whole && broken.is_none() {
        broken = Some(Broken {
            expanded: expansion.expanded.len(),
            raw: text.len()..text.len(),
            message: "the file is not UTF-8 here".to_owned(),
            help: Some(
                "convert it, for instance with iconv; inline data may have the encoding of its command"
                    .to_owned(),
            ),
        });
    }
    SourceText::new(name, text, is_whole, expansion.expanded, expansion.pieces, broken)
}

struct Expansion<'a> {
    raw: &'a str,
    lookup: &'a dyn Fn(&str) -> Option<String>,
    expanded: String,
    pieces: Vec<Piece>,
    open: Vec<Section<'a>>,
}

/// A section that was opened.
struct Section<'a> {
    name: &'a str,
    raw: Range<usize>,
    expanded: usize,
    shown: bool,
}

/// One tag of the file.
struct Tag<'a> {
    kind: Kind,
    name: &'a str,
    raw: Range<usize>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Value,
    Section,
    Inverted,
    Close,
    Comment,
    Delimiters,
    Partial,
}

impl<'a> Expansion<'a> {
    /// Expands everything; on an error the rest is copied as it stands.
    fn run(&mut self) -> Result<(), Broken> {
        let mut at = 0;
        while let Some(found) = self.raw[at..].find("{{") {
            let start = at + found;
            self.copy(at..start);
            let tag = self.tag(start).and_then(|tag| self.apply(&tag).map(|()| tag));
            match tag {
                Ok(tag) => at = tag.raw.end,
                Err(broken) => {
                    self.copy(start..self.raw.len());
                    return Err(broken);
                }
            }
        }
        self.copy(at..self.raw.len());
        match self.open.pop() {
            None => Ok(()),
            Some(section) => Err(Broken {
                expanded: section.expanded,
                raw: section.raw,
                message: format!("the template section `{}` is never closed", section.name),
                help: Some(format!("write `{{{{/{}}}}}` where it ends", section.name)),
            }),
        }
    }

    /// Whether text is wanted here: not in a section that is left out.
    fn shown(&self) -> bool {
        self.open.iter().all(|section| section.shown)
    }

    fn copy(&mut self, raw: Range<usize>) {
        if self.shown() && !raw.is_empty() {
            self.expanded.push_str(&self.raw[raw.clone()]);
            let start = self.expanded.len() - raw.len();
            self.pieces.push(Piece { expanded: start, raw, from_tag: false });
        }
    }

    fn broken(&self, raw: Range<usize>, message: String, help: Option<&str>) -> Broken {
        Broken { expanded: self.expanded.len(), raw, message, help: help.map(str::to_owned) }
    }

    /// Reads the tag whose braces begin at `start`.
    fn tag(&self, start: usize) -> Result<Tag<'a>, Broken> {
        let inside = &self.raw[start + 2..];
        let (close, skipped) = match inside.starts_with('{') {
            true => ("}}}", 1),
            false => ("}}", 0),
        };
        let Some(length) = inside.find(close) else {
            let help = "write `{ {` where two braces are meant as they stand";
            return Err(self.broken(
                start..start + 2,
                "this template tag is never closed".to_owned(),
                Some(help),
            ));
        };
        let raw = start..start + 2 + length + close.len();
        let (kind, name) = kind_and_name(&inside[skipped..length]);
        if matches!(kind, Kind::Comment | Kind::Delimiters | Kind::Partial) || is_name(name) {
            return Ok(Tag { kind, name, raw });
        }
        let help = "write `{ {` where two braces are meant as they stand";
        Err(self.broken(
            start..start + 2,
            "`{{` is not followed by the name of a variable".to_owned(),
            Some(help),
        ))
    }

    fn apply(&mut self, tag: &Tag<'a>) -> Result<(), Broken> {
        match tag.kind {
            Kind::Value => self.value(tag),
            Kind::Section => self.open(tag, true),
            Kind::Inverted => self.open(tag, false),
            Kind::Close => self.close(tag),
            Kind::Comment => Ok(()),
            Kind::Delimiters => Err(self.refused(tag, "the change of template delimiters `{{= =}}`")),
            Kind::Partial => Err(self.refused(tag, "the template partial `{{> }}`")),
        }
    }

    fn refused(&self, tag: &Tag<'_>, what: &str) -> Broken {
        self.broken(tag.raw.clone(), format!("{what} is not built yet"), None)
    }

    fn find(&self, name: &str) -> Option<String> {
        (self.lookup)(&name.to_uppercase()).or_else(|| (self.lookup)(name))
    }

    fn value(&mut self, tag: &Tag<'_>) -> Result<(), Broken> {
        if !self.shown() {
            return Ok(());
        }
        let Some(value) = self.find(tag.name) else {
            let message = format!("the template variable `{}` is not defined", tag.name);
            let help = "set it in the environment";
            return Err(self.broken(tag.raw.clone(), message, Some(help)));
        };
        self.pieces.push(Piece { expanded: self.expanded.len(), raw: tag.raw.clone(), from_tag: true });
        self.expanded.push_str(&value);
        Ok(())
    }

    /// A section is shown where the variable is defined, whatever its value; an inverted one where it is not.
    fn open(&mut self, tag: &Tag<'a>, when_defined: bool) -> Result<(), Broken> {
        let shown = self.find(tag.name).is_some() == when_defined;
        let (raw, expanded) = (tag.raw.clone(), self.expanded.len());
        self.open.push(Section { name: tag.name, raw, expanded, shown });
        Ok(())
    }

    fn close(&mut self, tag: &Tag<'_>) -> Result<(), Broken> {
        let message = match self.open.pop() {
            Some(section) if section.name.to_uppercase() == tag.name.to_uppercase() => return Ok(()),
            Some(section) => {
                format!("`{}` is closed here, but the section that is open is `{}`", tag.name, section.name)
            }
            None => format!("`{}` is closed here, but no template section is open", tag.name),
        };
        Err(self.broken(tag.raw.clone(), message, None))
    }
}

fn kind_and_name(inside: &str) -> (Kind, &str) {
    let inside = inside.trim();
    let kind = match inside.chars().next() {
        Some('#') => Kind::Section,
        Some('^') => Kind::Inverted,
        Some('/') => Kind::Close,
        Some('!') => Kind::Comment,
        Some('=') => Kind::Delimiters,
        Some('>') => Kind::Partial,
        Some('&') => return (Kind::Value, inside[1..].trim()),
        _ => return (Kind::Value, inside),
    };
    (kind, inside[1..].trim())
}

/// Whether this can be the name of a variable, so that braces in data are not taken for a tag.
fn is_name(name: &str) -> bool {
    !name.is_empty() && !name.contains(|c: char| c.is_whitespace() || c.is_control() || "{}\"',;".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variables(name: &str) -> Option<String> {
        let value = match name {
            "PATH" => "/data/a.csv",
            "lower" => "exact",
            "EMPTY" => "",
            "HTML" => "a&b<c>\"d\"'e'\\",
            "NESTED" => "{{PATH}}",
            _ => return None,
        };
        Some(value.to_owned())
    }

    #[test]
    fn tags_become_values() {
        let cases = [
            ("x {{PATH}} y", "x /data/a.csv y"),
            ("{{ path }}", "/data/a.csv"),
            ("{{lower}}", "exact"),
            ("{{{HTML}}} {{&HTML}} {{& HTML }} {{HTML}}", &["a&b<c>\"d\"'e'\\"; 4].join(" ")),
            ("{{NESTED}}", "{{PATH}}"),
            ("[{{EMPTY}}]", "[]"),
            ("a{{! any\n text }}b", "ab"),
            ("{{#PATH}}yes{{/PATH}}{{^PATH}}no{{/path}}", "yes"),
            ("{{#NONE}}yes {{UNDEFINED}}{{/NONE}}{{^NONE}}no{{/NONE}}", "no"),
            ("{{#EMPTY}}yes{{/EMPTY}}", "yes"),
            ("{{#PATH}}1{{#NONE}}2{{/NONE}}3{{/PATH}}", "13"),
            ("{ { a } }", "{ { a } }"),
            ("é{{PATH}}é", "é/data/a.csvé"),
        ];
        for (raw, expected) in cases {
            let text = expand("f", raw.as_bytes(), &variables);
            assert_eq!(text.expanded(), expected, "{raw}");
            assert!(text.broken().is_none(), "{raw}");
        }
    }

    #[test]
    fn broken_tags_are_kept_for_the_parser() {
        let cases = [
            ("a {{NONE}} b", 2..10, "the template variable `NONE` is not defined"),
            ("a {{PATH b", 2..4, "this template tag is never closed"),
            ("a {{{PATH}} b", 2..4, "this template tag is never closed"),
            ("a {{}} b", 2..4, "`{{` is not followed by the name of a variable"),
            ("'{{1,2},{3,4}}'", 1..3, "`{{` is not followed by the name of a variable"),
            ("{{#A}} b", 0..6, "the template section `A` is never closed"),
            ("b {{/A}}", 2..8, "`A` is closed here, but no template section is open"),
            ("{{#A}}{{/B}}", 6..12, "`B` is closed here, but the section that is open is `A`"),
            ("{{=<% %>=}}", 0..11, "the change of template delimiters `{{= =}}` is not built yet"),
            ("{{> other}}", 0..11, "the template partial `{{> }}` is not built yet"),
        ];
        for (raw, place, message) in cases {
            let text = expand("f", raw.as_bytes(), &variables);
            let broken = text.broken().unwrap();
            assert_eq!((broken.raw.clone(), broken.message.as_str()), (place, message), "{raw}");
        }
    }
}
