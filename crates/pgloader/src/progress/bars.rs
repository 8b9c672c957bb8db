//! One line for each running table, on a terminal.

use std::collections::HashMap;
use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use console::Term;
use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle, TermLike};
use pgloader_engine::report::figures::{grouped, megabytes, short_time, size};
use pgloader_engine::{Observer, Snapshot};

/// Characters of a full bar.
const WIDTH: usize = 10;

/// The bars of all running tables. They are drawn again only when counts have changed, and are gone when their tables
/// are loaded: the summary tells the rest.
pub struct Bars {
    all: MultiProgress,
    running: Mutex<HashMap<String, ProgressBar>>,
}

impl Default for Bars {
    fn default() -> Bars {
        let target = ProgressDrawTarget::term_like_with_hz(Box::new(Lasting(Term::buffered_stderr())), 10);
        Bars { all: MultiProgress::with_draw_target(target), running: Mutex::default() }
    }
}

impl Bars {
    /// Does something that writes to the terminal where the bars are not in its way.
    pub fn beside(&self, write: impl FnOnce()) {
        self.all.suspend(write);
    }

    fn running(&self) -> MutexGuard<'_, HashMap<String, ProgressBar>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Observer for Bars {
    fn begun(&self, table: &str) {
        let bar = self.all.add(ProgressBar::no_length());
        // One line, cut where the terminal ends. A template of ours, which a test draws.
        if let Ok(style) = ProgressStyle::with_template("{wide_msg}") {
            bar.set_style(style);
        }
        self.running().insert(table.to_owned(), bar);
    }

    fn at(&self, table: &str, now: &Snapshot) {
        let bar = self.running().get(table).cloned();
        if let Some(bar) = bar {
            bar.set_message(message(table, now));
        }
    }

    fn ended(&self, table: &str, _: &Snapshot) {
        if let Some(bar) = self.running().remove(table) {
            bar.finish_and_clear();
            self.all.remove(&bar);
        }
    }
}

/// How much is done, table, rows, bytes, speed and the time left. Bytes are those of the source, or of the encoded rows
/// where it does not count.
fn message(table: &str, now: &Snapshot) -> String {
    let bar = now.fraction().map(bar).unwrap_or_default();
    let bytes = now.source_read.unwrap_or(now.bytes);
    let of = now.source_total.map(|total| format!(" of {}", size(total))).unwrap_or_default();
    let (table, rows, bytes, speed) =
        (printable(table), grouped(now.written), size(bytes), megabytes(bytes, now.elapsed));
    let mut text = format!("{bar}{table}: {rows} rows, {bytes}{of}, {speed} MB/s");
    if now.rejected > 0 {
        text += &format!(", {} rejected", grouped(now.rejected));
    }
    if let Some(left) = now.time_left() {
        // Whole seconds: it is a guess.
        let left = Duration::from_secs(left.as_secs());
        text += &format!(", {} left", short_time(left).replace(".000", ""));
    }
    text
}

fn bar(fraction: f64) -> String {
    let done = (fraction * WIDTH as f64) as usize;
    let head = if done < WIDTH { ">" } else { "" };
    format!("[{:<WIDTH$}] ", "=".repeat(done) + head)
}

/// A table's name without what would steer the terminal.
fn printable(name: &str) -> String {
    name.chars().map(|character| if character.is_control() { '\u{fffd}' } else { character }).collect()
}

/// A terminal that may go away: what can no longer be written is lost, and nobody is told. (`indicatif` panics where
/// its bars cannot be drawn around a log line.)
#[derive(Debug)]
struct Lasting(Term);

impl TermLike for Lasting {
    fn width(&self) -> u16 {
        TermLike::width(&self.0)
    }

    fn height(&self) -> u16 {
        TermLike::height(&self.0)
    }

    fn move_cursor_up(&self, lines: usize) -> io::Result<()> {
        lost(self.0.move_cursor_up(lines))
    }

    fn move_cursor_down(&self, lines: usize) -> io::Result<()> {
        lost(self.0.move_cursor_down(lines))
    }

    fn move_cursor_right(&self, columns: usize) -> io::Result<()> {
        lost(self.0.move_cursor_right(columns))
    }

    fn move_cursor_left(&self, columns: usize) -> io::Result<()> {
        lost(self.0.move_cursor_left(columns))
    }

    fn write_line(&self, text: &str) -> io::Result<()> {
        lost(self.0.write_line(text))
    }

    fn write_str(&self, text: &str) -> io::Result<()> {
        lost(self.0.write_str(text))
    }

    fn clear_line(&self) -> io::Result<()> {
        lost(self.0.clear_line())
    }

    fn flush(&self) -> io::Result<()> {
        lost(self.0.flush())
    }
}

fn lost(_: io::Result<()>) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_message_tells_rows_bytes_speed_and_what_is_left() {
        let now = Snapshot {
            elapsed: Duration::from_secs(2),
            read: 3000,
            written: 2990,
            rejected: 10,
            bytes: 5 << 20,
            source_read: Some(8 << 20),
            source_total: Some(32 << 20),
            ..Snapshot::default()
        };
        assert_eq!(
            message("t", &now),
            "[==>       ] t: 2,990 rows, 8.0 MB of 32.0 MB, 4.0 MB/s, 10 rejected, 6 s left"
        );
        let pipe = Snapshot { rejected: 0, source_read: None, source_total: None, ..now };
        assert_eq!(message("t", &pipe), "t: 2,990 rows, 5.0 MB, 2.5 MB/s");
        assert_eq!(bar(1.0), format!("[{}] ", "=".repeat(WIDTH)));
    }

    #[test]
    fn names_cannot_steer_the_terminal() {
        assert_eq!(printable("a\u{1b}[2Jb\n"), "a\u{fffd}[2Jb\u{fffd}");
    }
}
