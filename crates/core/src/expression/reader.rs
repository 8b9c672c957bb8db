//! Text → nodes: the reader of the Lisp subset.

use std::ops::Range;

use super::fault::Fault;
use super::node::{Kind, Node};

/// How deep lists may be nested.
pub(super) const MOST_NESTED: usize = 60;

/// What ends a symbol or a number.
const DELIMITERS: [char; 6] = ['(', ')', ',', '\'', '"', ';'];

/// Names of characters that cannot be written as themselves.
const CHARACTERS: [(&str, char); 10] = [
    ("space", ' '),
    ("newline", '\n'),
    ("linefeed", '\n'),
    ("tab", '\t'),
    ("return", '\r'),
    ("nul", '\0'),
    ("null", '\0'),
    ("page", '\u{c}'),
    ("backspace", '\u{8}'),
    ("rubout", '\u{7f}'),
];

/// Reads forms one after the other.
pub(super) struct Reader<'t> {
    text: &'t str,
    at: usize,
    nested: usize,
    /// How many `[` are open: inside, a `]` ends a symbol.
    vectors: usize,
}

impl<'t> Reader<'t> {
    pub(super) fn new(text: &'t str) -> Reader<'t> {
        Reader { text, at: 0, nested: 0, vectors: 0 }
    }

    /// How many bytes were read.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    /// The next form; one must be there.
    pub(super) fn form(&mut self) -> Result<Node, Fault> {
        self.skip_blanks()?;
        let start = self.at;
        match self.peek() {
            None => Err(Fault::new(start..start, "an expression is missing")),
            Some('(') => self.nest(')').map(|nodes| self.node(start, Kind::List(nodes))),
            Some('[') => {
                self.vectors += 1;
                let nodes = self.nest(']')?;
                self.vectors -= 1;
                Ok(self.node(start, Kind::Vector(nodes)))
            }
            Some('"') => self.string(),
            Some('\'') => self.prefixed(1, "quote"),
            Some('#') => self.hash(),
            Some(')' | ',') => Err(Fault::new(start..start + 1, "an expression is missing")),
            Some(_) => Ok(self.atom()),
        }
    }

    /// Passes over blanks and comments: `;` and `--` to the end of the line, `/*` to `*/`, `#|` to `|#`.
    pub(super) fn skip_blanks(&mut self) -> Result<(), Fault> {
        loop {
            let rest = self.rest();
            let blanks = rest.len() - rest.trim_start().len();
            self.at += blanks;
            let rest = self.rest();
            let length = if rest.starts_with(';') || rest.starts_with("--") {
                rest.find('\n').unwrap_or(rest.len())
            } else if rest.starts_with("/*") {
                self.comment_length("*/")?
            } else if rest.starts_with("#|") {
                self.comment_length("|#")?
            } else {
                return Ok(());
            };
            self.at += length;
        }
    }

    fn comment_length(&self, end: &str) -> Result<usize, Fault> {
        let found = self.rest()[2..].find(end).map(|at| at + 4);
        found.ok_or_else(|| Fault::new(self.at..self.at + 2, format!("this comment has no `{end}`")))
    }

    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn node(&self, start: usize, kind: Kind) -> Node {
        Node { range: start..self.at, kind }
    }

    /// What stands between the bracket here and `close`.
    fn nest(&mut self, close: char) -> Result<Vec<Node>, Fault> {
        let open = self.at..self.at + 1;
        if self.nested == MOST_NESTED {
            let message = format!("the expression is nested more than {MOST_NESTED} deep");
            return Err(Fault::new(open, message).hint("move a part of it to a function of its own"));
        }
        self.nested += 1;
        self.at += 1;
        let mut nodes = Vec::new();
        loop {
            self.skip_blanks()?;
            match self.peek() {
                None => return Err(Fault::new(open, format!("this bracket has no `{close}`"))),
                Some(next) if next == close => break,
                Some(_) => nodes.push(self.form()?),
            }
        }
        self.at += 1;
        self.nested -= 1;
        Ok(nodes)
    }

    /// `'x` as `(quote x)`, `#'f` as `(function f)`.
    fn prefixed(&mut self, length: usize, name: &str) -> Result<Node, Fault> {
        let start = self.at;
        self.at += length;
        let word = self.node(start, Kind::Symbol(name.to_owned()));
        self.nested += 1;
        if self.nested > MOST_NESTED {
            return Err(Fault::new(start..self.at, "too many quotes"));
        }
        let form = self.form()?;
        self.nested -= 1;
        Ok(self.node(start, Kind::List(vec![word, form])))
    }

    /// What begins with `#`.
    fn hash(&mut self) -> Result<Node, Fault> {
        let start = self.at;
        let rest = self.rest();
        if rest.starts_with("#'") {
            return self.prefixed(2, "function");
        }
        if rest.starts_with("#(") {
            return Err(Fault::new(start..start + 2, "`#(` is not understood")
                .hint("of Clojure's spellings only `(fn [v] (f v))` is: write `(lambda (x) …)`"));
        }
        let Some(character) = rest.strip_prefix("#\\") else { return Ok(self.atom()) };
        let first = character.chars().next().map_or(0, char::len_utf8);
        let length = first + run_length(&character[first..], self.vectors > 0);
        self.at += 2 + length;
        named_character(&character[..length])
            .map(|character| self.node(start, Kind::Character(character)))
            .ok_or_else(|| unknown_character(start..self.at))
    }

    fn string(&mut self) -> Result<Node, Fault> {
        let start = self.at;
        let mut text = String::new();
        let mut chars = self.rest().char_indices().skip(1);
        while let Some((at, char)) = chars.next() {
            match char {
                '"' => {
                    self.at += at + 1;
                    return Ok(self.node(start, Kind::Text(text)));
                }
                '\\' => text.extend(chars.next().map(|(_, escaped)| escaped)),
                char => text.push(char),
            }
        }
        Err(Fault::new(start..start + 1, "this string has no closing `\"`"))
    }

    /// A number, a keyword or a symbol.
    fn atom(&mut self) -> Node {
        let start = self.at;
        self.at += run_length(self.rest(), self.vectors > 0).max(self.peek().map_or(0, char::len_utf8));
        let text = &self.text[start..self.at];
        let kind = number(text).unwrap_or_else(|| match text.strip_prefix(':') {
            Some(name) if !name.is_empty() => Kind::Keyword(name.to_ascii_lowercase()),
            _ => Kind::Symbol(text.to_owned()),
        });
        self.node(start, kind)
    }
}

fn run_length(text: &str, in_vector: bool) -> usize {
    let ends = |char: char| char.is_whitespace() || DELIMITERS.contains(&char) || (in_vector && char == ']');
    text.find(ends).unwrap_or(text.len())
}

fn named_character(name: &str) -> Option<char> {
    let mut chars = name.chars();
    match (chars.next(), chars.next()) {
        (Some(one), None) => Some(one),
        _ => CHARACTERS.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, char)| *char),
    }
}

fn unknown_character(range: Range<usize>) -> Fault {
    let names: Vec<&str> = CHARACTERS.iter().map(|(name, _)| *name).collect();
    Fault::new(range, "no character has this name")
        .hint(format!("the names are {}; any other character stands for itself", names.join(", ")))
}

/// An integer (with a sign or a final point), or a float: `1.5`, `1e3`, `1d0`. A float has a digit before its
/// exponent, so that symbols like `e1` stay symbols.
fn number(text: &str) -> Option<Kind> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    if !unsigned.starts_with(|char: char| char.is_ascii_digit() || char == '.') {
        return None;
    }
    let integer = unsigned.strip_suffix('.').unwrap_or(unsigned);
    if !integer.is_empty() && integer.bytes().all(|byte| byte.is_ascii_digit()) {
        return text.trim_end_matches('.').parse().ok().map(Kind::Integer);
    }
    let is_part = |byte: u8| byte.is_ascii_digit() || b".eEdDfFsSlL+-".contains(&byte);
    let float = unsigned.bytes().all(is_part) && unsigned.bytes().any(|byte| byte.is_ascii_digit());
    float.then(|| lisp_float(text).map(Kind::Float)).flatten()
}

/// A float whose exponent may be marked by any of Lisp's letters.
pub(super) fn lisp_float(text: &str) -> Option<f64> {
    let markers = ['e', 'E', 'd', 'D', 'f', 'F', 's', 'S', 'l', 'L'];
    text.replace(markers, "e").parse().ok()
}
