//! One client's session: its backing connection, its transaction, its settings.

mod alter;
mod binary;
mod constraints;
mod copy;
mod ddl;
mod execute;
mod extended;
mod layout;
mod outcome;
mod rows;
mod settings;
pub mod shared;
mod simple;
mod tables;
mod transaction;
mod write;

use std::collections::HashMap;
use std::io;
use std::sync::Arc;

use tokio::sync::Notify;

use crate::backing::Connection;
use crate::error::SqlError;
use crate::session::extended::Prepared;
use crate::session::shared::{DATABASE, Shared, VERSION};
use crate::session::transaction::Transaction;
use crate::sql::facts::{Facts, HiddenErrors};
use crate::wire::Front;
use crate::wire::auth::{authenticate, refused};
use crate::wire::startup::{Opening, Startup, open};
use crate::wire::tls::Tls;
use outcome::Interrupted;

/// A client's session.
pub struct Session {
    shared: Arc<Shared>,
    backing: Connection,
    user: String,
    transaction: Transaction,
    settings: HashMap<&'static str, String>,
    copies: Copies,
    prepared: Prepared,
    cancelled: Arc<Notify>,
    /// Whether its statements are noted.
    noted: bool,
}

/// What `pg_last_copy_id()` and `pg_last_copy_count()` say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Copies {
    last_id: i32,
    last_count: u64,
    /// The id before the open transaction, to which a ROLLBACK returns.
    id_before: i32,
}

/// How a client was let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Door {
    /// Over the network: it must prove who it is, and its statements are noted.
    Network,
    /// By the process itself: it need not, and they are not.
    Own,
}

/// Serves a client until it goes. What goes wrong between it and us is not reported: it has gone.
pub async fn serve(front: Front, shared: Arc<Shared>, door: Door) {
    let _ = converse(front, shared, door).await;
}

async fn converse(front: Front, shared: Arc<Shared>, door: Door) -> io::Result<()> {
    let (mut front, opening) = open(front, shared.tls, shared.identity.as_ref()).await?;
    let startup = match opening {
        Opening::Session(startup) => startup,
        Opening::Cancel(pid, secret) => {
            shared.running.cancel(pid, secret).await;
            return Ok(());
        }
        Opening::Gone => return Ok(()),
    };
    match Session::enter(&mut front, &shared, &startup, door).await? {
        Ok(mut session) => session.attend(&mut front).await,
        Err(error) => front.fatal(&error).await,
    }
}

impl Session {
    /// Lets a client in, or says why not.
    async fn enter(
        front: &mut Front,
        shared: &Arc<Shared>,
        startup: &Startup,
        door: Door,
    ) -> io::Result<Result<Session, SqlError>> {
        if door == Door::Network {
            if shared.tls == Tls::Required && !startup.encrypted {
                return Ok(Err(unencrypted(startup)));
            }
            let password = shared.password(&startup.user);
            if !authenticate(front, shared.auth, &startup.user, password).await? {
                return Ok(Err(refused(&startup.user)));
            }
        }
        Ok(Session::open(front, shared, startup, door).await)
    }

    async fn open(
        front: &mut Front,
        shared: &Arc<Shared>,
        startup: &Startup,
        door: Door,
    ) -> Result<Session, SqlError> {
        if startup.database != DATABASE {
            return Err(SqlError::new("3D000", format!("database \"{}\" does not exist", startup.database)));
        }
        let settings = startup.settings()?;
        if shared.password(&startup.user).is_none() {
            return Err(refused(&startup.user));
        }
        let backing = shared.backing.session(&startup.user).await;
        let backing = backing.map_err(|error| SqlError::new("53300", error.to_string()))?;
        let (secret, cancelled) = shared.running.enter(backing.pid, backing.client.cancel_token());
        let mut session = Session::new(Arc::clone(shared), backing, startup.user.clone(), cancelled, door);
        for setting in settings {
            session.assign(&setting).await?;
        }
        session.greet(front, secret);
        Ok(session)
    }

    fn new(
        shared: Arc<Shared>,
        backing: Connection,
        user: String,
        cancelled: Arc<Notify>,
        door: Door,
    ) -> Session {
        Session {
            shared,
            backing,
            user,
            transaction: Transaction::Idle,
            settings: HashMap::new(),
            copies: Copies { last_id: -1, last_count: 0, id_before: -1 },
            prepared: Prepared::default(),
            cancelled,
            noted: door == Door::Network,
        }
    }

    /// What the server says before the first statement.
    fn greet(&self, front: &mut Front, secret: i32) {
        front.out.authentication(0, &[]);
        for (name, value) in [
            ("server_version", "8.0.2"),
            ("client_encoding", "UTF8"),
            ("DateStyle", self.kept("datestyle")),
            ("TimeZone", self.kept("timezone")),
            ("integer_datetimes", "on"),
        ] {
            front.out.parameter_status(name, value);
        }
        front.out.key(self.backing.pid, secret);
        front.out.ready(self.transaction.status());
    }

    /// Answers one message after the other.
    async fn attend(&mut self, front: &mut Front) -> io::Result<()> {
        loop {
            front.flush().await?;
            let Some((tag, body)) = front.message().await? else { return Ok(()) };
            let answered = match tag {
                b'Q' => self.simple(front, &body).await,
                b'X' => return Ok(()),
                tag => self.extended(front, tag, &body).await,
            };
            match answered {
                Ok(()) => {}
                Err(Interrupted::Gone(error)) => return Err(error),
                Err(Interrupted::Dropped) => return Ok(()),
                // The loops of both protocols tell the client themselves.
                Err(Interrupted::Sql(error)) => return front.fatal(&error).await,
            }
        }
    }

    /// What the printer must know of the session.
    fn facts<'a>(&'a self, parameters: &'a [String]) -> Facts<'a> {
        Facts {
            version: VERSION,
            database: DATABASE,
            last_copy_count: i64::try_from(self.copies.last_count).unwrap_or(i64::MAX),
            last_copy_id: self.copies.last_id,
            hide_errors: if self.shared.copy.serverless { HiddenErrors::Stl } else { HiddenErrors::None },
            parameters,
            names: &self.shared.backing.names,
        }
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.shared.running.leave(self.backing.pid);
    }
}

fn unencrypted(startup: &Startup) -> SqlError {
    let Startup { user, database, .. } = startup;
    SqlError::new(
        "28000",
        format!(
            "no pg_hba.conf entry for host \"127.0.0.1\", user \"{user}\", database \"{database}\", SSL off"
        ),
    )
}
