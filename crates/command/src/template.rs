//! `{{VARIABLES}}`: mustache templates, expanded before the commands are read.

use std::ops::Range;

use crate::text::{Broken, Piece, SourceText};

/// What templates may ask for.
pub struct Lookup<'a> {
    /// The value of a variable; asked for the upper-cased name, then for the name as written.
    pub value: &'a dyn Fn(&str) -> Option<String>,
    /// The text of the file that `{{> name}}` names, or why it cannot be read.
    pub partial: &'a dyn Fn(&str) -> Result<String, String>,
}

/// Expands the templates of a load file. `name` is how messages name the file.
///
/// A value is inserted as it is: not escaped, not expanded again. A partial is a template of its own.
///
/// A tag that cannot be expanded (an undefined variable, no closing braces) ends the expansion, and so do bytes that
/// are no UTF-8, which only inline data may have. [`crate::parse`] reports it, unless it finds an error that stands
/// before it, or it is inline data.
#[must_use]
pub fn expand(name: &str, text: &[u8], lookup: &Lookup<'_>) -> SourceText {
    let (raw, is_whole) = match std::str::from_utf8(text) {
        Ok(raw) => (raw, true),
        Err(error) => (std::str::from_utf8(&text[..error.valid_up_to()]).unwrap_or_default(), false),
    };
    let mut output =
        Output { lookup, expanded: String::new(), pieces: Vec::new(), partials: Vec::new(), tag: None };
    let mut broken = Template::new(raw).expand(&mut output).err();
    if !is_whole && broken.is_none() {
        broken =
            Some(output.broken(raw.len()..raw.len(), "the file is not UTF-8 here".to_owned(), NOT_UTF_8));
    }
    SourceText::new(name, raw, is_whole, output.expanded, output.pieces, broken)
}

const NOT_UTF_8: &str =
    "convert it, for instance with iconv; inline data may have the encoding of its command";
const MEANT_LITERALLY: &str = "write `{ {` where two braces are meant as they stand";

/// What is made, of the file and of its partials.
struct Output<'a> {
    lookup: &'a Lookup<'a>,
    expanded: String,
    pieces: Vec<Piece>,
    /// The partials that are being expanded, each named by the one before.
    partials: Vec<String>,
    /// The tag of the file that names the first of them.
    tag: Option<Range<usize>>,
}

impl Output<'_> {
    /// Adds text that stands at `raw`, or is the value of the tag there.
    fn push(&mut self, text: &str, raw: Range<usize>, is_value: bool) {
        let piece = match &self.tag {
            Some(tag) => Piece { expanded: self.expanded.len(), raw: tag.clone(), from_tag: true },
            None => Piece { expanded: self.expanded.len(), raw, from_tag: is_value },
        };
        self.pieces.push(piece);
        self.expanded.push_str(text);
    }

    fn broken(&self, raw: Range<usize>, message: String, help: &str) -> Broken {
        let help = (!help.is_empty()).then(|| help.to_owned());
        let message = match self.partials.last() {
            Some(partial) => format!("in the partial `{partial}`: {message}"),
            None => message,
        };
        Broken { expanded: self.expanded.len(), raw: self.tag.clone().unwrap_or(raw), message, help }
    }

    fn find(&self, name: &str) -> Option<String> {
        (self.lookup.value)(&name.to_uppercase()).or_else(|| (self.lookup.value)(name))
    }
}

/// A text with tags, and how far it was read.
struct Template<'a> {
    raw: &'a str,
    /// What begins and ends a tag.
    delimiters: (&'a str, &'a str),
    open: Vec<Section<'a>>,
}

/// A section that was opened.
struct Section<'a> {
    name: &'a str,
    raw: Range<usize>,
    expanded: usize,
    shown: bool,
}

/// One tag of the text.
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

impl<'a> Template<'a> {
    fn new(raw: &'a str) -> Template<'a> {
        Template { raw, delimiters: ("{{", "}}"), open: Vec::new() }
    }

    /// Expands everything; on an error the rest is copied as it stands.
    fn expand(&mut self, output: &mut Output<'_>) -> Result<(), Broken> {
        let mut at = 0;
        while let Some(found) = self.raw[at..].find(self.delimiters.0) {
            let start = at + found;
            self.copy(at..start, output);
            let tag = self.tag(start, output).and_then(|tag| self.apply(&tag, output).map(|()| tag));
            match tag {
                Ok(tag) => at = tag.raw.end,
                Err(broken) => {
                    self.copy(start..self.raw.len(), output);
                    return Err(broken);
                }
            }
        }
        self.copy(at..self.raw.len(), output);
        match self.open.pop() {
            None => Ok(()),
            Some(section) => Err(never_closed(&section, output)),
        }
    }

    /// Whether text is wanted here: not in a section that is left out.
    fn shown(&self) -> bool {
        self.open.iter().all(|section| section.shown)
    }

    fn copy(&self, raw: Range<usize>, output: &mut Output<'_>) {
        if self.shown() && !raw.is_empty() {
            output.push(&self.raw[raw.clone()], raw, false);
        }
    }

    /// Reads the tag whose delimiter begins at `start`.
    fn tag(&self, start: usize, output: &Output<'_>) -> Result<Tag<'a>, Broken> {
        let (open, close) = self.delimiters;
        let opening = start..start + open.len();
        let inside = &self.raw[opening.end..];
        let (close, skipped) = match inside.starts_with('{') && open == "{{" {
            true => ("}}}", 1),
            false => (close, 0),
        };
        let Some(length) = inside.find(close) else {
            return Err(output.broken(
                opening,
                "this template tag is never closed".to_owned(),
                MEANT_LITERALLY,
            ));
        };
        let raw = start..opening.end + length + close.len();
        let (kind, name) = kind_and_name(&inside[skipped..length]);
        if matches!(kind, Kind::Comment | Kind::Delimiters) || is_name(name) {
            return Ok(Tag { kind, name, raw });
        }
        let message = format!("`{open}` is not followed by the name of a variable");
        Err(output.broken(opening, message, MEANT_LITERALLY))
    }

    fn apply(&mut self, tag: &Tag<'a>, output: &mut Output<'_>) -> Result<(), Broken> {
        match tag.kind {
            Kind::Value if self.shown() => value(tag, output),
            Kind::Partial if self.shown() => partial(tag, output),
            Kind::Value | Kind::Partial | Kind::Comment => Ok(()),
            Kind::Section => self.open(tag, true, output),
            Kind::Inverted => self.open(tag, false, output),
            Kind::Close => self.close(tag, output),
            Kind::Delimiters => self.change_delimiters(tag, output),
        }
    }

    /// A section is shown where the variable is defined, whatever its value; an inverted one where it is not.
    fn open(&mut self, tag: &Tag<'a>, when_defined: bool, output: &Output<'_>) -> Result<(), Broken> {
        let shown = output.find(tag.name).is_some() == when_defined;
        let (raw, expanded) = (tag.raw.clone(), output.expanded.len());
        self.open.push(Section { name: tag.name, raw, expanded, shown });
        Ok(())
    }

    fn close(&mut self, tag: &Tag<'_>, output: &Output<'_>) -> Result<(), Broken> {
        let message = match self.open.pop() {
            Some(section) if section.name.to_uppercase() == tag.name.to_uppercase() => return Ok(()),
            Some(section) => {
                format!("`{}` is closed here, but the section that is open is `{}`", tag.name, section.name)
            }
            None => format!("`{}` is closed here, but no template section is open", tag.name),
        };
        Err(output.broken(tag.raw.clone(), message, ""))
    }

    /// `{{=<% %>=}}`.
    fn change_delimiters(&mut self, tag: &Tag<'a>, output: &Output<'_>) -> Result<(), Broken> {
        let mut words = tag.name.strip_suffix('=').unwrap_or_default().split_whitespace();
        match (words.next(), words.next(), words.next()) {
            (Some(open), Some(close), None) if !open.contains('=') && !close.contains('=') => {
                self.delimiters = (open, close);
                Ok(())
            }
            _ => {
                let message = "these are no template delimiters".to_owned();
                Err(output.broken(tag.raw.clone(), message, "write them as in `{{=<% %>=}}`"))
            }
        }
    }
}

fn value(tag: &Tag<'_>, output: &mut Output<'_>) -> Result<(), Broken> {
    let Some(value) = output.find(tag.name) else {
        let message = format!("the template variable `{}` is not defined", tag.name);
        return Err(output.broken(
            tag.raw.clone(),
            message,
            "set it in the environment or in a --context file",
        ));
    };
    output.push(&value, tag.raw.clone(), true);
    Ok(())
}

/// `{{> file}}`: the file, which is a template.
fn partial(tag: &Tag<'_>, output: &mut Output<'_>) -> Result<(), Broken> {
    if output.partials.iter().any(|name| name == tag.name) {
        let message = format!("the partial `{}` is included again", tag.name);
        return Err(output.broken(tag.raw.clone(), message, "take the tag out of one of the files"));
    }
    let text = (output.lookup.partial)(tag.name).map_err(|why| {
        let message = format!("the partial `{}` cannot be included: {why}", tag.name);
        output.broken(tag.raw.clone(), message, "its name is relative to the load file")
    })?;
    let outermost = output.tag.is_none();
    output.tag.get_or_insert(tag.raw.clone());
    output.partials.push(tag.name.to_owned());
    Template::new(&text).expand(output)?;
    output.partials.pop();
    if outermost {
        output.tag = None;
    }
    Ok(())
}

fn never_closed(section: &Section<'_>, output: &Output<'_>) -> Broken {
    let message = format!("the template section `{}` is never closed", section.name);
    let help = format!("write `{{{{/{}}}}}` where it ends", section.name);
    Broken { expanded: section.expanded, ..output.broken(section.raw.clone(), message, &help) }
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

    fn partials(name: &str) -> Result<String, String> {
        let text = match name {
            "part" => "<<{{PATH}}>>",
            "outer" => "({{> part}})",
            "loop" => "{{> loop}}",
            "loop-a" => "{{> loop-b}}",
            "loop-b" => "{{> loop-a}}",
            "missing" => "{{NONE}}",
            "open" => "{{#PATH}}",
            _ => return Err("there is no such file".to_owned()),
        };
        Ok(text.to_owned())
    }

    fn expanded(raw: &str) -> SourceText {
        expand("f", raw.as_bytes(), &Lookup { value: &variables, partial: &partials })
    }

    #[test]
    fn text_of_a_partial_comes_from_its_tag() {
        let text = expanded("a {{> part}} b");
        let place = text.raw_range(crate::Span { start: 5, end: 8 });
        assert_eq!((text.expanded(), place), ("a <</data/a.csv>> b", 2..12));
    }

    // shows: template section; template inverted section; template comment; template value in three braces
    // shows: template delimiters
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
            ("{{=<% %>=}}{{PATH}} <%PATH%> <%={{ }}=%>{{PATH}}", "{{PATH}} /data/a.csv /data/a.csv"),
            ("{{= | | =}}|path| {{{", "/data/a.csv {{{"),
            ("[{{> part}}|{{>part}}]", "[<</data/a.csv>>|<</data/a.csv>>]"),
            ("{{> outer}}", "(<</data/a.csv>>)"),
            ("{{^PATH}}{{> none}}{{/PATH}}", ""),
        ];
        for (raw, expected) in cases {
            let text = expanded(raw);
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
            ("{{=<%=}}", 0..8, "these are no template delimiters"),
            ("{{=a b c=}}", 0..11, "these are no template delimiters"),
            ("{{=<% %>}}", 0..10, "these are no template delimiters"),
            ("a {{> none}}", 2..12, "the partial `none` cannot be included: there is no such file"),
            ("{{>loop}}", 0..9, "in the partial `loop`: the partial `loop` is included again"),
            ("{{> loop-a}}", 0..12, "in the partial `loop-b`: the partial `loop-a` is included again"),
            ("{{> missing}}", 0..13, "in the partial `missing`: the template variable `NONE` is not defined"),
            ("{{> open}}", 0..10, "in the partial `open`: the template section `PATH` is never closed"),
        ];
        for (raw, place, message) in cases {
            let text = expanded(raw);
            let broken = text.broken().unwrap();
            assert_eq!((broken.raw.clone(), broken.message.as_str()), (place, message), "{raw}");
        }
    }
}
