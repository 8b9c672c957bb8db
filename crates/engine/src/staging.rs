//! Groups of staged objects: gathered while batches are staged, loaded together, taken apart where a row is bad.

use std::sync::{Arc, Mutex, PoisonError};

use pgloader_core::load::OnError;
use pgloader_core::target::{BadRow, Staged, Taken};
use pgloader_core::{Error, Rows};

use crate::copy::Shared;
use crate::isolate::{self, Real};
use crate::writer::{Line, Written};

/// A group is closed at so many bytes of rows, so that what a failure costs is bounded.
const GROUP_BYTES: u64 = 16 << 30;
/// And at so many objects.
const GROUP_OBJECTS: usize = 1000;

/// Objects that are staged and not loaded yet.
#[derive(Debug, Default)]
pub(crate) struct Gathered(Mutex<Vec<Staged>>);

impl Gathered {
    /// Adds an object; gives a group back where one is full, or where the object's form is another one.
    fn add(&self, object: Staged) -> Option<Vec<Staged>> {
        let mut gathered = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let differs = gathered.last().is_some_and(|last| last.format != object.format);
        let earlier = differs.then(|| std::mem::take(&mut *gathered));
        gathered.push(object);
        let bytes: u64 = gathered.iter().map(|object| object.bytes).sum();
        match earlier {
            None if bytes >= GROUP_BYTES || gathered.len() >= GROUP_OBJECTS => {
                Some(std::mem::take(&mut *gathered))
            }
            earlier => earlier,
        }
    }

    fn take(&self) -> Vec<Staged> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Stages a batch's rows, and loads the group that is full with them.
pub(crate) async fn stage(shared: &Arc<Shared>, line: &mut Line, rows: Rows) -> Result<(), Error> {
    let staged = line.stage(rows).await?;
    tracing::debug!("staged {} rows as {}", staged.rows, staged.name);
    match shared.gathered.add(staged) {
        Some(group) => load(shared, line, group).await,
        None => Ok(()),
    }
}

/// Loads all that is left.
pub(crate) async fn load_rest(shared: &Arc<Shared>, line: &mut Line) -> Result<(), Error> {
    let rest = shared.gathered.take();
    match rest.is_empty() {
        true => Ok(()),
        false => load(shared, line, rest).await,
    }
}

/// Loads a group. Where the target cannot name the bad rows, the group is halved until it is one object, whose rows
/// are read back and isolated. Whatever is neither written nor rejected when an error ends this is counted at the end
/// of the load.
async fn load(shared: &Arc<Shared>, line: &mut Line, group: Vec<Staged>) -> Result<(), Error> {
    let mut open = vec![group];
    while let Some(objects) = open.pop() {
        let error = match line.load(&objects).await? {
            Written::Taken(taken) => {
                account(shared, line, &objects, taken).await?;
                line.discard(&objects).await;
                continue;
            }
            Written::SomeBad(error) => error,
            Written::Bad(bad) => bad.into_iter().next().map_or_else(unnamed, |row| row.error),
        };
        if shared.on_error == OnError::Stop {
            return Err(error);
        }
        match objects.as_slice() {
            [object] => isolate(shared, line, object).await?,
            _ => {
                let (first, second) = objects.split_at(objects.len() / 2);
                open.extend([second.to_vec(), first.to_vec()]);
            }
        }
    }
    Ok(())
}

fn unnamed() -> Error {
    Error::new("the target refused a row and did not say why")
}

async fn isolate(shared: &Arc<Shared>, line: &mut Line, object: &Staged) -> Result<(), Error> {
    let batch = Arc::new(line.fetch(object).await?);
    line.discard(std::slice::from_ref(object)).await;
    isolate::load(batch.rows(), &mut Real { shared, line }).await.map_err(|(_, error)| error)
}

/// Counts what was loaded, and puts the rows that the target left out in the reject files.
async fn account(
    shared: &Arc<Shared>,
    line: &mut Line,
    objects: &[Staged],
    taken: Taken,
) -> Result<(), Error> {
    let sent: u64 = objects.iter().map(|object| object.rows).sum();
    shared.add_written(sent - taken.bad.len() as u64, taken.rows);
    let mut first = 0;
    for object in objects {
        let end = first + object.rows as usize;
        let mine = taken.bad.iter().filter(|row| (first..end).contains(&row.index));
        let mine: Vec<BadRow> =
            mine.map(|row| BadRow { index: row.index - first, error: row.error.clone() }).collect();
        first = end;
        if mine.is_empty() {
            continue;
        }
        let batch = line.fetch(object).await.map_err(|error| unread(&mine, object, error))?;
        isolate::reject_named(&Arc::new(batch).rows(), mine, &mut Real { shared, line })
            .map_err(|(_, error)| error)?;
    }
    shared.rejects.flush()
}

fn unread(bad: &[BadRow], object: &Staged, mut error: Error) -> Error {
    let reasons: Vec<String> = bad.iter().map(|row| row.error.to_string()).collect();
    error.message = format!(
        "{} refused rows of {} could not be read back for the reject file: {}",
        bad.len(),
        object.name,
        error.message
    );
    error.context(reasons.join("\n"))
}
