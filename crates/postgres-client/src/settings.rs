//! Run-time parameters of a session.

use crate::config::Config;
use crate::connection::Connection;
use crate::error::Error;
use crate::quote::quote_identifier;

/// Sends all settings of a configuration as one request.
pub(crate) async fn apply(connection: &mut Connection, config: &Config) -> Result<(), Error> {
    let statements: Result<Vec<String>, Error> =
        config.settings.iter().map(|(name, value)| statement(connection, name, value)).collect();
    let statements = statements?;
    if !statements.is_empty() {
        connection.simple_query(&statements.join("; ")).await?;
    }
    Ok(())
}

fn statement(connection: &Connection, name: &str, value: &str) -> Result<String, Error> {
    if !is_parameter_name(name) {
        return Err(Error::Request(format!(
            "\"{name}\" cannot be the name of a run-time parameter: \
             letters, digits, _ and dots are allowed"
        )));
    }
    let value = match name.eq_ignore_ascii_case("search_path") {
        true => search_path(value),
        false => connection.quote_literal(value),
    };
    // Quoted, since a word of `app.user` may be a reserved one.
    let name: Vec<String> = name.split('.').map(quote_identifier).collect();
    Ok(format!("SET {} TO {value}", name.join(".")))
}

/// `work_mem`, `myapp.user`: words that need no quotes, between dots.
fn is_parameter_name(name: &str) -> bool {
    name.split('.').all(|word| {
        let mut letters = word.chars();
        letters.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
            && letters.all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '$')
    })
}

/// A list of schemas as identifiers. Each is read as SQL reads a name: folded to lower case
/// unless it is in double quotes, and a name that SQL could not read without quotes is
/// taken as written.
fn search_path(value: &str) -> String {
    let names: Vec<String> = elements(value).map(schema_name).collect();
    match names.is_empty() {
        true => "''".to_owned(),
        false => names.join(", "),
    }
}

fn schema_name(element: &str) -> String {
    let inner = element.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    match inner {
        Some(inner) => quote_identifier(&inner.replace("\"\"", "\"")),
        None if is_parameter_name(element) && !element.contains('.') => {
            quote_identifier(&element.to_ascii_lowercase())
        }
        None => quote_identifier(element),
    }
}

/// The parts between commas that are outside double quotes, without the blanks around them.
fn elements(value: &str) -> impl Iterator<Item = &str> {
    let mut quoted = false;
    let at_comma = move |c: char| {
        quoted ^= c == '"';
        c == ',' && !quoted
    };
    let parts = value.split(at_comma).map(str::trim);
    parts.filter(|part| !part.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn search_paths() {
        assert_eq!(search_path("public"), "\"public\"");
        assert_eq!(search_path("App, \"$user\",public"), "\"app\", \"$user\", \"public\"");
        assert_eq!(search_path("$user"), "\"$user\"");
        assert_eq!(search_path("my-schema,user"), "\"my-schema\", \"user\"");
        assert_eq!(search_path("\"a,\"\"b\", c"), "\"a,\"\"b\", \"c\"");
        assert_eq!(search_path("x\"; DROP TABLE t; --"), "\"x\"\"; DROP TABLE t; --\"");
        assert_eq!(search_path(" "), "''");
    }

    #[test]
    fn names_that_could_carry_sql_are_refused() {
        for name in ["work_mem", "myapp.user_id", "_x"] {
            assert!(is_parameter_name(name), "{name}");
        }
        for name in ["", "a b", "a;b", "a=1", "a..b", ".a", "1a", "a\"", "é"] {
            assert!(!is_parameter_name(name), "{name}");
        }
    }
}
