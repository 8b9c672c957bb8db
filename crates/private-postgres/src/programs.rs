//! Finds PostgreSQL's programs and the account that may run them.

use std::env;
use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::error::Error;

/// The directory that holds `initdb`, `postgres` and `psql`, and how to run them.
pub(crate) struct Programs {
    bin: PathBuf,
    account: Option<Account>,
}

/// An account other than ours, as which the server runs because we are root.
#[derive(Clone, Copy)]
pub(crate) struct Account {
    pub uid: u32,
    pub gid: u32,
}

impl Programs {
    /// `PG_BIN` wins, then PATH, then the newest of `/usr/lib/postgresql/*/bin`.
    pub fn find() -> Result<Self, Error> {
        let bin = match env::var_os("PG_BIN") {
            Some(named) => Some(PathBuf::from(named)).filter(|bin| has_server(bin)),
            None => in_path().or_else(newest_of_debian),
        };
        Ok(Self { bin: bin.ok_or_else(missing_server)?, account: Account::unless_unprivileged()? })
    }

    /// The account to give the server's files to; none when we run it as ourselves.
    pub fn account(&self) -> Option<Account> {
        self.account
    }

    /// A program of the bin directory, else of PATH (a client package may be installed elsewhere).
    /// It runs as ourselves.
    pub fn client(&self, name: &str) -> Command {
        let here = self.bin.join(name);
        let mut command = Command::new(if here.exists() { here } else { name.into() });
        without_libpq_variables(&mut command);
        command
    }

    /// A server program, run as the unprivileged account, which gets `signal` when the thread that
    /// spawns it ends. The signal is set after the change of account, which would clear it.
    pub fn server(&self, name: &str, signal: &str) -> Command {
        let mut command = Command::new("setpriv");
        if let Some(account) = self.account {
            command.arg(format!("--reuid={}", account.uid));
            command.arg(format!("--regid={}", account.gid));
            command.arg("--clear-groups");
        }
        command.arg(format!("--pdeathsig={signal}")).arg("--");
        command.arg(self.bin.join(name)).env("LC_ALL", "C");
        without_libpq_variables(&mut command);
        command
    }

    /// Version number of the server, such as `15.14`.
    pub fn version(&self) -> Result<String, Error> {
        let mut command = Command::new(self.bin.join("postgres"));
        let line = run(command.arg("--version"), "postgres")?;
        let number = line.split_whitespace().find(|word| word.starts_with(|c: char| c.is_ascii_digit()));
        Ok(number.unwrap_or("unknown").to_owned())
    }
}

impl Account {
    fn unless_unprivileged() -> Result<Option<Self>, Error> {
        if effective_uid() != 0 {
            return Ok(None);
        }
        let found = ["postgres", "nobody"].iter().find_map(|name| Self::named(name));
        found.map(Some).ok_or(Error::NoAccount)
    }

    fn named(name: &str) -> Option<Self> {
        let output = Command::new("getent").args(["passwd", name]).output().ok()?;
        let line = String::from_utf8(output.stdout).ok()?;
        let mut fields = line.trim_end().split(':').skip(2);
        Some(Self { uid: fields.next()?.parse().ok()?, gid: fields.next()?.parse().ok()? })
    }
}

/// Runs a program to its end: its standard output, or [`Error::Program`] with its standard error.
pub(crate) fn run(command: &mut Command, program: &str) -> Result<String, Error> {
    let output = command.output().map_err(|error| not_started(error, command.get_program()))?;
    succeeded(&output).map_err(|output| Error::Program { program: program.to_owned(), output })
}

/// Trimmed standard output of a program that succeeded, else its trimmed standard error.
pub(crate) fn succeeded(output: &Output) -> Result<String, String> {
    let text = |bytes| String::from_utf8_lossy(bytes).trim_end().to_owned();
    if output.status.success() { Ok(text(&output.stdout)) } else { Err(text(&output.stderr)) }
}

/// Names the program in an error of starting it, with an install hint when it is absent.
pub(crate) fn not_started(source: io::Error, program: &OsStr) -> Error {
    let name = program.display();
    if source.kind() != io::ErrorKind::NotFound {
        let action = format!("run {name}");
        return Error::System { action, source };
    }
    Error::Missing {
        program: name.to_string(),
        place: "in PATH",
        hint: match program.to_str() {
            Some("setpriv") => "apt-get install util-linux",
            _ => "apt-get install postgresql",
        },
    }
}

pub(crate) fn effective_uid() -> u32 {
    // SAFETY: geteuid has no precondition and cannot fail.
    unsafe { libc::geteuid() }
}

fn without_libpq_variables(command: &mut Command) {
    for (name, _) in env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("PG")) {
        command.env_remove(name);
    }
}

fn missing_server() -> Error {
    Error::Missing {
        program: "PostgreSQL's server (initdb, postgres)".to_owned(),
        place: "in $PG_BIN, PATH or /usr/lib/postgresql/*/bin",
        hint: "apt-get install postgresql",
    }
}

fn has_server(bin: &Path) -> bool {
    ["initdb", "postgres"].iter().all(|name| bin.join(name).is_file())
}

fn in_path() -> Option<PathBuf> {
    env::split_paths(&env::var_os("PATH")?).find(|bin| has_server(bin))
}

fn newest_of_debian() -> Option<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").ok()?.flatten();
    let major = |path: &PathBuf| path.file_name()?.to_str()?.parse::<f64>().ok();
    versions
        .map(|entry| entry.path())
        .filter(|path| has_server(&path.join("bin")))
        .max_by(|a, b| major(a).partial_cmp(&major(b)).unwrap_or(std::cmp::Ordering::Equal))
        .map(|path| path.join("bin"))
}
