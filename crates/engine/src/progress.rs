//! How far a load has come, looked at a few times a second by a thread of its own: nothing is done for it on the row
//! path, and nobody who shows it can hold the load up.

use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use pgloader_core::source::Source;

use crate::tally::Tally;

/// How often the counts are looked at.
const INTERVAL: Duration = Duration::from_millis(200);
/// So many looks are kept of a load, however long it takes.
const MOST_SAMPLES: usize = 600;

/// The counts of a load at one moment.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Snapshot {
    /// Since the load began.
    pub elapsed: Duration,
    /// Records read.
    pub read: u64,
    /// Rows committed.
    pub written: u64,
    /// Records and rows in the reject files.
    pub rejected: u64,
    /// Records neither written nor rejected.
    pub skipped: u64,
    /// Bytes of encoded rows.
    pub bytes: u64,
    /// Bytes read of the source, where it counts them.
    pub source_read: Option<u64>,
    /// Bytes of the source, where that is known.
    pub source_total: Option<u64>,
}

impl Snapshot {
    fn of(tally: &Tally, source: &dyn Source, elapsed: Duration) -> Snapshot {
        let meter = source.meter();
        Snapshot {
            elapsed,
            read: tally.read(),
            written: tally.written(),
            rejected: tally.rejected(),
            skipped: tally.skipped(),
            bytes: tally.bytes(),
            source_read: meter.map(|meter| meter.read()),
            source_total: meter.and_then(|meter| meter.total()),
        }
    }

    /// The part of the source, from 0 to 1, whose records are written, rejected or skipped; `None` where its length
    /// is not known.
    pub fn fraction(&self) -> Option<f64> {
        let (total, source_read) = (self.source_total?, self.source_read?);
        let ended = self.written + self.rejected + self.skipped;
        // What was read and is on its way counts by its records.
        let arrived = if self.read == 0 { 0.0 } else { ended as f64 / self.read as f64 };
        Some((source_read as f64 / total.max(1) as f64 * arrived).clamp(0.0, 1.0))
    }

    /// How long the rest will take if it goes on like this; `None` where that cannot be told yet.
    pub fn time_left(&self) -> Option<Duration> {
        let fraction = self.fraction().filter(|fraction| *fraction > 0.001)?;
        Duration::try_from_secs_f64(self.elapsed.as_secs_f64() * (1.0 - fraction) / fraction).ok()
    }
}

/// Shows progress. Called from one thread a table, for each table in this order.
pub trait Observer: Send + Sync {
    /// The load of a table begins.
    fn begun(&self, table: &str);
    /// So far it has come; called about five times a second.
    fn at(&self, table: &str, now: &Snapshot);
    /// It has ended; these are the last counts.
    fn ended(&self, table: &str, last: &Snapshot);
}

/// Nobody looks.
impl Observer for () {
    fn begun(&self, _: &str) {}
    fn at(&self, _: &str, _: &Snapshot) {}
    fn ended(&self, _: &str, _: &Snapshot) {}
}

/// Counts of a load over time: from the first moment to the last, evenly apart, at most 600 of them.
#[derive(Debug, Clone, Default)]
pub struct Samples {
    points: Vec<Snapshot>,
    last: Option<Snapshot>,
    /// Points are at least so far apart.
    apart: Duration,
}

impl Samples {
    /// In the order of time; the last one is that of the load's end.
    pub fn points(&self) -> impl Iterator<Item = &Snapshot> {
        self.points.iter().chain(&self.last)
    }

    /// Keeps a look, and every other one of the earlier ones where there are too many.
    pub(crate) fn add(&mut self, now: Snapshot) {
        if let Some(kept) = self.points.last()
            && now.elapsed < kept.elapsed + self.apart
        {
            self.last = Some(now);
            return;
        }
        self.last = None;
        if self.points.len() >= MOST_SAMPLES {
            let mut number = 0;
            self.points.retain(|_| {
                number += 1;
                number % 2 == 1
            });
            self.apart = (self.apart * 2).max(INTERVAL * 2);
        }
        self.points.push(now);
    }
}

/// Looks at a load until it is told that the load has ended.
pub(crate) struct Sampler {
    end: Sender<()>,
    thread: Option<JoinHandle<Samples>>,
}

/// What a sampler looks at, and who is told.
pub(crate) struct Watched {
    pub(crate) table: String,
    pub(crate) tally: Arc<Tally>,
    pub(crate) source: Arc<dyn Source>,
    pub(crate) observer: Arc<dyn Observer>,
}

impl Sampler {
    /// Without a thread to be had nothing is looked at, and the load goes on.
    pub(crate) fn start(watched: Watched) -> Sampler {
        let (end, ended) = channel::<()>();
        let look = move || {
            let Watched { table, tally, source, observer } = watched;
            let start = Instant::now();
            let now = || Snapshot::of(&tally, source.as_ref(), start.elapsed());
            let mut samples = Samples::default();
            samples.add(Snapshot::default());
            observer.begun(&table);
            while ended.recv_timeout(INTERVAL) == Err(RecvTimeoutError::Timeout) {
                samples.add(now());
                observer.at(&table, &now());
            }
            samples.add(now());
            observer.ended(&table, &now());
            samples
        };
        Sampler { end, thread: std::thread::Builder::new().name("progress".into()).spawn(look).ok() }
    }

    /// To be called when the tally is final.
    pub(crate) async fn finish(self) -> Samples {
        drop(self.end);
        let Some(thread) = self.thread else { return Samples::default() };
        // Waited for on a thread that may block: who shows progress may be waiting for a terminal.
        let joined = tokio::task::spawn_blocking(move || thread.join()).await;
        joined.ok().and_then(Result::ok).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_stay_few_and_even() {
        let mut samples = Samples::default();
        let looks = 10 * MOST_SAMPLES as u32;
        for number in 0..=looks {
            samples.add(Snapshot { elapsed: INTERVAL * number, ..Snapshot::default() });
        }
        let points: Vec<Duration> = samples.points().map(|point| point.elapsed).collect();
        assert!((MOST_SAMPLES / 2..=MOST_SAMPLES + 1).contains(&points.len()), "{}", points.len());
        assert_eq!((points[0], points[points.len() - 1]), (Duration::ZERO, INTERVAL * looks));
        let steps: Vec<Duration> = points.windows(2).map(|pair| pair[1] - pair[0]).collect();
        assert!(steps[..steps.len() - 1].iter().all(|step| *step == steps[0]), "{steps:?}");
    }

    #[test]
    fn the_time_left_follows_from_the_part_that_has_arrived() {
        let half = Snapshot {
            elapsed: Duration::from_secs(10),
            read: 100,
            written: 40,
            rejected: 5,
            skipped: 5,
            source_read: Some(500),
            source_total: Some(1000),
            ..Snapshot::default()
        };
        assert_eq!(half.fraction(), Some(0.25));
        assert_eq!(half.time_left(), Some(Duration::from_secs(30)));
        let pipe = Snapshot { source_total: None, ..half };
        assert_eq!((pipe.fraction(), pipe.time_left()), (None, None));
        let nothing = Snapshot { written: 0, rejected: 0, skipped: 0, ..half };
        assert_eq!(nothing.time_left(), None);
    }
}
