//! The report as lines of six fields: label, read, rows, errors, bytes, time. No header, no total.

use super::model::{Line, Report, Section};
use super::text::time;

/// Separated by semicolons, label and time in double quotes; a backslash goes before `"` and `\` of a label, and
/// stands with `n` or `r` for a line end in it.
pub(super) fn csv(report: &Report) -> String {
    let row = |line: &Line| {
        let Line { label, read, rows, errors, bytes, .. } = line;
        let (label, time) = (escaped(label, '"'), time(line.time));
        format!("\"{label}\";{read};{rows};{errors};{bytes};\"{time}\"\n")
    };
    lines(report).map(row).collect()
}

/// Separated by tabs, the label escaped as COPY text, the time in double quotes.
pub(super) fn copy(report: &Report) -> String {
    let row = |line: &Line| {
        let Line { label, read, rows, errors, bytes, .. } = line;
        let (label, time) = (escaped(label, '\t'), time(line.time));
        format!("{label}\t{read}\t{rows}\t{errors}\t{bytes}\t\"{time}\"\n")
    };
    lines(report).map(row).collect()
}

fn lines(report: &Report) -> impl Iterator<Item = &Line> {
    [Section::Pre, Section::Data, Section::Post].into_iter().flat_map(|section| report.lines(section))
}

/// A label on one line, with a backslash before `special`.
fn escaped(label: &str, special: char) -> String {
    let mut out = String::with_capacity(label.len());
    for character in label.chars() {
        match character {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' if special == '\t' => out.push_str("\\t"),
            '\\' => out.push_str("\\\\"),
            _ if character == special => out.extend(['\\', character]),
            _ => out.push(character),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn report() -> Report {
        let mut report = Report::default();
        let time = Duration::from_millis(142);
        report.add(Section::Pre, Line { label: "fetch".into(), ..Line::default() });
        let label = "public.\"a\\b\t\n\"".into();
        report.add(
            Section::Data,
            Line { label, read: 1500, rows: 1498, errors: 2, bytes: 63181, time, ..Line::default() },
        );
        report
    }

    #[test]
    fn csv_escapes_quotes_by_backslashes() {
        assert_eq!(
            report().csv(),
            "\"fetch\";0;0;0;0;\"0.000s\"\n\"public.\\\"a\\\\b\t\\n\\\"\";1500;1498;2;63181;\"0.142s\"\n"
        );
    }

    #[test]
    fn copy_has_bare_labels_that_copy_reads_back() {
        assert_eq!(
            report().copy(),
            "fetch\t0\t0\t0\t0\t\"0.000s\"\npublic.\"a\\\\b\\t\\n\"\t1500\t1498\t2\t63181\t\"0.142s\"\n"
        );
    }
}
