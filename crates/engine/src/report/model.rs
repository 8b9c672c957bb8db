//! The report itself: a line for each step and each table, in three sections.

use std::path::PathBuf;
use std::time::{Duration, Instant, SystemTime};

use crate::progress::Samples;
use crate::reason::Reason;
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
    /// What else is known of a table's load.
    pub details: Option<Box<Details>>,
    /// From the command's beginning to this step's; set when the line is added.
    pub start: Duration,
    /// From the command's beginning to this step's end; set when the line is added.
    pub stop: Duration,
}

/// What only the load of a table has.
#[derive(Debug, Clone, Default)]
pub struct Details {
    /// Records and rows in the reject files.
    pub rejected: u64,
    /// Records neither written nor rejected.
    pub skipped: u64,
    /// NUL characters taken out of values.
    pub stripped_nuls: u64,
    /// Values cut to the widths of their columns.
    pub cut_values: u64,
    /// Why rows were rejected, the most frequent reason first.
    pub reasons: Vec<Reason>,
    /// How the counts grew.
    pub samples: Samples,
    /// Where the reject files are, whether or not there are any.
    pub rejects: PathBuf,
}

impl Details {
    /// What a tally says at the end of a load.
    pub(crate) fn of(tally: &Tally) -> Details {
        Details {
            rejected: tally.rejected(),
            skipped: tally.skipped(),
            stripped_nuls: tally.stripped_nuls(),
            cut_values: tally.cut_values(),
            reasons: tally.reasons(),
            ..Details::default()
        }
    }
}

/// How a command has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// All that was asked for was done.
    Done,
    /// Something failed, or more rows were rejected than allowed.
    Failed,
    /// The user ended it.
    Interrupted,
}

/// The report of one command.
#[derive(Debug)]
pub struct Report {
    /// What was read, for people; empty where it came to nothing.
    pub source: String,
    /// Where it went, for people, without secrets.
    pub target: String,
    /// Warnings and failures, as the log has them, without values of rows.
    pub messages: Vec<String>,
    started: Instant,
    started_at: SystemTime,
    ended: Option<(Verdict, Duration)>,
    sections: [Vec<Line>; 3],
    failures: u64,
}

impl Default for Report {
    fn default() -> Report {
        Report {
            source: String::new(),
            target: String::new(),
            messages: Vec::new(),
            started: Instant::now(),
            started_at: SystemTime::now(),
            ended: None,
            sections: Default::default(),
            failures: 0,
        }
    }
}

impl Report {
    /// The report of a command that begins now. `target` is where rows go, for people, without secrets.
    pub fn new(target: impl Into<String>) -> Report {
        Report { target: target.into(), ..Report::default() }
    }

    /// Adds the line of a step that has just ended, behind those of its section or to the line of the same label
    /// there; a table gets a line for each of its loads.
    pub fn add(&mut self, section: Section, mut line: Line) {
        line.stop = self.started.elapsed();
        line.start = line.stop.saturating_sub(line.time);
        let lines = &mut self.sections[section as usize];
        match lines.iter_mut().find(|known| known.label == line.label && section != Section::Data) {
            None => lines.push(line),
            Some(known) => {
                known.errors += line.errors;
                known.read += line.read;
                known.rows += line.rows;
                known.time += line.time;
                known.stop = line.stop;
            }
        }
    }

    /// Counts a failure that no line tells of, so that the total does not look well.
    pub fn add_failure(&mut self) {
        self.failures += 1;
    }

    /// Nothing more is done for the command: its time stands still.
    pub fn conclude(&mut self, verdict: Verdict) {
        self.ended = Some((verdict, self.started.elapsed()));
    }

    /// The lines of one section, in the order of their first use.
    pub fn lines(&self, section: Section) -> &[Line] {
        &self.sections[section as usize]
    }

    /// Errors of all sections, and failures beside them.
    pub fn errors(&self) -> u64 {
        self.failures + self.sections.iter().flatten().map(|line| line.errors).sum::<u64>()
    }

    /// The sums over all tables; the errors are those of all sections, the time is that of the command.
    pub fn total(&self) -> Line {
        let sum = |count: fn(&Line) -> u64| self.lines(Section::Data).iter().map(count).sum();
        Line {
            label: "Total import time".into(),
            errors: self.errors(),
            read: sum(|line| line.read),
            rows: sum(|line| line.rows),
            bytes: sum(|line| line.bytes),
            time: self.elapsed(),
            ..Line::default()
        }
    }

    /// How it has ended; a report that was not concluded has failed.
    pub fn verdict(&self) -> Verdict {
        self.ended.map_or(Verdict::Failed, |(verdict, _)| verdict)
    }

    /// From the command's beginning to its end, or to now.
    pub fn elapsed(&self) -> Duration {
        self.ended.map_or_else(|| self.started.elapsed(), |(_, elapsed)| elapsed)
    }

    /// When the command began.
    pub fn started_at(&self) -> SystemTime {
        self.started_at
    }

    /// The same report as if it had begun then and taken so long.
    #[cfg(test)]
    pub(super) fn at(mut self, started_at: SystemTime, verdict: Verdict, elapsed: Duration) -> Report {
        self.started_at = started_at;
        self.ended = Some((verdict, elapsed));
        self
    }
}
