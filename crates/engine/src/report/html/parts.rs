//! The tables of the page. Where it is narrow each row is a block of its own, with the columns' names in front.

use std::fmt::Write;
use std::time::Duration;

use super::{Text, Written};
use crate::report::figures::{counted, grouped, megabytes, short_time, size};
use crate::report::model::{Details, Line, Report, Section};

/// A column's name, and whether it holds numbers.
pub(super) type Column = (&'static str, bool);

/// Begins a table. Roles are said because a narrow page shows rows as blocks, which hides what they are.
pub(super) fn open(out: &mut dyn Write, caption: &str, columns: &[Column]) -> Written {
    write!(
        out,
        "<table role=\"table\">\n<caption>{}</caption>\n<thead role=\"rowgroup\"><tr role=\"row\">",
        Text(caption)
    )?;
    for (name, is_number) in columns {
        let class = if *is_number { " class=\"n\"" } else { "" };
        write!(out, "<th role=\"columnheader\" scope=\"col\"{class}>{}</th>", Text(name))?;
    }
    writeln!(out, "</tr></thead>\n<tbody role=\"rowgroup\">")
}

/// One row; the first column names it. `values` are escaped here.
pub(super) fn row(out: &mut dyn Write, columns: &[Column], values: &[&str]) -> Written {
    write!(out, "<tr role=\"row\">")?;
    for (index, ((name, is_number), value)) in columns.iter().zip(values).enumerate() {
        let class = if *is_number { " class=\"n\"" } else { "" };
        let (tag, role) = if index == 0 { ("th scope=\"row\"", "rowheader") } else { ("td", "cell") };
        let end = if index == 0 { "th" } else { "td" };
        write!(
            out,
            "<{tag} role=\"{role}\"{class} data-name=\"{}\"><bdi>{}</bdi></{end}>",
            Text(name),
            Text(value)
        )?;
    }
    writeln!(out, "</tr>")
}

pub(super) fn close(out: &mut dyn Write) -> Written {
    writeln!(out, "</tbody>\n</table>")
}

const TABLES: [Column; 10] = [
    ("Table", false),
    ("Read", true),
    ("Written", true),
    ("Rejected", true),
    ("Skipped", true),
    ("Sent", true),
    ("MB/s", true),
    ("Reading", true),
    ("Writing", true),
    ("Total", true),
];

/// One row for each table.
pub(super) fn tables(out: &mut dyn Write, report: &Report) -> Written {
    let lines = report.lines(Section::Data);
    if lines.is_empty() {
        return writeln!(out, "<p>No table was loaded.</p>");
    }
    open(out, "Tables", &TABLES)?;
    for line in lines {
        let nothing = Details::default();
        let details = line.details.as_deref().unwrap_or(&nothing);
        let time = |time: Option<Duration>| time.map(short_time).unwrap_or_default();
        let counts = [line.read, line.rows, details.rejected, details.skipped].map(grouped);
        let (sent, speed) = (size(line.bytes), megabytes(line.bytes, line.time));
        let times = [time(line.read_time), time(line.write_time), short_time(line.time)];
        let mut values = vec![line.label.as_str()];
        values.extend(counts.iter().map(String::as_str));
        values.extend([sent.as_str(), speed.as_str()]);
        values.extend(times.iter().map(String::as_str));
        row(out, &TABLES, &values)?;
    }
    close(out)?;
    lines.iter().try_for_each(|line| changes(out, line))
}

/// What was changed in values on the way.
fn changes(out: &mut dyn Write, line: &Line) -> Written {
    let Some(details) = &line.details else { return Ok(()) };
    for (count, what, done) in [
        (details.stripped_nuls, "NUL character", "taken out"),
        (details.cut_values, "value", "cut to the width of its column"),
    ] {
        if count > 0 {
            let label = Text(&line.label);
            writeln!(out, "<p class=\"note\"><bdi>{label}</bdi>: {} {done}.</p>", counted(count, what))?;
        }
    }
    Ok(())
}

const REASONS: [Column; 4] = [("SQLSTATE", false), ("Reason", false), ("Rows", true), ("Share", true)];

/// Why rows were rejected, and where they are.
pub(super) fn rejects(out: &mut dyn Write, report: &Report) -> Written {
    for line in report.lines(Section::Data) {
        let Some(details) = line.details.as_ref().filter(|details| details.rejected > 0) else { continue };
        open(out, &format!("Why rows of {} were rejected", line.label), &REASONS)?;
        for reason in &details.reasons {
            let share = format!("{:.1} %", 100.0 * reason.rows as f64 / details.rejected as f64);
            let code = reason.sqlstate.as_deref().unwrap_or("–");
            row(out, &REASONS, &[code, &reason.text, &grouped(reason.rows), &share])?;
        }
        close(out)?;
        let directory = details.rejects.display().to_string();
        writeln!(
            out,
            "<p class=\"note\">The rows and each one’s message are in <code>{}</code>.</p>",
            Text(&directory)
        )?;
    }
    Ok(())
}

const STEPS: [Column; 4] = [("Step", false), ("Count", true), ("Errors", true), ("Time", true)];

/// All steps in order, with a bar that shows when each ran.
pub(super) fn steps(out: &mut dyn Write, report: &Report) -> Written {
    let elapsed = report.elapsed().as_secs_f64().max(f64::MIN_POSITIVE);
    let percent = |time: Duration| (100.0 * time.as_secs_f64() / elapsed).clamp(0.0, 100.0);
    open(out, "Steps", &STEPS)?;
    for section in [Section::Pre, Section::Data, Section::Post] {
        for line in report.lines(section) {
            let label =
                if section == Section::Data { format!("copy {}", line.label) } else { line.label.clone() };
            let (count, errors, time) = (grouped(line.rows), grouped(line.errors), short_time(line.time));
            row(out, &STEPS, &[&label, &count, &errors, &time])?;
            let (left, right) = (percent(line.start), 100.0 - percent(line.stop));
            writeln!(
                out,
                "<tr class=\"when\" aria-hidden=\"true\"><td colspan=\"4\"><span style=\"margin:0 {right:.2}% 0 {left:.2}%\"></span></td></tr>"
            )?;
        }
    }
    close(out)
}

/// Warnings and failures.
pub(super) fn messages(out: &mut dyn Write, messages: &[String]) -> Written {
    if messages.is_empty() {
        return Ok(());
    }
    write!(out, "<h3>Warnings and failures</h3>\n<ul class=\"messages\">\n")?;
    for message in messages {
        writeln!(out, "<li>{}</li>", Text(message))?;
    }
    writeln!(out, "</ul>")
}
