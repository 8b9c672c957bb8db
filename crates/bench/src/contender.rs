//! The programs that load a file, and how each is told to.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use clap::ValueEnum;

use crate::Result;
use crate::bench::Bench;
use crate::table::{DATABASE, Table};

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Contender {
    /// psql \copy
    Psql,
    /// pgloader with one writer
    One,
    /// pgloader with two writers
    Two,
    /// pgloader 3 of Debian, /usr/bin/pgloader
    Debian,
    /// sling, from PATH or $SLING_BIN
    Sling,
}

impl Contender {
    pub fn name(self) -> &'static str {
        match self {
            Self::Psql => "psql \\copy csv",
            Self::One => "pgloader, 1 writer",
            Self::Two => "pgloader, 2 writers",
            Self::Debian => "pgloader 3 (Debian)",
            Self::Sling => "sling",
        }
    }

    /// The program's path; none where it is not installed. Ours stands beside this program.
    pub fn program(self) -> Option<PathBuf> {
        match self {
            Self::Psql => in_path("psql"),
            Self::One | Self::Two => env::current_exe().ok()?.parent().map(|bin| bin.join("pgloader")),
            Self::Debian => Some(PathBuf::from("/usr/bin/pgloader")),
            Self::Sling => env::var_os("SLING_BIN").map(PathBuf::from).or_else(|| in_path("sling")),
        }
        .filter(|path| path.is_file())
    }

    /// Too slow to run more than once.
    pub fn runs_once(self) -> bool {
        self == Self::Debian
    }

    /// May be absent, and load other rows than psql: that is told, while it ends the bench of ours.
    pub fn is_foreign(self) -> bool {
        matches!(self, Self::Debian | Self::Sling)
    }

    /// Loads a CSV file with a header line into the table.
    pub fn command(self, bench: &Bench, file: &Path, table: Table) -> Result<Command> {
        let program = self.program().ok_or_else(|| format!("{} is not installed", self.name()))?;
        let mut command = Command::new(program);
        command.current_dir(bench.scratch());
        match self {
            Self::Psql => psql(&mut command, bench, file, table),
            Self::One => pgloader(&mut command, bench, ", workers = 1, concurrency = 1", file, table)?,
            Self::Two => pgloader(&mut command, bench, ", workers = 2, concurrency = 2", file, table)?,
            // Its default; with one worker it would wait for itself.
            Self::Debian => pgloader(&mut command, bench, "", file, table)?,
            Self::Sling => sling(&mut command, bench, file, table),
        }
        Ok(command)
    }
}

fn psql(command: &mut Command, bench: &Bench, file: &Path, table: Table) {
    let Table { name, .. } = table;
    let copy = format!("\\copy {name} from '{}' with (format csv, header)", file.display());
    command.args(["-X", "-q", "-v", "ON_ERROR_STOP=1", "-U", "postgres", "-d", DATABASE, "-h"]);
    command.arg(bench.server.socket_dir()).arg("-p").arg(bench.server.port().to_string());
    command.args(["-c", &copy]);
}

/// The same load file for ours and for Debian's, but for the number of threads.
fn pgloader(command: &mut Command, bench: &Bench, threads: &str, file: &Path, table: Table) -> Result<()> {
    let load = format!(
        "LOAD CSV FROM '{}' INTO {}?{}\n\
         WITH skip header = 1, fields terminated by ',', fields optionally enclosed by '\"',\n\
         fields escaped by double-quote{threads};\n",
        file.display(),
        bench.server.uri(DATABASE),
        table.name,
    );
    let path = bench.scratch().join("bench.load");
    fs::write(&path, load)?;
    command.arg("--root-dir").arg(bench.root_dir()).arg(path);
    Ok(())
}

fn sling(command: &mut Command, bench: &Bench, file: &Path, table: Table) {
    command.env("BENCH", format!("{}?sslmode=disable", bench.server.tcp_uri(DATABASE)));
    // No column of its own in the table, and no report to its makers.
    command.env("SLING_LOADED_AT_COLUMN", "false").env("SLING_DISABLE_TELEMETRY", "true");
    command.args(["run", "--src-stream", &format!("file://{}", file.display())]);
    command.args(["--tgt-conn", "BENCH", "--tgt-object", &format!("public.{}", table.name)]);
    command.args(["--mode", "truncate"]);
}

fn in_path(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path).map(|bin| bin.join(name)).find(|program| program.is_file())
}
