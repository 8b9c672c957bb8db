//! Opens what a FROM clause names.

pub mod encoding;
mod find;
mod inputs;

use std::fs::{File, Metadata};
use std::io::{self, ErrorKind, Read, Seek};
use std::os::fd::AsFd;
use std::path::Path;
use std::sync::Arc;

use pgloader_core::source::Meter;
use pgloader_core::{Error, Result};

pub use inputs::{Inputs, Location, Matching};

/// An open input, read once from its start.
#[derive(Debug)]
pub struct Input {
    file: File,
    /// The number of the first line in the file as a whole, from 1.
    pub first_line: u64,
    /// How many bytes there are to read; `None` where that cannot be known beforehand (a pipe, a device).
    pub len: Option<u64>,
    meter: Option<Arc<Meter>>,
}

impl Input {
    /// The same input, which adds what is read from it to `meter` from now on.
    #[must_use]
    pub fn metered(self, meter: &Arc<Meter>) -> Input {
        meter.add_input(self.len);
        Input { meter: Some(Arc::clone(meter)), ..self }
    }
}

/// Opens the file at `path`, which is taken as it stands: whoever calls resolves relative paths and `~`.
///
/// Opening a named pipe blocks until somebody writes to it.
///
/// # Errors
///
/// There is no such file, it is packed, it is a directory, or it may not be read; the message names the path.
pub fn open(path: &Path) -> Result<Input> {
    if is_packed(path) {
        let message =
            format!("cannot read {}: compressed files and archives are not built yet", path.display());
        return Err(Error::new(message).hint("unpack it first"));
    }
    let file = File::open(path).map_err(|error| cannot_open(path, &error))?;
    let metadata = file.metadata().map_err(|error| cannot_open(path, &error))?;
    if metadata.is_dir() {
        return Err(is_a_directory(path));
    }
    Ok(Input { file, first_line: 1, len: known_length(&metadata), meter: None })
}

/// Opens what follows the first `offset` bytes of the file at `path`.
fn open_at(path: &Path, offset: u64) -> Result<Input> {
    let file = File::open(path).map_err(|error| cannot_open(path, &error))?;
    let mut before = Vec::new();
    let read = (&file).take(offset).read_to_end(&mut before).and_then(|_| file.metadata());
    let metadata = read.map_err(|error| cannot_open(path, &error))?;
    let first_line = 1 + before.iter().filter(|&&byte| byte == b'\n').count() as u64;
    let len = known_length(&metadata).map(|len| len.saturating_sub(offset));
    Ok(Input { file, first_line, len, meter: None })
}

/// The standard input, as far as it was not read yet.
fn stdin() -> Result<Input> {
    let file = io::stdin().as_fd().try_clone_to_owned();
    let file =
        file.map_err(|error| Error::new(format!("cannot read stdin: {error}")).hint("it may be closed"))?;
    let mut file = File::from(file);
    let len = file.metadata().ok().and_then(|metadata| known_length(&metadata));
    let len = len.map(|len| len.saturating_sub(file.stream_position().unwrap_or_default()));
    Ok(Input { file, first_line: 1, len, meter: None })
}

/// Told by its name, as the load language does.
fn is_packed(path: &Path) -> bool {
    const ENDINGS: [&str; 8] = ["gz", "tgz", "zip", "bz2", "xz", "zst", "tar", "7z"];
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_ascii_lowercase());
    ending.is_some_and(|ending| ENDINGS.contains(&ending.as_str()))
}

/// The files of `/proc` and the like say that they are empty and are not, so 0 means unknown.
fn known_length(metadata: &Metadata) -> Option<u64> {
    (metadata.is_file() && metadata.len() > 0).then_some(metadata.len())
}

impl Read for Input {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.file.read(buffer)?;
        if let Some(meter) = &self.meter {
            meter.add_read(count as u64);
        }
        Ok(count)
    }
}

fn is_a_directory(path: &Path) -> Error {
    Error::new(format!("cannot read {}: it is a directory", path.display())).hint("name a file in it")
}

fn cannot_open(path: &Path, error: &io::Error) -> Error {
    let path = path.display();
    match error.kind() {
        ErrorKind::NotFound => Error::new(format!("cannot open {path}: there is no such file")).hint(
            "check the spelling; in a load file a relative name starts at the directory of the load file",
        ),
        ErrorKind::PermissionDenied => Error::new(format!("cannot open {path}: permission denied")).hint(
            "the user who runs pgloader needs the right to read the file and to search its directories",
        ),
        ErrorKind::NotADirectory => {
            Error::new(format!("cannot open {path}: a part of the path is not a directory"))
                .hint("check the spelling of the path")
        }
        _ => Error::new(format!("cannot open {path}: {error}"))
            .hint("check that the path names a readable file"),
    }
}

#[cfg(test)]
mod tests;
