//! Where a connection URI and its user info end. What the parts mean is not known here.

/// `text` without the `jdbc:` at its start.
pub(crate) fn without_jdbc(text: &str) -> &str {
    match text.get(..JDBC.len()) {
        Some(start) if start.eq_ignore_ascii_case(JDBC) => &text[JDBC.len()..],
        _ => text,
    }
}

const JDBC: &str = "jdbc:";

/// Whether `text` begins with the name of an option of a connection string and `=`, as in `host=localhost`.
pub(crate) fn is_pairs(text: &str) -> bool {
    let name = text.trim_start();
    let length = name.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(name.len());
    length > 0 && name[length..].trim_start().starts_with('=')
}

/// The length of the `scheme://` at the start of `text`.
pub(crate) fn scheme(text: &str) -> Option<usize> {
    let name = text.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.')))?;
    let starts_well = text.starts_with(|c: char| c.is_ascii_alphabetic());
    (starts_well && text[name..].starts_with("://")).then_some(name + 3)
}

/// Where the `@` is that ends the user info; `text` begins after `scheme://`. It is the first single `@` before
/// white space (`@@` stands for one within), unless what precedes looks like `host:port/name?…`.
pub(crate) fn user_info_end(text: &str) -> Option<usize> {
    let at = single(text, '@')?;
    (!is_place_with_options(&text[..at])).then_some(at)
}

/// Where the first `mark` is that is not doubled, before any white space.
pub(crate) fn single(text: &str, mark: char) -> Option<usize> {
    let mut chars = text.char_indices().peekable();
    while let Some((at, char)) = chars.next() {
        if char.is_whitespace() {
            return None;
        }
        if char == mark && chars.next_if(|&(_, next)| next == mark).is_none() {
            return Some(at);
        }
    }
    None
}

/// Whether `text` is `host[:digits]/name?…`: then a later `@` belongs to an option.
fn is_place_with_options(text: &str) -> bool {
    let Some((place, _)) = text.split_once('?') else { return false };
    if place.starts_with("unix:/") {
        return true;
    }
    let Some((host, _)) = place.split_once('/') else { return false };
    match host.rsplit_once(':') {
        Some((name, _)) if name.contains(':') && !name.starts_with('[') => false,
        Some((_, port)) if host.ends_with(']') => port.ends_with(']'),
        Some((_, port)) => port.bytes().all(|byte| byte.is_ascii_digit()),
        None => true,
    }
}

/// The length of the unquoted URI at the start of `text`, which has a `scheme://`. It ends at white space, at `;`,
/// and at `(` once the path has begun; not within the double quotes of a table name, nor the single quotes of a
/// database name.
pub(crate) fn length(text: &str) -> usize {
    let plain = without_jdbc(text);
    let prefix = text.len() - plain.len();
    if prefix > 0 && plain.get(..10).is_some_and(|scheme| scheme.eq_ignore_ascii_case("sqlserver:")) {
        return prefix + length_with_semicolons(plain);
    }
    prefix + plain_length(plain)
}

/// The length of a URL that has `;` in it: to white space, less the `;` that ends the command at the end of its line.
fn length_with_semicolons(text: &str) -> usize {
    let end = text.find(char::is_whitespace).unwrap_or(text.len());
    let line = &text[end..text[end..].find('\n').map_or(text.len(), |newline| end + newline)];
    match text[..end].strip_suffix(';') {
        Some(url) if line.trim().is_empty() => url.len(),
        _ => end,
    }
}

fn plain_length(text: &str) -> usize {
    let after_scheme = scheme(text).unwrap_or(0);
    let mut at = after_scheme + user_info_end(&text[after_scheme..]).map_or(0, |end| end + 1);
    let mut in_path = false;
    let mut before = ' ';
    while let Some(char) = text[at..].chars().next() {
        if char.is_whitespace() || char == ';' || (char == '(' && in_path) {
            break;
        }
        in_path |= matches!(char, '/' | '?');
        at += match char {
            '"' if in_path => quoted(&text[at..], '"'),
            '\'' if before == '/' => quoted(&text[at..], '\''),
            _ => char.len_utf8(),
        };
        before = char;
    }
    at
}

/// The length of the quoted part at the start of `text`; of the quote alone where no other follows on the line.
fn quoted(text: &str, quote: char) -> usize {
    let inside = &text[1..];
    match inside.find([quote, '\n']) {
        Some(end) if inside[end..].starts_with(quote) => end + 2,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uri_ends_where_the_text_goes_on() {
        let cases = [
            ("postgresql:///db", ";\n"),
            ("postgresql://u:p@h:5432/db?s.t", " TARGET"),
            ("postgresql:///db?t", "(a, b)"),
            ("postgresql://u:p(1@h/db", "(a, b)"),
            ("postgresql://u:p;q@h/db", ";"),
            ("postgresql://u:a/b@h/db", "\nWITH"),
            ("postgresql://u:a@@b:c@h/db", "\t"),
            ("postgresql://localhost/db?user=a@b", ";"),
            ("postgresql:///db?\"My S\".\"T\"", " WITH"),
            ("postgresql:///'my db'?t", " WITH"),
            ("postgresql://h/db?t--x", " "),
            ("postgresql://h(x)", " "),
            ("postgresql:///db?\"open", " x\n\""),
            ("POSTGRESQL://h/db", ""),
        ];
        for (uri, rest) in cases {
            assert_eq!(length(&format!("{uri}{rest}")), uri.len(), "{uri}{rest}");
        }
    }

    #[test]
    fn the_user_info_ends_at_the_first_single_at() {
        let cases = [
            ("u:p@h/d", Some("u:p")),
            ("u:a@@b@h/d", Some("u:a@@b")),
            ("u:a@@@h/d", Some("u:a@@")),
            ("u:a/b@h", Some("u:a/b")),
            ("u:a/b?c@h", Some("u:a/b?c")),
            ("h/d", None),
            ("h:5432/d?user=a@b", None),
            ("h/d?user=a@b", None),
            ("/d?user=a@b", None),
            ("[::1]:5432/d?user=a@b", None),
            ("[::1]/d?user=a@b", None),
            ("unix:/tmp:/d?user=a@b", None),
            ("h/d\nTARGET u@h", None),
            ("u:1/b@h", Some("u:1/b")),
        ];
        for (text, expected) in cases {
            assert_eq!(user_info_end(text).map(|end| &text[..end]), expected, "{text}");
        }
    }

    #[test]
    fn schemes() {
        let cases = [
            ("a://", Some(4)),
            ("s3://b", Some(5)),
            ("a:/", None),
            ("://", None),
            ("1a://", None),
            ("", None),
        ];
        for (text, expected) in cases {
            assert_eq!(scheme(text), expected, "{text}");
        }
    }
}
