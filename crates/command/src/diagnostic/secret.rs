//! Finds the passwords of URIs in any text. All that is shown of a file passes through here.

use std::ops::Range;

use crate::uri;

/// What is shown in place of a password.
pub(crate) const MASK: &str = "***";

/// Where the passwords stand: those of `scheme://user:password@` and those of an option `password=` in a URI.
/// Where it is not clear whether something is one, it is. In order, apart from each other.
pub(crate) fn passwords(text: &str) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    let mut from = 0;
    while let Some(mark) = text[from..].find(":/") {
        let slash = from + mark + 2;
        let is_uri = text[slash..].starts_with('/');
        let start = slash + usize::from(is_uri);
        from = start;
        // With one slash it is a URI mistyped, or a path.
        if !is_uri && uri::single(&text[start..], '@').is_none() {
            continue;
        }
        let Some(password) = in_user_info(&text[start..]) else { continue };
        from = start + password.end;
        found.push(start + password.start..from);
    }
    found.extend(in_options(text));
    found.sort_by_key(|range| range.start);
    found.dedup_by(|next, before| next.start < before.end);
    found
}

/// The text with every password replaced.
pub(crate) fn masked(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut from = 0;
    for range in passwords(text) {
        shown.push_str(&text[from..range.start]);
        shown.push_str(MASK);
        from = range.end;
    }
    shown.push_str(&text[from..]);
    shown
}

/// The password in what follows `scheme://`.
fn in_user_info(text: &str) -> Option<Range<usize>> {
    let end = match uri::single(text, '@') {
        Some(_) => last_at(text, uri::user_info_end(text)?),
        None => end_of_broken_user_info(text)?,
    };
    let colon = uri::single(&text[..end], ':')?;
    (colon + 1 < end).then_some(colon + 1..end)
}

/// The last `@` before white space, at `end` or behind it: an `@` in a password that was not doubled must not show
/// the rest.
fn last_at(text: &str, end: usize) -> usize {
    let token = text.find(char::is_whitespace).unwrap_or(text.len());
    text[..token.max(end)].rfind('@').map_or(end, |at| at.max(end))
}

/// Where a password ends that has white space in it or no `@` after it: at the next `@` of the line, else at white
/// space. Not for `host:port`, nor for sockets and IPv6 addresses.
fn end_of_broken_user_info(text: &str) -> Option<usize> {
    if text.starts_with('[') || text.starts_with("unix:") {
        return None;
    }
    let colon = uri::single(text, ':')?;
    if text[..colon].contains(['/', '?', '\'', ';']) {
        return None;
    }
    let after = &text[colon + 1..];
    let port = after.trim_start_matches(|c: char| c.is_ascii_digit());
    if port.is_empty() || port.starts_with(|c: char| c.is_whitespace() || "/?;'\"(,{`".contains(c)) {
        return None;
    }
    let line = &after[..after.find('\n').unwrap_or(after.len())];
    let end = line.find('@').or_else(|| line.find(char::is_whitespace)).unwrap_or(line.len());
    Some(colon + 1 + end)
}

/// The values of `?password=`, `;password=`, `password = ` and `sslpassword=`, whatever stands before the name.
fn in_options(text: &str) -> Vec<Range<usize>> {
    const OPTION: &str = "password";
    let mut found: Vec<Range<usize>> = Vec::new();
    for (at, _) in text.match_indices('=') {
        let name = text[..at].trim_end_matches(' ');
        let start = name.len().saturating_sub(OPTION.len());
        let is_password = name.get(start..).is_some_and(|name| name.eq_ignore_ascii_case(OPTION));
        if is_password && found.last().is_none_or(|last| last.end <= at) {
            found.extend(value_after(text, at + 1));
        }
    }
    found
}

/// The value of an option whose `=` ends at `start`.
fn value_after(text: &str, start: usize) -> Option<Range<usize>> {
    let start = start + text[start..].len() - text[start..].trim_start_matches(' ').len();
    let value = &text[start..];
    let length = match value.chars().next().filter(|first| "'\"".contains(*first)) {
        Some(quote) => value[1..].find(quote).map_or(value.len(), |end| end + 2),
        None => value.find(|c: char| c.is_whitespace() || "&;'\"`".contains(c)).unwrap_or(value.len()),
    };
    (length > 0).then_some(start..start + length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_found_and_nothing_else() {
        let cases = [
            ("postgresql://u:p@h/d", "postgresql://u:***@h/d"),
            ("postgresql://u:a:b/c@@d@h/d", "postgresql://u:***@h/d"),
            ("postgresql://u:a@b:c@h/d?t x@y", "postgresql://u:***@h/d?t x@y"),
            ("postgresql://u:s3@cr:3t/pw@/db", "postgresql://u:***@/db"),
            ("postgresql:/u:p@h/d", "postgresql:/u:***@h/d"),
            ("FROM C:/dir/a:b.csv", "FROM C:/dir/a:b.csv"),
            ("postgresql:///d?password='p q'&t", "postgresql:///d?password=***&t"),
            ("postgresql://u::v:p@h/d", "postgresql://u::v:***@h/d"),
            ("postgresql://u:@h/d", "postgresql://u:@h/d"),
            ("postgresql://u@h/d", "postgresql://u@h/d"),
            ("postgresql://h:5432/d", "postgresql://h:5432/d"),
            ("postgresql://h:5432/d me@x", "postgresql://h:5432/d me@x"),
            ("postgresql://h:5432/d?user=a@b", "postgresql://h:5432/d?user=a@b"),
            ("postgresql://[::1]:5432/d", "postgresql://[::1]:5432/d"),
            ("postgresql://unix:/tmp:5432/d", "postgresql://unix:/tmp:5432/d"),
            ("postgresql://u:p", "postgresql://u:***"),
            ("postgresql://u:p q@h", "postgresql://u:***@h"),
            ("postgresql://u:12 q@h", "postgresql://u:12 q@h"),
            ("postgresql://{{H}}:{{P}}/d", "postgresql://{{H}}:{{P}}/d"),
            ("postgresql://u:{{P}}@h/d", "postgresql://u:***@h/d"),
            ("'mysql://u:p@h/d' 'mysql://v:q@h/d'", "'mysql://u:***@h/d' 'mysql://v:***@h/d'"),
            ("postgresql:///d?user=u&password=p&x=y", "postgresql:///d?user=u&password=***&x=y"),
            ("postgresql:///d?Password=p; LOAD", "postgresql:///d?Password=***; LOAD"),
            ("postgresql://u:p@h/d?password=q", "postgresql://u:***@h/d?password=***"),
            ("jdbc:sqlserver://h;user=u;password=p;x=y", "jdbc:sqlserver://h;user=u;password=***;x=y"),
            ("'host=h password = p q=r'", "'host=h password = *** q=r'"),
            ("'host=h password='p q' r'", "'host=h password=*** r'"),
            ("sslpassword=p", "sslpassword=***"),
            ("password", "password"),
            ("no uri: a@b", "no uri: a@b"),
            ("http://h/a:b", "http://h/a:b"),
            ("://", "://"),
        ];
        for (text, expected) in cases {
            assert_eq!(masked(text), expected);
        }
    }
}
