//! Staged objects: loaded one by one, or gathered and loaded together, and taken apart where a row is bad.

use std::sync::{Arc, Mutex, PoisonError};

use pgloader_core::load::{Commit, OnError};
use pgloader_core::target::{Staged, Taken};
use pgloader_core::{Batch, Error};

use crate::copy::Shared;
use crate::isolate::{self, Real};
use crate::writer::{Line, Written};

/// A group is closed at so many bytes of rows, so that what a failure costs is bounded.
const GROUP_BYTES: u64 = 16 << 30;
/// And at so many objects.
const GROUP_OBJECTS: usize = 1000;

/// Objects that are staged and not loaded yet.
#[derive(Debug)]
pub(crate) struct Gathered {
    objects: Mutex<Vec<Staged>>,
    most: usize,
}

impl Gathered {
    /// Nothing yet.
    pub(crate) fn new(commit: Commit) -> Gathered {
        let most = if commit == Commit::StagedTable { GROUP_OBJECTS } else { 1 };
        Gathered { objects: Mutex::default(), most }
    }

    /// Adds an object; gives a group back where one is full, or where the object's form is another one.
    fn add(&self, object: Staged) -> Option<Vec<Staged>> {
        let mut objects = self.objects.lock().unwrap_or_else(PoisonError::into_inner);
        let differs = objects.last().is_some_and(|last| last.format != object.format);
        let earlier = differs.then(|| std::mem::take(&mut *objects));
        objects.push(object);
        let bytes: u64 = objects.iter().map(|object| object.bytes).sum();
        match earlier {
            None if bytes >= GROUP_BYTES || objects.len() >= self.most => Some(std::mem::take(&mut *objects)),
            earlier => earlier,
        }
    }

    fn take(&self) -> Vec<Staged> {
        std::mem::take(&mut *self.objects.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Stages a batch, whose memory is free then, and loads the group that is full with it. Rows that are neither written
/// nor rejected when an error ends this are counted at the end of the load.
pub(crate) async fn stage_and_load(
    shared: &Arc<Shared>,
    line: &mut Line,
    batch: Arc<Batch>,
) -> Result<(), Error> {
    let staged = line.stage(batch.rows()).await;
    shared.chunks.give_back_batch(batch);
    let staged = staged?;
    tracing::debug!("staged {} rows as {}", staged.rows, staged.name);
    match shared.gathered.add(staged) {
        Some(group) => load(shared, line, group).await,
        None => shared.rejects.flush(),
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
/// are read back and isolated.
async fn load(shared: &Arc<Shared>, line: &mut Line, group: Vec<Staged>) -> Result<(), Error> {
    let mut open = vec![group];
    while let Some(objects) = open.pop() {
        let error = match line.load(&objects).await? {
            Written::Taken(taken) => {
                account(shared, &objects, taken)?;
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
    shared.rejects.flush()
}

fn unnamed() -> Error {
    Error::new("the target refused a row and did not say why")
}

async fn isolate(shared: &Arc<Shared>, line: &mut Line, object: &Staged) -> Result<(), Error> {
    let (loading, interrupt) = (line.loading(), line.interrupt());
    let mut fetched = interrupt.or(loading.fetch(object)).await?;
    while let Some(batch) = interrupt.or(fetched.next()).await? {
        let rows = Arc::new(batch).rows();
        isolate::load(rows, &mut Real { shared, line }).await.map_err(|(_, error)| error)?;
    }
    line.discard(std::slice::from_ref(object)).await;
    Ok(())
}

/// Counts what was loaded, and puts the rows that the target left out in the reject files.
fn account(shared: &Shared, objects: &[Staged], taken: Taken) -> Result<(), Error> {
    let sent: u64 = objects.iter().map(|object| object.rows).sum();
    shared.add_written(sent - taken.bad.len() as u64, taken.rows);
    let Some(format) = objects.first().map(|object| object.format) else { return Ok(()) };
    let mut bad = taken.bad;
    bad.sort_by_key(|row| row.index);
    for row in bad {
        shared.reject(format, row.row.as_deref().unwrap_or_default(), &row.error)?;
    }
    Ok(())
}
