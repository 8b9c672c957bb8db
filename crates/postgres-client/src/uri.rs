//! Connection strings: what is written in them.
//!
//! The form is pgloader's, not libpq's: user and password are taken literally, `@@` stands
//! for `@`, and a table may follow the question mark.

use std::fmt;
use std::ops::Range;
use std::path::PathBuf;

use crate::config::Host;
use crate::jdbc;
use crate::keywords::known;
use crate::percent::percent_decode;
use crate::user_info::{split_user, user_info_end};

/// Why a connection string, or what the environment adds to it, cannot be used. Never holds any
/// part of a password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UriError {
    /// Where the fault begins in the connection string, in bytes from 0.
    pub offset: usize,
    /// How many bytes it covers. They may be part of a password that was written wrongly:
    /// point at them, do not print them.
    pub length: usize,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
}

impl fmt::Display for UriError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.message)?;
        match &self.hint {
            Some(hint) => write!(f, "\nHINT: {hint}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for UriError {}

/// What a connection string says.
#[derive(Default)]
pub(crate) struct Written {
    values: Vec<Value>,
    /// The servers of the main part of a URI, with a place for each host or port left out.
    pub(crate) servers: Vec<(Option<Host>, Option<u16>)>,
    /// The port that the scheme stands for.
    pub(crate) default_port: Option<u16>,
    /// As written, with its quotes.
    pub(crate) table: Option<String>,
    pub(crate) warnings: Vec<String>,
}

/// The value of a parameter. It may be a password: there is no Debug.
pub(crate) struct Value {
    name: &'static str,
    pub(crate) text: String,
    /// The bytes of the connection string that say so.
    pub(crate) span: Range<usize>,
}

impl Written {
    /// The value of a parameter; the last one counts. An empty one counts as not written, except
    /// for a password.
    pub(crate) fn get(&self, name: &str) -> Option<&Value> {
        let mut values = self.values.iter().rev();
        values.find(|value| value.name == name && (name == "password" || !value.text.is_empty()))
    }

    /// Takes a parameter by the name that the user writes; one that is not known is only warned of.
    pub(crate) fn set(&mut self, span: Range<usize>, name: &str, text: String) -> Result<(), UriError> {
        if name.eq_ignore_ascii_case("tablename") {
            return self.set_table(span, text);
        }
        match known(name) {
            Some(keyword) => self.values.push(Value { name: keyword.name, text, span }),
            None => self
                .warnings
                .push(format!("the option \"{name}\" of the connection string is not known and is ignored")),
        }
        Ok(())
    }

    fn set_table(&mut self, span: Range<usize>, text: String) -> Result<(), UriError> {
        if self.table.is_some() {
            return Err(UriError {
                offset: span.start,
                length: span.len(),
                message: "this names a table for the second time".to_owned(),
                hint: Some("an option is written name=value".to_owned()),
            });
        }
        self.table = Some(text);
        Ok(())
    }
}

/// What a connection string begins with; `redshift` also stands for another port, and JDBC has names
/// of its own for options.
const SCHEMES: [&str; 10] = [
    "postgresql://",
    "postgres://",
    "pgsql://",
    "redshift://",
    "jdbc:postgresql://",
    "jdbc:pgsql://",
    "jdbc:redshift://",
    // Without a server: `jdbc:postgresql:shop`.
    "jdbc:postgresql:",
    "jdbc:pgsql:",
    "jdbc:redshift:",
];
/// Where Redshift listens.
const REDSHIFT_PORT: u16 = 5439;

/// Whether a text begins like a connection string, right or wrong.
pub(crate) fn begins(text: &str) -> bool {
    SCHEMES.into_iter().any(|scheme| starts_with(text, scheme))
}

pub(crate) fn parse(uri: &str) -> Result<Written, UriError> {
    let mut parser = Parser { uri, place: 0, jdbc: false, written: Written::default() };
    if parser.scheme()? {
        parser.user_info()?;
        parser.servers()?;
    }
    parser.path()?;
    parser.query()?;
    Ok(parser.written)
}

struct Parser<'a> {
    uri: &'a str,
    place: usize,
    /// The names of the options are JDBC's.
    jdbc: bool,
    written: Written,
}

impl<'a> Parser<'a> {
    fn rest(&self) -> &'a str {
        &self.uri[self.place..]
    }

    /// The text up to the first character that ends it, which stays.
    fn take_until(&mut self, ends: impl Fn(char) -> bool) -> &'a str {
        let rest = self.rest();
        let text = &rest[..rest.find(ends).unwrap_or(rest.len())];
        self.place += text.len();
        text
    }

    fn take(&mut self, prefix: &str) -> bool {
        let found = starts_with(self.rest(), prefix);
        self.place += if found { prefix.len() } else { 0 };
        found
    }

    /// An error about the text from `from` to here.
    fn error(&self, from: usize, message: &str, hint: &str) -> UriError {
        UriError {
            offset: from,
            length: self.place - from,
            message: message.to_owned(),
            hint: Some(hint.to_owned()),
        }
    }

    /// True when servers may follow, false when only a path does.
    fn scheme(&mut self) -> Result<bool, UriError> {
        let Some(scheme) = SCHEMES.into_iter().find(|scheme| starts_with(self.rest(), scheme)) else {
            return Err(self.error(
                0,
                "this is not a PostgreSQL connection string",
                "write postgresql://user@host:port/database or host=… dbname=…",
            ));
        };
        self.place += scheme.len();
        self.jdbc = scheme.starts_with("jdbc:");
        self.written.default_port = scheme.contains("redshift").then_some(REDSHIFT_PORT);
        let servers = scheme.ends_with('/');
        if !servers && !self.rest().starts_with('/') {
            self.database()?;
        }
        Ok(servers)
    }

    fn user_info(&mut self) -> Result<(), UriError> {
        let Some(end) = user_info_end(self.rest()) else {
            return Ok(());
        };
        let span = self.place..self.place + end;
        let (user, password) = split_user(&self.rest()[..end]);
        self.written.set(span.clone(), "user", user)?;
        if let Some(password) = password {
            self.written.set(span, "password", password.replace("@@", "@"))?;
        }
        self.place += end + 1;
        Ok(())
    }

    fn servers(&mut self) -> Result<(), UriError> {
        loop {
            let server = (self.host()?, self.port()?);
            self.written.servers.push(server);
            if !self.take(",") {
                return Ok(());
            }
        }
    }

    fn host(&mut self) -> Result<Option<Host>, UriError> {
        let from = self.place;
        if self.take("unix:") {
            return self.socket_directory(from).map(Some);
        }
        if self.take("[") {
            let address = self.take_until(|c| c == ']');
            if !self.take("]") {
                return Err(self.error(from, "the address has no closing bracket", "write [::1]"));
            }
            return Ok(Some(Host::Tcp(address.to_owned())));
        }
        let host = self.take_until(|c| matches!(c, ':' | '/' | '?' | ',') || c.is_whitespace());
        if host.contains('@') {
            return Err(self.at_sign(from, "the host"));
        }
        Ok((!host.is_empty()).then(|| Host::Tcp(host.to_owned())))
    }

    fn at_sign(&self, from: usize, part: &str) -> UriError {
        self.error(
            from,
            &format!("there is an @ in {part}"),
            "an @ that belongs to the user's name or the password is written twice: @@",
        )
    }

    fn socket_directory(&mut self, from: usize) -> Result<Host, UriError> {
        let mut directory = String::new();
        loop {
            directory += self.take_until(|c| c == ':' || c == '?' || c.is_whitespace());
            if self.take("::") {
                directory.push(':');
            } else {
                break;
            }
        }
        if !self.rest().starts_with(':') {
            return Err(self.error(
                from,
                "it is not clear where the socket's directory ends",
                "write a colon after it: unix:/var/run/postgresql:5432/database \
                 or unix:/var/run/postgresql:/database",
            ));
        }
        Ok(match directory.is_empty() {
            true => Host::DefaultSocket,
            false => Host::Unix(PathBuf::from(directory)),
        })
    }

    fn port(&mut self) -> Result<Option<u16>, UriError> {
        if !self.take(":") {
            return Ok(None);
        }
        let from = self.place;
        let digits = self.take_until(|c| matches!(c, '/' | '?' | ',') || c.is_whitespace());
        if digits.is_empty() {
            return Ok(None);
        }
        let port = port_number(digits).ok_or_else(|| {
            self.error(
                from,
                "the port is not a number from 1 to 65535",
                "if this is part of the password: an @ in it is written twice: @@",
            )
        })?;
        Ok(Some(port))
    }

    fn path(&mut self) -> Result<(), UriError> {
        match self.take("/") {
            true => self.database(),
            false => Ok(()),
        }
    }

    fn database(&mut self) -> Result<(), UriError> {
        let from = self.place;
        let name = match self.take("'") {
            true => self.quoted_name(from)?,
            false => self.take_until(|c| matches!(c, '?' | ';' | '(') || c.is_whitespace()),
        };
        let with_password = self.written.get("password").is_some();
        if with_password && name.contains('@') && !self.uri[from..].starts_with('\'') {
            return Err(self.at_sign(from, "the database's name"));
        }
        self.written.set(from..self.place, "dbname", name.to_owned())
    }

    fn quoted_name(&mut self, from: usize) -> Result<&'a str, UriError> {
        let name = self.take_until(|c| c == '\'');
        match self.take("'") {
            true => Ok(name),
            false => {
                Err(self.error(from, "the database's name has no closing quote", "add a ' after the name"))
            }
        }
    }

    fn query(&mut self) -> Result<(), UriError> {
        if self.take("?") {
            self.option()?;
            while self.take("&") {
                self.option()?;
            }
        }
        let from = self.place;
        self.take_until(|_| false);
        match self.place == from {
            true => Ok(()),
            false => Err(self.error(
                from,
                "the connection string ends before this text",
                "put the database's name in single quotes if it holds a blank, a ; or a (",
            )),
        }
    }

    fn option(&mut self) -> Result<(), UriError> {
        let from = self.place;
        let rest = self.rest();
        let text = &rest[..option_end(rest)];
        self.place += text.len();
        match text.split_once('=') {
            _ if text.is_empty() => Ok(()),
            Some((name, value)) if !name.contains('"') => {
                let span = from..self.place;
                let value = percent_decode(value);
                match self.jdbc {
                    true => jdbc::set(&mut self.written, span, name, value),
                    false => self.written.set(span, name, value),
                }
            }
            _ => self.written.set_table(from..self.place, text.to_owned()),
        }
    }
}

/// Schemes, `unix:` and the like are read in any case of letters.
pub(crate) fn starts_with(text: &str, prefix: &str) -> bool {
    let start = text.get(..prefix.len());
    start.is_some_and(|start| start.eq_ignore_ascii_case(prefix))
}

/// The end of an option: `&`, a blank or `;` outside double quotes.
fn option_end(text: &str) -> usize {
    let mut quoted = false;
    let end = text.find(|c: char| {
        quoted ^= c == '"';
        !quoted && (matches!(c, '&' | ';') || c.is_whitespace())
    });
    end.unwrap_or(text.len())
}

pub(crate) fn port_number(text: &str) -> Option<u16> {
    let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    text.parse().ok().filter(|port| digits && *port != 0)
}
