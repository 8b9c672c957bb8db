//! Names of tables as they are written.

use std::fmt;

/// The name of a table as the user wrote it, one part or two.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrittenName {
    /// What stands before the dot.
    pub schema: Option<NamePart>,
    /// The table.
    pub name: NamePart,
}

/// One part of a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamePart {
    /// The text without quotes, case kept. Never empty.
    pub text: String,
    /// Whether it stood in double quotes: then this very spelling is to be tried first.
    pub exact: bool,
}

impl WrittenName {
    /// Reads the table part of a URI, already percent-decoded: `t`, `s.t`, `"S"."T"`. A part without quotes may
    /// hold anything but a dot and a double quote.
    ///
    /// # Errors
    /// What is wrong with it, for the user.
    pub fn parse(text: &str) -> Result<WrittenName, String> {
        let mut parts = Vec::new();
        let mut rest = text;
        loop {
            let (part, after) = first_part(rest).ok_or_else(|| malformed(text))?;
            parts.push(part);
            match after.strip_prefix('.') {
                Some(after) => rest = after,
                None if after.is_empty() => break,
                None => return Err(malformed(text)),
            }
        }
        WrittenName::from_parts(parts).ok_or_else(|| malformed(text))
    }

    /// One part is the table, two are schema and table; other numbers are no name.
    pub(crate) fn from_parts(mut parts: Vec<NamePart>) -> Option<WrittenName> {
        let name = parts.pop()?;
        let schema = parts.pop();
        parts.is_empty().then_some(WrittenName { schema, name })
    }
}

fn first_part(text: &str) -> Option<(NamePart, &str)> {
    let (part, rest) = match text.strip_prefix('"') {
        Some(quoted) => {
            let (inside, rest) = quoted.split_once('"')?;
            (NamePart { text: inside.to_owned(), exact: true }, rest)
        }
        None => {
            let (bare, rest) = text.split_at(text.find(['.', '"']).unwrap_or(text.len()));
            (NamePart { text: bare.to_owned(), exact: false }, rest)
        }
    };
    (!part.text.is_empty()).then_some((part, rest))
}

fn malformed(text: &str) -> String {
    format!(
        "`{text}` is not a table name: write `table` or `schema.table`, with double quotes to keep the case"
    )
}

/// As it was written, double quotes included.
impl fmt::Display for WrittenName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(schema) = &self.schema {
            write!(f, "{schema}.")?;
        }
        write!(f, "{}", self.name)
    }
}

/// As it was written, double quotes included.
impl fmt::Display for NamePart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.exact {
            true => write!(f, "\"{}\"", self.text),
            false => f.write_str(&self.text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_one_and_two_parts() {
        let cases = [
            ("t", None, ("t", false)),
            ("s.t", Some(("s", false)), ("t", false)),
            ("\"S\".\"T\"", Some(("S", true)), ("T", true)),
            ("s.\"T.x\"", Some(("s", false)), ("T.x", true)),
            ("my-table", None, ("my-table", false)),
            ("Größe", None, ("Größe", false)),
        ];
        let part = |(text, exact): (&str, bool)| NamePart { text: text.to_owned(), exact };
        for (text, schema, name) in cases {
            let expected = WrittenName { schema: schema.map(part), name: part(name) };
            assert_eq!(WrittenName::parse(text), Ok(expected.clone()));
            assert_eq!(expected.to_string(), text);
        }
    }

    #[test]
    fn malformed_names_are_refused() {
        for text in ["", ".", "a.", ".a", "a.b.c", "\"a", "\"a\"b", "a\"b\"", "\"\"", "a.\"\""] {
            let error = WrittenName::parse(text).unwrap_err();
            assert!(error.starts_with(&format!("`{text}` is not a table name")), "{error}");
        }
    }
}
