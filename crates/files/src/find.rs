//! Finds files below a directory by a regular expression.

use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use fancy_regex::Regex;
use pgloader_core::{Error, Result};

use crate::Matching;

/// The pattern, which may look around and back.
///
/// # Errors
///
/// It is no regular expression.
pub(crate) fn regex(pattern: &str) -> Result<Regex> {
    Regex::new(pattern).map_err(|error| {
        Error::new(format!("'{pattern}' is no regular expression: {error}")).hint(
            "characters with a meaning of their own, such as ( [ * + ? . |, are written with a backslash",
        )
    })
}

/// The files that match, sorted by the bytes of their paths: all, or the first.
///
/// # Errors
///
/// None matches, or a directory cannot be read.
pub(crate) fn files(matching: &Matching) -> Result<Vec<PathBuf>> {
    let Matching { directory, pattern, all } = matching;
    let regex = regex(pattern)?;
    let mut paths = Vec::new();
    walk(directory, &mut Vec::new(), &mut paths).map_err(|(path, error)| {
        Error::new(format!("cannot search {}: {error}", path.display()))
            .hint("the user who runs pgloader needs the right to read and to search the directory")
    })?;
    paths.sort_unstable_by(|one, other| one.as_os_str().as_bytes().cmp(other.as_os_str().as_bytes()));
    let mut found = Vec::new();
    for path in paths {
        let relative = path.strip_prefix(directory).unwrap_or(&path).to_string_lossy().into_owned();
        if is_match(&regex, &relative)? {
            found.push(path);
        }
    }
    found.truncate(if *all { usize::MAX } else { 1 });
    match found.is_empty() {
        true => Err(none_found(directory, pattern)),
        false => Ok(found),
    }
}

fn is_match(regex: &Regex, name: &str) -> Result<bool> {
    regex.is_match(name).map_err(|error| {
        Error::new(format!("'{}' cannot be looked for in {name}: {error}", regex.as_str()))
            .hint("write the regular expression so that there are fewer ways to match")
    })
}

fn none_found(directory: &Path, pattern: &str) -> Error {
    let directory = directory.display();
    Error::new(format!("No file matching '{pattern}' in expanded archive in '{directory}'"))
        .hint("the pattern is looked for in each path below the directory, upper and lower case told apart")
}

/// Adds all that is no directory below `directory`. Symbolic links are followed, except into one of the `above`.
fn walk(
    directory: &Path,
    above: &mut Vec<(u64, u64)>,
    found: &mut Vec<PathBuf>,
) -> Result<(), (PathBuf, io::Error)> {
    let here = |error| (directory.to_owned(), error);
    let metadata = fs::metadata(directory).map_err(here)?;
    let identity = (metadata.dev(), metadata.ino());
    if above.contains(&identity) {
        return Ok(());
    }
    above.push(identity);
    for entry in fs::read_dir(directory).map_err(here)? {
        let path = entry.map_err(here)?.path();
        if path.is_dir() {
            walk(&path, above, found)?;
        } else {
            found.push(path);
        }
    }
    above.pop();
    Ok(())
}
