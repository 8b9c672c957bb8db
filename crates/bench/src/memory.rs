//! Scenario `memory`: the peak of memory does not grow with the file, and little with the row.

use std::fs;
use std::path::Path;

use crate::Result;
use crate::bench::Bench;
use crate::contender::Contender;
use crate::figures::{Bound, Goal, megabytes, print_goals};
use crate::orders::Orders;
use crate::table::{ORDERS, Table, WIDE};
use crate::wide;

const WRITERS: [Contender; 2] = [Contender::One, Contender::Two];
/// Megabytes, whatever the file.
const BASE: f64 = 100.0;

/// `full` adds a file that is 20 times as large.
pub fn run(bench: &Bench, rows: u64, full: bool) -> Result<()> {
    println!("\nmemory: {rows} orders, and {} rows of {} MB", wide::ROWS, wide::FIELD / 1_000_000);
    let mut goals = peaks_of_orders(bench, rows, &Orders::clean(rows).file(&bench.files)?)?;
    if full {
        let large = Orders::clean(20 * rows).file(bench.scratch())?;
        goals.extend(peaks_of_orders(bench, 20 * rows, &large)?);
        fs::remove_file(large)?;
    }
    goals.extend(peaks_of_wide(bench)?);
    print_goals(&goals);
    Ok(())
}

fn peaks_of_orders(bench: &Bench, rows: u64, file: &Path) -> Result<Vec<Goal>> {
    let goals = WRITERS.map(|contender| {
        let peak = peak(bench, contender, file, ORDERS, rows)?;
        let what = format!("{}, {rows} orders, peak MB", contender.name());
        Ok(Goal { what, measured: peak, bound: Bound::AtMost(BASE) })
    });
    goals.into_iter().collect()
}

fn peaks_of_wide(bench: &Bench) -> Result<Vec<Goal>> {
    let file = wide::file(&bench.files)?;
    peak(bench, Contender::Psql, &file, WIDE, wide::ROWS)?;
    let right = WIDE.checksum(&bench.server, "true")?;
    let limit = BASE + 4.0 * megabytes(wide::FIELD);
    let mut goals = Vec::new();
    for contender in WRITERS {
        let peak = peak(bench, contender, &file, WIDE, wide::ROWS)?;
        if WIDE.checksum(&bench.server, "true")? != right {
            return Err(format!("{} loads other wide rows than psql", contender.name()).into());
        }
        let what = format!("{}, wide rows, peak MB", contender.name());
        goals.push(Goal { what, measured: peak, bound: Bound::AtMost(limit) });
    }
    Ok(goals)
}

/// Peak in megabytes of one load.
fn peak(bench: &Bench, contender: Contender, file: &Path, table: Table, rows: u64) -> Result<f64> {
    table.renew_unlogged(&bench.server)?;
    let usage = bench.load(contender, file, table)?;
    let peak = megabytes(usage.peak);
    println!("  {:<20} {rows:>9} rows {:>8.2} s {peak:>8.1} MB", contender.name(), usage.wall.as_secs_f64());
    match table.count(&bench.server)? {
        loaded if loaded == rows => Ok(peak),
        loaded => Err(format!("{loaded} of {rows} rows were loaded").into()),
    }
}
