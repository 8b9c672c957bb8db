//! What all scenarios share: the server, the directories, and how one load is run.

use std::env;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};

use private_postgres::Server;

use crate::Result;
use crate::contender::Contender;
use crate::measure::{Usage, measure};
use crate::table::Table;

pub struct Bench {
    pub server: Server,
    /// Where the files to load are kept from run to run: `target/bench`.
    pub files: PathBuf,
    scratch: PathBuf,
}

/// Much memory and few checkpoints, so that little but the load is measured.
pub const SETTINGS: &[&str] = &[
    "shared_buffers = 512MB",
    "max_wal_size = 8GB",
    "checkpoint_timeout = 30min",
    "fsync = off",
    "autovacuum = off",
];

/// Where files are that a later run finds again.
pub fn files() -> Result<PathBuf> {
    let program = env::current_exe()?;
    let target = program.ancestors().nth(2).ok_or("this program is not below a target directory")?;
    Ok(target.join("bench"))
}

impl Bench {
    /// Starts the server, on a disk: `/tmp` may be memory.
    pub fn start() -> Result<Self> {
        let files = files()?;
        let scratch = files.join("scratch");
        // A killed run may have left one.
        let _ = fs::remove_dir_all(&scratch);
        fs::create_dir_all(&scratch)?;
        let builder = SETTINGS.iter().fold(Server::builder(), |builder, line| builder.config(line));
        let server = builder.directory("/var/tmp").start()?;
        Ok(Self { server, files, scratch })
    }

    /// An empty directory at the start, removed at the end.
    pub fn scratch(&self) -> &Path {
        &self.scratch
    }

    /// pgloader's, for its reject files; emptied before each load.
    pub fn root_dir(&self) -> PathBuf {
        self.scratch.join("root")
    }

    /// Runs one load into the table, which must be new.
    pub fn load(&self, contender: Contender, file: &Path, table: Table) -> Result<Usage> {
        if self.root_dir().exists() {
            fs::remove_dir_all(self.root_dir())?;
        }
        let command = contender.command(self, file, table)?;
        measure(command, &self.scratch.join("output"))
    }

    /// Lines in pgloader's reject file of the table: one a refused row.
    pub fn rejected(&self, table: Table) -> Result<u64> {
        let path = self.root_dir().join(table.name).join(format!("{}.dat", table.name));
        let lines = BufReader::new(File::open(path)?).split(b'\n');
        Ok(lines.map(|line| line.map(|_| 1)).sum::<io::Result<u64>>()?)
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        // What is left below target is no harm.
        let _ = fs::remove_dir_all(&self.scratch);
    }
}
