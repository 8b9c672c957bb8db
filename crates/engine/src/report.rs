//! What a command did, for people: one line for each step and each table.

use std::fmt::Write;
use std::time::{Duration, Instant};

use crate::tally::Tally;

/// Where a line stands in the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Section {
    /// Before the rows.
    Pre,
    /// One line a table.
    Data,
    /// After the rows.
    Post,
}

/// One line of the report.
#[derive(Debug, Clone, Default)]
pub struct Line {
    /// What was done, or the table's name as the target quotes it.
    pub label: String,
    /// Rejected rows and failed statements.
    pub errors: u64,
    /// Records read.
    pub read: u64,
    /// Rows loaded; in the other sections statements run or things made.
    pub rows: u64,
    /// Bytes of encoded rows.
    pub bytes: u64,
    /// How long it took by the clock.
    pub time: Duration,
    /// How long the reader took, for tables.
    pub read_time: Option<Duration>,
    /// How long the writers took, for tables.
    pub write_time: Option<Duration>,
}

/// The report of one command.
#[derive(Debug)]
pub struct Report {
    started: Instant,
    sections: [Vec<Line>; 3],
    equations: Vec<String>,
    failures: u64,
}

impl Default for Report {
    fn default() -> Report {
        Report { started: Instant::now(), sections: Default::default(), equations: Vec::new(), failures: 0 }
    }
}

impl Report {
    /// Adds a line behind those of its section, or to the line of the same label there.
    pub fn add(&mut self, section: Section, line: Line) {
        let lines = &mut self.sections[section as usize];
        match lines.iter_mut().find(|known| known.label == line.label && section != Section::Data) {
            None => lines.push(line),
            Some(known) => {
                known.errors += line.errors;
                known.read += line.read;
                known.rows += line.rows;
                known.time += line.time;
            }
        }
    }

    /// Adds the equation of one table's rows, printed below the table.
    pub fn add_equation(&mut self, label: &str, tally: &Tally) {
        let sign = if tally.balances() { "=" } else { "≠" };
        let mut text = format!(
            "{label}: {} read {sign} {} written + {} rejected + {} skipped",
            tally.read(),
            tally.written(),
            tally.rejected(),
            tally.skipped()
        );
        if tally.stripped_nuls() > 0 {
            // Writing to a string cannot fail.
            let _ = write!(text, "; {} NUL characters stripped", tally.stripped_nuls());
        }
        if tally.cut_values() > 0 {
            let _ = write!(text, "; {} values truncated", tally.cut_values());
        }
        self.equations.push(text);
    }

    /// Counts a failure that no line tells of, so that the total does not look well.
    pub fn add_failure(&mut self) {
        self.failures += 1;
    }

    /// Errors of all sections, and failures beside them.
    pub fn errors(&self) -> u64 {
        self.failures + self.sections.iter().flatten().map(|line| line.errors).sum::<u64>()
    }

    /// The report as a table of text that ends with a line break; `verbose` adds what was read and both sides'
    /// times.
    pub fn text(&self, verbose: bool) -> String {
        let layout = Layout::new(self, verbose);
        let mut out = layout.row(&layout.header());
        for (index, lines) in self.sections.iter().enumerate() {
            if lines.is_empty() {
                continue;
            }
            if index > 0 || out.lines().count() == 1 {
                out += &layout.rule();
            }
            for line in lines {
                out += &layout.row(&layout.cells(line));
            }
        }
        out += &layout.rule();
        out += &layout.row(&layout.footer(self));
        for equation in &self.equations {
            out += equation;
            out.push('\n');
        }
        out
    }

    fn total(&self) -> Line {
        let data = &self.sections[Section::Data as usize];
        Line {
            label: TOTAL.into(),
            errors: self.errors(),
            read: data.iter().map(|line| line.read).sum(),
            rows: data.iter().map(|line| line.rows).sum(),
            bytes: data.iter().map(|line| line.bytes).sum(),
            time: self.started.elapsed(),
            ..Line::default()
        }
    }
}

const TOTAL: &str = "Total import time";

/// The columns of the text report and their widths.
struct Layout {
    verbose: bool,
    widths: Vec<usize>,
}

impl Layout {
    fn new(report: &Report, verbose: bool) -> Layout {
        let labels = report.sections.iter().flatten().map(|line| line.label.chars().count());
        let label = labels.chain([TOTAL.len()]).max().unwrap_or_default();
        let widths = match verbose {
            true => vec![label, 9, 9, 9, 9, 14, 9, 9],
            false => vec![label, 9, 9, 9, 14],
        };
        Layout { verbose, widths }
    }

    fn header(&self) -> Vec<String> {
        let names: &[&str] = match self.verbose {
            true => &["table name", "errors", "read", "imported", "bytes", "total time", "read", "write"],
            false => &["table name", "errors", "rows", "bytes", "total time"],
        };
        names.iter().map(|&name| name.to_owned()).collect()
    }

    fn cells(&self, line: &Line) -> Vec<String> {
        let mut cells = vec![line.label.clone(), line.errors.to_string()];
        if self.verbose {
            cells.push(line.read.to_string());
        }
        cells.extend([line.rows.to_string(), bytes(line.bytes), time(line.time)]);
        if self.verbose {
            cells.extend([line.read_time, line.write_time].map(|t| t.map(time).unwrap_or_default()));
        }
        cells
    }

    fn footer(&self, report: &Report) -> Vec<String> {
        let total = report.total();
        let mut cells = self.cells(&total);
        if total.errors == 0 {
            cells[1] = "✓".into();
        }
        cells
    }

    fn row(&self, cells: &[String]) -> String {
        let cells = cells.iter().zip(&self.widths);
        let padded: Vec<String> = cells.map(|(cell, &width)| format!("{cell:>width$}")).collect();
        padded.join("  ").trim_end().to_owned() + "\n"
    }

    fn rule(&self) -> String {
        self.row(&self.widths.iter().map(|&width| "-".repeat(width)).collect::<Vec<_>>())
    }
}

/// Bytes in units of 1024, never below kB; blank when 0.
fn bytes(count: u64) -> String {
    if count == 0 {
        return String::new();
    }
    let mut size = count as f64 / 1024.0;
    for unit in ["kB", "MB", "GB"] {
        if size < 1024.0 {
            return format!("{size:5.1} {unit}");
        }
        size /= 1024.0;
    }
    format!("{size:5.1} TB")
}

/// A duration as `[Nh][Nm]S.SSSs`, with days in front where it comes to that.
fn time(duration: Duration) -> String {
    let millis = duration.as_millis();
    let (minutes, seconds) = (millis / 60_000, (millis % 60_000) as f64 / 1000.0);
    let (hours, minutes) = (minutes / 60, minutes % 60);
    let (days, hours) = (hours / 24, hours % 24);
    let mut text = String::new();
    for (count, unit) in [(days, " days "), (hours, "h"), (minutes, "m")] {
        if count > 0 {
            text += &format!("{count}{unit}");
        }
    }
    text + &format!("{seconds:5.3}s")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(label: &str, errors: u64, rows: u64, bytes: u64, millis: u64) -> Line {
        let time = Duration::from_millis(millis);
        Line { label: label.into(), errors, rows, bytes, time, read: rows + errors, ..Line::default() }
    }

    #[test]
    fn a_file_load_has_three_sections_and_a_footer() {
        let mut report = Report::default();
        report.add(Section::Pre, line("fetch", 0, 0, 0, 4));
        report.add(Section::Pre, line("before load", 0, 3, 0, 21));
        report.add(Section::Data, line("public.measures", 2, 1498, 63181, 142));
        report.add(Section::Post, line("Files Processed", 0, 1, 0, 13));
        let text = report.text(false);
        let (body, footer) = text.trim_end().rsplit_once('\n').unwrap();
        assert_eq!(
            body,
            "       table name     errors       rows      bytes      total time
-----------------  ---------  ---------  ---------  --------------
            fetch          0          0                     0.004s
      before load          0          3                     0.021s
-----------------  ---------  ---------  ---------  --------------
  public.measures          2       1498    61.7 kB          0.142s
-----------------  ---------  ---------  ---------  --------------
  Files Processed          0          1                     0.013s
-----------------  ---------  ---------  ---------  --------------"
        );
        assert!(footer.starts_with("Total import time          2       1498    61.7 kB"), "{footer}");
    }

    #[test]
    fn without_a_first_section_one_rule_follows_the_header() {
        let mut report = Report::default();
        report.add(Section::Data, line("t", 0, 1, 340, 1));
        let text = report.text(false);
        let lines: Vec<&str> = text.lines().collect();
        assert!(lines[1].starts_with("---") && lines[2].contains("  0.3 kB") && lines[3].starts_with("---"));
        assert!(lines[4].contains("✓"));
        assert_eq!(lines.len(), 5);
    }

    #[test]
    fn the_verbose_layout_has_no_trailing_blanks() {
        let mut report = Report::default();
        report.add(Section::Pre, line("fetch", 0, 0, 0, 4));
        for text in report.text(true).lines() {
            assert_eq!(text, text.trim_end());
        }
        assert!(report.text(true).contains("imported"));
    }

    #[test]
    fn durations_and_sizes_have_their_units() {
        assert_eq!(time(Duration::from_millis(61_004)), "1m1.004s");
        assert_eq!(time(Duration::from_millis(3_600_000)), "1h0.000s");
        assert_eq!(bytes(5 << 30), "  5.0 GB");
        assert_eq!(bytes(3 << 40), "  3.0 TB");
    }
}
