//! Loads a batch in binary, and as text where the target refuses it so: text is what rows are judged and rejected by.

use std::sync::Arc;

use async_trait::async_trait;
use pgloader_core::encode::{Format, copy_binary};
use pgloader_core::{Batch, Error, Rows};

use crate::copy::Shared;
use crate::isolate::{self, Attempts, Real};
use crate::writer::{Line, Written};

/// Loads the rows of `batch`: each ends written or rejected, exactly once, and the batch's memory is given back. An
/// error ends the load; the number of rows that are neither is in it.
pub(crate) async fn load(shared: &Shared, line: &mut Line, batch: Arc<Batch>) -> Result<(), (usize, Error)> {
    let count = batch.row_count();
    let refusal = match line.write(batch.rows()).await {
        Ok(Written::Taken(taken)) => {
            shared.add_written(count as u64, taken.rows);
            shared.chunks.give_back_batch(batch);
            return Ok(());
        }
        Ok(Written::Bad(rows)) => rows.into_iter().next().map(|row| row.error),
        Ok(Written::SomeBad(error)) => Some(error),
        Err(error) => return Err((count, error)),
    };
    let refusal = refusal.map(|error| error.to_string()).unwrap_or_default();
    tracing::debug!("a batch is sent again as text, for in binary the server says: {refusal}");
    let batch = Arc::new(to_text(shared, batch).map_err(|error| (count, error))?);
    let mut attempts = Judged { real: Real { shared, line }, rejects: 0 };
    let result = isolate::load(batch.rows(), &mut attempts).await;
    if result.is_ok() && attempts.rejects == 0 {
        shared.refuse_binary(&refusal);
    }
    shared.chunks.give_back_batch(batch);
    result
}

/// The same rows as text; no two forms of a chunk are held for longer than it takes.
fn to_text(shared: &Shared, batch: Arc<Batch>) -> Result<Batch, Error> {
    let held = || Error::new("a batch is held by a writer that has answered: a defect of pgloader");
    let batch = Arc::into_inner(batch).ok_or_else(held)?;
    let mut chunks = Vec::with_capacity(batch.chunks.len());
    for chunk in batch.chunks {
        let text = copy_binary::to_text(&shared.codecs, &chunk)?;
        shared.chunks.add(text.bytes.capacity());
        shared.chunks.give_back(vec![chunk]);
        chunks.push(text);
    }
    Ok(Batch { format: Format::CopyText, chunks, ..batch })
}

/// Counts the rejects among the attempts at one batch.
struct Judged<'a> {
    real: Real<'a>,
    rejects: usize,
}

#[async_trait]
impl Attempts for Judged<'_> {
    async fn write(&mut self, rows: Rows) -> Result<Written, Error> {
        self.real.write(rows).await
    }

    fn written(&mut self, rows: usize, taken: u64) {
        self.real.written(rows, taken);
    }

    fn reject(&mut self, rows: &Rows, index: usize, error: &Error) -> Result<(), Error> {
        self.rejects += 1;
        self.real.reject(rows, index, error)
    }
}
