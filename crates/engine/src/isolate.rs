//! Loads a batch and finds its bad rows, the same for every target.
//!
//! The rows are loaded front to back in attempts, each all or nothing. Where the target names a bad row, the rows
//! before it are loaded and it is rejected. Where it only knows that there is one, the attempt is halved until it
//! is a single row. After a reject the next attempt is as wide as bad rows have lately been apart, and grows with
//! each success, so that few bad rows cost little and nothing but bad rows costs one attempt each.

use async_trait::async_trait;
use pgloader_core::target::BadRow;
use pgloader_core::{Error, Rows};

use crate::writer::{Line, Written};

/// What the isolation of bad rows needs from its surroundings.
#[async_trait]
pub(crate) trait Attempts: Send {
    /// Writes all of the rows, or all but those it names, or none.
    async fn write(&mut self, rows: Rows) -> Result<Written, Error>;
    /// So many rows are committed, of which the target took `taken`.
    fn written(&mut self, rows: usize, taken: u64);
    /// A row is bad.
    fn reject(&mut self, rows: &Rows, index: usize, error: &Error) -> Result<(), Error>;
}

/// How wide the next attempt is, and what is known of the rows ahead. Counts are from the first row not done.
#[derive(Debug)]
struct Search {
    /// Rows that the target has named, nearest first.
    bad: Vec<BadRow>,
    /// Among so many rows there is at least one bad one; 0 where nothing is known.
    suspect: usize,
    /// The attempt where nothing is known.
    window: usize,
    /// Rows committed since the last reject.
    distance: usize,
}

impl Search {
    fn width(&self) -> usize {
        match (self.suspect, self.bad.first()) {
            (0, Some(bad)) => bad.index,
            (0, None) => self.window,
            (suspect, _) => (suspect / 2).max(1),
        }
    }

    fn passed(&mut self, rows: usize) {
        if self.suspect == 0 && self.bad.is_empty() {
            self.window = self.window.saturating_mul(2);
        }
        self.suspect = self.suspect.saturating_sub(rows);
        self.distance += rows;
        for bad in &mut self.bad {
            bad.index -= rows;
        }
    }

    fn rejected(&mut self) {
        self.suspect = 0;
        self.window = 1 + 4 * self.distance;
        self.distance = 0;
        self.bad.retain_mut(|bad| bad.index.checked_sub(1).map(|index| bad.index = index).is_some());
    }

    /// Takes what the target says of an attempt of so many rows; `false` where it names none of them.
    fn learn(&mut self, mut named: Vec<BadRow>, rows: usize) -> bool {
        named.retain(|bad| bad.index < rows);
        named.sort_by_key(|bad| bad.index);
        named.dedup_by_key(|bad| bad.index);
        self.suspect = 0;
        let known = !named.is_empty();
        if known {
            self.bad = named;
        }
        known
    }
}

/// Loads `rows`: each ends written or rejected, exactly once. An error ends the load; the number of rows that are
/// neither is in it.
pub(crate) async fn load(rows: Rows, attempts: &mut dyn Attempts) -> Result<(), (usize, Error)> {
    let mut search = Search { bad: Vec::new(), suspect: 0, window: usize::MAX, distance: 0 };
    let mut rest = rows;
    while !rest.is_empty() {
        let done = match search.bad.first() {
            Some(bad) if bad.index == 0 => first_rejected(&rest, &bad.error, attempts),
            _ => attempt(&rest, &mut search, attempts).await,
        };
        match done? {
            Done::Nothing => {}
            Done::Passed(count) => {
                search.passed(count);
                rest = rest.slice(count..rest.len());
            }
            Done::Rejected => {
                search.rejected();
                rest = rest.slice(1..rest.len());
            }
        }
    }
    Ok(())
}

/// What one step did with the rows at the front.
enum Done {
    Nothing,
    Passed(usize),
    Rejected,
}

async fn attempt(
    rest: &Rows,
    search: &mut Search,
    attempts: &mut dyn Attempts,
) -> Result<Done, (usize, Error)> {
    let rows = rest.slice(0..search.width().min(rest.len()));
    let width = rows.len();
    let error = match attempts.write(rows).await.map_err(|error| (rest.len(), error))? {
        Written::Taken(taken) => {
            attempts.written(width - taken.bad.len(), taken.rows);
            reject_named(rest, taken.bad, attempts)
                .map_err(|(left, error)| (rest.len() - width + left, error))?;
            return Ok(Done::Passed(width));
        }
        Written::SomeBad(error) => {
            // A row named earlier was bad after all the rows before it, which do not load as they are.
            search.bad.clear();
            error
        }
        Written::Bad(named) => {
            let error = named.first().map(|bad| bad.error.clone());
            if search.learn(named, width) {
                return Ok(Done::Nothing);
            }
            error.unwrap_or_else(|| Error::new("the target refused a row and did not say why"))
        }
    };
    if width == 1 {
        return first_rejected(rest, &error, attempts);
    }
    search.suspect = width;
    Ok(Done::Nothing)
}

fn first_rejected(rest: &Rows, error: &Error, attempts: &mut dyn Attempts) -> Result<Done, (usize, Error)> {
    attempts.reject(rest, 0, error).map(|()| Done::Rejected).map_err(|error| (rest.len(), error))
}

/// Rejects rows that the target left out; an error comes with how many of them are not rejected.
fn reject_named(
    rows: &Rows,
    mut bad: Vec<BadRow>,
    attempts: &mut dyn Attempts,
) -> Result<(), (usize, Error)> {
    bad.sort_by_key(|bad| bad.index);
    for (done, row) in bad.iter().enumerate() {
        attempts.reject(rows, row.index, &row.error).map_err(|error| (bad.len() - done, error))?;
    }
    Ok(())
}

/// The attempts of a real load.
pub(crate) struct Real<'a> {
    pub(crate) shared: &'a crate::copy::Shared,
    pub(crate) line: &'a mut Line,
}

#[async_trait]
impl Attempts for Real<'_> {
    async fn write(&mut self, rows: Rows) -> Result<Written, Error> {
        self.line.write(rows).await
    }

    fn written(&mut self, rows: usize, taken: u64) {
        let rows = rows as u64;
        self.shared.add_written(rows, taken);
    }

    fn reject(&mut self, rows: &Rows, index: usize, error: &Error) -> Result<(), Error> {
        self.shared.reject(rows.format(), rows.row(index).unwrap_or_default(), error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    use pgloader_core::batch::{Batch, Chunk};
    use pgloader_core::encode::Format;
    use pgloader_core::target::Taken;

    /// A target that refuses rows starting with `b`, naming them (`b!`) or not (`b?`).
    #[derive(Default)]
    struct Fake {
        loaded: Vec<String>,
        rejected: Vec<String>,
        tries: usize,
        sent: usize,
        wrong_index: bool,
    }

    #[async_trait]
    impl Attempts for Fake {
        async fn write(&mut self, rows: Rows) -> Result<Written, Error> {
            self.tries += 1;
            let all: Vec<String> =
                (0..rows.len()).map(|i| String::from_utf8_lossy(rows.row(i).unwrap()).into_owned()).collect();
            let bad = all.iter().position(|row| row.starts_with('b'));
            self.sent += bad.map_or(all.len(), |at| at + 1);
            match bad {
                None => {
                    self.loaded.extend(all);
                    Ok(Written::Taken(Taken { rows: rows.len() as u64, bad: Vec::new() }))
                }
                Some(index) if all[index] == "b!\n" => {
                    let index = if self.wrong_index { index + 1_000_000 } else { index };
                    Ok(Written::Bad(vec![BadRow { index, error: Error::new("named"), row: None }]))
                }
                Some(_) => Ok(Written::SomeBad(Error::new("not named"))),
            }
        }
        fn written(&mut self, _rows: usize, _taken: u64) {}
        fn reject(&mut self, rows: &Rows, index: usize, _error: &Error) -> Result<(), Error> {
            self.rejected.push(String::from_utf8_lossy(rows.row(index).unwrap()).into_owned());
            Ok(())
        }
    }

    fn batch(rows: &[&str]) -> Arc<Batch> {
        let mut chunk = Chunk::default();
        for row in rows {
            chunk.bytes.extend_from_slice(format!("{row}\n").as_bytes());
            chunk.ends.push(chunk.bytes.len() as u32);
        }
        Arc::new(Batch { format: Format::CopyText, chunks: vec![chunk], part: 0, position: 0 })
    }

    fn run(rows: &[&str], fake: Fake) -> Fake {
        let batch = batch(rows);
        let mut fake = fake;
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(load(batch.rows(), &mut fake)).unwrap();
        let good: Vec<String> =
            rows.iter().filter(|r| !r.starts_with('b')).map(|r| format!("{r}\n")).collect();
        assert_eq!(fake.loaded, good, "each good row once, in order");
        assert_eq!(fake.rejected.len(), rows.len() - good.len(), "each bad row once");
        fake
    }

    #[test]
    fn bad_rows_anywhere_are_found_named_or_not() {
        for pattern in 0u32..1 << 9 {
            for bad in ["b!", "b?"] {
                let rows: Vec<&str> =
                    (0..9).map(|i| if pattern >> i & 1 == 1 { bad } else { "good" }).collect();
                run(&rows, Fake::default());
            }
        }
    }

    #[test]
    fn both_kinds_may_be_mixed() {
        for pattern in 0u32..3u32.pow(7) {
            let kinds = ["good", "b!", "b?"];
            let rows: Vec<&str> = (0..7).map(|i| kinds[(pattern / 3u32.pow(i) % 3) as usize]).collect();
            run(&rows, Fake::default());
        }
    }

    /// Row `c` is refused by name where row `b` is loaded before it; `b` itself is refused without its name, by a
    /// check at the end of the statement.
    #[derive(Default)]
    struct Dependent(Vec<String>, Vec<String>);

    #[async_trait]
    impl Attempts for Dependent {
        async fn write(&mut self, rows: Rows) -> Result<Written, Error> {
            let all: Vec<String> =
                (0..rows.len()).map(|i| String::from_utf8_lossy(rows.row(i).unwrap()).into_owned()).collect();
            let b = all.iter().position(|row| row == "b\n");
            match (b, all.iter().position(|row| row == "c\n")) {
                (Some(b), Some(index)) if b < index => {
                    Ok(Written::Bad(vec![BadRow { index, error: Error::new("doubles b"), row: None }]))
                }
                (Some(_), _) => Ok(Written::SomeBad(Error::new("a key is missing"))),
                (None, _) => {
                    self.0.extend(all);
                    Ok(Written::Taken(Taken { rows: rows.len() as u64, bad: Vec::new() }))
                }
            }
        }
        fn written(&mut self, _rows: usize, _taken: u64) {}
        fn reject(&mut self, rows: &Rows, index: usize, _error: &Error) -> Result<(), Error> {
            self.1.push(String::from_utf8_lossy(rows.row(index).unwrap()).into_owned());
            Ok(())
        }
    }

    #[test]
    fn a_row_that_is_bad_only_because_of_a_bad_row_is_loaded() {
        let mut target = Dependent::default();
        let batch = batch(&["a", "b", "a", "c", "a"]);
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(load(batch.rows(), &mut target)).unwrap();
        assert_eq!(target.0.concat(), "a\na\nc\na\n");
        assert_eq!(target.1, ["b\n"]);
    }

    #[test]
    fn an_index_outside_the_rows_counts_as_none() {
        run(&["good", "b!", "good"], Fake { wrong_index: true, ..Fake::default() });
    }

    #[test]
    fn nothing_but_bad_rows_cost_about_one_attempt_each() {
        let named = run(&["b!"; 1000], Fake::default());
        assert!(named.tries <= 1010, "{} attempts", named.tries);
        let unnamed = run(&["b?"; 1000], Fake::default());
        assert!(unnamed.tries <= 1020, "{} attempts", unnamed.tries);
    }

    #[test]
    fn few_bad_rows_cost_few_attempts_and_little_repeated_work() {
        let rows: Vec<&str> = (0..25_000).map(|i| if i % 1000 == 500 { "b!" } else { "good" }).collect();
        let fake = run(&rows, Fake::default());
        assert!(fake.tries <= 80, "{} attempts", fake.tries);
        assert!(fake.sent <= 55_000, "{} rows sent", fake.sent);
    }
}
