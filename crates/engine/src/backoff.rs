//! How long to wait before trying a lost server again.

use std::time::{Duration, Instant};

/// For how long a server may be away before the load gives up.
const PATIENCE: Duration = Duration::from_secs(30);
const FIRST_DELAY: Duration = Duration::from_millis(250);
const LONGEST_DELAY: Duration = Duration::from_secs(4);

/// Growing delays within a bounded time.
#[derive(Debug)]
pub(crate) struct Backoff {
    since: Instant,
    delay: Duration,
}

impl Backoff {
    pub(crate) fn start() -> Backoff {
        Backoff { since: Instant::now(), delay: FIRST_DELAY }
    }

    /// The server is back: patience begins anew. The delay does not, since it may be away soon again.
    pub(crate) fn renew(&mut self) {
        self.since = Instant::now();
    }

    /// The next delay, `None` once the server has been away for too long.
    pub(crate) fn next(&mut self) -> Option<Duration> {
        let delay = self.delay;
        self.delay = (delay * 2).min(LONGEST_DELAY);
        (self.since.elapsed() + delay <= PATIENCE).then_some(delay)
    }
}
