//! The report as one page that needs nothing else: no script, no request, readable in a mail or without colours.
//!
//! All text that is not ours goes through [`Text`], which escapes it.

mod chart;
mod parts;

use std::fmt::{self, Write};
use std::time::Duration;

use super::figures::{self, counted, grouped, moment, short_time};

use super::model::{Report, Section, Verdict};

const STYLE: &str = include_str!("style.css");

/// All commands of a run on one page.
#[derive(Debug)]
pub struct Document<'a> {
    /// The program's version.
    pub version: &'a str,
    /// The commands in order.
    pub reports: &'a [Report],
    /// Warnings and failures that belong to no command.
    pub messages: &'a [String],
    /// How the run has ended.
    pub verdict: Verdict,
}

/// A text with everything escaped that means something in HTML, in an element as in a quoted attribute. Control
/// characters are shown as the replacement character.
pub(super) struct Text<'a>(pub(super) &'a str);

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for character in self.0.chars() {
            match character {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                '\'' => f.write_str("&#39;")?,
                '\n' | '\t' => f.write_char(character)?,
                _ if character.is_control() => f.write_char('\u{fffd}')?,
                _ => f.write_char(character)?,
            }
        }
        Ok(())
    }
}

/// What all parts write to. Writing to a string cannot fail.
type Written = fmt::Result;

impl fmt::Display for Document<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.head(f)?;
        f.write_str("<body>\n")?;
        self.summary(f)?;
        f.write_str("<main>\n")?;
        for (index, report) in self.reports.iter().enumerate() {
            command(f, report, index + 1, self.reports.len())?;
        }
        parts::messages(f, self.messages)?;
        writeln!(f, "</main>\n</body>\n</html>")
    }
}

impl Document<'_> {
    fn head(&self, out: &mut dyn Write) -> Written {
        write!(
            out,
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta name=\"color-scheme\" content=\"light dark\">\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:\">\n\
             <link rel=\"icon\" href=\"data:,\">\n<title>{} · pgloader</title>\n<style>\n{STYLE}</style>\n</head>\n",
            Text(&self.headline())
        )
    }

    /// Version, verdict, start and duration of the whole run.
    fn summary(&self, out: &mut dyn Write) -> Written {
        let (class, mark) = look(self.verdict, self.rejected());
        write!(
            out,
            "<header class=\"{class}\">\n<p class=\"brand\">pgloader {}</p>\n\
             <h1><span class=\"mark\" aria-hidden=\"true\">{mark}</span> {}</h1>\n<dl>",
            Text(self.version),
            Text(&self.headline())
        )?;
        if let (Some(first), Some(last)) = (self.reports.first(), self.reports.last()) {
            let end = last.started_at() + last.elapsed();
            let took = end.duration_since(first.started_at()).unwrap_or_default();
            fact(out, "Started", &moment(first.started_at()))?;
            fact(out, "Took", &short_time(took))?;
            fact(out, "Commands", &grouped(self.reports.len() as u64))?;
        }
        writeln!(out, "</dl>\n</header>")
    }

    fn headline(&self) -> String {
        let rows = self.reports.iter().map(|report| report.total().rows).sum();
        let loaded = format!("{} loaded", counted(rows, "row"));
        match (self.verdict, self.rejected()) {
            (Verdict::Done, 0) => loaded,
            (Verdict::Done, rejected) => format!("{loaded}, {} rejected", grouped(rejected)),
            (Verdict::Failed, _) => format!("Failed: {loaded}"),
            (Verdict::Interrupted, _) => format!("Interrupted: {loaded}"),
        }
    }

    fn rejected(&self) -> u64 {
        self.reports.iter().map(rejected).sum()
    }
}

fn rejected(report: &Report) -> u64 {
    let tables = report.lines(Section::Data).iter();
    tables.filter_map(|line| line.details.as_ref()).map(|details| details.rejected).sum()
}

/// The class that colours it, and a mark that says the same without colours.
fn look(verdict: Verdict, rejected: u64) -> (&'static str, &'static str) {
    match verdict {
        Verdict::Done if rejected == 0 => ("good", "✓"),
        Verdict::Done => ("fair", "!"),
        Verdict::Failed => ("bad", "✗"),
        Verdict::Interrupted => ("bad", "■"),
    }
}

fn command(out: &mut dyn Write, report: &Report, number: usize, of: usize) -> Written {
    writeln!(out, "<section class=\"command\">")?;
    title(out, report, number, of)?;
    tiles(out, report)?;
    parts::tables(out, report)?;
    for line in report.lines(Section::Data) {
        if let Some(details) = &line.details {
            chart::throughput(out, &line.label, &details.samples)?;
        }
    }
    parts::rejects(out, report)?;
    parts::steps(out, report)?;
    parts::messages(out, &report.messages)?;
    writeln!(out, "</section>")
}

fn title(out: &mut dyn Write, report: &Report, number: usize, of: usize) -> Written {
    write!(out, "<h2>")?;
    if of > 1 {
        let (class, mark) = look(report.verdict(), rejected(report));
        write!(out, "<span class=\"mark {class}\" aria-hidden=\"true\">{mark}</span> {number}. ")?;
    }
    match report.source.as_str() {
        "" => write!(out, "Into <bdi>{}</bdi>", Text(&report.target))?,
        source => write!(out, "<bdi>{}</bdi> → <bdi>{}</bdi>", Text(source), Text(&report.target))?,
    }
    write!(out, "</h2>\n<p class=\"muted\">")?;
    let verdict = match report.verdict() {
        Verdict::Done => "Done",
        Verdict::Failed => "Failed",
        Verdict::Interrupted => "Interrupted",
    };
    writeln!(out, "{verdict}, started {}</p>", moment(report.started_at()))
}

fn tiles(out: &mut dyn Write, report: &Report) -> Written {
    let total = report.total();
    let copied: Duration = report.lines(Section::Data).iter().map(|line| line.time).sum();
    write!(out, "<dl class=\"tiles\">")?;
    fact(out, "Rows written", &grouped(total.rows))?;
    fact(out, "Rows rejected", &grouped(rejected(report)))?;
    fact(out, "Errors in all", &grouped(total.errors))?;
    fact(out, "Sent", &figures::size(total.bytes))?;
    fact(out, "Rows per second", &figures::rate(total.rows, copied))?;
    fact(out, "Time", &short_time(total.time))?;
    writeln!(out, "</dl>")
}

fn fact(out: &mut dyn Write, name: &str, value: &str) -> Written {
    write!(out, "<div><dt>{name}</dt><dd>{}</dd></div>", Text(value))
}

#[cfg(test)]
mod tests;
