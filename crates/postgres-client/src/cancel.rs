//! Interrupting a running statement from outside.

use std::time::Duration;

use bytes::BytesMut;
use postgres_protocol::message::frontend;
use tokio::io::AsyncReadExt;

use crate::config::Config;
use crate::endpoint::Endpoint;
use crate::error::Error;
use crate::startup;

/// Asks the server to interrupt what one connection is doing. The statement then fails with
/// SQLSTATE 57014; a connection that is idle is not affected.
#[derive(Clone)]
pub struct Canceller {
    config: Config,
    endpoint: Endpoint,
    encrypted: bool,
    process_id: i32,
    secret_key: i32,
}

impl std::fmt::Debug for Canceller {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Canceller")
            .field("endpoint", &self.endpoint)
            .field("process_id", &self.process_id)
            .finish_non_exhaustive()
    }
}

impl Canceller {
    pub(crate) fn new(config: &Config, endpoint: Endpoint, encrypted: bool) -> Canceller {
        let config = Config { password: None, ..config.clone() };
        Canceller { config, endpoint, encrypted, process_id: 0, secret_key: 0 }
    }

    pub(crate) fn set_key(&mut self, process_id: i32, secret_key: i32) {
        self.process_id = process_id;
        self.secret_key = secret_key;
    }

    pub(crate) fn process_id(&self) -> i32 {
        self.process_id
    }

    /// Delivers the request over a connection of its own, encrypted if the session is. Ready when
    /// the server has taken it, at most [`Config::connect_timeout`] (or 15 seconds) later;
    /// the statement may still run for a moment.
    pub async fn cancel(&self) -> Result<(), Error> {
        let limit = self.config.connect_timeout;
        let limit = limit.unwrap_or(Duration::from_secs(15));
        match tokio::time::timeout(limit, self.deliver()).await {
            Ok(result) => result,
            Err(_) => Err(self.failed("the server did not take the cancel request in time")),
        }
    }

    async fn deliver(&self) -> Result<(), Error> {
        let tls = match self.encrypted {
            true => startup::TlsUse::Must,
            false => startup::TlsUse::Never,
        };
        let mut wire = startup::open(&self.config, &self.endpoint, tls).await?;
        let mut request = BytesMut::new();
        frontend::cancel_request(self.process_id, self.secret_key, &mut request);
        let sent = wire.send(&request).await;
        sent.map_err(|error| self.failed(&format!("the cancel request was not sent: {error}")))?;
        // The server closes without an answer, when it has delivered the signal.
        let mut nothing = [0; 16];
        let _ = wire.transport.read(&mut nothing).await;
        Ok(())
    }

    fn failed(&self, reason: &str) -> Error {
        Error::Connect {
            server: self.config.server(),
            reason: reason.to_owned(),
            hint: None,
            transient: true,
        }
    }
}
