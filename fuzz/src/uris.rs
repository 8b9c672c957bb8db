//! Connection strings.

use pgloader_postgres_client::{Config, Environment};

/// A password that nothing may show.
const SECRET: &str = "Hush4711";

/// Any text is a connection or a fault within it; wherever a password may stand, it is not shown.
///
/// # Panics
///
/// One of that is not so.
pub fn check(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    read(&text);
    let (first, second) = text.split_once('\n').unwrap_or((&text, ""));
    if text.contains(SECRET) {
        return;
    }
    for uri in with_password(first, second) {
        let shown = read(&uri);
        assert!(!shown.contains(SECRET), "{uri:?}: {shown}");
    }
}

/// Connection strings with the password, in each way to write it.
fn with_password(first: &str, second: &str) -> [String; 6] {
    let literal: String = first.chars().filter(|char| !char.is_whitespace()).collect();
    let literal = literal.replace('@', "@@");
    let place = second.trim_start_matches('@');
    [
        format!("postgresql://u:{SECRET}{literal}@{place}"),
        format!("postgresql://h/d?password={SECRET}{first}&{second}"),
        format!("jdbc:postgresql://h/d?user=u&password={SECRET}{first}&{second}"),
        format!("host=h password={SECRET}{first} {second}"),
        format!("password='{SECRET}{first}' {second}"),
        // An open quote or a backslash would make the password a part of another value, or a name.
        format!("{} password={SECRET}{first}", second.replace(['\'', '\\'], "")),
    ]
}

/// Reads a connection string; the result is all that may be said of it.
fn read(text: &str) -> String {
    let environment = Environment::empty().with_account("me");
    match Config::from_uri(text, &environment) {
        Ok((config, _, warnings)) => format!("{config} {config:?} {warnings:?}"),
        Err(fault) => {
            let place = fault.offset..fault.offset + fault.length;
            assert!(text.get(place).is_some(), "{text:?}: {fault:?}");
            format!("{fault} {fault:?}")
        }
    }
}
