//! Throughput over time: two charts with one time axis, and the same figures as a table.

use std::fmt::Write;
use std::time::Duration;

use super::parts::{Column, close, open, row};
use super::{Text, Written};
use crate::progress::{Samples, Snapshot};
use crate::report::figures::{decimal, grouped, megabytes, rate, short_time};

/// More steps than this are drawn as fewer.
const MOST_STEPS: usize = 30;
/// Units of the drawing, which is stretched to the page's width.
const WIDTH: f64 = 1000.0;
const HEIGHT: f64 = 100.0;

/// What happened between two moments.
struct Step {
    from: Duration,
    to: Duration,
    rows: u64,
    bytes: u64,
}

impl Step {
    fn between(before: &Snapshot, after: &Snapshot) -> Step {
        Step {
            from: before.elapsed,
            to: after.elapsed,
            rows: after.written.saturating_sub(before.written),
            bytes: after.bytes.saturating_sub(before.bytes),
        }
    }

    fn time(&self) -> Duration {
        self.to.saturating_sub(self.from)
    }

    fn per_second(&self, count: u64) -> f64 {
        count as f64 / self.time().as_secs_f64().max(1e-6)
    }
}

/// The charts of one table; nothing where nothing was looked at.
pub(super) fn throughput(out: &mut dyn Write, table: &str, samples: &Samples) -> Written {
    let steps = steps(samples);
    let (Some(first), Some(last)) = (steps.first(), steps.last()) else { return Ok(()) };
    let (rows, bytes) =
        steps.iter().fold((0, 0), |(rows, bytes), step| (rows + step.rows, bytes + step.bytes));
    let time = last.to.saturating_sub(first.from);
    writeln!(out, "<section class=\"charts\">\n<h3>Throughput of <bdi>{}</bdi></h3>", Text(table))?;
    let speeds: Vec<f64> = steps.iter().map(|step| step.per_second(step.rows)).collect();
    chart(
        out,
        &Chart { name: "Rows per second", average: rate(rows, time), steps: &steps, speeds, show: whole },
    )?;
    let speeds: Vec<f64> =
        steps.iter().map(|step| step.per_second(step.bytes) / f64::from(1 << 20)).collect();
    chart(
        out,
        &Chart {
            name: "MB per second",
            average: megabytes(bytes, time),
            steps: &steps,
            speeds,
            show: decimal,
        },
    )?;
    figures(out, &steps)?;
    writeln!(out, "</section>")
}

fn whole(number: f64) -> String {
    grouped(number.round() as u64)
}

/// Neighbours are taken together where there are too many; a short rest at the end belongs to the step before.
fn steps(samples: &Samples) -> Vec<Step> {
    let points: Vec<&Snapshot> = samples.points().collect();
    let Some(last) = points.len().checked_sub(1) else { return Vec::new() };
    let count = last.min(MOST_STEPS);
    let mut marks: Vec<&Snapshot> = (0..=count).map(|mark| points[mark * last / count.max(1)]).collect();
    if let [.., a, b, c] = marks[..]
        && c.elapsed.saturating_sub(b.elapsed) < b.elapsed.saturating_sub(a.elapsed) / 2
    {
        marks.remove(marks.len() - 2);
    }
    marks.windows(2).map(|pair| Step::between(pair[0], pair[1])).collect()
}

struct Chart<'a> {
    name: &'static str,
    average: String,
    steps: &'a [Step],
    /// One for each step.
    speeds: Vec<f64>,
    show: fn(f64) -> String,
}

fn chart(out: &mut dyn Write, chart: &Chart<'_>) -> Written {
    let highest = chart.speeds.iter().copied().fold(0.0, f64::max);
    let top = round_up(highest);
    let (name, average, highest) = (chart.name, &chart.average, (chart.show)(highest));
    let end = chart.steps.last().map_or(Duration::ZERO, |step| step.to);
    write!(
        out,
        "<figure>\n<figcaption><b>{name}</b> <span class=\"muted\">average {average}, highest {highest}</span></figcaption>\n\
         <div class=\"plot\">\n<svg viewBox=\"0 0 {WIDTH} {HEIGHT}\" preserveAspectRatio=\"none\" role=\"img\" \
         aria-label=\"{name} over time: average {average}, highest {highest}\">\n\
         <path class=\"grid\" d=\"M0 0H{WIDTH}M0 50H{WIDTH}M0 {HEIGHT}H{WIDTH}\"/>\n"
    )?;
    curve(out, chart, top, end)?;
    writeln!(out, "</svg>")?;
    for (place, value) in [("0", top), ("50%", top / 2.0)] {
        write!(out, "<span class=\"y\" style=\"top:{place}\">{}</span>", (chart.show)(value))?;
    }
    let times = [Duration::ZERO, end / 2, end].map(|time| format!("<span>{}</span>", short_time(time)));
    writeln!(out, "</div>\n<div class=\"x\">{}</div>\n</figure>", times.concat())
}

/// The outline of the steps, the area below it, and for each step what is shown when it is pointed at.
fn curve(out: &mut dyn Write, chart: &Chart<'_>, top: f64, end: Duration) -> Written {
    let x = |time: Duration| WIDTH * time.as_secs_f64() / end.as_secs_f64().max(1e-6);
    let (mut line, mut marks) = (String::new(), String::new());
    for (step, &speed) in chart.steps.iter().zip(&chart.speeds) {
        let (from, to, y) = (x(step.from), x(step.to), HEIGHT * (1.0 - speed / top));
        let verb = if line.is_empty() { "M" } else { "L" };
        write!(line, "{verb}{from:.1} {y:.1}L{to:.1} {y:.1}")?;
        writeln!(
            marks,
            "<rect class=\"mark\" x=\"{from:.1}\" y=\"0\" width=\"{:.1}\" height=\"{HEIGHT}\"><title>{} to {}: {}</title></rect>",
            to - from,
            short_time(step.from),
            short_time(step.to),
            (chart.show)(speed)
        )?;
    }
    write!(
        out,
        "<path class=\"area\" d=\"{line}V{HEIGHT}H0Z\"/>\n<path class=\"line\" d=\"{line}\"/>\n{marks}"
    )
}

/// The next of 1, 2, 2.5 and 5 times a power of ten, so that the axis has round figures.
fn round_up(number: f64) -> f64 {
    if number <= 0.0 {
        return 1.0;
    }
    let power = 10f64.powf(number.log10().floor());
    let factors = [1.0, 2.0, 2.5, 5.0, 10.0];
    factors.iter().map(|factor| factor * power).find(|round| *round >= number).unwrap_or(number)
}

const FIGURES: [Column; 4] =
    [("Time", false), ("Rows", true), ("Rows per second", true), ("MB per second", true)];

fn figures(out: &mut dyn Write, steps: &[Step]) -> Written {
    writeln!(out, "<details>\n<summary>The same as figures</summary>")?;
    open(out, "Throughput over time", &FIGURES)?;
    for step in steps {
        let time = format!("{} to {}", short_time(step.from), short_time(step.to));
        let (rows, speed) = (grouped(step.rows), rate(step.rows, step.time()));
        row(out, &FIGURES, &[&time, &rows, &speed, &megabytes(step.bytes, step.time())])?;
    }
    close(out)?;
    writeln!(out, "</details>")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_axis_ends_at_a_round_figure() {
        assert_eq!(
            [0.0, 0.03, 1.0, 130.0, 2_400.0, 7e6].map(round_up),
            [1.0, 0.05, 1.0, 200.0, 2_500.0, 1e7]
        );
    }

    #[test]
    fn many_looks_are_drawn_as_few_steps_that_lose_no_row() {
        let mut samples = Samples::default();
        for number in 0..=200u32 {
            // The last look comes just behind the one before.
            let elapsed = Duration::from_millis(200 * u64::from(number.min(199)) + u64::from(number / 200));
            samples.add(Snapshot { elapsed, written: u64::from(number) * 7, ..Snapshot::default() });
        }
        let steps = steps(&samples);
        assert!(steps.len() <= MOST_STEPS);
        assert_eq!(steps.iter().map(|step| step.rows).sum::<u64>(), 1400);
        let shortest = steps.iter().map(Step::time).min().unwrap();
        assert!(shortest > Duration::from_secs(1), "{shortest:?}");
        assert!(steps.windows(2).all(|pair| pair[0].to == pair[1].from));
    }
}
