use std::fs::{self, Permissions};
use std::hash::{BuildHasher, RandomState};
use std::io::Write as _;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{self, Child, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread;
use std::time::Duration;

use crate::builder::Builder;
use crate::directory::{Root, ServerDirectory, give};
use crate::error::{Acting, Error};
use crate::process::{Postmaster, Started, StopMode};
use crate::programs::{Programs, not_started, succeeded};

/// A running private server; dropping it stops it at once and removes its directory.
pub struct Server {
    // Declared before the directory, so stopped before the directory is removed.
    postmaster: Mutex<Option<Postmaster>>,
    directory: ServerDirectory,
    data: PathBuf,
    port: u16,
    programs: Programs,
}

impl Server {
    /// A server with other settings than the default.
    #[must_use]
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// The one server with default settings of this process, started by the first call, for tests
    /// that need nothing but a database of their own ([`Server::create_database`]).
    ///
    /// # Panics
    /// When it cannot be started, with the reason: a test without its server has failed.
    #[expect(clippy::panic, reason = "the contract above")]
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<Server> = OnceLock::new();
        SHARED.get_or_init(|| match Self::builder().start() {
            Ok(server) => server,
            Err(error) => panic!("{error}"),
        })
    }

    pub(crate) fn start(builder: &Builder) -> Result<Self, Error> {
        let programs = Programs::find()?;
        let directory = Root::open(&builder.parent)?.server(&programs)?;
        let mut server =
            Self { postmaster: Mutex::new(None), data: directory.data(), directory, port: 0, programs };
        server.configure(builder)?;
        server.listen()?;
        Ok(server)
    }

    /// The directory of the unix socket.
    pub fn socket_dir(&self) -> &Path {
        self.directory.path()
    }

    /// The port on 127.0.0.1, which also names the socket. It stays the same over restarts.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The data directory (`PGDATA`).
    pub fn data_dir(&self) -> &Path {
        &self.data
    }

    /// Connection string over the unix socket, as pgloader writes it; libpq knows no such form.
    pub fn uri(&self, database: &str) -> String {
        let directory = self.socket_dir().display();
        format!("postgresql://postgres@unix:{directory}:{}/{database}", self.port)
    }

    /// Connection string over TCP, as both pgloader and libpq write it.
    pub fn tcp_uri(&self, database: &str) -> String {
        format!("postgresql://postgres@127.0.0.1:{}/{database}", self.port)
    }

    /// Runs SQL as the superuser through `psql -XAtq`, stopping at the first error. Returns what it
    /// prints without the last line end: one line a row, fields separated by `|`, NULL empty.
    ///
    /// # Errors
    /// [`Error::Sql`] with the server's message.
    pub fn psql(&self, database: &str, sql: &str) -> Result<String, Error> {
        let mut child = self.spawn_psql(database)?;
        let input = child.stdin.take();
        // psql may end before it has read everything; its own message is the better one.
        let writing = thread::scope(|scope| {
            scope.spawn(move || input.map(|mut input| input.write_all(sql.as_bytes())));
            child.wait_with_output()
        });
        succeeded(&writing.acting("run psql")?).map_err(Error::Sql)
    }

    /// Creates an empty database with a name that no other call returns.
    ///
    /// # Panics
    /// When the server refuses, with its message.
    #[expect(clippy::panic, reason = "the contract above")]
    pub fn create_database(&self) -> String {
        static DATABASES: AtomicU32 = AtomicU32::new(1);
        let name = format!("test_{}", DATABASES.fetch_add(1, Ordering::Relaxed));
        match self.psql("postgres", &format!("CREATE DATABASE {name}")) {
            Ok(_) => name,
            Err(error) => panic!("cannot create a database: {error}"),
        }
    }

    /// Stops the server and waits for its end; nothing to do when it is stopped already.
    ///
    /// # Errors
    /// A server that can be neither signalled nor awaited.
    pub fn stop(&self, mode: StopMode) -> Result<(), Error> {
        match self.postmaster().take() {
            Some(mut running) => running.stop(mode),
            None => Ok(()),
        }
    }

    /// Starts a stopped server with the same data on the same port; nothing to do when it runs.
    ///
    /// # Errors
    /// As [`Builder::start`]; also when another program has taken the port for ten seconds.
    pub fn start_again(&self) -> Result<(), Error> {
        let mut postmaster = self.postmaster();
        for _ in 0..100 {
            if postmaster.is_some() {
                return Ok(());
            }
            match self.launch(self.port)? {
                Started::Ready(ready) => *postmaster = Some(ready),
                Started::PortTaken => thread::sleep(Duration::from_millis(100)),
            }
        }
        Err(self.no_port())
    }

    /// Everything the server has logged so far.
    pub fn log(&self) -> String {
        let bytes = fs::read(self.directory.log()).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// Writes a file into the data directory that only the server's account may read.
    ///
    /// # Errors
    /// The system's.
    pub fn write_file(&self, name: &str, bytes: impl AsRef<[u8]>) -> Result<(), Error> {
        let path = self.data.join(name);
        fs::write(&path, bytes).at("write", &path)?;
        fs::set_permissions(&path, Permissions::from_mode(0o600)).at("protect", &path)?;
        give(&path, self.programs.account())
    }

    fn postmaster(&self) -> MutexGuard<'_, Option<Postmaster>> {
        self.postmaster.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn configure(&self, builder: &Builder) -> Result<(), Error> {
        let path = self.data.join("postgresql.conf");
        let initial = fs::read_to_string(&path).at("read", &path)?;
        self.write_file("postgresql.conf", format!("{initial}\n{}", builder.settings))?;
        let hba = format!("local all postgres trust\n{}\n", builder.hba);
        self.write_file("pg_hba.conf", hba)?;
        builder.files.iter().try_for_each(|(name, bytes)| self.write_file(name, bytes))
    }

    /// First start: takes ports until one is free.
    fn listen(&mut self) -> Result<(), Error> {
        for port in free_ports().take(20) {
            if let Started::Ready(ready) = self.launch(port)? {
                self.port = port;
                *self.postmaster() = Some(ready);
                return Ok(());
            }
        }
        Err(self.no_port())
    }

    fn launch(&self, port: u16) -> Result<Started, Error> {
        // Not SIGKILL: the server must end its own processes and free its shared memory.
        let mut command = self.programs.server("postgres", "QUIT");
        command.arg("-D").arg(&self.data).arg("-k").arg(self.socket_dir());
        command.arg("-p").arg(port.to_string());
        Postmaster::start(command, &self.data, &self.directory.log())
    }

    fn spawn_psql(&self, database: &str) -> Result<Child, Error> {
        let mut command = self.programs.client("psql");
        command.args(["-XAtq", "-v", "ON_ERROR_STOP=1", "-U", "postgres", "-h"]);
        command.arg(self.socket_dir()).arg("-p").arg(self.port.to_string());
        command.args(["-d", database]).env("PGCLIENTENCODING", "UTF8");
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let program = command.get_program().to_owned();
        command.spawn().map_err(|error| not_started(error, &program))
    }

    fn no_port(&self) -> Error {
        Error::Server { what: "finds no free port", log: self.log() }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Nobody can be told here; the kernel stops it at the end of the process.
        let _ = self.stop(StopMode::Immediate);
    }
}

/// Ports nobody listens on, below the range from which the system gives ports to clients, so that
/// a restart finds its port free again.
fn free_ports() -> impl Iterator<Item = u16> {
    static STARTS: AtomicU32 = AtomicU32::new(0);
    const FIRST: u64 = 10_000;
    const COUNT: u64 = 20_000;
    let start = RandomState::new().hash_one((process::id(), STARTS.fetch_add(1, Ordering::Relaxed)));
    (0..COUNT)
        .filter_map(move |step| u16::try_from(FIRST + (start.wrapping_add(step)) % COUNT).ok())
        .filter(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok())
}
