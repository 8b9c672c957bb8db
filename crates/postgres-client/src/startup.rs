//! From a configuration to a session: which attempts are made, and what one attempt is.

use std::time::Duration;

use bytes::BytesMut;
use postgres_protocol::message::backend::Message;
use postgres_protocol::message::frontend;
use secrecy::{ExposeSecret, SecretString};

use crate::auth;
use crate::cancel::Canceller;
use crate::config::{Config, Host, PasswordOrigin, SslMode};
use crate::connection::{Answer, Connection};
use crate::endpoint::Endpoint;
use crate::error::{DbError, Error};
use crate::percent::percent_decode_if_needed;
use crate::tls;
use crate::wire::{Broken, Transport, Wire};

/// How one attempt treats encryption.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TlsUse {
    Never,
    IfOffered,
    Must,
}

/// Attempts when the server has too many connections, and the pause between them.
const BUSY_ATTEMPTS: u32 = 5;
const BUSY_PAUSE: Duration = Duration::from_millis(500);

/// A session at the one server of this configuration, without its settings.
pub(crate) async fn connect(config: &Config) -> Result<Connection, Error> {
    let mut attempt = Attempt::first(config);
    loop {
        let error = match attempt.run(config).await {
            Ok(connection) => return Ok(connection),
            Err(error) => error,
        };
        if !attempt.change_for(&error, config) {
            return Err(attempt.explain(error, config));
        }
        if attempt.busy > 0 {
            tokio::time::sleep(BUSY_PAUSE).await;
        }
    }
}

/// What one attempt at a session sends. A refusal may lead to another attempt that differs
/// in one point; every point changes at most once, so the attempts come to an end.
struct Attempt {
    tls: TlsUse,
    tls_changed: bool,
    password: Option<SecretString>,
    password_decoded: bool,
    database: String,
    application_name: Option<String>,
    /// How often the server had no connection left.
    busy: u32,
}

impl Attempt {
    fn first(config: &Config) -> Attempt {
        let tls = match config.sslmode {
            SslMode::Disable | SslMode::Allow => TlsUse::Never,
            SslMode::Prefer => TlsUse::IfOffered,
            SslMode::Require | SslMode::VerifyCa | SslMode::VerifyFull => TlsUse::Must,
        };
        Attempt {
            tls,
            tls_changed: false,
            password: config.password.clone(),
            password_decoded: false,
            database: config.database.clone(),
            application_name: Some(config.application_name.clone()),
            busy: 0,
        }
    }

    async fn run(&self, config: &Config) -> Result<Connection, Error> {
        let mut last = None;
        for endpoint in within(config, Endpoint::resolve(config)).await? {
            match within(config, self.start(config, &endpoint)).await {
                Ok(connection) => return Ok(connection),
                Err(error @ Error::Connect { .. }) => {
                    last = Some(more_telling(last, error));
                }
                Err(error) => return Err(error),
            }
        }
        Err(last.unwrap_or_else(|| could_not(config, "there is no address to try")))
    }

    async fn start(&self, config: &Config, endpoint: &Endpoint) -> Result<Connection, Error> {
        let mut wire = open(config, endpoint, self.tls).await?;
        let request = self.request(config)?;
        let sent = wire.send(&request).await;
        let encrypted = matches!(wire.transport, Transport::Tls(_));
        if let Err(error) = sent {
            return Err(could_not(config, &error.to_string()));
        }
        check_first_answer(&mut wire, config).await?;
        auth::authenticate(&mut wire, config, self.password.as_ref()).await?;
        let canceller = Canceller::new(config, endpoint.clone(), encrypted);
        become_ready(wire, config, canceller).await
    }

    fn request(&self, config: &Config) -> Result<BytesMut, Error> {
        let fixed = [
            ("user", config.user.as_str()),
            ("database", self.database.as_str()),
            ("client_encoding", "UTF8"),
        ];
        let name = self.application_name.as_deref();
        let name = name.map(|name| ("application_name", name));
        let options = config.options.as_deref();
        let options = options.map(|options| ("options", options));
        let parameters = fixed.into_iter().chain(name).chain(options);
        let mut request = BytesMut::new();
        frontend::startup_message(parameters, &mut request)
            .map_err(|_| Error::Request("user, database and options must not hold a NUL character".into()))?;
        Ok(request)
    }

    /// Prepares the next attempt after a failure; false when there is none that could do better.
    fn change_for(&mut self, error: &Error, config: &Config) -> bool {
        match error {
            Error::Tls { .. } => self.without_tls(config),
            Error::Database(error) => match error.sqlstate.as_str() {
                "53300" | "53400" => self.after_pause(),
                "28000" => self.with_other_tls(config),
                "28P01" => self.with_decoded_password(config),
                "3D000" => self.with_decoded_database(),
                "42704" | "22023" => self.without_parameter(error),
                _ => false,
            },
            _ => false,
        }
    }

    fn after_pause(&mut self) -> bool {
        self.busy += 1;
        self.busy < BUSY_ATTEMPTS
    }

    /// For `prefer`: encryption failed, or was no good.
    fn without_tls(&mut self, config: &Config) -> bool {
        config.sslmode == SslMode::Prefer && self.change_tls(TlsUse::Never)
    }

    /// `pg_hba.conf` may have an entry for the other kind of connection only.
    fn with_other_tls(&mut self, config: &Config) -> bool {
        match (config.sslmode, &config.host) {
            (SslMode::Prefer, Host::Tcp(_)) => self.change_tls(TlsUse::Never),
            (SslMode::Allow, Host::Tcp(_)) => self.change_tls(TlsUse::IfOffered),
            _ => false,
        }
    }

    fn change_tls(&mut self, tls: TlsUse) -> bool {
        self.tls = tls;
        !std::mem::replace(&mut self.tls_changed, true)
    }

    /// Connection strings are taken literally, but many are written with `%XX`.
    fn with_decoded_password(&mut self, config: &Config) -> bool {
        let from_uri = config.password_origin == Some(PasswordOrigin::Uri);
        let password = self.password.as_ref().map(ExposeSecret::expose_secret);
        let decoded = password.and_then(percent_decode_if_needed);
        match decoded {
            Some(decoded) if from_uri && !self.password_decoded => {
                self.password_decoded = true;
                self.password = Some(decoded.into());
                true
            }
            _ => false,
        }
    }

    fn with_decoded_database(&mut self) -> bool {
        match percent_decode_if_needed(&self.database) {
            Some(decoded) => {
                self.database = decoded;
                true
            }
            None => false,
        }
    }

    /// Servers that do not know a start-up parameter name it in their refusal. Of those that
    /// this client sends by itself only `application_name` can be left out, as libpq does.
    fn without_parameter(&mut self, error: &DbError) -> bool {
        let named = error.message.contains("application_name");
        named && self.application_name.take().is_some()
    }

    /// Adds what the user can do about a refusal.
    fn explain(&self, error: Error, config: &Config) -> Error {
        let Error::Database(mut refusal) = error else {
            return error;
        };
        if refusal.sqlstate == "28P01"
            && refusal.hint.is_none()
            && let Some(origin) = &config.password_origin
        {
            refusal.hint = Some(format!("the password was taken from {origin}"));
        }
        Error::Database(refusal)
    }
}

/// An established socket, encrypted as asked.
pub(crate) async fn open(config: &Config, endpoint: &Endpoint, tls: TlsUse) -> Result<Wire, Error> {
    let transport = endpoint.open(&config.keepalive).await;
    let transport = transport.map_err(|cause| endpoint.unreachable(config, &cause))?;
    match transport {
        Transport::Tcp(stream) if tls != TlsUse::Never && endpoint.is_tcp() => {
            tls::negotiate(stream, config, tls).await.map(Wire::new)
        }
        transport => Ok(Wire::new(transport)),
    }
}

/// Everything that answers on a port is not a PostgreSQL server; what is one may answer in the
/// form of protocol 2 when it cannot even start a process.
async fn check_first_answer(wire: &mut Wire, config: &Config) -> Result<(), Error> {
    let header = match wire.first_bytes(5).await {
        Ok(header) => header,
        Err(Broken::Io(error)) => return Err(could_not(config, &error.to_string())),
        Err(Broken::Protocol(reason)) => return Err(no_server(config, &reason)),
    };
    let (tag, length) = (header[0], &header[1..5]);
    let plausible = length[0] == 0 && length[1] == 0;
    match tag {
        b'R' | b'E' | b'N' | b'v' if plausible => Ok(()),
        b'E' => {
            let text = wire.rest(2000).await;
            let text = String::from_utf8_lossy(&text[1..]);
            Err(could_not(config, text.trim_end_matches(['\0', '\n'])))
        }
        _ => Err(no_server(config, "its answer is not PostgreSQL's protocol")),
    }
}

fn no_server(config: &Config, reason: &str) -> Error {
    Error::Connect {
        server: config.server(),
        reason: reason.to_owned(),
        hint: Some("check host and port: another kind of server may be listening there".into()),
        transient: false,
    }
}

/// Reads what follows the authentication, up to ReadyForQuery.
async fn become_ready(
    mut wire: Wire,
    config: &Config,
    mut canceller: Canceller,
) -> Result<Connection, Error> {
    let mut early = Vec::new();
    loop {
        match wire.message().await {
            Ok(Message::BackendKeyData(body)) => {
                canceller.set_key(body.process_id(), body.secret_key());
            }
            Ok(Message::ErrorResponse(body)) => {
                return Err(Error::Database(Box::new(DbError::read(body.fields()))));
            }
            Ok(ready @ Message::ReadyForQuery(_)) => {
                early.push(ready);
                break;
            }
            Ok(message) => early.push(message),
            Err(broken) => return Err(lost_in_startup(config, broken)),
        }
    }
    let mut connection = Connection::new(wire, config.server(), canceller);
    let mut answer = Answer::default();
    for message in early {
        connection.receive(message, &mut answer)?;
    }
    Ok(connection)
}

pub(crate) fn lost_in_startup(config: &Config, broken: Broken) -> Error {
    match broken {
        Broken::Io(error) => could_not(config, &error.to_string()),
        Broken::Protocol(reason) => Error::Protocol { server: config.server(), reason },
    }
}

fn could_not(config: &Config, reason: &str) -> Error {
    Error::Connect { server: config.server(), reason: reason.to_owned(), hint: None, transient: true }
}

/// Of several addresses that failed, the message about one that exists says more than "there is
/// no such socket".
fn more_telling(earlier: Option<Error>, later: Error) -> Error {
    match earlier {
        Some(earlier) if later.to_string().contains("no such socket") => earlier,
        _ => later,
    }
}

async fn within<T>(config: &Config, attempt: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    let Some(limit) = config.connect_timeout else {
        return attempt.await;
    };
    let result = tokio::time::timeout(limit, attempt).await;
    result.unwrap_or_else(|_| {
        let seconds = limit.as_secs_f32();
        Err(Error::Connect {
            server: config.server(),
            reason: format!("no answer within {seconds} seconds"),
            hint: Some(
                "check host, port and firewalls; connect_timeout=… in the connection string \
                 or PGCONNECT_TIMEOUT allow more time"
                    .into(),
            ),
            transient: true,
        })
    })
}
