//! One JSON object a line, as docs/reports.md describes them.

use std::collections::HashMap;
use std::io::Write;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use pgloader_engine::report::{Report, Section, Verdict, quoted};
use pgloader_engine::{Observer, Snapshot};

use crate::log::Level;

/// A table's progress is told once in this time.
const INTERVAL: Duration = Duration::from_secs(1);

/// Writes events to stderr.
#[derive(Default)]
pub struct Json {
    /// When each running table was last told of, since its load began.
    told: Mutex<HashMap<String, Duration>>,
}

impl Json {
    /// A line of the log.
    pub fn log(&self, time: &str, level: Level, message: &str) {
        let [time, level, message] = [time, level.name(), message].map(quoted);
        write(&format!("{{\"event\":\"log\",\"time\":{time},\"level\":{level},\"message\":{message}}}"));
    }

    /// The end of a command, with the sums over its tables.
    pub fn command_done(&self, number: usize, report: &Report) {
        write(&command_done(number, report));
    }

    /// Whether a table's progress is due now.
    fn is_due(&self, table: &str, elapsed: Duration) -> bool {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        let last = told.entry(table.to_owned()).or_default();
        let is_due = elapsed >= *last + INTERVAL;
        if is_due {
            *last = elapsed;
        }
        is_due
    }
}

impl Observer for Json {
    fn begun(&self, table: &str) {
        write(&format!("{{\"event\":\"start\",\"table\":{}}}", quoted(table)));
    }

    fn at(&self, table: &str, now: &Snapshot) {
        if self.is_due(table, now.elapsed) {
            write(&counts("progress", table, now));
        }
    }

    fn ended(&self, table: &str, last: &Snapshot) {
        self.told.lock().unwrap_or_else(PoisonError::into_inner).remove(table);
        write(&counts("table-done", table, last));
    }
}

/// Where nobody listens any more, that is no reason to end.
fn write(event: &str) {
    let _ = std::io::stderr().write_all(format!("{event}\n").as_bytes());
}

fn counts(event: &str, table: &str, now: &Snapshot) -> String {
    let Snapshot { read, written, rejected, skipped, bytes, .. } = now;
    let number = |count: Option<u64>| count.map_or("null".to_owned(), |count| count.to_string());
    format!(
        "{{\"event\":\"{event}\",\"table\":{},\"read\":{read},\"written\":{written},\"rejected\":{rejected},\
         \"skipped\":{skipped},\"bytes\":{bytes},\"source_read\":{},\"source_total\":{},\"seconds\":{},\
         \"seconds_left\":{}}}",
        quoted(table),
        number(now.source_read),
        number(now.source_total),
        seconds(now.elapsed),
        now.time_left().map_or("null".to_owned(), seconds),
    )
}

fn command_done(number: usize, report: &Report) -> String {
    let total = report.total();
    let details = || report.lines(Section::Data).iter().filter_map(|line| line.details.as_ref());
    let rejected: u64 = details().map(|details| details.rejected).sum();
    let skipped: u64 = details().map(|details| details.skipped).sum();
    let result = match report.verdict() {
        Verdict::Done => "done",
        Verdict::Failed => "failed",
        Verdict::Interrupted => "interrupted",
    };
    format!(
        "{{\"event\":\"command-done\",\"command\":{number},\"result\":\"{result}\",\"errors\":{},\"read\":{},\
         \"written\":{},\"rejected\":{rejected},\"skipped\":{skipped},\"bytes\":{},\"seconds\":{}}}",
        total.errors,
        total.read,
        total.rows,
        total.bytes,
        seconds(total.time)
    )
}

fn seconds(time: Duration) -> String {
    format!("{:.3}", time.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_objects_whatever_the_name() {
        let now = Snapshot {
            read: 3,
            source_read: Some(7),
            elapsed: Duration::from_millis(1500),
            ..Snapshot::default()
        };
        let event: serde_json::Value = serde_json::from_str(&counts("progress", "a\"\n", &now)).unwrap();
        assert_eq!(event["table"], "a\"\n");
        assert_eq!(
            (&event["read"], &event["source_read"], &event["seconds"]),
            (&3.into(), &7.into(), &1.5.into())
        );
        assert!(event["source_total"].is_null() && event["seconds_left"].is_null());
        let done: serde_json::Value = serde_json::from_str(&command_done(2, &Report::default())).unwrap();
        assert_eq!((&done["command"], &done["result"]), (&2.into(), &"failed".into()));
    }

    #[test]
    fn progress_is_told_once_a_second() {
        let json = Json::default();
        let due =
            [200, 999, 1000, 1200, 1999, 2000].map(|millis| json.is_due("t", Duration::from_millis(millis)));
        assert_eq!(due, [false, false, true, false, false, true]);
    }
}
