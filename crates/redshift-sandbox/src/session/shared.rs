//! What all sessions share.

use std::collections::HashMap;
use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Notify;
use tokio_postgres::{CancelToken, Client, NoTls};

use crate::backing::Backing;
use crate::copy;
use crate::fault::Faults;
use crate::secret::Secret;
use crate::wire::auth::Auth;
use crate::wire::tls::{Identity, Tls};

/// The only database.
pub const DATABASE: &str = "dev";
/// What `version()` says: clients look for this shape; the build number is nobody's.
pub const VERSION: &str = "PostgreSQL 8.0.2 on i686-pc-linux-gnu, compiled by GCC gcc (GCC) 3.4.2 20041017 \
                           (Red Hat 3.4.2-6.fc3), Redshift 1.0.00000";

/// What all sessions share.
pub struct Shared {
    /// Who may connect, the sandbox's own user first.
    pub users: Vec<(String, Secret)>,
    /// Whether connections are encrypted.
    pub tls: Tls,
    /// The certificate, unless TLS is off.
    pub identity: Option<Identity>,
    /// How passwords are asked for.
    pub auth: Auth,
    /// Whether quoted identifiers keep their case.
    pub case_sensitive: bool,
    /// How COPY behaves.
    pub copy: copy::Settings,
    /// COPY looks at nothing and says that it has loaded so many rows.
    pub null_copy: Option<u64>,
    /// What goes wrong next.
    pub faults: Faults,
    /// Where the tables are.
    pub backing: Backing,
    /// Writes what must survive a ROLLBACK.
    pub recorder: Client,
    /// What clients have sent.
    pub statements: Mutex<Vec<String>>,
    /// Who may be cancelled.
    pub running: Running,
    /// The number of the last query.
    pub queries: AtomicI32,
}

impl Shared {
    /// A number for a query, unlike all others of this run.
    pub fn next_query(&self) -> i32 {
        self.queries.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// Notes what a client sent.
    pub fn note(&self, statement: &str) {
        self.statements.lock().unwrap_or_else(PoisonError::into_inner).push(statement.to_owned());
    }

    /// The password of a user.
    pub fn password(&self, user: &str) -> Option<&Secret> {
        self.users.iter().find(|(name, _)| name == user).map(|(_, password)| password)
    }
}

/// The sessions that may be cancelled, by their process.
#[derive(Default)]
pub struct Running(Mutex<HashMap<i32, Cancel>>);

#[derive(Clone)]
struct Cancel {
    secret: i32,
    backing: CancelToken,
    copy: Arc<Notify>,
}

impl Running {
    /// Registers a session. The answer's secret lets a client cancel it.
    pub fn enter(&self, pid: i32, backing: CancelToken) -> (i32, Arc<Notify>) {
        let [.., a, b, c, d] = uuid::Uuid::now_v7().into_bytes();
        let secret = i32::from_be_bytes([a, b, c, d]);
        let copy = Arc::new(Notify::new());
        let cancel = Cancel { secret, backing, copy: Arc::clone(&copy) };
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(pid, cancel);
        (secret, copy)
    }

    /// Takes a session out.
    pub fn leave(&self, pid: i32) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&pid);
    }

    /// Cancels what a session does, if the secret is right. As in PostgreSQL nobody is told what came of it.
    pub async fn cancel(&self, pid: i32, secret: i32) {
        let found = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&pid).cloned();
        if let Some(cancel) = found.filter(|cancel| cancel.secret == secret) {
            let _ = cancel.backing.cancel_query(NoTls).await;
            cancel.copy.notify_waiters();
        }
    }
}
