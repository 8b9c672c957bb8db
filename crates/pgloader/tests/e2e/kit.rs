//! What the tests share: a private server, a place for files, a run of the binary.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use private_postgres::Server;

/// The binary under test.
pub const PGLOADER: &str = env!("CARGO_BIN_EXE_pgloader");

/// A directory of one test, removed at its end.
pub struct Place {
    path: PathBuf,
}

impl Place {
    pub fn new() -> Place {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let path =
            Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("e2e-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Place { path }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    pub fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, bytes).unwrap();
        path
    }

    /// The text of a file below the root directory of the test's runs; empty where there is none.
    pub fn rejected(&self, name: &str) -> String {
        let bytes = std::fs::read(self.path("root").join(name)).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.path);
    }
}

/// A database of its own on a server, and a place for files.
pub struct Bench {
    pub server: &'static Server,
    pub database: String,
    pub place: Place,
}

impl Bench {
    /// On the server that all tests of this process share.
    pub fn new() -> Bench {
        let server = Server::shared();
        Bench { server, database: server.create_database(), place: Place::new() }
    }

    pub fn sql(&self, sql: &str) -> String {
        self.server.psql(&self.database, sql).unwrap()
    }

    /// The binary with its root directory in the test's place and libpq's variables set.
    pub fn command(&self) -> Command {
        pgloader(self.server, &self.database, &self.place)
    }

    /// Writes `load` as a load file and runs it.
    pub fn run(&self, load: &str) -> Run {
        let file = self.place.write("test.load", load);
        Run::of(self.command().arg(file))
    }

    /// Loads `data` into `table` with these WITH options.
    pub fn load(&self, data: impl AsRef<[u8]>, table: &str, with: &str) -> Run {
        self.place.write("data.csv", data);
        self.run(&load_csv(table, with))
    }
}

/// A load file for `data.csv` beside it.
pub fn load_csv(table: &str, with: &str) -> String {
    let comma = if with.is_empty() { "" } else { ", " };
    format!(
        "LOAD CSV FROM 'data.csv' INTO postgresql:///?tablename={table} WITH fields terminated by ','{comma}{with};"
    )
}

pub fn pgloader(server: &Server, database: &str, place: &Place) -> Command {
    let mut command = Command::new(PGLOADER);
    command.arg("--root-dir").arg(place.path("root"));
    command.stdin(Stdio::null()).env_remove("PGPASSWORD").env("HOME", place.path("home"));
    command.env("PGHOST", server.socket_dir()).env("PGPORT", server.port().to_string());
    command.env("PGUSER", "postgres").env("PGDATABASE", database);
    command
}

/// What a finished run has said.
#[derive(Debug)]
pub struct Run {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Run {
    pub fn of(command: &mut Command) -> Run {
        Run::from(command.output().unwrap())
    }

    /// The same run, having ended with this code and said these words.
    #[track_caller]
    pub fn expect(self, code: i32, words: &[&str]) -> Run {
        assert_eq!(self.code, Some(code), "{self:#?}");
        for word in words {
            assert!(self.stderr.contains(word) || self.stdout.contains(word), "no {word:?} in {self:#?}");
        }
        assert!(!self.stderr.contains("panicked"), "{self:#?}");
        self
    }
}

impl From<Output> for Run {
    fn from(output: Output) -> Run {
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        Run { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
    }
}

/// Starts a run that the test goes on beside.
pub fn start(command: &mut Command) -> Child {
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

/// Waits until `condition` holds; fails after half a minute.
#[track_caller]
pub fn wait_until(what: &str, mut condition: impl FnMut() -> bool) {
    let start = Instant::now();
    while !condition() {
        assert!(start.elapsed() < Duration::from_secs(30), "waited in vain for: {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}
