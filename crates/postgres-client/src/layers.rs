//! Where the value of a parameter comes from: the connection string, else the service, else
//! the variable.

use std::ops::Range;
use std::path::PathBuf;

use crate::environment::Environment;
use crate::keywords::known;
use crate::service::{self, Service};
use crate::uri::{UriError, Written};

/// What is wrong, and what to do about it. Holds no part of a password.
pub(crate) struct Fault {
    message: String,
    hint: String,
    /// The bytes of the connection string that are wrong; None when it is something outside.
    span: Option<Range<usize>>,
}

impl Fault {
    pub(crate) fn new(message: impl Into<String>, hint: &str) -> Fault {
        Fault { message: message.into(), hint: hint.to_owned(), span: None }
    }

    /// The same as an error about this connection string.
    pub(crate) fn in_text(self, text: &str) -> UriError {
        let span = self.span.unwrap_or(0..text.len());
        UriError { offset: span.start, length: span.len(), message: self.message, hint: Some(self.hint) }
    }
}

/// A value and its origin. It may be a password: there is no Debug.
pub(crate) struct Found {
    pub(crate) text: String,
    name: &'static str,
    span: Option<Range<usize>>,
    /// The file of the service that says so.
    pub(crate) service: Option<PathBuf>,
    pub(crate) variable: Option<&'static str>,
}

impl Found {
    /// A fault of this value; names the place where it is not in the connection string.
    pub(crate) fn fault(&self, message: String, hint: &str) -> Fault {
        let message = match (&self.service, self.variable) {
            (Some(file), _) => format!("{message} (from {} in {})", self.name, file.display()),
            (None, Some(variable)) => format!("{message} (from {variable})"),
            (None, None) => message,
        };
        Fault { message, hint: hint.to_owned(), span: self.span.clone() }
    }
}

/// All that is said about a connection.
pub(crate) struct Layers<'a> {
    pub(crate) written: Written,
    service: Option<Service>,
    environment: &'a Environment,
}

/// What libpq can promise and this client cannot; everything but the value left out, which asks for nothing, is
/// refused lest somebody relies on it.
const UNMET: [(&str, &[&str]); 4] = [
    ("gssencmode", &["disable", "prefer"]),
    ("require_auth", &[]),
    ("requirepeer", &[]),
    ("sslcertmode", &["disable", "allow"]),
];

impl<'a> Layers<'a> {
    pub(crate) fn new(written: Written, environment: &'a Environment) -> Result<Layers<'a>, Fault> {
        let mut layers = Layers { written, service: None, environment };
        if let Some(name) = layers.find("service") {
            let service = service::lookup(&name.text, environment);
            layers.service = Some(
                service.map_err(|fault| name.fault(fault, "check the service's name and PGSERVICEFILE"))?,
            );
        }
        Ok(layers)
    }

    /// What of the service means nothing here.
    pub(crate) fn warnings(&self) -> Vec<String> {
        let Some(service) = &self.service else { return Vec::new() };
        let file = service.file.display();
        let unknown = service.names().filter(|name| known(name).is_none());
        unknown.map(|name| format!("the entry \"{name}\" in {file} is not known and is ignored")).collect()
    }

    pub(crate) fn find(&self, name: &str) -> Option<Found> {
        let keyword = known(name)?;
        let found = |text: &str, span, service, variable| Found {
            text: text.to_owned(),
            name: keyword.name,
            span,
            service,
            variable,
        };
        if let Some(value) = self.written.get(name) {
            return Some(found(&value.text, Some(value.span.clone()), None, None));
        }
        if let Some(service) = &self.service
            && let Some(value) = service.get(name)
        {
            return Some(found(value, None, Some(service.file.clone()), None));
        }
        let variable = keyword.variable?;
        Some(found(self.environment.variable(variable)?, None, None, Some(variable)))
    }

    pub(crate) fn text(&self, name: &str) -> Option<String> {
        self.find(name).map(|found| found.text)
    }

    /// A whole number.
    pub(crate) fn number(&self, name: &str, expected: &str, hint: &str) -> Result<Option<i32>, Fault> {
        let Some(found) = self.find(name) else { return Ok(None) };
        let number = found.text.trim().parse();
        number
            .map(Some)
            .map_err(|_| found.fault(format!("{name} is \"{}\", which is {expected}", found.text), hint))
    }

    /// One of these words, in any case of letters.
    pub(crate) fn choice<T: Copy>(
        &self,
        name: &str,
        kind: &str,
        choices: &[(&str, T)],
    ) -> Result<Option<T>, Fault> {
        let Some(found) = self.find(name) else { return Ok(None) };
        let chosen = choices.iter().find(|(word, _)| found.text.eq_ignore_ascii_case(word));
        chosen.map(|(_, meaning)| Some(*meaning)).ok_or_else(|| {
            let words: Vec<&str> = choices.iter().map(|(word, _)| *word).collect();
            let hint = format!("write {}", one_of(&words));
            found.fault(format!("\"{}\" is not {kind} ({name})", found.text), &hint)
        })
    }

    pub(crate) fn refuse_unmet_demands(&self) -> Result<(), Fault> {
        for (name, harmless) in UNMET {
            if let Some(found) = self.find(name).filter(|found| !harmless.contains(&found.text.as_str())) {
                let message = format!("{name}={} is not supported", found.text);
                return Err(found.fault(message, &format!("leave {name} out if you can do without it")));
            }
        }
        Ok(())
    }

    /// Who runs the program: the variable `USER`, else the account.
    pub(crate) fn account(&self) -> Option<String> {
        self.environment.variable("USER").or_else(|| self.environment.account()).map(str::to_owned)
    }

    pub(crate) fn home_file(&self, name: &str) -> Option<PathBuf> {
        self.environment.home_file(name)
    }
}

/// `a, b or c`
fn one_of(words: &[&str]) -> String {
    match words {
        [first @ .., last] if !first.is_empty() => format!("{} or {last}", first.join(", ")),
        words => words.concat(),
    }
}
