//! The directives of `format`.

use super::number::{Number, number};
use super::raised::Raised;
use super::value::{Value, print_float};

/// The widest that a directive may pad to, and the most digits it may ask for.
const WIDEST: usize = 1000;
/// How deep directives may be nested.
const MOST_NESTED: usize = 10;
/// The most bytes of one text that an expression makes.
pub(super) const LONGEST_TEXT: usize = 64 << 20;

const KNOWN: &str =
    "the directives are ~a ~s ~d ~f ~e ~x ~c ~% ~~ ~{ ~^ ~} ~:[ ~; ~] ~@[ ~]; ~2,'0d pads and ~,2f rounds";

/// What the control string of a `format` says.
#[derive(Debug, Clone)]
pub(super) struct Template {
    pieces: Vec<Piece>,
}

#[derive(Debug, Clone)]
enum Piece {
    Literal(String),
    Argument(Directive),
    /// `~{…~}`: its pieces once for each entry of a list, or until that is used up.
    Each(Vec<Piece>),
    /// `~^`: ends here where no argument is left.
    Exit,
    /// `~:[false~;true~]`.
    Branch(Vec<Piece>, Vec<Piece>),
    /// `~@[…~]`: its pieces, if the argument is not nil, which they get.
    Present(Vec<Piece>),
}

/// A directive that prints one argument.
#[derive(Debug, Clone, Copy)]
struct Directive {
    letter: char,
    width: usize,
    pad: char,
    /// Digits behind the point.
    digits: Option<usize>,
    /// `@`: padding before the text, a sign before a number.
    at: bool,
}

/// What stands between `~` and the letter.
#[derive(Default)]
struct Prefix {
    parameters: [Option<Parameter>; 2],
    colon: bool,
    at: bool,
}

#[derive(Clone, Copy)]
enum Parameter {
    Number(usize),
    Character(char),
}

impl Template {
    /// Reads a control string, or says what is wrong with it and what there is.
    pub(super) fn parse(control: &str) -> Result<Template, (String, &'static str)> {
        let mut parser = Parser { rest: control.chars().peekable(), nested: 0 };
        let (pieces, end) = parser.pieces().map_err(|message| (message, KNOWN))?;
        match end {
            None => Ok(Template { pieces }),
            Some(end) => Err((format!("`~{end}` closes nothing"), KNOWN)),
        }
    }

    /// Appends the pieces with their arguments. Nil, and nothing appended, where there are arguments and all are nil.
    pub(super) fn write(&self, arguments: &[Value<'_>], out: &mut String) -> Result<bool, Raised> {
        if !arguments.is_empty() && arguments.iter().all(Value::is_nil) {
            return Ok(false);
        }
        let mut arguments = Arguments { values: arguments, at: 0 };
        write(&self.pieces, &mut arguments, out).map(|_| true)
    }
}

struct Parser<'t> {
    rest: std::iter::Peekable<std::str::Chars<'t>>,
    nested: usize,
}

impl Parser<'_> {
    /// Pieces up to the end, or to a closing directive: `}`, `]` or `;`.
    fn pieces(&mut self) -> Result<(Vec<Piece>, Option<char>), String> {
        let mut pieces = Vec::new();
        let mut literal = String::new();
        while let Some(char) = self.rest.next() {
            if char != '~' {
                literal.push(char);
                continue;
            }
            let prefix = self.prefix()?;
            match self.rest.next() {
                Some('~') => literal.push('~'),
                Some('%') => literal.push('\n'),
                // A line break that only folds the control string.
                Some('\n') => while self.rest.next_if(|char| char.is_whitespace()).is_some() {},
                Some(letter) => {
                    if !literal.is_empty() {
                        pieces.push(Piece::Literal(std::mem::take(&mut literal)));
                    }
                    match letter {
                        '}' | ']' | ';' => return Ok((pieces, Some(letter))),
                        letter => pieces.push(self.piece(letter, &prefix)?),
                    }
                }
                None => return Err("a directive is cut off".to_owned()),
            }
        }
        if !literal.is_empty() {
            pieces.push(Piece::Literal(literal));
        }
        Ok((pieces, None))
    }

    fn piece(&mut self, letter: char, prefix: &Prefix) -> Result<Piece, String> {
        match (letter, prefix.colon, prefix.at) {
            ('^', ..) => Ok(Piece::Exit),
            ('{', false, false) => self.nested('}', |pieces, _| Piece::Each(pieces)),
            ('[', true, false) => self.nested(']', Piece::Branch),
            ('[', false, true) => self.nested(']', |pieces, _| Piece::Present(pieces)),
            (letter, false, _) if "asdfexcASDFEXC".contains(letter) => {
                Ok(Piece::Argument(prefix.directive(letter.to_ascii_lowercase())?))
            }
            _ => {
                let marks = [(prefix.colon, ":"), (prefix.at, "@")];
                let marks: String =
                    marks.iter().filter(|(is_set, _)| *is_set).map(|(_, mark)| *mark).collect();
                Err(format!("`~{marks}{letter}` is no directive that is understood"))
            }
        }
    }

    /// Pieces up to `close`, with those behind a `~;`.
    fn nested(&mut self, close: char, make: fn(Vec<Piece>, Vec<Piece>) -> Piece) -> Result<Piece, String> {
        if self.nested == MOST_NESTED {
            return Err(format!("directives are nested more than {MOST_NESTED} deep"));
        }
        self.nested += 1;
        let (first, mut end) = self.pieces()?;
        let mut second = Vec::new();
        if end == Some(';') && close == ']' {
            (second, end) = self.pieces()?;
        }
        self.nested -= 1;
        match end == Some(close) {
            true => Ok(make(first, second)),
            false => Err(format!("a directive is not closed by `~{close}`")),
        }
    }

    fn prefix(&mut self) -> Result<Prefix, String> {
        let mut prefix = Prefix::default();
        let mut index = 0;
        while let Some(&char) = self.rest.peek() {
            let parameter = match char {
                '\'' => {
                    self.rest.next();
                    self.rest.next().map(Parameter::Character)
                }
                '0'..='9' => Some(Parameter::Number(self.number()?)),
                _ => None,
            };
            if parameter.is_some() {
                *prefix.parameters.get_mut(index).ok_or("a directive has too many parameters")? = parameter;
                continue;
            }
            match char {
                ',' => index += 1,
                ':' => prefix.colon = true,
                '@' => prefix.at = true,
                _ => break,
            }
            self.rest.next();
        }
        Ok(prefix)
    }

    fn number(&mut self) -> Result<usize, String> {
        let mut number = 0;
        while let Some(digit) = self.rest.peek().and_then(|char| char.to_digit(10)) {
            self.rest.next();
            number = number * 10 + digit as usize;
            if number > WIDEST {
                return Err(format!("a parameter of a directive is larger than {WIDEST}"));
            }
        }
        Ok(number)
    }
}

impl Prefix {
    fn directive(&self, letter: char) -> Result<Directive, String> {
        let mut directive = Directive { letter, width: 0, pad: ' ', digits: None, at: self.at };
        for (index, parameter) in self.parameters.iter().enumerate() {
            match (index, letter, parameter) {
                (_, _, None) => {}
                (0, _, Some(Parameter::Number(width))) => directive.width = *width,
                (1, 'f' | 'e', Some(Parameter::Number(digits))) => directive.digits = Some(*digits),
                (1, 'a' | 's' | 'd' | 'x', Some(Parameter::Character(pad))) => directive.pad = *pad,
                _ => return Err(format!("`~{letter}` does not take this parameter")),
            }
        }
        Ok(directive)
    }
}

/// The arguments not used yet.
struct Arguments<'a, 'r> {
    values: &'a [Value<'r>],
    at: usize,
}

impl<'a, 'r> Arguments<'a, 'r> {
    fn next(&mut self) -> Result<&'a Value<'r>, Raised> {
        self.at += 1;
        self.values.get(self.at - 1).ok_or_else(|| Raised::new("the text has more directives than values"))
    }

    fn are_used_up(&self) -> bool {
        self.at >= self.values.len()
    }
}

/// `false` where a `~^` ended it.
fn write(pieces: &[Piece], arguments: &mut Arguments<'_, '_>, out: &mut String) -> Result<bool, Raised> {
    for piece in pieces {
        match piece {
            Piece::Literal(text) => out.push_str(text),
            Piece::Argument(directive) => directive.write(arguments.next()?, out)?,
            Piece::Exit if arguments.are_used_up() => return Ok(false),
            Piece::Exit => {}
            Piece::Each(pieces) => write_each(pieces, arguments.next()?, out)?,
            Piece::Branch(no, yes) => {
                let chosen = if arguments.next()?.is_nil() { no } else { yes };
                write(chosen, arguments, out)?;
            }
            Piece::Present(pieces) => match arguments.next()? {
                Value::Nil => {}
                _ => {
                    arguments.at -= 1;
                    write(pieces, arguments, out)?;
                }
            },
        }
        if out.len() > LONGEST_TEXT {
            return Err(Raised::limit(format!("the text is longer than {} MB", LONGEST_TEXT >> 20)));
        }
    }
    Ok(true)
}

fn write_each(pieces: &[Piece], list: &Value<'_>, out: &mut String) -> Result<(), Raised> {
    let values = match list {
        Value::Nil => return Ok(()),
        Value::List(values) => values,
        other => return Err(Raised::new(format!("`~{{` takes a list, not {}", other.kind()))),
    };
    let mut arguments = Arguments { values, at: 0 };
    while !arguments.are_used_up() {
        let before = arguments.at;
        let goes_on = write(pieces, &mut arguments, out)?;
        if !goes_on || arguments.at == before {
            break;
        }
    }
    Ok(())
}

impl Directive {
    fn write(&self, value: &Value<'_>, out: &mut String) -> Result<(), Raised> {
        if self.width == 0 && self.letter == 'a' {
            value.print(out);
            return Ok(());
        }
        let text = self.text(value)?;
        let missing = self.width.saturating_sub(text.chars().count());
        let padding = std::iter::repeat_n(self.pad, missing);
        if matches!(self.letter, 'a' | 's') && !self.at {
            out.push_str(&text);
            out.extend(padding);
        } else {
            out.extend(padding);
            out.push_str(&text);
        }
        Ok(())
    }

    fn text(&self, value: &Value<'_>) -> Result<String, Raised> {
        let mut text = String::new();
        match (self.letter, value) {
            (_, Value::Nil) => {}
            ('s', value) => value.print_readably(&mut text),
            ('x', Value::Integer(number)) => {
                text =
                    if *number < 0 { format!("-{:X}", number.unsigned_abs()) } else { format!("{number:X}") };
            }
            ('d', Value::Integer(number)) if self.at && *number > 0 => text = format!("+{number}"),
            ('f' | 'e', value) => self.float(value, &mut text)?,
            ('c', Value::Character(char)) => text.push(*char),
            ('c', value) => return Err(Raised::new(format!("`~c` takes a character, not {}", value.kind()))),
            (_, value) => value.print(&mut text),
        }
        Ok(text)
    }

    /// Text is converted only where digits are asked for.
    fn float(&self, value: &Value<'_>, text: &mut String) -> Result<(), Raised> {
        let number = match (number(value), value) {
            (Ok(_), Value::Text(plain)) if self.digits.is_none() => {
                text.push_str(plain);
                return Ok(());
            }
            (Ok(Number::Integer(integer)), _) => integer as f64,
            (Ok(Number::Float(float)), _) => float,
            (Err(error), _) => return Err(error),
        };
        match (self.letter, self.digits) {
            ('f', Some(digits)) if number.is_finite() => *text = format!("{number:.digits$}"),
            ('f', None) if number.is_finite() => {
                *text = number.to_string();
                if !text.contains('.') {
                    text.push_str(".0");
                }
            }
            ('e', Some(digits)) if number.is_finite() => *text = format!("{number:.digits$e}"),
            ('e', None) if number.is_finite() => *text = format!("{number:e}"),
            _ => print_float(number, text),
        }
        Ok(())
    }
}
