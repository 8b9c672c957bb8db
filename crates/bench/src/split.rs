//! Scenario `split`: how fast CSV is cut into records and into fields, on one core and without a server.

use std::fs;
use std::path::Path;
use std::time::Duration;

use pgloader_core::option::{OptionSpec, Options, Value};
use pgloader_core::source::{Given, Intake, Source, Stopped};
use pgloader_core::{Error, Row};
use pgloader_files::{Inputs, Location};
use pgloader_sources::csv::{self, Csv, CsvSettings, Vectors};

use crate::Result;
use crate::figures::{Bound, Goal, print_goals};
use crate::orders::Orders;

/// GB/s with AVX2, and without.
const GOALS: [f64; 2] = [2.0, 1.0];

/// Files are written below `directory`.
pub fn run(directory: &Path, rows: u64, runs: usize) -> Result<()> {
    fs::create_dir_all(directory)?;
    println!("\nsplit: {rows} orders, CPU time of one thread, median of {runs}");
    let orders = Orders::clean(rows).file(directory)?;
    let text = fs::read(&orders)?;
    let mut goals = records("orders", &text, runs)?;
    fields("orders", &orders, text.len(), runs)?;
    let text = quoted(&text);
    let path = directory.join("quoted.csv");
    fs::write(&path, &text)?;
    goals.extend(records("all quoted", &text, runs)?);
    fields("all quoted", &path, text.len(), runs)?;
    fs::remove_file(path)?;
    print_goals(&goals);
    Ok(())
}

/// The same orders with quotes around each field, and some of them inside.
fn quoted(text: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(text).replace('"', "");
    let quoted = |line: &str| format!("\"{}\"\n", line.replace(" a", " \"\"a\"\" ").replace(',', "\",\""));
    text.lines().map(quoted).collect::<String>().into_bytes()
}

/// Finding records alone, with each kind of vectors.
fn records(name: &str, text: &[u8], runs: usize) -> Result<Vec<Goal>> {
    let mut goals = Vec::new();
    for vectors in Vectors::all() {
        let speed = speed(text.len(), runs, || csv::count_records(text, &options(), vectors).map(drop))?;
        println!("  {name:<12} records, {vectors:<12} {speed:>8.2} GB/s");
        let goal = GOALS[usize::from(!goals.is_empty())];
        let what = format!("{name}, records, {vectors}, GB/s");
        goals.push(Goal { what, measured: speed, bound: Bound::AtLeast(goal) });
    }
    Ok(goals)
}

/// Reading a file up to its rows, which go nowhere.
fn fields(name: &str, path: &Path, len: usize, runs: usize) -> Result<()> {
    let settings = CsvSettings {
        inputs: Inputs::One(Location::File(path.to_owned())),
        options: options(),
        encoding: None,
        fields: None,
    };
    let speed = speed(len, runs, || {
        let csv = Csv::new(settings.clone())?;
        let table = csv.catalog()?.tables.remove(0);
        let part = csv.parts(&table, 1)?.remove(0);
        csv.read(&table, &part, &mut Nowhere)
    })?;
    println!("  {name:<12} read, records and fields {speed:>8.2} GB/s");
    Ok(())
}

fn options() -> Options {
    let mut options = Options::default();
    let separator: &'static OptionSpec = &csv::FIELDS_TERMINATED_BY;
    options.insert(separator, Value::Char(','));
    options
}

/// GB/s, median of as many runs.
fn speed(len: usize, runs: usize, mut run: impl FnMut() -> std::result::Result<(), Error>) -> Result<f64> {
    let mut times = Vec::new();
    for _ in 0..runs.max(1) {
        let begin = cpu_time();
        run()?;
        times.push(cpu_time() - begin);
    }
    times.sort();
    Ok(len as f64 / 1e9 / times[times.len() / 2].as_secs_f64())
}

/// Of this thread.
fn cpu_time() -> Duration {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the pointer is to a live value of the type that is written; the clock exists on Linux.
    unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &raw mut time) };
    // Neither part is negative, and the second one is below a billion.
    Duration::new(time.tv_sec.unsigned_abs(), time.tv_nsec.unsigned_abs() as u32)
}

/// Takes everything and keeps nothing.
struct Nowhere;

impl Intake for Nowhere {
    fn row(&mut self, row: Row<'_>) -> std::result::Result<Given, Stopped> {
        std::hint::black_box(row);
        Ok(Given::Taken)
    }

    fn malformed(&mut self, _: &[u8], _: &str) -> std::result::Result<(), Stopped> {
        Ok(())
    }

    fn malformed_rest(&mut self, _: &[u8]) -> std::result::Result<(), Stopped> {
        Ok(())
    }

    fn skipped(&mut self) -> std::result::Result<(), Stopped> {
        Ok(())
    }

    fn stripped_nuls(&mut self, _: u64) {}
}
