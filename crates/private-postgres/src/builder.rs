use std::env;
use std::fmt::Write as _;
use std::path::PathBuf;

use crate::error::Error;
use crate::server::Server;

/// How a private server is set up. [`Builder::start`] starts it.
#[derive(Debug)]
pub struct Builder {
    pub(crate) parent: PathBuf,
    pub(crate) hba: String,
    pub(crate) settings: String,
    pub(crate) files: Vec<(String, Vec<u8>)>,
}

/// Settings of a server that need not survive a crash of the machine.
const SETTINGS: &str = "\
listen_addresses = '127.0.0.1'
max_connections = 50
shared_buffers = 32MB
fsync = off
full_page_writes = off
timezone = 'UTC'
log_timezone = 'UTC'
";

const TRUST: &str = "\
local all all trust
host all all 127.0.0.1/32 trust
host all all ::1/128 trust
";

impl Default for Builder {
    fn default() -> Self {
        Self {
            parent: env::temp_dir(),
            hba: TRUST.to_owned(),
            settings: SETTINGS.to_owned(),
            files: Vec::new(),
        }
    }
}

impl Builder {
    /// Lines for `pg_hba.conf` instead of trusting everyone. User `postgres` is always trusted on
    /// the socket, by a line before these, or [`Server::psql`] could not work.
    #[must_use]
    pub fn hba(mut self, lines: &str) -> Self {
        lines.clone_into(&mut self.hba);
        self
    }

    /// A line for `postgresql.conf`, such as `shared_buffers = 512MB`; the last line for a setting
    /// wins, and all win over the defaults.
    #[must_use]
    pub fn config(mut self, line: &str) -> Self {
        // Writing to a String cannot fail.
        let _ = writeln!(self.settings, "{line}");
        self
    }

    /// A file that must be in the data directory before the server starts, such as `server.key`;
    /// only the server's account may read it.
    #[must_use]
    pub fn file(mut self, name: &str, bytes: impl Into<Vec<u8>>) -> Self {
        self.files.push((name.to_owned(), bytes.into()));
        self
    }

    /// The directory below which the server's own is made, instead of the system's for temporary
    /// files. The server's account must be able to enter it, and its path must be short.
    #[must_use]
    pub fn directory(mut self, parent: impl Into<PathBuf>) -> Self {
        self.parent = parent.into();
        self
    }

    /// Starts the server and returns once it accepts connections.
    ///
    /// # Errors
    /// Missing programs, with an install hint; settings that the server refuses, with its log.
    pub fn start(self) -> Result<Server, Error> {
        Server::start(&self)
    }
}
