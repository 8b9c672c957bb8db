//! What a FROM clause names: one place, or all files that a pattern finds.

use std::fmt;
use std::path::{Path, PathBuf};

use pgloader_core::{Error, Result};

use crate::{Input, find, open, open_at, stdin};

/// Where a source's bytes are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Inputs {
    /// One place.
    One(Location),
    /// Files whose names match a pattern.
    Matching(Matching),
}

/// `FILENAME MATCHING`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Matching {
    /// Where to look, in subdirectories too.
    pub directory: PathBuf,
    /// A regular expression, looked for in the path below the directory.
    pub pattern: String,
    /// Every file that matches; else the first, by the bytes of the paths.
    pub all: bool,
}

/// One place from which bytes are read, from its start to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Location {
    /// A file, as it is to be opened: whoever makes this resolves relative paths and `~`.
    File(PathBuf),
    /// The standard input of this process, which can be read once.
    Stdin,
    /// What follows a command in its load file.
    Inline {
        /// The load file.
        path: PathBuf,
        /// Where the data begins, in bytes.
        offset: u64,
    },
}

impl Inputs {
    /// Finds out what can be found out before anything is opened.
    ///
    /// # Errors
    ///
    /// The directory to be searched is missing, or the pattern is no regular expression.
    pub fn check(&self) -> Result<()> {
        let Inputs::Matching(matching) = self else { return Ok(()) };
        if !matching.directory.is_dir() {
            let message = format!("Directory \"{}\" does not exist.", matching.directory.display());
            return Err(Error::new(message)
                .hint("a relative name starts at the directory of the load file, which is the default"));
        }
        find::regex(&matching.pattern).map(|_| ())
    }

    /// Everything to be read, in order; never nothing.
    ///
    /// # Errors
    ///
    /// No file matches, or a directory cannot be searched.
    pub fn locations(&self) -> Result<Vec<Location>> {
        match self {
            Inputs::One(location) => Ok(vec![location.clone()]),
            Inputs::Matching(matching) => {
                Ok(find::files(matching)?.into_iter().map(Location::File).collect())
            }
        }
    }
}

impl Location {
    /// Opens it. Opening a named pipe blocks until somebody writes to it.
    ///
    /// # Errors
    ///
    /// There is no such file, it is packed, it is a directory, or it may not be read; the message names the path.
    pub fn open(&self) -> Result<Input> {
        match self {
            Location::File(path) => open(path),
            Location::Stdin => stdin(),
            Location::Inline { path, offset } => open_at(path, *offset),
        }
    }

    /// Its name without directory and ending, for a table called after it.
    pub fn stem(&self) -> String {
        let path = match self {
            Location::File(path) | Location::Inline { path, .. } => path.as_path(),
            Location::Stdin => Path::new("stdin"),
        };
        path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
    }
}

/// As messages name it.
impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Location::File(path) | Location::Inline { path, .. } => path.display().fmt(f),
            Location::Stdin => write!(f, "stdin"),
        }
    }
}
