//! psql as the judge: the same connection string, the same files, the same server.

use std::path::Path;
use std::process::Command;

use pgloader_postgres_client::{Config, Connection, Environment};

/// How an attempt to connect ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Encrypted,
    Plain,
    Refused,
}

use Verdict::{Encrypted, Plain, Refused};

const QUESTION: &str = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()";

fn verdict(answer: &str) -> Verdict {
    match answer.trim() {
        "t" => Encrypted,
        "f" => Plain,
        other => panic!("psql says {other:?}"),
    }
}

/// What libpq makes of it, and its words.
pub fn psql(conninfo: &str, home: &Path) -> (Verdict, String) {
    let mut command = Command::new("psql");
    command.env_clear().env("PATH", std::env::var_os("PATH").unwrap()).env("HOME", home);
    command.args(["-XAtqc", QUESTION, conninfo]);
    let output = command.output().expect("psql is needed: apt-get install postgresql-client");
    match output.status.success() {
        true => (verdict(&String::from_utf8_lossy(&output.stdout)), String::new()),
        false => (Refused, String::from_utf8_lossy(&output.stderr).into_owned()),
    }
}

/// What this client makes of it, and its words.
pub fn ours(conninfo: &str, home: &Path) -> (Verdict, String) {
    let environment = Environment::empty().with_home(home);
    let (config, _, warnings) = Config::from_uri(conninfo, &environment).unwrap();
    assert_eq!(warnings, [""; 0]);
    connect(&config)
}

pub fn connect(config: &Config) -> (Verdict, String) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let attempt = async {
        let mut connection = Connection::connect(config).await?;
        connection.simple_query(QUESTION).await
    };
    match runtime.block_on(attempt) {
        Ok(results) => (verdict(results[0].rows[0][0].as_deref().unwrap()), String::new()),
        Err(error) => (Refused, error.to_string()),
    }
}

/// The verdict that both agree on, and our words.
pub fn agreed(conninfo: &str, home: &Path) -> (Verdict, String) {
    both(conninfo, home).unwrap_or_else(|difference| panic!("{difference}"))
}

/// The same; the error tells what each makes of it.
pub fn both(conninfo: &str, home: &Path) -> Result<(Verdict, String), String> {
    let (libpq, reason) = psql(conninfo, home);
    let (verdict, message) = ours(conninfo, home);
    match verdict == libpq {
        true => Ok((verdict, message)),
        false => Err(format!("{conninfo}\nlibpq: {libpq:?} {reason}\nours: {verdict:?} {message}")),
    }
}
