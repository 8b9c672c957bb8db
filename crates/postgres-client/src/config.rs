//! What is known about a server before connecting to it.

use std::fmt;
use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use secrecy::SecretString;

use crate::endpoint::Keepalive;
use crate::{keyvalue, uri};

/// Where the server listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Host {
    /// A host name or an address (IPv6 without brackets).
    Tcp(String),
    /// The directory that holds the socket `.s.PGSQL.<port>`.
    Unix(PathBuf),
    /// The local socket where distributions put it: `/var/run/postgresql`, else `/tmp`.
    DefaultSocket,
}

/// How much encryption is asked for, with libpq's meaning. Sockets of the file system are never
/// encrypted, whatever the mode.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SslMode {
    /// Never.
    Disable,
    /// Only when the server refuses a plain connection.
    Allow,
    /// When the server offers it.
    #[default]
    Prefer,
    /// Always. The server's certificate is checked only where there is a root certificate file.
    Require,
    /// Always, and the certificate must be issued by a CA that is trusted.
    VerifyCa,
    /// The same, and the certificate must name the host.
    VerifyFull,
}

impl SslMode {
    /// Whether a server whose certificate cannot be checked is refused.
    pub(crate) fn verifies(self) -> bool {
        matches!(self, SslMode::VerifyCa | SslMode::VerifyFull)
    }
}

/// Where the certificates of trusted CAs are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Roots {
    /// Nowhere: not even the home directory is known.
    None,
    /// Those of this machine (`sslrootcert=system`).
    System,
    /// In this file, if it exists.
    File(PathBuf),
}

impl fmt::Display for Roots {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Roots::None => write!(f, "nowhere"),
            Roots::System => write!(f, "this machine's store"),
            Roots::File(file) => write!(f, "{}", file.display()),
        }
    }
}

/// The files and choices of an encrypted connection.
#[derive(Debug, Clone)]
pub(crate) struct Tls {
    pub(crate) roots: Roots,
    /// The list of revoked certificates that the user names, and the directory of such lists.
    pub(crate) revoked: Option<PathBuf>,
    pub(crate) revoked_directory: Option<PathBuf>,
    /// The list that counts where neither is named, if it exists.
    pub(crate) default_revoked: Option<PathBuf>,
    /// The client's own certificate, if it exists, and its key.
    pub(crate) certificate: Option<PathBuf>,
    pub(crate) key: Option<PathBuf>,
    /// Whether the host's name is sent in the clear, for servers that choose by it (SNI).
    pub(crate) names_host: bool,
    /// No certificate is checked, whatever the mode.
    pub(crate) trust_any: bool,
}

/// Whether SCRAM is bound to the TLS channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Binding {
    Disable,
    Prefer,
    Require,
}

/// What kind of session is wanted (`target_session_attrs`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SessionKind {
    Any,
    ReadWrite,
    ReadOnly,
    Primary,
    Standby,
    PreferStandby,
}

/// One of several servers, and what is its own.
#[derive(Debug, Clone)]
pub(crate) struct Server {
    pub(crate) host: Host,
    pub(crate) address: Option<IpAddr>,
    pub(crate) port: u16,
    pub(crate) password: Option<SecretString>,
    pub(crate) password_origin: Option<PasswordOrigin>,
}

/// Where the password of a [`Config`] was found, for error messages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PasswordOrigin {
    /// The connection string.
    Uri,
    /// The variable `PGPASSWORD`.
    Variable,
    /// A service file.
    Service(PathBuf),
    /// The password file.
    Passfile(PathBuf),
}

impl fmt::Display for PasswordOrigin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PasswordOrigin::Uri => write!(f, "the connection string"),
            PasswordOrigin::Variable => write!(f, "the variable PGPASSWORD"),
            PasswordOrigin::Service(file) => write!(f, "the service file {}", file.display()),
            PasswordOrigin::Passfile(file) => write!(f, "the password file {}", file.display()),
        }
    }
}

/// Everything needed to connect. Made by [`Config::from_uri`].
///
/// `Display` gives `postgresql://user@host:port/db`; neither it nor `Debug` shows the password.
#[derive(Debug, Clone)]
pub struct Config {
    /// The role.
    pub user: String,
    /// The password as written; when it holds `%XX` and is refused, its decoded form is tried.
    pub password: Option<SecretString>,
    /// Where the password comes from.
    pub password_origin: Option<PasswordOrigin>,
    /// The password file that was consulted or would have been.
    pub passfile: Option<PathBuf>,
    /// The server; where several are named, the first one.
    pub host: Host,
    /// Its address, when the name is not to be looked up.
    pub address: Option<IpAddr>,
    /// Its port, which also names the socket.
    pub port: u16,
    /// All servers, when there are several; in the order in which they are tried.
    pub(crate) servers: Vec<Server>,
    /// Whether that order is left to chance.
    pub(crate) shuffle: bool,
    /// The session that is wanted, for which servers are passed over.
    pub(crate) session: SessionKind,
    /// The database as written; when there is none of that name and it holds `%XX`, its decoded
    /// form is tried.
    pub database: String,
    /// Encryption.
    pub sslmode: SslMode,
    pub(crate) tls: Tls,
    pub(crate) binding: Binding,
    pub(crate) keepalive: Keepalive,
    /// For one address, from the first packet until the session can be used; None: no limit.
    pub connect_timeout: Option<Duration>,
    /// The name the session has in the server's log and in `pg_stat_activity`.
    pub application_name: String,
    /// Command-line options for the session (`options=` of a URI, `PGOPTIONS`).
    pub options: Option<String>,
    pub(crate) settings: Vec<(String, String)>,
}

/// The text v3 and users' log filters know.
const ENCODING_FORCED: &str = "pgloader always talk to PostgreSQL in utf-8, \
     client_encoding has been forced to 'utf8'.";

impl Config {
    /// The time allowed for one address when the user says nothing.
    pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(15);

    /// Adds run-time parameters, sent as `SET name TO 'value'` in every session right after it
    /// is opened, in this order. Returns warnings for the user: `client_encoding` is not taken, as
    /// it is always UTF-8. Names are checked when connecting.
    pub fn add_settings<I>(&mut self, settings: I) -> Vec<String>
    where
        I: IntoIterator<Item = (String, String)>,
    {
        let mut warnings = Vec::new();
        for (name, value) in settings {
            if name.eq_ignore_ascii_case("client_encoding") {
                let is_utf8 = matches!(value.to_ascii_lowercase().as_str(), "utf8" | "utf-8");
                if !is_utf8 {
                    warnings.push(ENCODING_FORCED.to_owned());
                }
            } else {
                self.settings.push((name, value));
            }
        }
        warnings
    }

    /// Takes any certificate from now on, whatever `sslmode` says: the option
    /// `--no-ssl-cert-verification`.
    pub fn skip_certificate_verification(&mut self) {
        self.tls.trust_any = true;
    }

    /// Whether a text is meant as a connection string that [`Config::from_uri`] reads: by its scheme, or
    /// as `name=value`.
    pub fn is_connection_string(text: &str) -> bool {
        uri::begins(text) || keyvalue::begins(text)
    }

    /// A configuration for each server alone.
    pub(crate) fn candidates(&self) -> Vec<Config> {
        let alone = |server: &Server| Config {
            host: server.host.clone(),
            address: server.address,
            port: server.port,
            password: server.password.clone(),
            password_origin: server.password_origin.clone(),
            servers: Vec::new(),
            ..self.clone()
        };
        match self.servers.is_empty() {
            true => vec![self.clone()],
            false => self.servers.iter().map(alone).collect(),
        }
    }

    /// The same server, without parameters: for a first look at what it is.
    #[must_use]
    pub fn without_settings(&self) -> Config {
        Config { settings: Vec::new(), ..self.clone() }
    }

    /// The parameters added so far.
    pub fn settings(&self) -> &[(String, String)] {
        &self.settings
    }

    /// Host and port, or the socket, for messages.
    pub(crate) fn server(&self) -> String {
        match &self.host {
            Host::Tcp(host) if host.contains(':') => format!("[{host}]:{}", self.port),
            Host::Tcp(host) => format!("{host}:{}", self.port),
            Host::Unix(directory) => {
                format!("{}/.s.PGSQL.{}", directory.display(), self.port)
            }
            Host::DefaultSocket => format!("the local socket of port {}", self.port),
        }
    }
}

impl fmt::Display for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "postgresql://{}@", self.user)?;
        match self.servers.split_first() {
            None => write_server(f, &self.host, self.port)?,
            Some((first, others)) => {
                write_server(f, &first.host, first.port)?;
                for server in others {
                    f.write_str(",")?;
                    write_server(f, &server.host, server.port)?;
                }
            }
        }
        write!(f, "/{}", self.database)
    }
}

fn write_server(f: &mut fmt::Formatter<'_>, host: &Host, port: u16) -> fmt::Result {
    match host {
        Host::Tcp(host) if host.contains(':') => write!(f, "[{host}]")?,
        Host::Tcp(host) => write!(f, "{host}")?,
        Host::Unix(directory) => write!(f, "unix:{}", directory.display())?,
        Host::DefaultSocket => {}
    }
    write!(f, ":{port}")
}
