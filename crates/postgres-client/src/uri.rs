//! Connection strings: what is written in them.
//!
//! The form is pgloader's, not libpq's: user and password are taken literally, `@@` stands
//! for `@`, and a table may follow the question mark.

use std::fmt;
use std::path::PathBuf;

use secrecy::SecretString;

use crate::config::{Host, SslMode};
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

/// What a connection string says; None where it says nothing.
#[derive(Default)]
pub(crate) struct Written {
    pub(crate) user: Option<String>,
    pub(crate) password: Option<SecretString>,
    pub(crate) host: Option<Host>,
    pub(crate) port: Option<u16>,
    /// The port that the scheme stands for.
    pub(crate) default_port: Option<u16>,
    pub(crate) database: Option<String>,
    pub(crate) sslmode: Option<SslMode>,
    pub(crate) service: Option<String>,
    pub(crate) application_name: Option<String>,
    pub(crate) connect_timeout: Option<String>,
    pub(crate) options: Option<String>,
    /// As written, with its quotes.
    pub(crate) table: Option<String>,
    pub(crate) warnings: Vec<String>,
}

const SCHEMES: [&str; 4] = ["postgresql://", "postgres://", "pgsql://", REDSHIFT];
const REDSHIFT: &str = "redshift://";
/// Where Redshift listens.
const REDSHIFT_PORT: u16 = 5439;

pub(crate) fn parse(uri: &str) -> Result<Written, UriError> {
    let mut parser = Parser { uri, place: 0, written: Written::default() };
    parser.scheme()?;
    parser.user_info();
    parser.host()?;
    parser.port()?;
    parser.path()?;
    parser.query()?;
    Ok(parser.written)
}

struct Parser<'a> {
    uri: &'a str,
    place: usize,
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

    fn scheme(&mut self) -> Result<(), UriError> {
        let written = SCHEMES.into_iter().find(|scheme| starts_with(self.rest(), scheme));
        if let Some(scheme) = written {
            self.place += scheme.len();
            self.written.default_port = (scheme == REDSHIFT).then_some(REDSHIFT_PORT);
            return Ok(());
        }
        Err(self.error(
            0,
            "this is not a PostgreSQL connection string",
            "write postgresql://user@host:port/database",
        ))
    }

    fn user_info(&mut self) {
        let Some(end) = user_info_end(self.rest()) else {
            return;
        };
        let (user, password) = split_user(&self.rest()[..end]);
        self.written.user = Some(user).filter(|user| !user.is_empty());
        self.written.password = password.map(|password| password.replace("@@", "@").into());
        self.place += end + 1;
    }

    fn host(&mut self) -> Result<(), UriError> {
        let from = self.place;
        if self.take("unix:") {
            return self.socket_directory(from);
        }
        if self.take("[") {
            let address = self.take_until(|c| c == ']');
            if !self.take("]") {
                return Err(self.error(from, "the address has no closing bracket", "write [::1]"));
            }
            self.written.host = Some(Host::Tcp(address.to_owned()));
            return Ok(());
        }
        let host = self.take_until(|c| matches!(c, ':' | '/' | '?') || c.is_whitespace());
        if host.contains('@') {
            return Err(self.at_sign(from, "the host"));
        }
        if !host.is_empty() {
            self.written.host = Some(Host::Tcp(host.to_owned()));
        }
        Ok(())
    }

    fn at_sign(&self, from: usize, part: &str) -> UriError {
        self.error(
            from,
            &format!("there is an @ in {part}"),
            "an @ that belongs to the user's name or the password is written twice: @@",
        )
    }

    fn socket_directory(&mut self, from: usize) -> Result<(), UriError> {
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
        self.written.host = Some(match directory.is_empty() {
            true => Host::DefaultSocket,
            false => Host::Unix(PathBuf::from(directory)),
        });
        Ok(())
    }

    fn port(&mut self) -> Result<(), UriError> {
        if !self.take(":") {
            return Ok(());
        }
        let from = self.place;
        let digits = self.take_until(|c| matches!(c, '/' | '?') || c.is_whitespace());
        if !digits.is_empty() {
            self.written.port = Some(port_number(digits).ok_or_else(|| {
                self.error(
                    from,
                    "the port is not a number from 1 to 65535",
                    "if this is part of the password: an @ in it is written twice: @@",
                )
            })?);
        }
        Ok(())
    }

    fn path(&mut self) -> Result<(), UriError> {
        if !self.take("/") {
            return Ok(());
        }
        let from = self.place;
        let name = match self.take("'") {
            true => self.quoted_name(from)?,
            false => self.take_until(|c| matches!(c, '?' | ';' | '(') || c.is_whitespace()),
        };
        if self.written.password.is_some() && name.contains('@') && !self.uri[from..].starts_with('\'') {
            return Err(self.at_sign(from, "the database's name"));
        }
        self.written.database = Some(name.to_owned()).filter(|name| !name.is_empty());
        Ok(())
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
            Some((name, value)) if !name.contains('"') => self.named_option(from, name, value),
            _ => self.table(from, text),
        }
    }

    fn table(&mut self, from: usize, text: &str) -> Result<(), UriError> {
        if self.written.table.is_some() {
            return Err(self.error(
                from,
                "this names a table for the second time",
                "an option is written name=value",
            ));
        }
        self.written.table = Some(text.to_owned());
        Ok(())
    }

    fn named_option(&mut self, from: usize, name: &str, value: &str) -> Result<(), UriError> {
        let decoded = percent_decode(value);
        let text = Some(decoded.clone()).filter(|text| !text.is_empty());
        let written = &mut self.written;
        match name.to_ascii_lowercase().as_str() {
            "tablename" => return self.table(from, &decoded),
            "host" => written.host = host_of(&decoded),
            "user" => written.user = text,
            "dbname" => written.database = text,
            "password" => written.password = Some(decoded.into()),
            "service" => written.service = text,
            "application_name" => written.application_name = text,
            "connect_timeout" => written.connect_timeout = text,
            "options" => written.options = text,
            "port" => match port_number(&decoded) {
                Some(port) => written.port = Some(port),
                None => {
                    return Err(self.error(from, "the port is no number", "write port=5432"));
                }
            },
            "sslmode" => match ssl_mode(&decoded) {
                Ok(mode) => written.sslmode = Some(mode),
                Err((message, hint)) => return Err(self.error(from, &message, &hint)),
            },
            _ => written
                .warnings
                .push(format!("the option \"{name}\" of the connection string is not known and is ignored")),
        }
        Ok(())
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

/// A host as the option `host` and the variable `PGHOST` give it.
pub(crate) fn host_of(text: &str) -> Option<Host> {
    match text {
        "" => None,
        directory if directory.starts_with('/') => Some(Host::Unix(PathBuf::from(directory))),
        name => {
            let inner = name.strip_prefix('[').and_then(|name| name.strip_suffix(']'));
            Some(Host::Tcp(inner.unwrap_or(name).to_owned()))
        }
    }
}

pub(crate) fn port_number(text: &str) -> Option<u16> {
    let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    text.parse().ok().filter(|port| digits && *port != 0)
}

/// The mode, or what is wrong with it and what to write instead.
pub(crate) fn ssl_mode(text: &str) -> Result<SslMode, (String, String)> {
    let modes = "write disable, allow, prefer or require";
    match text.to_ascii_lowercase().as_str() {
        "disable" => Ok(SslMode::Disable),
        "allow" => Ok(SslMode::Allow),
        "prefer" => Ok(SslMode::Prefer),
        "require" => Ok(SslMode::Require),
        mode @ ("verify-ca" | "verify-full") => Err((
            format!("sslmode={mode} is not built yet"),
            "sslmode=require encrypts without checking the server's certificate".into(),
        )),
        _ => Err((format!("\"{text}\" is not an sslmode"), modes.into())),
    }
}
