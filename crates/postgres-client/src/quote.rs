//! Identifiers and literals as SQL text.

/// An identifier in double quotes, whatever it holds. Names with a NUL character do not exist in
/// PostgreSQL; sending one is refused by the connection.
pub fn quote_identifier(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A string literal that PostgreSQL reads alike under either value of
/// `standard_conforming_strings`: a text with a backslash becomes `E'…'`. Redshift knows no
/// `E'…'`: use [`Connection::quote_literal`](crate::Connection::quote_literal) there.
pub fn quote_literal(text: &str) -> String {
    if text.contains('\\') { format!("E{}", quote_backslashes(text)) } else { quote_plain(text) }
}

/// A plain `'…'` literal for a server whose `standard_conforming_strings` is known.
pub(crate) fn quote_literal_for(text: &str, standard_conforming_strings: bool) -> String {
    if standard_conforming_strings { quote_plain(text) } else { quote_backslashes(text) }
}

fn quote_plain(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

fn quote_backslashes(text: &str) -> String {
    quote_plain(&text.replace('\\', "\\\\"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers() {
        assert_eq!(quote_identifier("t"), "\"t\"");
        assert_eq!(quote_identifier("a\"b"), "\"a\"\"b\"");
        assert_eq!(quote_identifier(""), "\"\"");
    }

    #[test]
    fn literals() {
        assert_eq!(quote_literal("it's"), "'it''s'");
        assert_eq!(quote_literal(r"a\b'c"), r"E'a\\b''c'");
        assert_eq!(quote_literal_for(r"a\b", true), r"'a\b'");
        assert_eq!(quote_literal_for(r"a\'b", false), r"'a\\''b'");
    }
}
