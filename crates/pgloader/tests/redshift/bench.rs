//! What the tests share: a sandbox, a place for files, a run of the binary whose every word is searched for secrets.

use std::path::Path;
use std::process::{Command, Stdio};

use private_postgres::Server;
use redshift_sandbox::fault::Fault;
use redshift_sandbox::{Builder, Sandbox};

use crate::kit::{PGLOADER, Place, Run};

/// A key of the tests' own, so that they know what to search for.
pub const KEY: &str = "AKIATESTTESTTESTTEST";
pub const SECRET: &str = "tEsT/s3cr3t+marker/KEYKEYKEYKEYKEYKEYKEY";
pub const TOKEN: &str = "FwoGZXIvYXdzEtest-session-token-marker==";
pub const PASSWORD: &str = "Pass-w0rd-marker";
pub const BUCKET: &str = "pgloader";

/// One sandbox and its files.
pub struct Bench {
    pub sandbox: Sandbox,
    pub place: Place,
}

/// A sandbox with the tests' keys, over a database of its own on the server that all tests share.
pub fn builder() -> Builder {
    let server = Server::shared();
    let database = server.create_database();
    Sandbox::builder()
        .backing(&server.tcp_uri(&database))
        .user("loader", PASSWORD)
        .key(KEY, SECRET, None)
        .bucket(BUCKET, "eu-west-1")
        .cluster_region("eu-west-1")
}

impl Bench {
    pub fn new() -> Bench {
        Bench::with(builder())
    }

    pub fn with(builder: Builder) -> Bench {
        Bench { sandbox: builder.start().unwrap(), place: Place::new() }
    }

    /// With a table `t` of these columns.
    pub fn table(columns: &str) -> Bench {
        let bench = Bench::new();
        bench.sql(&format!("CREATE TABLE t ({columns})"));
        bench
    }

    #[track_caller]
    pub fn sql(&self, sql: &str) -> String {
        self.sandbox.sql(sql).unwrap().trim_end().to_owned()
    }

    pub fn inject(&self, fault: Fault) {
        self.sandbox.inject(fault);
    }

    /// The binary with the sandbox's variables and no others of AWS.
    pub fn command(&self) -> Command {
        let mut command = Command::new(PGLOADER);
        command.stdin(Stdio::null()).arg("--root-dir").arg(self.place.path("root")).arg("--debug");
        for (name, _) in std::env::vars_os() {
            let is_theirs = |prefix: &str| name.to_string_lossy().starts_with(prefix);
            if is_theirs("AWS_") || is_theirs("PG") {
                command.env_remove(name);
            }
        }
        command.env("HOME", self.place.path("home")).envs(self.sandbox.environment());
        command
    }

    /// The load file for `data.csv` beside it.
    pub fn load_csv(&self, table: &str, with: &str) -> String {
        let comma = if with.is_empty() { "" } else { ", " };
        let uri = self.sandbox.uri();
        format!(
            "LOAD CSV FROM 'data.csv' INTO {uri}?tablename={table} \
             WITH fields terminated by ',', keep unquoted blanks{comma}{with};"
        )
    }

    /// Loads `data` into `t` with these WITH options.
    pub fn load(&self, data: impl AsRef<[u8]>, with: &str) -> Run {
        self.place.write("data.csv", data);
        self.run(&self.load_csv("t", with))
    }

    /// The load file for `data.csv` into the table that a TARGET TABLE clause names, as written.
    pub fn load_csv_into(&self, table: &str, with: &str) -> String {
        let target = format!(" TARGET TABLE {table} WITH");
        self.load_csv("X", with).replace("?tablename=X", "").replace(" WITH", &target)
    }

    /// Writes `load` as a load file and runs it.
    pub fn run(&self, load: &str) -> Run {
        let file = self.place.write("test.load", load);
        self.finish(self.command().arg(file))
    }

    /// Runs a command, and searches all that it leaves behind for what must not be shown.
    pub fn finish(&self, command: &mut Command) -> Run {
        self.searched(Run::of(command))
    }

    /// The same run, in which no secret is shown.
    #[track_caller]
    pub fn searched(&self, run: Run) -> Run {
        let mut all = format!("{}{}", run.stdout, run.stderr);
        add_files(&self.place.path("root"), &mut all);
        for secret in [SECRET, TOKEN, PASSWORD, &SECRET[10..], KEY] {
            assert!(!all.contains(secret), "{secret} is shown in {all}");
        }
        run
    }

    /// What is in S3: `bucket/key`.
    pub fn objects(&self) -> Vec<String> {
        self.sandbox.objects()
    }

    /// The COPY statements that the server was sent.
    pub fn copies(&self) -> Vec<String> {
        let mut statements = self.sandbox.statements();
        statements.retain(|statement| statement.starts_with("COPY"));
        statements
    }

    #[track_caller]
    pub fn is_tidy(&self) {
        assert_eq!(self.objects(), Vec::<String>::new(), "objects are left behind");
        assert_eq!(self.sandbox.s3().uploads(), 0, "uploads are left behind");
    }
}

fn add_files(directory: &Path, to: &mut String) {
    for entry in std::fs::read_dir(directory).into_iter().flatten() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => add_files(&path, to),
            false => *to += &String::from_utf8_lossy(&std::fs::read(path).unwrap()),
        }
    }
}

/// Numbered rows `1,one` …
pub fn numbers(count: usize) -> String {
    (1..=count).map(|number| format!("{number},row {number}\n")).collect()
}
