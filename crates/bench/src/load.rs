//! Scenarios `load`, `as-text` and `odd-rows`: the same file by all contenders, in turns.

use std::path::Path;

use crate::Result;
use crate::bench::Bench;
use crate::contender::Contender;
use crate::figures::{Bound, Goal, Series, print_goals, print_table};
use crate::orders::Orders;
use crate::table::{ORDERS, ORDERS_AS_TEXT, Table};

/// One row in so many is odd in `odd-rows`.
const ODD: u64 = 100;

/// Times that are asked for, to psql's.
struct Limits {
    one: f64,
    two: f64,
}

/// The first contender must be psql, whose rows are the right ones.
pub fn run(bench: &Bench, rows: u64, runs: usize, contenders: &[Contender]) -> Result<()> {
    let all = compare(bench, "load", rows, runs, ORDERS, contenders)?;
    let mut goals = goals(&all, rows, &Limits { one: 0.55, two: 0.45 });
    goals.extend(goal_against_debian(&all));
    print_goals(&goals);
    Ok(())
}

/// The same with a column that has no binary form.
pub fn as_text(bench: &Bench, rows: u64, runs: usize, contenders: &[Contender]) -> Result<()> {
    let ours: Vec<Contender> =
        contenders.iter().copied().filter(|contender| !contender.is_foreign()).collect();
    let all = compare(bench, "as-text", rows, runs, ORDERS_AS_TEXT, &ours)?;
    print_goals(&goals(&all, rows, &Limits { one: 1.0, two: 0.65 }));
    Ok(())
}

/// Without and with rows that have to go beside the others as text, in turns; the values are the same.
pub fn odd_rows(bench: &Bench, rows: u64, runs: usize) -> Result<()> {
    let files = [Orders::clean(rows).file(&bench.files)?, Orders::odd(rows, ODD).file(&bench.files)?];
    println!("\nodd-rows: {rows} orders, none or 1 in {ODD} odd, {runs} rounds");
    let mut goals = Vec::new();
    for contender in [Contender::One, Contender::Two] {
        let (mut all, mut right) = ([Series::new(contender), Series::new(contender)], None);
        for _ in 0..runs {
            for (file, series) in files.iter().zip(&mut all) {
                one(bench, file, ORDERS, series, &mut right)?;
            }
        }
        println!("\nThe first line is without, the second with odd rows:");
        print_table(&all, rows);
        let [clean, odd] = all;
        goals.push(Goal {
            what: format!("{}, 1 % odd rows, time to clean", contender.name()),
            measured: odd.ratio(&clean),
            bound: Bound::AtMost(1.15),
        });
    }
    print_goals(&goals);
    Ok(())
}

fn compare(
    bench: &Bench,
    scenario: &str,
    rows: u64,
    runs: usize,
    table: Table,
    contenders: &[Contender],
) -> Result<Vec<Series>> {
    let file = Orders::clean(rows).file(&bench.files)?;
    println!("\n{scenario}: {rows} orders, {} MB, {runs} rounds", file.metadata()?.len() / 1_000_000);
    let mut all: Vec<Series> = contenders.iter().copied().map(Series::new).collect();
    let mut right = None;
    for round in 0..runs {
        for series in all.iter_mut().filter(|series| round == 0 || !series.contender.runs_once()) {
            one(bench, &file, table, series, &mut right)?;
        }
    }
    print_table(&all, rows);
    Ok(all)
}

/// One load, and whether its rows are those of the first one ever.
fn one(
    bench: &Bench,
    file: &Path,
    table: Table,
    series: &mut Series,
    right: &mut Option<String>,
) -> Result<()> {
    table.renew(&bench.server)?;
    let name = series.contender.name();
    let usage = bench.load(series.contender, file, table)?;
    println!("  {name:<20} {:>8.2} s", usage.wall.as_secs_f64());
    series.runs.push(usage);
    let checksum = table.checksum(&bench.server, "true")?;
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

fn goals(all: &[Series], rows: u64, limits: &Limits) -> Vec<Goal> {
    let goal = |series: &Series, limit| {
        let goal = |what: &str, measured, most| Goal {
            what: format!("{}, {what}", series.contender.name()),
            measured,
            bound: Bound::AtMost(most),
        };
        [
            goal("time to psql's", series.ratio(&all[0]), limit),
            goal("own CPU s/M rows", series.cpu_per_million(rows), 0.6),
            goal("peak MB", series.peak(), 100.0),
        ]
    };
    let limits = all.iter().filter_map(|series| match series.contender {
        Contender::One => Some((series, limits.one)),
        Contender::Two => Some((series, limits.two)),
        _ => None,
    });
    limits.flat_map(|(series, limit)| goal(series, limit)).collect()
}

/// How many times as fast as pgloader 3, both as they come.
fn goal_against_debian(all: &[Series]) -> Option<Goal> {
    let series = |wanted| all.iter().find(|series| series.contender == wanted);
    let (ours, debian) = (series(Contender::Two)?, series(Contender::Debian)?);
    Some(Goal {
        what: "pgloader, 2 writers, times as fast as pgloader 3".to_owned(),
        measured: debian.median_wall() / ours.median_wall(),
        bound: Bound::AtLeast(15.0),
    })
}
