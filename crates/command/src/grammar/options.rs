//! `WITH`: options, read from their declarations.

use pgloader_core::option::{Argument, Form, OptionSpec, Value};

use super::Grammar;
use super::clauses::{Clauses, sees_clause};
use crate::command::CommandKind;
use crate::diagnostic::Diagnostic;
use crate::reader::{Read, alternatives};
use crate::suggest;
use crate::text::Span;

/// The option that belongs to the grammar.
const ENCODING: &str = "encoding";

/// Options of old that some load files still have, and what to do instead.
const OBSOLETE: [(&str, &str); 4] = [
    ("drop tables", "pgloader no longer has it; LOAD DATABASE drops tables with `include drop`"),
    ("reject file", "pgloader no longer has it; rejected rows go to a file below --root-dir"),
    ("log file", "pgloader no longer has it; name the log file with --logfile"),
    (
        "log level",
        "pgloader no longer has it; set the level with --log-min-messages or --client-min-messages",
    ),
];

/// One way to write one option.
type Declared = (&'static OptionSpec, &'static Form);

impl Grammar<'_> {
    /// What follows `WITH`.
    pub(super) fn with(&mut self, clauses: &mut Clauses) -> Read<()> {
        loop {
            if has_encoding(clauses.kind) && self.reader.sees(ENCODING) {
                self.encoding(clauses)?;
            } else {
                self.option(clauses)?;
            }
            if self.reader.take_mark(",").is_none() {
                return self.refuse_glued_options(&clauses.declared);
            }
            if sees_clause(&self.reader) {
                return Err(self.no_option().help("no comma stands behind the last option"));
            }
        }
    }

    /// The error that something else stands where an option should.
    fn no_option(&mut self) -> Diagnostic {
        self.reader.want("an option");
        self.reader.unexpected()
    }

    /// `ENCODING x`.
    pub(super) fn encoding(&mut self, clauses: &mut Clauses) -> Read<()> {
        self.reader.expect(ENCODING)?;
        self.take_equals();
        let Some(name) = self.reader.take_name()? else {
            return Err(self
                .reader
                .unexpected_because(|_| "`encoding` expects the name of an encoding".to_owned()));
        };
        if clauses.encoding.is_some() {
            clauses.warnings.push(self.reader.warning(name.span, twice(ENCODING)));
        }
        clauses.encoding.get_or_insert(name);
        Ok(())
    }

    /// One option and its value.
    fn option(&mut self, clauses: &mut Clauses) -> Read<()> {
        let start = self.reader.at();
        let (forms, length) = self.longest(&clauses.declared);
        if forms.is_empty() {
            return Err(self.unknown_option(clauses));
        }
        self.reader.advance(length);
        let (spec, value) = self.value(&forms, Span { start, end: start + length })?;
        if !clauses.options.insert(spec, value) {
            clauses.warnings.push(self.reader.warning(self.reader.since(start), twice(spec.name)));
        }
        Ok(())
    }

    /// The forms whose words stand here and are the longest that do, and the length of the words.
    fn longest(&self, declared: &[&'static OptionSpec]) -> (Vec<Declared>, usize) {
        let mut longest = (Vec::new(), 0);
        for (spec, form) in forms(declared) {
            let Some(length) = self.reader.length_of(form.words) else { continue };
            if length > longest.1 {
                longest = (Vec::new(), length);
            }
            if length == longest.1 {
                longest.0.push((spec, form));
            }
        }
        longest
    }

    /// The value behind the words, by the first of these forms that can read it.
    fn value(&mut self, forms: &[Declared], words: Span) -> Read<(&'static OptionSpec, Value)> {
        let start = self.reader.at();
        for (spec, form) in forms {
            if form.argument == Argument::NotBuilt {
                return Err(self
                    .reader
                    .error(words, format!("the option `{}` is not built yet", form.words)));
            }
            self.reader.back_to(start);
            if let Some(value) = self.argument(form.argument).map_err(|error| error.about(form.words))? {
                return Ok((spec, value));
            }
        }
        let wanted: Vec<String> = forms.iter().flat_map(|(_, form)| expectation(form.argument)).collect();
        let words = forms.first().map_or("", |(_, form)| form.words);
        Err(self.reader.unexpected_because(|_| format!("`{words}` expects {}", alternatives(&wanted))))
    }

    /// A value of this kind; `None` where none stands here.
    fn argument(&mut self, argument: Argument) -> Read<Option<Value>> {
        if matches!(argument, Argument::Number | Argument::Size) {
            if self.reader.take_mark("=").is_none() {
                return Ok(None);
            }
        } else if !matches!(argument, Argument::Says(_)) {
            self.take_equals();
        }
        match argument {
            Argument::Says(word) => Ok(Some(Value::Word(word))),
            Argument::Number => Ok(self.reader.take_number()?.map(Value::Number)),
            Argument::Size => Ok(self.reader.take_size()?.map(Value::Number)),
            Argument::OneOf(words) => self.one_of(words),
            Argument::Separator => self.reader.take_separator(),
            Argument::LineEnd => self.reader.take_line_end(),
            Argument::Escape => self.reader.take_escape(),
            Argument::Text => Ok(self.reader.take_string()?.map(|text| Value::Text(text.value))),
            Argument::Name => Ok(self.reader.take_name()?.map(|name| Value::Text(name.value))),
            Argument::DateFormat => self.date_format_value(),
            Argument::NotBuilt => Ok(None),
        }
    }

    fn date_format_value(&mut self) -> Read<Option<Value>> {
        let quoted = matches!(self.reader.next_char(), Some('\'' | '"'));
        match quoted {
            true => self.date_format().map(|format| Some(Value::DateFormat(format.value))),
            false => Ok(None),
        }
    }

    /// An equals sign that may be left out.
    fn take_equals(&mut self) {
        if self.reader.rest().starts_with('=') {
            self.reader.advance(1);
        }
    }

    /// One of these words, bare or quoted.
    fn one_of(&mut self, words: &'static [&'static str]) -> Read<Option<Value>> {
        let start = self.reader.at();
        if matches!(self.reader.next_char(), Some('\'' | '"')) {
            let written = self.reader.take_string()?.map(|text| text.value).unwrap_or_default();
            let word = words.iter().find(|word| word.eq_ignore_ascii_case(&written));
            if word.is_none() {
                self.reader.back_to(start);
            }
            words.iter().for_each(|word| self.reader.want(format!("`{word}`")));
            return Ok(word.map(|word| Value::Word(word)));
        }
        for word in words {
            if self.reader.take(word).is_some() {
                return Ok(Some(Value::Word(word)));
            }
        }
        Ok(None)
    }

    /// Fails where an option follows another one without a comma.
    fn refuse_glued_options(&self, declared: &[&'static OptionSpec]) -> Read<()> {
        let is_option = !self.longest(declared).0.is_empty() || self.reader.sees(ENCODING);
        match is_option && !sees_clause(&self.reader) {
            true => Err(self.reader.unexpected().help("a comma must stand between two options")),
            false => Ok(()),
        }
    }

    fn unknown_option(&mut self, clauses: &Clauses) -> Diagnostic {
        let kind = clauses.kind;
        let span = self.unknown_words();
        if span.start == span.end {
            return self.no_option();
        }
        let written = self.reader.shown(span);
        let error =
            self.reader.error(span, format!("{kind} has no option `{written}`")).label("unknown option");
        let padded = format!("{} ", written.to_lowercase());
        let obsolete = OBSOLETE.iter().find(|(words, _)| padded.starts_with(&format!("{words} ")));
        if let Some((_, help)) = obsolete {
            return error.help(help);
        }
        let mut known: Vec<&'static str> = Vec::new();
        known.extend(has_encoding(kind).then_some(ENCODING));
        for (_, form) in forms(&clauses.declared) {
            if !known.contains(&form.words) {
                known.push(form.words);
            }
        }
        known.sort_unstable();
        let error = match suggest::nearest(&written, &known) {
            Some(nearest) => error.help(format!("did you mean `{nearest}`?")),
            None => error,
        };
        error.note(format!("the options of {kind} are: {}", known.join(", ")))
    }

    /// The words on this line that look like the name of an option: up to a mark, a number or a clause.
    fn unknown_words(&mut self) -> Span {
        let start = self.reader.at();
        let mut end = start;
        loop {
            let rest = self.reader.rest();
            let length =
                rest.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '-')).unwrap_or(rest.len());
            let is_name = rest.starts_with(char::is_alphabetic);
            let same_line = !self.reader.text_between(end, self.reader.at()).contains('\n');
            if !is_name || !same_line || sees_clause(&self.reader) {
                break;
            }
            end = self.reader.advance(length).end;
        }
        self.reader.back_to(start);
        Span { start, end }
    }
}

/// Whether the encoding of the source can be said: that of an IXF file stands in it.
fn has_encoding(kind: CommandKind) -> bool {
    kind != CommandKind::Ixf
}

fn forms(declared: &[&'static OptionSpec]) -> impl Iterator<Item = Declared> {
    declared.iter().flat_map(|spec| spec.forms.iter().map(|form| (*spec, form)))
}

fn twice(option: &str) -> String {
    format!("`{option}` is given twice; the first value holds")
}

/// What the argument of an option looks like; one or more ways.
fn expectation(argument: Argument) -> Vec<String> {
    let ways: &[&str] = match argument {
        Argument::OneOf(words) => return words.iter().map(|word| format!("`{word}`")).collect(),
        Argument::Says(_) | Argument::NotBuilt => &["nothing"],
        Argument::Number => &["`= N`, a whole number"],
        Argument::Size => &["`= SIZE`, such as `20 MB`"],
        Argument::Separator => &["one character in single quotes"],
        Argument::LineEnd => &["`'\\r\\n'`", "one character in single quotes"],
        Argument::Escape => {
            &["`double-quote`", "`backslash-quote`", "`\"\"`", "`\\\"`", "one character in single quotes"]
        }
        Argument::Text => &["text in quotes"],
        Argument::DateFormat => &["a pattern in quotes, such as `'YYYY-MM-DD'`"],
        Argument::Name => &["a name"],
    };
    ways.iter().map(|way| (*way).to_owned()).collect()
}
