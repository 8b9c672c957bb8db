//! From what a connection string says, and the environment, to what it means.

use std::path::PathBuf;
use std::time::Duration;

use secrecy::SecretString;

use crate::config::{Config, Host, PasswordOrigin, SslMode};
use crate::environment::Environment;
use crate::pgpass::{self, Wanted};
use crate::service::{self, Service};
use crate::uri::{self, UriError, Written};

impl Config {
    /// Reads `postgresql://`, `postgres://` or `pgsql://` strings
    /// (`user:password@host:port/database?option=value&table`), completed from the environment.
    ///
    /// Also gives the table the string names, as written with its quotes, and warnings for the
    /// user. Reads the password file and the service file when needed; opens no connection.
    pub fn from_uri(
        uri: &str,
        environment: &Environment,
    ) -> Result<(Config, Option<String>, Vec<String>), UriError> {
        let whole =
            |(message, hint): Fault| UriError { offset: 0, length: uri.len(), message, hint: Some(hint) };
        let mut written = uri::parse(uri)?;
        let table = written.table.take();
        let mut warnings = std::mem::take(&mut written.warnings);
        let mut resolver = Resolver::new(&written, environment).map_err(whole)?;
        let config = resolver.config(written).map_err(whole)?;
        warnings.append(&mut resolver.warnings);
        Ok((config, table, warnings))
    }
}

/// What is wrong outside the connection string, and what to do about it.
type Fault = (String, String);

struct Resolver<'a> {
    environment: &'a Environment,
    service: Option<Service>,
    warnings: Vec<String>,
}

/// The entries of a service file that mean something here.
const SERVICE_ENTRIES: [&str; 9] = [
    "application_name",
    "connect_timeout",
    "dbname",
    "host",
    "options",
    "password",
    "port",
    "sslmode",
    "user",
];

impl<'a> Resolver<'a> {
    fn new(written: &Written, environment: &'a Environment) -> Result<Resolver<'a>, Fault> {
        let name = written.service.as_deref();
        let name = name.or_else(|| environment.variable("PGSERVICE"));
        let service = name.map(|name| service::lookup(name, environment)).transpose();
        let service = service.map_err(|fault| {
            let hint = "check the service's name and PGSERVICEFILE".to_owned();
            (fault, hint)
        })?;
        let mut resolver = Resolver { environment, service, warnings: Vec::new() };
        resolver.warn_of_unknown_entries();
        Ok(resolver)
    }

    fn warn_of_unknown_entries(&mut self) {
        let Some(service) = &self.service else { return };
        for name in service.names() {
            if !SERVICE_ENTRIES.contains(&name) {
                let file = service.file.display();
                self.warnings.push(format!("the entry \"{name}\" in {file} is not known and is ignored"));
            }
        }
    }

    /// The entry of the service, else the variable, with the name of the place it was found in.
    fn outside(&self, entry: &str, variable: &str) -> Option<(String, String)> {
        let service = self.service.as_ref();
        let entry = service.and_then(|service| {
            let value = service.get(entry)?;
            Some((value.to_owned(), format!("{entry} in {}", service.file.display())))
        });
        entry.or_else(|| {
            let value = self.environment.variable(variable)?;
            Some((value.to_owned(), variable.to_owned()))
        })
    }

    fn text(&self, entry: &str, variable: &str) -> Option<String> {
        self.outside(entry, variable).map(|(value, _)| value)
    }

    fn config(&mut self, written: Written) -> Result<Config, Fault> {
        let user = self.user(written.user)?;
        let host = written.host;
        let host = host.or_else(|| uri::host_of(&self.text("host", "PGHOST")?));
        let database = written.database;
        let database = database.or_else(|| self.text("dbname", "PGDATABASE"));
        let application_name = written.application_name;
        let application_name = application_name.or_else(|| self.text("application_name", "PGAPPNAME"));
        let mut config = Config {
            database: database.unwrap_or_else(|| user.clone()),
            user,
            password: None,
            password_origin: None,
            passfile: self.passfile(),
            host: host.unwrap_or(Host::DefaultSocket),
            port: self.port(written.port, written.default_port)?,
            sslmode: self.ssl_mode(written.sslmode)?,
            connect_timeout: self.connect_timeout(written.connect_timeout)?,
            application_name: application_name.unwrap_or_else(|| "pgloader".to_owned()),
            options: written.options.or_else(|| self.text("options", "PGOPTIONS")),
            settings: Vec::new(),
        };
        if let Some((password, origin)) = self.password(written.password, &config) {
            config.password = Some(password);
            config.password_origin = Some(origin);
        }
        Ok(config)
    }

    fn user(&self, written: Option<String>) -> Result<String, Fault> {
        let variable = || self.environment.variable("USER").map(str::to_owned);
        let account = || self.environment.account().map(str::to_owned);
        let user = written.or_else(|| self.text("user", "PGUSER"));
        user.or_else(variable).or_else(account).ok_or_else(|| {
            ("the connection string names no user".to_owned(), "write user@ in it, or set PGUSER".to_owned())
        })
    }

    fn port(&self, written: Option<u16>, default: Option<u16>) -> Result<u16, Fault> {
        let found = self.outside("port", "PGPORT");
        match (written, found) {
            (Some(port), _) => Ok(port),
            (None, None) => Ok(default.unwrap_or(5432)),
            (None, Some((text, place))) => uri::port_number(&text).ok_or_else(|| {
                (
                    format!("{place} is \"{text}\", which is no port"),
                    "a port is a number from 1 to 65535".to_owned(),
                )
            }),
        }
    }

    fn ssl_mode(&self, written: Option<SslMode>) -> Result<SslMode, Fault> {
        let found = self.outside("sslmode", "PGSSLMODE");
        match (written, found) {
            (Some(mode), _) => Ok(mode),
            (None, None) => Ok(SslMode::default()),
            (None, Some((text, place))) => {
                uri::ssl_mode(&text).map_err(|(message, hint)| (format!("{message} (from {place})"), hint))
            }
        }
    }

    /// Whole seconds; 0 or less is no limit, as in libpq.
    fn connect_timeout(&self, written: Option<String>) -> Result<Option<Duration>, Fault> {
        let written = written.map(|text| (text, "connect_timeout".to_owned()));
        let found = written.or_else(|| self.outside("connect_timeout", "PGCONNECT_TIMEOUT"));
        let Some((text, place)) = found else {
            return Ok(Some(Config::CONNECT_TIMEOUT));
        };
        match text.trim().parse::<i32>() {
            Ok(seconds) => {
                Ok(u64::try_from(seconds).ok().filter(|seconds| *seconds > 0).map(Duration::from_secs))
            }
            Err(_) => Err((
                format!("{place} is \"{text}\", which is no number of seconds"),
                "write whole seconds; 0 waits without limit".to_owned(),
            )),
        }
    }

    fn passfile(&self) -> Option<PathBuf> {
        match self.environment.variable("PGPASSFILE") {
            Some(file) => Some(PathBuf::from(file)),
            None => self.environment.home_file(".pgpass"),
        }
    }

    fn password(
        &mut self,
        written: Option<SecretString>,
        config: &Config,
    ) -> Option<(SecretString, PasswordOrigin)> {
        if let Some(password) = written {
            return Some((password, PasswordOrigin::Uri));
        }
        if let Some(service) = &self.service
            && let Some(password) = service.get("password")
        {
            let origin = PasswordOrigin::Service(service.file.clone());
            return Some((password.into(), origin));
        }
        if let Some(password) = self.environment.variable("PGPASSWORD") {
            return Some((password.into(), PasswordOrigin::Variable));
        }
        let file = config.passfile.clone()?;
        let password = self.look_up(&file, config)?;
        Some((password, PasswordOrigin::Passfile(file)))
    }

    fn look_up(&mut self, file: &std::path::Path, config: &Config) -> Option<SecretString> {
        let directory;
        let hosts: &[&str] = match &config.host {
            Host::Tcp(host) => &[host],
            Host::DefaultSocket => &["localhost"],
            Host::Unix(path) => {
                directory = path.to_string_lossy();
                &["localhost", &directory]
            }
        };
        let wanted = Wanted { hosts, port: config.port, database: &config.database, user: &config.user };
        let (password, warnings) = pgpass::lookup(file, &wanted);
        self.warnings.extend(warnings);
        password
    }
}
