//! What is to be done, of the many things that a command line can ask for.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::error::ErrorKind;
use clap::{CommandFactory, Error};

use super::{Arguments, GarbageAction, Generated};

/// What is to be done.
#[derive(Debug, PartialEq, Eq)]
pub enum Mode {
    /// Something is printed, and that is all.
    Tell(Topic),
    /// Something is done that a log is kept of.
    Work(Work),
}

/// What is printed.
#[derive(Debug, PartialEq, Eq)]
pub enum Topic {
    /// The version.
    Version,
    /// The encodings.
    Encodings,
    /// A page or a script made from the definition of the command line.
    Generated(Generated),
    /// Load commands for these INI files.
    Upgraded(Vec<PathBuf>),
}

/// What is done.
#[derive(Debug, PartialEq, Eq)]
pub enum Work {
    /// Load files run in this order.
    Files(Vec<PathBuf>),
    /// Two words: a source and a target, or two load files where neither can be read as such.
    Pair(OsString, OsString),
    /// One load file runs and its table is compared with what is expected.
    Regress(PathBuf),
    /// Leftovers in S3 are shown or removed.
    Garbage(GarbageAction),
}

impl Mode {
    /// The first that is asked for, in the order of this function. An error is wrong usage.
    pub fn of(arguments: &Arguments) -> Result<Mode, Error> {
        let instead = &arguments.instead;
        if arguments.version {
            return Ok(Mode::Tell(Topic::Version));
        }
        if instead.list_encodings {
            return Ok(Mode::Tell(Topic::Encodings));
        }
        if let Some(what) = instead.generate {
            return Ok(Mode::Tell(Topic::Generated(what)));
        }
        if let Some(action) = instead.s3_gc {
            return Ok(Mode::Work(Work::Garbage(action)));
        }
        let files = || arguments.words.iter().map(PathBuf::from).collect();
        match arguments.words.as_slice() {
            [] => Err(usage(ErrorKind::MissingRequiredArgument, "no load file, nor a SOURCE and a TARGET")),
            _ if instead.upgrade_config => Ok(Mode::Tell(Topic::Upgraded(files()))),
            [file] if instead.regress => Ok(Mode::Work(Work::Regress(file.into()))),
            _ if instead.regress => Err(usage(ErrorKind::TooManyValues, "--regress takes one load file")),
            [source, target] => Ok(Mode::Work(Work::Pair(source.clone(), target.clone()))),
            _ => Ok(Mode::Work(Work::Files(files()))),
        }
    }
}

fn usage(kind: ErrorKind, message: &str) -> Error {
    Arguments::command().error(kind, message)
}
