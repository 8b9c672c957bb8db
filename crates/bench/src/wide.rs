//! A CSV file of few rows, each with one field of 10 MB.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::file::write_once;
use crate::random::Random;

pub const ROWS: u64 = 30;
/// Bytes of the field as the table gets it.
pub const FIELD: u64 = 10_000_000;

/// Path of the file below `directory`, written first unless it is there.
pub fn file(directory: &Path) -> io::Result<PathBuf> {
    let path = directory.join(format!("wide-v1-{ROWS}.csv"));
    write_once(&path, write)?;
    Ok(path)
}

fn write(out: &mut impl Write) -> io::Result<()> {
    let mut random = Random::new(10);
    out.write_all(b"id,body\n")?;
    for id in 1..=ROWS {
        write!(out, "{id},\"")?;
        for _ in 0..FIELD / 20 {
            write_piece(out, &mut random)?;
        }
        out.write_all(b"\"\n")?;
    }
    Ok(())
}

/// Twenty bytes of the field, now and then with a quote, a line end, a backslash or a comma.
fn write_piece(out: &mut impl Write, random: &mut Random) -> io::Result<()> {
    let special = random.pick(&["-", "-", "-", "-", "\"\"", "\n", "\\", ","]);
    write!(out, "{special}{:016x}...", random.next())
}
