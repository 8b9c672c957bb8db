//! Scenario `bad-rows`: what rows that the server refuses cost.

use crate::Result;
use crate::bench::Bench;
use crate::contender::Contender;
use crate::figures::{Bound, Goal, Series, megabytes, per_second, print_goals, print_table};
use crate::measure::Usage;
use crate::orders::Orders;
use crate::table::ORDERS;

/// One in a thousand.
const FEW: u64 = 1000;
const ALL_BAD: u64 = 100_000;

pub fn run(bench: &Bench, rows: u64, runs: usize) -> Result<()> {
    println!(
        "\nbad-rows: {rows} orders, none or 1 in {FEW} refused, {runs} rounds; then {ALL_BAD}, all refused"
    );
    let (clean, bad) = few(bench, rows, runs)?;
    println!("\nThe first line is without, the second with bad rows:");
    let ratio = bad.ratio(&clean);
    let peak = bad.peak();
    print_table(&[clean, bad], rows);
    let all_bad = Orders { bad: Some(1), ..Orders::clean(ALL_BAD) };
    let [one, two] = [Contender::One, Contender::Two].map(|contender| load(bench, contender, all_bad));
    let (one, two) = (one?, two?);
    let rate = per_second(ALL_BAD, one.wall);
    println!("  100 % bad rows with one writer: {rate:.0} rows a second");
    let goal = |what: &str, measured, bound| Goal { what: what.to_owned(), measured, bound };
    print_goals(&[
        goal("0.1 % bad rows, time to clean", ratio, Bound::AtMost(3.0)),
        goal("0.1 % bad rows, peak MB", peak, Bound::AtMost(100.0)),
        goal(
            "100 % bad rows, 2 writers, rows a second",
            per_second(ALL_BAD, two.wall),
            Bound::AtLeast(10_000.0),
        ),
        goal("100 % bad rows, peak MB", megabytes(two.peak), Bound::AtMost(100.0)),
    ]);
    Ok(())
}

/// Loads without and with few bad rows in turns.
fn few(bench: &Bench, rows: u64, runs: usize) -> Result<(Series, Series)> {
    let (mut clean, mut bad) = (Series::new(Contender::One), Series::new(Contender::One));
    for _ in 0..runs {
        clean.runs.push(load(bench, Contender::One, Orders::clean(rows))?);
        let good = ORDERS.checksum(&bench.server, &format!("id % {FEW} <> 0"))?;
        bad.runs.push(load(bench, Contender::One, Orders { bad: Some(FEW), ..Orders::clean(rows) })?);
        if ORDERS.checksum(&bench.server, "true")? != good {
            return Err("the good rows among bad ones are not those of the clean file".into());
        }
    }
    Ok((clean, bad))
}

/// One load, after which each row is in the table or in the reject file.
fn load(bench: &Bench, contender: Contender, orders: Orders) -> Result<Usage> {
    let file = orders.file(&bench.files)?;
    ORDERS.renew(&bench.server)?;
    let usage = bench.load(contender, &file, ORDERS)?;
    println!("  {:>7} bad rows {:>8.2} s", orders.bad_rows(), usage.wall.as_secs_f64());
    let (loaded, bad) = (ORDERS.count(&bench.server)?, orders.bad_rows());
    let rejected = if bad == 0 { 0 } else { bench.rejected(ORDERS)? };
    if (loaded, rejected) != (orders.rows - bad, bad) {
        return Err(format!(
            "{loaded} rows loaded and {rejected} rejected, where {bad} of {} are bad",
            orders.rows
        )
        .into());
    }
    Ok(usage)
}
