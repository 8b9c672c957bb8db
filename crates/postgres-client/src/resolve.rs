//! From what a connection string says, and the environment, to what it means.

use std::path::PathBuf;
use std::time::Duration;

use secrecy::SecretString;

use crate::config::{Binding, Config, Host, PasswordOrigin, Roots, Server, SessionKind, SslMode, Tls};
use crate::endpoint::Keepalive;
use crate::environment::Environment;
use crate::hosts::{self, Place};
use crate::keyvalue;
use crate::layers::{Fault, Found, Layers};
use crate::pgpass::{self, Wanted};
use crate::uri::{self, UriError};

impl Config {
    /// Reads a connection string, completed from the environment: a URI
    /// (`postgresql://user:password@host:port/database?option=value&table`), also one of JDBC, or
    /// `name=value` pairs.
    ///
    /// Also gives the table the string names, as written with its quotes, and warnings for the
    /// user. Reads the password file and the service file when needed; opens no connection.
    pub fn from_uri(
        text: &str,
        environment: &Environment,
    ) -> Result<(Config, Option<String>, Vec<String>), UriError> {
        let mut written = match keyvalue::begins(text) {
            true => keyvalue::parse(text)?,
            false => uri::parse(text)?,
        };
        let table = written.table.take();
        let mut warnings = std::mem::take(&mut written.warnings);
        let in_text = |fault: Fault| fault.in_text(text);
        let layers = Layers::new(written, environment).map_err(in_text)?;
        let mut resolver = Resolver { warnings: layers.warnings(), layers };
        let config = resolver.config().map_err(in_text)?;
        warnings.append(&mut resolver.warnings);
        Ok((config, table, warnings))
    }
}

struct Resolver<'a> {
    layers: Layers<'a>,
    warnings: Vec<String>,
}

impl Resolver<'_> {
    fn config(&mut self) -> Result<Config, Fault> {
        self.layers.refuse_unmet_demands()?;
        let user = self.user()?;
        let sslmode = self.ssl_mode()?;
        let first = Place { host: Host::DefaultSocket, address: None, port: 0 };
        let mut config = Config {
            database: self.layers.text("dbname").unwrap_or_else(|| user.clone()),
            user,
            password: None,
            password_origin: None,
            passfile: self.passfile(),
            host: first.host,
            address: first.address,
            port: first.port,
            servers: Vec::new(),
            shuffle: self.shuffle()?,
            session: self.session_kind()?,
            sslmode,
            tls: self.tls()?,
            binding: self.binding()?,
            keepalive: self.keepalive()?,
            connect_timeout: self.connect_timeout()?,
            application_name: self.application_name(),
            options: self.layers.text("options"),
            settings: Vec::new(),
        };
        self.add_servers(&mut config)?;
        self.add_session_settings(&mut config);
        Ok(config)
    }

    /// Each server may have a password of its own in the password file.
    fn add_servers(&mut self, config: &mut Config) -> Result<(), Fault> {
        let mut servers = Vec::new();
        for place in hosts::servers(&self.layers)? {
            let found = self.password(&place, config);
            let (password, password_origin) = found.unzip();
            let Place { host, address, port } = place;
            servers.push(Server { host, address, port, password, password_origin });
        }
        if let Some(first) = servers.first() {
            let first = first.clone();
            (config.host, config.address, config.port) = (first.host, first.address, first.port);
            (config.password, config.password_origin) = (first.password, first.password_origin);
        }
        config.servers = if servers.len() > 1 { servers } else { Vec::new() };
        Ok(())
    }

    fn add_session_settings(&mut self, config: &mut Config) {
        for name in ["client_encoding", "search_path"] {
            if let Some(value) = self.layers.text(name) {
                self.warnings.extend(config.add_settings([(name.to_owned(), value)]));
            }
        }
    }

    fn user(&self) -> Result<String, Fault> {
        self.layers.text("user").or_else(|| self.layers.account()).ok_or_else(|| {
            Fault::new("the connection string names no user", "write user@ in it, or set PGUSER")
        })
    }

    fn application_name(&self) -> String {
        let name = self.layers.text("application_name");
        let name = name.or_else(|| self.layers.text("fallback_application_name"));
        name.unwrap_or_else(|| "pgloader".to_owned())
    }

    /// Whole seconds; 0 or less is no limit, as in libpq.
    fn connect_timeout(&self) -> Result<Option<Duration>, Fault> {
        let hint = "write whole seconds; 0 waits without limit";
        let Some(seconds) = self.layers.number("connect_timeout", "no number of seconds", hint)? else {
            return Ok(Some(Config::CONNECT_TIMEOUT));
        };
        Ok(u64::try_from(seconds).ok().filter(|seconds| *seconds > 0).map(Duration::from_secs))
    }

    fn ssl_mode(&self) -> Result<SslMode, Fault> {
        let modes = [
            ("disable", SslMode::Disable),
            ("allow", SslMode::Allow),
            ("prefer", SslMode::Prefer),
            ("require", SslMode::Require),
            ("verify-ca", SslMode::VerifyCa),
            ("verify-full", SslMode::VerifyFull),
        ];
        let mode = self.layers.choice("sslmode", "an sslmode", &modes)?;
        let system = self.layers.find("sslrootcert").filter(|found| found.text == "system");
        match (mode, system) {
            (None, None) => Ok(SslMode::default()),
            (Some(mode), None) => Ok(mode),
            (None | Some(SslMode::VerifyFull), Some(_)) => Ok(SslMode::VerifyFull),
            // Anybody can have a certificate from a public CA: only the name tells.
            (Some(_), Some(system)) => Err(system.fault(
                "sslrootcert=system needs sslmode=verify-full".to_owned(),
                "write sslmode=verify-full, or name the file of your CA's certificate",
            )),
        }
    }

    fn tls(&self) -> Result<Tls, Fault> {
        let roots = match self.file("sslrootcert", Some("root.crt")) {
            Some(file) if file.as_os_str() == "system" => Roots::System,
            Some(file) => Roots::File(file),
            None => Roots::None,
        };
        let sent = [("disable", false), ("allow", true)];
        let shows_certificate = self.layers.choice("sslcertmode", "an sslcertmode", &sent)?.unwrap_or(true);
        Ok(Tls {
            roots,
            revoked: self.file("sslcrl", None),
            revoked_directory: self.file("sslcrldir", None),
            default_revoked: self.layers.home_file(".postgresql/root.crl"),
            certificate: self.file("sslcert", Some("postgresql.crt")).filter(|_| shows_certificate),
            key: self.file("sslkey", Some("postgresql.key")),
            names_host: self.switch("sslsni")?.unwrap_or(true),
            trust_any: false,
        })
    }

    /// A file that the user names, else the one of this name in `~/.postgresql`.
    fn file(&self, keyword: &str, default: Option<&str>) -> Option<PathBuf> {
        let named = self.layers.text(keyword).map(PathBuf::from);
        named.or_else(|| self.layers.home_file(&format!(".postgresql/{}", default?)))
    }

    fn switch(&self, keyword: &str) -> Result<Option<bool>, Fault> {
        self.layers.choice(keyword, "0 or 1", &[("0", false), ("1", true)])
    }

    fn binding(&self) -> Result<Binding, Fault> {
        let kinds =
            [("disable", Binding::Disable), ("prefer", Binding::Prefer), ("require", Binding::Require)];
        let binding = self.layers.choice("channel_binding", "a kind of channel binding", &kinds)?;
        Ok(binding.unwrap_or(Binding::Prefer))
    }

    fn session_kind(&self) -> Result<SessionKind, Fault> {
        let kinds = [
            ("any", SessionKind::Any),
            ("read-write", SessionKind::ReadWrite),
            ("read-only", SessionKind::ReadOnly),
            ("primary", SessionKind::Primary),
            ("standby", SessionKind::Standby),
            ("prefer-standby", SessionKind::PreferStandby),
        ];
        let kind = self.layers.choice("target_session_attrs", "a kind of session", &kinds)?;
        Ok(kind.unwrap_or(SessionKind::Any))
    }

    fn shuffle(&self) -> Result<bool, Fault> {
        let orders = [("disable", false), ("random", true)];
        Ok(self.layers.choice("load_balance_hosts", "an order of hosts", &orders)?.unwrap_or(false))
    }

    /// Seconds and counts of 0 or less leave it at the default, as in libpq.
    fn keepalive(&self) -> Result<Keepalive, Fault> {
        let number = |name: &str| {
            let found = self.layers.number(name, "no whole number", "write a whole number")?;
            Ok(found.and_then(|number| u32::try_from(number).ok()).filter(|number| *number > 0))
        };
        let seconds = |name: &str| Ok(number(name)?.map(|seconds| Duration::from_secs(u64::from(seconds))));
        let default = Keepalive::default();
        Ok(Keepalive {
            on: self.layers.number("keepalives", "neither 0 nor 1", "write 0 or 1")? != Some(0),
            idle: seconds("keepalives_idle")?.unwrap_or(default.idle),
            interval: seconds("keepalives_interval")?.unwrap_or(default.interval),
            count: number("keepalives_count")?.unwrap_or(default.count),
            user_timeout: number("tcp_user_timeout")?.map(|ms| Duration::from_millis(u64::from(ms))),
        })
    }

    fn passfile(&self) -> Option<PathBuf> {
        let named = self.layers.text("passfile").map(PathBuf::from);
        named.or_else(|| self.layers.home_file(".pgpass"))
    }

    fn password(&mut self, place: &Place, config: &Config) -> Option<(SecretString, PasswordOrigin)> {
        if let Some(found) = self.layers.find("password") {
            let origin = match &found {
                Found { service: Some(file), .. } => PasswordOrigin::Service(file.clone()),
                Found { variable: Some(_), .. } => PasswordOrigin::Variable,
                _ => PasswordOrigin::Uri,
            };
            return Some((found.text.into(), origin));
        }
        let file = config.passfile.clone()?;
        let password = self.look_up(&file, place, config)?;
        Some((password, PasswordOrigin::Passfile(file)))
    }

    fn look_up(&mut self, file: &std::path::Path, place: &Place, config: &Config) -> Option<SecretString> {
        let directory;
        let hosts: &[&str] = match &place.host {
            Host::Tcp(host) => &[host],
            Host::DefaultSocket => &["localhost"],
            Host::Unix(path) => {
                directory = path.to_string_lossy();
                &["localhost", &directory]
            }
        };
        let wanted = Wanted { hosts, port: place.port, database: &config.database, user: &config.user };
        let (password, warnings) = pgpass::lookup(file, &wanted);
        for warning in warnings {
            if !self.warnings.contains(&warning) {
                self.warnings.push(warning);
            }
        }
        password
    }
}
