//! Medians, the table of results, and what the project asks for.

use std::time::Duration;

use crate::contender::Contender;
use crate::measure::Usage;

/// The runs of one contender, in the order of the rounds.
pub struct Series {
    pub contender: Contender,
    pub runs: Vec<Usage>,
    /// Its table held other rows than psql's.
    pub wrong: bool,
}

/// A figure that the project asks for.
pub struct Goal {
    pub what: String,
    pub measured: f64,
    pub bound: Bound,
}

pub enum Bound {
    AtMost(f64),
    AtLeast(f64),
}

impl Series {
    pub fn new(contender: Contender) -> Self {
        Self { contender, runs: Vec::new(), wrong: false }
    }

    pub fn median_wall(&self) -> f64 {
        median(self.walls())
    }

    /// Megabytes, the largest of all runs.
    pub fn peak(&self) -> f64 {
        self.runs.iter().map(|run| megabytes(run.peak)).fold(0.0, f64::max)
    }

    /// Median over the rounds of this one's wall time against the other's in the same round.
    pub fn ratio(&self, other: &Self) -> f64 {
        median(self.walls().zip(other.walls()).map(|(this, other)| this / other))
    }

    /// Seconds of the program's own processor time for a million rows, the median of all runs.
    pub fn cpu_per_million(&self, rows: u64) -> f64 {
        median(self.runs.iter().map(|run| run.cpu.as_secs_f64())) / rows as f64 * 1e6
    }

    fn walls(&self) -> impl Iterator<Item = f64> {
        self.runs.iter().map(|run| run.wall.as_secs_f64())
    }

    fn line(&self, first: &Self, rows: u64) -> String {
        let name = self.contender.name();
        let (least, most) =
            self.walls().fold((f64::MAX, 0.0), |(least, most), wall| (wall.min(least), wall.max(most)));
        let cpu = self.cpu_per_million(rows);
        let (wall, ratio, peak) = (self.median_wall(), self.ratio(first), self.peak());
        let wrong = if self.wrong { "  WRONG ROWS" } else { "" };
        format!(
            "{name:<20} {wall:>8.2} s ({least:>6.2} – {most:>6.2}) {ratio:>7.2} {cpu:>13.2} {peak:>9.1}{wrong}"
        )
    }
}

/// One line a series; ratios are to the first.
pub fn print_table(all: &[Series], rows: u64) {
    println!(
        "\n{:<20} {:>8}   ({:>6} – {:>6}) {:>7} {:>13} {:>9}",
        "", "median", "min", "max", "ratio", "CPU s/M rows", "peak MB"
    );
    for series in all {
        println!("{}", series.line(&all[0], rows));
    }
}

/// One line a goal; a missed one does not fail the bench, whose machine may be slow or busy.
pub fn print_goals(goals: &[Goal]) {
    println!();
    for Goal { what, measured, bound } in goals {
        let (met, bound) = match bound {
            Bound::AtMost(limit) => (measured <= limit, format!("at most {limit}")),
            Bound::AtLeast(limit) => (measured >= limit, format!("at least {limit}")),
        };
        let verdict = if met { "ok    " } else { "MISSED" };
        println!("{verdict} {what}: {measured:.2} ({bound})");
    }
}

pub fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}

pub fn per_second(rows: u64, wall: Duration) -> f64 {
    rows as f64 / wall.as_secs_f64()
}

/// NaN of nothing; the mean of the middle two where their number is even.
pub fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut sorted: Vec<f64> = values.collect();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    match sorted.len() {
        0 => f64::NAN,
        length if length % 2 == 1 => sorted[middle],
        _ => f64::midpoint(sorted[middle - 1], sorted[middle]),
    }
}

#[cfg(test)]
mod tests {
    use super::median;

    #[test]
    fn median_of_odd_even_and_none() {
        assert!((median([3.0, 1.0, 2.0].into_iter()) - 2.0).abs() < f64::EPSILON);
        assert!((median([4.0, 1.0, 2.0, 3.0].into_iter()) - 2.5).abs() < f64::EPSILON);
        assert!(median(std::iter::empty()).is_nan());
    }
}
