//! What is known about a server before connecting to it.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use secrecy::SecretString;

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
    /// Always; whose certificate it is is not checked.
    Require,
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
    /// The server.
    pub host: Host,
    /// Its port, which also names the socket.
    pub port: u16,
    /// The database as written; when there is none of that name and it holds `%XX`, its decoded
    /// form is tried.
    pub database: String,
    /// Encryption.
    pub sslmode: SslMode,
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
        match &self.host {
            Host::Tcp(host) if host.contains(':') => write!(f, "[{host}]")?,
            Host::Tcp(host) => write!(f, "{host}")?,
            Host::Unix(directory) => write!(f, "unix:{}", directory.display())?,
            Host::DefaultSocket => {}
        }
        write!(f, ":{}/{}", self.port, self.database)
    }
}
