//! Statements as they may be shown.

/// Where a statement speaks of one of these, none of its literals is shown: they may be a password, in whatever form
/// of literal, function body or connection string.
const TELLTALES: [&str; 5] = ["passw", "pwd", "secret", "credential", "://"];

/// The statement, or what a server says of one, without the literals that may be secret.
pub fn redact(text: &str) -> String {
    let lower = text.to_ascii_lowercase();
    match TELLTALES.iter().any(|word| lower.contains(word)) {
        true => mask(text),
        false => text.to_owned(),
    }
}

/// Replaces each `'…'` and `$tag$…$tag$` by `'***'`. One that does not end hides the rest.
fn mask(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['\'', '$']) {
        out += &rest[..at];
        let before = rest[..at].chars().next_back();
        rest = &rest[at..];
        let length = match rest.starts_with('\'') {
            true => Some(quoted(rest, matches!(before, Some('e' | 'E')))),
            false => dollar_quoted(rest),
        };
        match length {
            Some(length) => {
                out += "'***'";
                rest = &rest[length..];
            }
            None => {
                out.push('$');
                rest = &rest[1..];
            }
        }
    }
    out + rest
}

/// The length of the literal in quotes that `text` begins with.
fn quoted(text: &str, escapes: bool) -> usize {
    let mut chars = text.char_indices().skip(1).peekable();
    while let Some((at, char)) = chars.next() {
        match char {
            '\\' if escapes => drop(chars.next()),
            '\'' if chars.peek().is_some_and(|(_, next)| *next == '\'') => drop(chars.next()),
            '\'' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// The length of the dollar-quoted literal that `text` begins with; `None` where it begins with none.
fn dollar_quoted(text: &str) -> Option<usize> {
    let tag = 2 + text[1..].find('$')?;
    let is_tag = |char: char| char.is_alphanumeric() || char == '_';
    if !text[1..tag - 1].chars().all(is_tag) {
        return None;
    }
    let end = text[tag..].find(&text[..tag]);
    Some(end.map_or(text.len(), |end| tag + end + tag))
}

#[cfg(test)]
mod tests {
    use super::redact;

    #[test]
    fn no_form_of_password_is_shown() {
        let forms = [
            "ALTER ROLE r PASSWORD 'X' LOGIN",
            "ALTER ROLE r PASSWORD 'it''s-X'",
            "ALTER ROLE r PASSWORD E'a\\'X'",
            "ALTER ROLE r PASSWORD $p$X$p$",
            "ALTER ROLE r PASSWORD /* c */ 'X'",
            "ALTER ROLE r PASSWORD U&'X'",
            "CREATE USER MAPPING FOR u SERVER s OPTIONS (user 'u', \"password\" 'X')",
            "SELECT dblink_connect('host=h password=X')",
            "SELECT f('postgresql://u:X@h/d')",
            "DO $$ BEGIN EXECUTE 'ALTER ROLE r PASSWORD ''X'''; END $$",
            "SQL statement \"ALTER ROLE r PASSWORD 'X'\"",
            "ALTER ROLE r PASSWORD 'X",
        ];
        for form in forms {
            let shown = redact(form);
            assert!(!shown.contains('X') && shown.contains("***"), "{form} is shown as {shown}");
        }
    }

    #[test]
    fn other_statements_are_shown_as_they_are() {
        for plain in ["SELECT 1/0", "INSERT INTO t VALUES ('a', $1, $$b$$)"] {
            assert_eq!(redact(plain), plain);
        }
        assert_eq!(redact("SELECT password, $1, 'é' FROM t"), "SELECT password, $1, '***' FROM t");
    }
}
