//! What the log has warned of since it was last asked, for the report.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use pgloader_engine::without_values_of_rows;

use crate::log::Level;

/// More messages than this are only counted.
const MOST: usize = 100;

/// Clones share what they hold.
#[derive(Debug, Clone, Default)]
pub struct Journal(Arc<Mutex<Kept>>);

#[derive(Debug, Default)]
struct Kept {
    messages: Vec<String>,
    more: usize,
}

impl Journal {
    /// Keeps a warning or a failure, without values of rows.
    pub fn add(&self, level: Level, message: &str) {
        let mut kept = self.kept();
        match kept.messages.len() < MOST {
            true => kept.messages.push(format!("{} {}", level.name(), without_values_of_rows(message))),
            false => kept.more += 1,
        }
    }

    /// All that was kept since the last time.
    pub fn take(&self) -> Vec<String> {
        let Kept { mut messages, more } = std::mem::take(&mut *self.kept());
        if more > 0 {
            messages.push(format!("{more} more: see the log"));
        }
        messages
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_keeps_first_lines_up_to_a_bound() {
        let journal = Journal::default();
        for number in 0..MOST + 2 {
            journal.add(Level::Warning, &format!("n {number}\nHINT: x"));
        }
        let messages = journal.clone().take();
        assert_eq!((messages[0].as_str(), messages.len()), ("WARNING n 0", MOST + 1));
        assert_eq!(messages[MOST], "2 more: see the log");
        assert!(journal.take().is_empty());
    }
}
