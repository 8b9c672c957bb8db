//! The files that rejected rows end in, below the root directory.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use pgloader_core::catalog::TableName;
use pgloader_core::{Error, Result};

/// Rejected rows of one table: `<root>/<table>/<table>.dat` in COPY text, `.raw` for records that were never rows,
/// `.log` with one message each. Nothing is created before the first reject.
#[derive(Debug)]
pub struct RejectFiles {
    directory: PathBuf,
    stem: String,
    files: Mutex<[Option<BufWriter<File>>; 3]>,
}

#[derive(Clone, Copy)]
enum Kind {
    Rows,
    Raw,
    Log,
}

impl Kind {
    const ALL: [Kind; 3] = [Kind::Rows, Kind::Raw, Kind::Log];

    fn suffix(self) -> &'static str {
        match self {
            Kind::Rows => "dat",
            Kind::Raw => "raw",
            Kind::Log => "log",
        }
    }
}

impl RejectFiles {
    /// The files for `table`, under its bare name unless `qualified`. Unless this run goes on with them, those of
    /// an earlier run are renamed with `.bak` behind.
    pub fn new(root: &Path, table: &TableName, qualified: bool, goes_on: bool) -> Result<RejectFiles> {
        let name = if qualified { table.to_string() } else { table.name.clone() };
        let stem = name.replace(['/', '\0'], "_");
        let stem = if stem == "." || stem == ".." { format!("{stem}_") } else { stem };
        let files = RejectFiles { directory: root.join(&stem), stem, files: Mutex::default() };
        if !goes_on {
            files.set_earlier_aside()?;
        }
        Ok(files)
    }

    /// The directory that holds them.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// Adds a row that the target refused, in COPY text with its LF.
    pub(crate) fn row(&self, line: &[u8], error: &Error) -> Result<()> {
        let mut files = self.lock();
        self.write(&mut files, Kind::Rows, line)?;
        self.write(&mut files, Kind::Log, format!("{error}\n").as_bytes())
    }

    /// Adds a record that is no row, as it stands in the source.
    pub(crate) fn malformed(&self, raw: &[u8], why: &str) -> Result<()> {
        let mut files = self.lock();
        self.write(&mut files, Kind::Raw, raw)?;
        self.write(&mut files, Kind::Log, format!("{why}\n").as_bytes())
    }

    /// Adds more bytes of the record last given to [`RejectFiles::malformed`].
    pub(crate) fn malformed_rest(&self, raw: &[u8]) -> Result<()> {
        let mut files = self.lock();
        self.write(&mut files, Kind::Raw, raw)
    }

    /// Brings everything to the file system. To be called before a batch counts as done.
    pub(crate) fn flush(&self) -> Result<()> {
        let mut files = self.lock();
        for kind in Kind::ALL {
            if let Some(file) = &mut files[kind as usize] {
                file.flush().map_err(|error| self.error(kind, &error))?;
            }
        }
        Ok(())
    }

    fn write(&self, files: &mut [Option<BufWriter<File>>; 3], kind: Kind, bytes: &[u8]) -> Result<()> {
        let slot = &mut files[kind as usize];
        let file = match slot {
            Some(file) => file,
            None => slot.insert(self.create(kind)?),
        };
        file.write_all(bytes).map_err(|error| self.error(kind, &error))
    }

    fn create(&self, kind: Kind) -> Result<BufWriter<File>> {
        let create = || {
            std::fs::create_dir_all(&self.directory)?;
            File::options().create(true).append(true).open(self.path(kind))
        };
        create().map(BufWriter::new).map_err(|error| self.error(kind, &error))
    }

    fn set_earlier_aside(&self) -> Result<()> {
        for kind in Kind::ALL {
            let path = self.path(kind);
            if path.exists() {
                let mut aside = path.clone().into_os_string();
                aside.push(".bak");
                std::fs::rename(&path, aside).map_err(|error| self.error(kind, &error))?;
            }
        }
        Ok(())
    }

    fn path(&self, kind: Kind) -> PathBuf {
        self.directory.join(format!("{}.{}", self.stem, kind.suffix()))
    }

    fn error(&self, kind: Kind, error: &std::io::Error) -> Error {
        Error::new(format!("cannot write the reject file {}: {error}", self.path(kind).display()))
            .hint("make room there, or name another directory with --root-dir")
    }

    fn lock(&self) -> MutexGuard<'_, [Option<BufWriter<File>>; 3]> {
        self.files.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
