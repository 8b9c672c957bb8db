//! The report as columns of text, for people.

use std::fmt::Write;
use std::time::Duration;

use super::model::{Line, Report, Section};

/// A rule stands behind the header, between sections that have lines, and before the total.
pub(super) fn render(report: &Report, verbose: bool) -> String {
    let layout = Layout::new(report, verbose);
    let mut out = layout.row(&layout.header());
    for section in [Section::Pre, Section::Data, Section::Post] {
        let lines = report.lines(section);
        if !lines.is_empty() {
            out += &layout.rule();
        }
        for line in lines {
            out += &layout.row(&layout.columns(line));
        }
    }
    out += &layout.rule();
    out += &layout.row(&layout.footer(report));
    for line in report.lines(Section::Data) {
        out += &equation(line);
    }
    out
}

/// What became of the rows of one table, as a sum that must come out.
fn equation(line: &Line) -> String {
    let (Some(details), Line { label, read, rows, .. }) = (&line.details, line) else { return String::new() };
    let (rejected, skipped) = (details.rejected, details.skipped);
    let sign = if *read == rows + rejected + skipped { "=" } else { "≠" };
    let mut text =
        format!("{label}: {read} read {sign} {rows} written + {rejected} rejected + {skipped} skipped");
    for (count, what) in
        [(details.stripped_nuls, "NUL characters stripped"), (details.cut_values, "values truncated")]
    {
        if count > 0 {
            // Writing to a string cannot fail.
            let _ = write!(text, "; {count} {what}");
        }
    }
    text + "\n"
}

/// The columns of the text report and their widths.
struct Layout {
    verbose: bool,
    widths: Vec<usize>,
}

impl Layout {
    fn new(report: &Report, verbose: bool) -> Layout {
        let sections = [Section::Pre, Section::Data, Section::Post];
        let lines = sections.iter().flat_map(|section| report.lines(*section));
        let labels = lines.chain([&report.total()]).map(|line| line.label.chars().count()).max();
        let label = labels.unwrap_or_default();
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

    fn columns(&self, line: &Line) -> Vec<String> {
        let mut columns = vec![line.label.clone(), line.errors.to_string()];
        if self.verbose {
            columns.push(line.read.to_string());
        }
        columns.extend([line.rows.to_string(), bytes(line.bytes), time(line.time)]);
        if self.verbose {
            columns.extend([line.read_time, line.write_time].map(|t| t.map(time).unwrap_or_default()));
        }
        columns
    }

    fn footer(&self, report: &Report) -> Vec<String> {
        let total = report.total();
        let mut columns = self.columns(&total);
        if total.errors == 0 {
            columns[1] = "✓".into();
        }
        columns
    }

    fn row(&self, columns: &[String]) -> String {
        let columns = columns.iter().zip(&self.widths);
        let padded: Vec<String> = columns.map(|(text, &width)| format!("{text:>width$}")).collect();
        padded.join("  ").trim_end().to_owned() + "\n"
    }

    fn rule(&self) -> String {
        self.row(&self.widths.iter().map(|&width| "-".repeat(width)).collect::<Vec<_>>())
    }
}

/// Bytes in units of 1024, never below kB; blank when 0.
pub(super) fn bytes(count: u64) -> String {
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

/// A duration as `[N years ][N months ][N days ][Nh][Nm]S.SSSs`, a month having 30 days.
pub(super) fn time(duration: Duration) -> String {
    const UNITS: [(u64, &str); 5] =
        [(365 * 86400, " years "), (30 * 86400, " months "), (86400, " days "), (3600, "h"), (60, "m")];
    let mut seconds = duration.as_secs();
    let mut text = String::new();
    for (unit, name) in UNITS {
        let count = seconds / unit;
        seconds %= unit;
        if count > 0 {
            text += &format!("{count}{name}");
        }
    }
    text + &format!("{seconds}.{:03}s", duration.subsec_millis())
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
        let text = render(&report, false);
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
        let text = render(&report, false);
        let lines: Vec<&str> = text.lines().collect();
        assert!(lines[1].starts_with("---") && lines[2].contains("  0.3 kB") && lines[3].starts_with("---"));
        assert!(lines[4].contains("✓"));
        assert_eq!(lines.len(), 5);
    }

    #[test]
    fn the_verbose_layout_has_no_trailing_blanks() {
        let mut report = Report::default();
        report.add(Section::Pre, line("fetch", 0, 0, 0, 4));
        for text in render(&report, true).lines() {
            assert_eq!(text, text.trim_end());
        }
        assert!(render(&report, true).contains("imported"));
    }

    #[test]
    fn durations_and_sizes_have_their_units() {
        assert_eq!(time(Duration::from_millis(61_004)), "1m1.004s");
        assert_eq!(time(Duration::from_millis(3_600_000)), "1h0.000s");
        assert_eq!(time(Duration::from_secs(400 * 86400 + 61)), "1 years 1 months 5 days 1m1.000s");
        assert_eq!(bytes(5 << 30), "  5.0 GB");
        assert_eq!(bytes(3 << 40), "  3.0 TB");
    }

    #[test]
    fn tables_have_an_equation_below_the_total() {
        let mut report = Report::default();
        let details = super::super::Details { rejected: 2, skipped: 1, cut_values: 4, ..Default::default() };
        let line = Line { details: Some(Box::new(details)), read: 1501, ..line("t", 2, 1498, 0, 1) };
        report.add(Section::Data, Line { read: 1502, ..line.clone() });
        report.add(Section::Data, line);
        let text = render(&report, false);
        let last: Vec<&str> = text.lines().rev().take(2).collect();
        assert_eq!(last[0], "t: 1501 read = 1498 written + 2 rejected + 1 skipped; 4 values truncated");
        assert_eq!(last[1], "t: 1502 read ≠ 1498 written + 2 rejected + 1 skipped; 4 values truncated");
    }

    #[test]
    fn without_rows_one_rule_stands_between_the_other_sections() {
        let mut report = Report::default();
        report.add(Section::Pre, line("fetch", 0, 0, 0, 4));
        report.add(Section::Post, line("after load", 1, 0, 0, 4));
        let text = render(&report, false);
        let rules: Vec<bool> = text.lines().map(|line| line.starts_with("---")).collect();
        assert_eq!(rules, [false, true, false, true, false, true, false], "{text}");
        assert!(
            text.lines().last().unwrap().starts_with("Total import time          1          0  "),
            "{text}"
        );
    }
}
