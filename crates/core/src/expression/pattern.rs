//! Regular expressions, each compiled once a thread.

use std::cell::RefCell;
use std::rc::Rc;

use regex::{Captures, Regex, RegexBuilder};

use super::format::LONGEST_TEXT;
use super::raised::Raised;

/// How many compiled expressions a thread keeps.
const MOST_KEPT: usize = 32;
/// The most bytes that a compiled expression may take.
const LARGEST: usize = 1 << 20;

thread_local! {
    static COMPILED: RefCell<Vec<(String, Rc<Regex>)>> = const { RefCell::new(Vec::new()) };
}

/// The compiled form of `expression`.
pub(super) fn compiled(expression: &str) -> Result<Rc<Regex>, Raised> {
    COMPILED.with_borrow_mut(|kept| {
        if let Some((_, regex)) = kept.iter().find(|(known, _)| known == expression) {
            return Ok(regex.clone());
        }
        let regex = Rc::new(compile(expression).map_err(Raised::new)?);
        if kept.len() == MOST_KEPT {
            kept.remove(0);
        }
        kept.push((expression.to_owned(), regex.clone()));
        Ok(regex)
    })
}

/// Compiles an expression, or says what is wrong with it.
pub(super) fn compile(expression: &str) -> Result<Regex, String> {
    RegexBuilder::new(expression).size_limit(LARGEST).build().map_err(|error| {
        // The last line says what is wrong, those before show where.
        let text = error.to_string();
        let reason = text.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned();
        format!("the regular expression is not understood: {reason}")
    })
}

/// Replaces the first match, or all. In the replacement `\1` or `\{1}` is a group, `\&` the match, `` \` `` and `\'`
/// what is before and behind it, `\\` a backslash: as in CL-PPCRE.
pub(super) fn replace(expression: &str, text: &str, replacement: &str, all: bool) -> Result<String, Raised> {
    let regex = compiled(expression)?;
    let (mut out, mut copied) = (String::with_capacity(text.len()), 0);
    for captures in regex.captures_iter(text).take(if all { usize::MAX } else { 1 }) {
        let Some(whole) = captures.get(0) else { continue };
        out.push_str(&text[copied..whole.start()]);
        expand(replacement, text, &captures, &mut out);
        copied = whole.end();
        if out.len() > LONGEST_TEXT {
            return Err(Raised::limit(format!("the text is longer than {} MB", LONGEST_TEXT >> 20)));
        }
    }
    out.push_str(&text[copied..]);
    Ok(out)
}

fn expand(replacement: &str, text: &str, captures: &Captures<'_>, out: &mut String) {
    let range = captures.get(0).map_or(0..0, |whole| whole.range());
    let mut rest = replacement;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let braced = rest.strip_prefix('{').and_then(|inner| inner.split_once('}'));
        let (meant, length) = match rest.chars().next() {
            Some('&') => (&text[range.clone()], 1),
            Some('`') => (&text[..range.start], 1),
            Some('\'') => (&text[range.end..], 1),
            Some('\\') => ("\\", 1),
            Some('{') => match braced {
                Some((number, _)) => (group(captures, number), number.len() + 2),
                None => ("\\", 0),
            },
            _ if digits > 0 => (group(captures, &rest[..digits]), digits),
            _ => ("\\", 0),
        };
        out.push_str(meant);
        rest = &rest[length..];
    }
    out.push_str(rest);
}

/// What a group matched, or nothing.
fn group<'t>(captures: &Captures<'t>, number: &str) -> &'t str {
    let found = number.parse().ok().and_then(|number| captures.get(number));
    found.map_or("", |group| group.as_str())
}
