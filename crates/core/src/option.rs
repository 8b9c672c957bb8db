//! Options of a WITH clause, declared as data by whoever understands them.
//!
//! An option is one [`OptionSpec`]: its name, the ways to write it, its default and its help. The load language
//! parses every option from these declarations and knows none by name; messages, help and guides are made from
//! them too.

use crate::transform::DateFormat;

/// One option, declared by the source, the target or the engine that acts on it.
#[derive(Debug)]
pub struct OptionSpec {
    /// The name by which code and messages speak of it, for instance `batch rows`.
    pub name: &'static str,
    /// The ways to write it.
    pub forms: &'static [Form],
    /// What holds where it is not written.
    pub default: &'static str,
    /// One sentence for the guide.
    pub help: &'static str,
}

/// One way to write an option.
#[derive(Debug)]
pub struct Form {
    /// Lower-case words separated by single blanks; in a load file any blanks, comments or none may stand there.
    pub words: &'static str,
    /// What follows the words.
    pub argument: Argument,
}

/// What follows the words of an option.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Argument {
    /// Nothing: the words say this value.
    Says(&'static str),
    /// `= N`.
    Number,
    /// `= N` with an optional unit `B kB MB GB TB PB`, in bytes.
    Size,
    /// `= word`, one of these.
    OneOf(&'static [&'static str]),
    /// One character in single quotes.
    Separator,
    /// One character in single quotes, or the pair `'\r\n'`.
    LineEnd,
    /// `double-quote`, `backslash-quote`, `""`, `\"` or one character in single quotes.
    Escape,
    /// Quoted text, which may be empty.
    Text,
    /// A bare or quoted name.
    Name,
    /// A quoted date format.
    DateFormat,
    /// Part of the language, refused by name until it is built.
    NotBuilt,
}

/// What an option was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// What the words said, or the chosen word.
    Word(&'static str),
    /// A number, or a size in bytes.
    Number(u64),
    /// A separator.
    Char(char),
    /// How a quote is written inside a quoted field.
    Escape(Escape),
    /// Text or a name.
    Text(String),
    /// A date format.
    DateFormat(DateFormat),
}

/// The value of an [`Argument::Escape`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Escape {
    /// The quote character doubled.
    DoubleQuote,
    /// A backslash before the quote.
    BackslashQuote,
    /// This character, in the way that the escape mode says.
    Char(char),
}

/// The options of one command: each at most once.
#[derive(Debug, Clone, Default)]
pub struct Options(Vec<(&'static str, Value)>);

impl Options {
    /// Adds the value of an option; `false` where the option has one already, which then stays.
    pub fn insert(&mut self, spec: &OptionSpec, value: Value) -> bool {
        if self.get(spec).is_some() {
            return false;
        }
        self.0.push((spec.name, value));
        true
    }

    /// What was written for this option.
    pub fn get(&self, spec: &OptionSpec) -> Option<&Value> {
        self.0.iter().find(|(name, _)| *name == spec.name).map(|(_, value)| value)
    }

    /// The word of an option whose forms say words.
    pub fn word(&self, spec: &OptionSpec) -> Option<&'static str> {
        match self.get(spec) {
            Some(Value::Word(word)) => Some(word),
            _ => None,
        }
    }

    /// Whether an option with the words `yes` and `no` was written as `yes`.
    pub fn is_yes(&self, spec: &OptionSpec) -> bool {
        self.word(spec) == Some("yes")
    }

    /// The number or size of an option.
    pub fn number(&self, spec: &OptionSpec) -> Option<u64> {
        match self.get(spec) {
            Some(Value::Number(number)) => Some(*number),
            _ => None,
        }
    }

    /// The separator of an option.
    pub fn char(&self, spec: &OptionSpec) -> Option<char> {
        match self.get(spec) {
            Some(Value::Char(char)) => Some(*char),
            _ => None,
        }
    }

    /// The date format of an option.
    pub fn date_format(&self, spec: &OptionSpec) -> Option<&DateFormat> {
        match self.get(spec) {
            Some(Value::DateFormat(format)) => Some(format),
            _ => None,
        }
    }

    /// The text or name of an option.
    pub fn text(&self, spec: &OptionSpec) -> Option<&str> {
        match self.get(spec) {
            Some(Value::Text(text)) => Some(text),
            _ => None,
        }
    }
}
