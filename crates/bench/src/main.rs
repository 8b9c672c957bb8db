//! The bench: deterministic orders, loaded by pgloader and its contenders into a private server.
//!
//! Figures are for the machine they were taken on. A load whose rows are not psql's ends the bench
//! with exit code 1; a goal that is missed is told and does not.

mod bad_rows;
mod bench;
mod contender;
mod figures;
mod file;
mod load;
mod machine;
mod measure;
mod memory;
mod orders;
mod random;
mod split;
mod staging;
mod table;
mod wide;

use std::process::ExitCode;

use clap::{Parser, ValueEnum};

use crate::bench::Bench;
use crate::contender::Contender;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

#[derive(Parser)]
#[command(about = "Measures loading of CSV files")]
struct Arguments {
    scenario: Scenario,
    /// Orders in the file
    #[arg(long, default_value_t = 2_000_000)]
    rows: u64,
    /// Loads by each contender, of which the median counts
    #[arg(long, default_value_t = 5)]
    runs: usize,
    /// Who takes part in `load`; psql always does, and others where they are installed
    #[arg(long, value_delimiter = ',', default_value = "one,two,debian,sling")]
    contenders: Vec<Contender>,
    /// In `memory`, load a file 20 times as large too
    #[arg(long)]
    full: bool,
    /// The part of `staging` that the sandbox runs
    #[arg(long, hide = true)]
    inside: Option<staging::Inside>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Scenario {
    /// Time, CPU and memory against psql and others
    Load,
    /// The same into a table with a column that has no binary form
    AsText,
    /// Time with rows whose values only the server can read
    OddRows,
    /// Time and memory with rows that the server refuses
    BadRows,
    /// Peak of memory with a large file and with wide rows
    Memory,
    /// Speed of finding records and fields, without a server
    Split,
    /// Redshift through S3, both of the sandbox
    Staging,
    All,
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("pgloader-bench: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<()> {
    if let Some(part) = arguments.inside {
        return staging::inside(part, arguments.rows, arguments.runs);
    }
    if arguments.scenario == Scenario::Staging {
        return staging::run(arguments.rows, arguments.runs);
    }
    if arguments.scenario == Scenario::Split {
        return split::run(&bench::files()?, arguments.rows, arguments.runs);
    }
    let contenders = taking_part(&arguments.contenders)?;
    let bench = Bench::start()?;
    machine::print(&bench, &contenders)?;
    let wanted = |scenario| [scenario, Scenario::All].contains(&arguments.scenario);
    if wanted(Scenario::Load) {
        load::run(&bench, arguments.rows, arguments.runs, &contenders)?;
    }
    if wanted(Scenario::AsText) {
        load::as_text(&bench, arguments.rows, arguments.runs, &contenders)?;
    }
    if wanted(Scenario::OddRows) {
        load::odd_rows(&bench, arguments.rows, arguments.runs)?;
    }
    if wanted(Scenario::BadRows) {
        bad_rows::run(&bench, arguments.rows, arguments.runs)?;
    }
    if wanted(Scenario::Memory) {
        memory::run(&bench, arguments.rows, arguments.full)?;
    }
    if wanted(Scenario::Split) {
        split::run(&bench::files()?, arguments.rows, arguments.runs)?;
    }
    if wanted(Scenario::Staging) {
        drop(bench);
        staging::run(arguments.rows, arguments.runs)?;
    }
    Ok(())
}

/// psql first, then the others that are installed; psql and ours must be.
fn taking_part(asked: &[Contender]) -> Result<Vec<Contender>> {
    let others = asked.iter().filter(|contender| **contender != Contender::Psql);
    let mut contenders = Vec::new();
    for &contender in [Contender::Psql].iter().chain(others) {
        if contender.program().is_some() {
            contenders.push(contender);
        } else if contender.is_foreign() {
            println!("not installed, so not measured: {}", contender.name());
        } else {
            return Err(format!("{} is missing; make bench builds or installs it", contender.name()).into());
        }
    }
    Ok(contenders)
}
