//! Scenario `staging`: orders into the sandbox's Redshift through its S3, on this machine.
//!
//! The sandbox runs this program again, inside, so that what it uses is not counted as the loader's.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use clap::ValueEnum;

use crate::Result;
use crate::figures::{Bound, Goal, median, megabytes, print_goals};
use crate::measure::{Usage, measure};
use crate::orders::Orders;

/// What is measured inside the sandbox.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Inside {
    /// Reading, encoding and staging, with a COPY that does nothing
    Staging,
    /// Both copy modes, to the rows in the table
    Modes,
}

/// Megabytes, at any size and any number of writers.
const PEAK: f64 = 150.0;

const TABLE: &str = "id bigint, customer int, token varchar(36), name varchar(100), price decimal(12,2), quantity int, \
    ordered timestamp, delivered date, paid boolean, country char(2), weight double precision, note varchar(2000)";

/// Starts a sandbox for each part.
pub fn run(rows: u64, runs: usize) -> Result<()> {
    let null_copy = rows.to_string();
    sandbox(&["--null-copy", &null_copy], Inside::Staging, rows, runs)?;
    sandbox(&[], Inside::Modes, rows, runs)
}

fn sandbox(options: &[&str], part: Inside, rows: u64, runs: usize) -> Result<()> {
    let program = env::current_exe()?;
    let mut command = Command::new(beside("redshift-sandbox")?);
    command.args(options).arg("--").arg(program).arg("staging");
    let name = part.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default();
    command.args(["--inside", &name, "--rows", &rows.to_string(), "--runs", &runs.to_string()]);
    let status = command.status()?;
    match status.success() {
        true => Ok(()),
        false => Err(format!("the part inside the sandbox ended with {status}").into()),
    }
}

fn beside(name: &str) -> Result<PathBuf> {
    let path = env::current_exe()?.with_file_name(name);
    match path.is_file() {
        true => Ok(path),
        false => Err(format!("{} is missing; make bench builds it", path.display()).into()),
    }
}

/// The part that runs within a sandbox.
pub fn inside(part: Inside, rows: u64, runs: usize) -> Result<()> {
    let target = env::current_exe()?.ancestors().nth(2).ok_or("not below a target directory")?.to_owned();
    let scratch = target.join("bench").join("staging");
    fs::create_dir_all(&scratch)?;
    let file = Orders::clean(rows).file(&target.join("bench"))?;
    let size = megabytes(file.metadata()?.len());
    let load = Load { file: &file, scratch: &scratch, megabytes: size, runs };
    let goals = match part {
        Inside::Staging => null_copies(&load)?,
        Inside::Modes => modes(&load, rows)?,
    };
    print_goals(&goals);
    let _ = fs::remove_dir_all(&scratch);
    Ok(())
}

struct Load<'a> {
    file: &'a Path,
    scratch: &'a Path,
    megabytes: f64,
    runs: usize,
}

/// What a series of the same load came to.
struct Outcome {
    rate: f64,
    cpu: f64,
    peak: f64,
}

fn null_copies(load: &Load<'_>) -> Result<Vec<Goal>> {
    println!("\nstaging of {:.0} MB with a COPY that does nothing, {} runs", load.megabytes, load.runs);
    let mut goals = Vec::new();
    for (what, options, rate, cpu) in [
        ("uncompressed", "compression = none", 150.0, Some(5.0)),
        ("gzip", "compression = gzip", 60.0, None),
        ("zstd", "compression = zstd", 120.0, None),
        ("uncompressed, 16 writers", "compression = none, concurrency = 16", 0.0, None),
        ("gzip, 16 writers", "compression = gzip, concurrency = 16", 0.0, None),
    ] {
        let outcome = load.series(what, &format!("copy per table, {options}"))?;
        let goal = |what: String, measured, bound| Goal { what, measured, bound };
        goals.push(goal(format!("{what}, peak MB"), outcome.peak, Bound::AtMost(PEAK)));
        goals.push(goal(format!("{what}, MB/s of input"), outcome.rate, Bound::AtLeast(rate)));
        goals.extend(
            cpu.map(|limit| goal(format!("{what}, own CPU s/GB"), outcome.cpu, Bound::AtMost(limit))),
        );
    }
    Ok(goals)
}

fn modes(load: &Load<'_>, rows: u64) -> Result<Vec<Goal>> {
    println!("\n{rows} orders into the sandbox's table, {} runs", load.runs);
    let mut goals = Vec::new();
    for mode in ["copy per batch", "copy per table"] {
        let outcome = load.series(mode, mode)?;
        if count()? != rows.to_string() {
            return Err(format!("{mode} has not loaded all rows").into());
        }
        let peak = format!("{mode}, peak MB");
        goals.push(Goal { what: peak, measured: outcome.peak, bound: Bound::AtMost(PEAK) });
    }
    Ok(goals)
}

impl Load<'_> {
    fn series(&self, what: &str, options: &str) -> Result<Outcome> {
        let usages: Result<Vec<Usage>> = (0..self.runs).map(|_| self.once(options)).collect();
        let usages = usages?;
        let wall = median(usages.iter().map(|usage| usage.wall.as_secs_f64()));
        let cpu = median(usages.iter().map(|usage| usage.cpu.as_secs_f64()));
        let peak = usages.iter().map(|usage| megabytes(usage.peak)).fold(0.0, f64::max);
        let (rate, cpu) = (self.megabytes / wall, cpu / self.megabytes * 1000.0);
        println!("  {what:<26} {wall:>7.2} s {rate:>7.1} MB/s {cpu:>6.2} CPU s/GB {peak:>7.1} MB");
        Ok(Outcome { rate, cpu, peak })
    }

    fn once(&self, options: &str) -> Result<Usage> {
        let text = format!(
            "LOAD CSV FROM '{}' INTO {}?orders\n\
             WITH skip header = 1, fields terminated by ',', fields optionally enclosed by '\"',\n\
             fields escaped by double-quote, {options}\n\
             BEFORE LOAD DO $$ DROP TABLE IF EXISTS orders $$, $$ CREATE TABLE orders ({TABLE}) $$;\n",
            self.file.display(),
            env::var("REDSHIFT_URI")?,
        );
        let path = self.scratch.join("bench.load");
        fs::write(&path, text)?;
        let mut command = Command::new(beside("pgloader")?);
        command.arg("--root-dir").arg(self.scratch.join("root")).arg(path);
        measure(command, &self.scratch.join("output"))
    }
}

/// Rows in the table, asked through the front door.
fn count() -> Result<String> {
    let output = Command::new("psql").args(["-XAtc", "SELECT count(*) FROM orders"]).output()?;
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
