//! How a name that a user has written becomes a name of the target.

use pgloader_core::option::Options;

use crate::options::IDENTIFIERS;

/// What happens to names that are not quoted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Case {
    /// Lower case, and `$` becomes `_`.
    Downcase,
    /// As written.
    Quote,
    /// Lower case, with `_` before each capital that begins a word.
    SnakeCase,
}

impl Case {
    /// What the options say.
    pub fn of(options: &Options) -> Case {
        match options.word(&IDENTIFIERS) {
            Some("quote") => Case::Quote,
            Some("snake_case") => Case::SnakeCase,
            _ => Case::Downcase,
        }
    }

    /// The name as the server stores it. One that is no plain identifier stays as written.
    pub fn apply(self, name: &str) -> String {
        match self {
            _ if !is_plain(name) => name.to_owned(),
            Case::Quote => name.to_owned(),
            Case::Downcase => name.to_ascii_lowercase().replace('$', "_"),
            Case::SnakeCase => snake_case(name),
        }
    }
}

fn is_plain(name: &str) -> bool {
    let mut bytes = name.bytes();
    bytes.next().is_some_and(|first| first.is_ascii_alphabetic() || first == b'_')
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'$')
}

fn snake_case(name: &str) -> String {
    let mut out = String::with_capacity(name.len() + 4);
    let mut before = None;
    for char in name.chars() {
        if char.is_ascii_uppercase() && before.is_some_and(|b: char| !b.is_ascii_uppercase() && b != '_') {
            out.push('_');
        }
        out.push(char.to_ascii_lowercase());
        before = Some(char);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_those_of_the_reference() {
        // Source, downcase, quote, snake_case.
        let cases = [
            ("Id", "id", "Id", "id"),
            ("userName", "username", "userName", "user_name"),
            ("HTTPServerName", "httpservername", "HTTPServerName", "httpserver_name"),
            ("Reference_ID", "reference_id", "Reference_ID", "reference_id"),
            ("userID2Name", "userid2name", "userID2Name", "user_id2_name"),
            ("_Foo__Bar", "_foo__bar", "_Foo__Bar", "_foo__bar"),
            ("Mixed Case Col", "Mixed Case Col", "Mixed Case Col", "Mixed Case Col"),
            ("naïve", "naïve", "naïve", "naïve"),
            ("a$b", "a_b", "a$b", "a$b"),
        ];
        for (name, down, quote, snake) in cases {
            assert_eq!(Case::Downcase.apply(name), down);
            assert_eq!(Case::Quote.apply(name), quote);
            assert_eq!(Case::SnakeCase.apply(name), snake);
        }
    }
}
