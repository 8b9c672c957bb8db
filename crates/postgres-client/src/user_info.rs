//! The part of a connection string before the `@`: where it ends and what it says.

use crate::uri::{port_number, starts_with};

/// The place of the `@` that ends user and password, if there are any. `@@` does not; and when
/// what comes before has the form `host[:port]/database?…`, the `@` belongs to an option.
pub(crate) fn user_info_end(text: &str) -> Option<usize> {
    let mut letters = text.char_indices().peekable();
    while let Some((at, c)) = letters.next() {
        match c {
            '@' if is_doubled(&mut letters) => {}
            '@' => return (!is_host_and_options(&text[..at])).then_some(at),
            c if c.is_whitespace() => return None,
            _ => {}
        }
    }
    None
}

fn is_doubled(letters: &mut std::iter::Peekable<std::str::CharIndices<'_>>) -> bool {
    letters.next_if(|(_, c)| *c == '@').is_some()
}

fn is_host_and_options(text: &str) -> bool {
    let Some((mut rest, _)) = text.split_once('?') else {
        return false;
    };
    loop {
        let Some(after_host) = without_host(rest) else {
            return false;
        };
        let end = after_host.find([',', '/']).unwrap_or(after_host.len());
        let (port, after_port) = after_host.split_at(end);
        let is_port = port.strip_prefix(':').is_some_and(|digits| port_number(digits).is_some());
        match after_port.strip_prefix(',') {
            _ if !port.is_empty() && !is_port => return false,
            Some(next) => rest = next,
            None => return after_port.starts_with('/'),
        }
    }
}

/// What follows the host; None when the text cannot begin with one.
fn without_host(text: &str) -> Option<&str> {
    if starts_with(text, "unix:") {
        let directory = &text["unix:".len()..];
        return directory.find(':').map(|end| &directory[end..]);
    }
    if text.starts_with('[') {
        return text.find(']').map(|end| &text[end + 1..]);
    }
    let end = text.find([':', '/', ','])?;
    Some(&text[end..])
}

/// The name without its escapes, and the password if there is a single colon.
pub(crate) fn split_user(text: &str) -> (String, Option<&str>) {
    let mut user = String::new();
    let mut letters = text.char_indices().peekable();
    while let Some((at, c)) = letters.next() {
        let doubled = letters.next_if(|(_, next)| *next == c && matches!(c, ':' | '@'));
        if c == ':' && doubled.is_none() {
            return (user, Some(&text[at + 1..]));
        }
        user.push(c);
    }
    (user, None)
}
