//! Files that a bench writes once and finds again at the next run.

use std::fs::{self, File};
use std::io::{self, BufWriter};
use std::path::Path;

/// Writes a file unless it is there. It gets its name when it is whole.
pub fn write_once(path: &Path, write: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>) -> io::Result<()> {
    if path.exists() {
        return Ok(());
    }
    println!("writing {}", path.display());
    let unfinished = path.with_extension("unfinished");
    let mut out = BufWriter::with_capacity(1 << 20, File::create(&unfinished)?);
    write(&mut out)?;
    out.into_inner()?.sync_all()?;
    fs::rename(unfinished, path)
}
