//! Scenario `load`: the same file by all contenders, in turns.

use std::path::Path;

use crate::Result;
use crate::bench::Bench;
use crate::contender::Contender;
use crate::figures::{Bound, Goal, Series, print_goals, print_table};
use crate::orders::Orders;
use crate::table::ORDERS;

/// The first contender must be psql, whose rows are the right ones.
pub fn run(bench: &Bench, rows: u64, runs: usize, contenders: &[Contender]) -> Result<()> {
    let file = Orders::clean(rows).file(&bench.files)?;
    println!("\nload: {rows} orders, {} MB, {runs} rounds", file.metadata()?.len() / 1_000_000);
    let mut all: Vec<Series> = contenders.iter().copied().map(Series::new).collect();
    let mut right = None;
    for round in 0..runs {
        for series in all.iter_mut().filter(|series| round == 0 || !series.contender.runs_once()) {
            one(bench, &file, series, &mut right)?;
        }
    }
    print_table(&all, rows);
    print_goals(&goals(&all));
    Ok(())
}

/// One load, and whether its rows are those of the first one ever.
fn one(bench: &Bench, file: &Path, series: &mut Series, right: &mut Option<String>) -> Result<()> {
    ORDERS.renew(&bench.server)?;
    let name = series.contender.name();
    let usage = bench.load(series.contender, file, ORDERS)?;
    println!("  {name:<20} {:>8.2} s", usage.wall.as_secs_f64());
    series.runs.push(usage);
    let checksum = ORDERS.checksum(&bench.server, "true")?;
    let right = right.get_or_insert_with(|| checksum.clone());
    if *right == checksum {
        return Ok(());
    }
    println!("  {name}: WRONG ROWS: {checksum} (count, checksum), psql's are {right}");
    series.wrong = true;
    match series.contender.is_foreign() {
        true => Ok(()),
        false => Err(format!("{name} loads other rows than psql").into()),
    }
}

fn goals(all: &[Series]) -> Vec<Goal> {
    let goal = |series: &Series, limit| {
        let name = series.contender.name();
        [
            Goal {
                what: format!("{name}, time to psql's"),
                measured: series.ratio(&all[0]),
                bound: Bound::AtMost(limit),
            },
            Goal { what: format!("{name}, peak MB"), measured: series.peak(), bound: Bound::AtMost(100.0) },
        ]
    };
    let limits = all.iter().filter_map(|series| match series.contender {
        Contender::One => Some((series, 1.0)),
        Contender::Two => Some((series, 0.65)),
        _ => None,
    });
    limits.flat_map(|(series, limit)| goal(series, limit)).collect()
}
