use std::mem;

use aws_sdk_s3::error::ProvideErrorMetadata as _;
use aws_sdk_s3::types::{ChecksumAlgorithm, CompletedMultipartUpload, CompletedPart};
use bytes::Bytes;
use tokio::runtime::Handle;
use tokio::task::{JoinHandle, JoinSet};

use crate::error::{Error, Kind};
use crate::failure::{Action, failure};
use crate::pieces::Pieces;
use crate::store::Store;

/// An object on its way to S3. It appears when [`Upload::finish`] returns, or not at all.
///
/// Dropping it, or an error, removes what was sent; dropping does so in the background, on the runtime
/// that was current when the first part was sent.
pub struct Upload {
    store: Store,
    key: String,
    waiting: Vec<Bytes>,
    waiting_len: usize,
    total: u64,
    stage: Stage,
    /// A push has begun and not ended.
    unsettled: bool,
}

enum Stage {
    /// Nothing is sent yet.
    Collecting,
    /// S3 was asked for an id, and the answer must not get lost.
    Starting(Handle, JoinHandle<Result<String, Error>>),
    Open(Parts),
    /// Finished or aborted.
    Over,
}

/// A multipart upload that exists on S3.
struct Parts {
    runtime: Handle,
    id: String,
    number: i32,
    sending: JoinSet<Result<CompletedPart, Error>>,
    sent: Vec<CompletedPart>,
}

/// The largest object that goes in one request.
const WHOLE: usize = 16 * MIB;

/// Parts under way at a time.
const AT_ONCE: usize = 3;

const MIB: usize = 1024 * 1024;

impl Upload {
    pub(crate) fn new(store: Store, key: &str) -> Self {
        Self {
            store,
            key: key.to_owned(),
            waiting: Vec::new(),
            waiting_len: 0,
            total: 0,
            stage: Stage::Collecting,
            unsettled: false,
        }
    }

    /// Adds bytes, which are not copied. Waits while three parts are under way.
    ///
    /// # Errors
    /// As [`Store::put`]; the upload is aborted then. The future must be awaited to its end, or the
    /// upload can no longer be finished.
    pub async fn push(&mut self, bytes: Bytes) -> Result<(), Error> {
        self.waiting_len += bytes.len();
        self.total += bytes.len() as u64;
        self.waiting.push(bytes);
        while self.is_part_due() {
            let part = self.take(self.part_len());
            self.settle(part).await?;
        }
        Ok(())
    }

    /// Sends what is left and makes the object appear.
    ///
    /// # Errors
    /// As [`Store::put`]; nothing is left on S3 then.
    pub async fn finish(mut self) -> Result<(), Error> {
        if self.unsettled || matches!(self.stage, Stage::Over) {
            let place = self.store.place(Some(&self.key));
            return Err(Error::new(Kind::Other, format!("the upload to {place} has failed before")));
        }
        let rest = self.take(self.waiting_len);
        if matches!(self.stage, Stage::Collecting) {
            self.stage = Stage::Over;
            return self.store.put_whole(&self.key, &rest).await;
        }
        if rest.len() > 0 {
            self.settle(rest).await?;
        }
        let completed = self.complete().await;
        if completed.is_err() {
            self.give_up().await;
        }
        self.stage = Stage::Over;
        completed
    }

    /// Removes what was sent.
    ///
    /// # Errors
    /// Parts may be left on S3 then: [`Store::uploads`] shows them.
    pub async fn abort(mut self) -> Result<(), Error> {
        match self.clean_up() {
            Some(cleaning) => joined(cleaning.await),
            None => Ok(()),
        }
    }

    fn is_part_due(&self) -> bool {
        match self.stage {
            Stage::Collecting => self.waiting_len > WHOLE,
            _ => self.waiting_len >= self.part_len(),
        }
    }

    /// S3 takes 10,000 parts; their size grows slowly so that they hold nearly 4 TiB.
    fn part_len(&self) -> usize {
        let number = match &self.stage {
            Stage::Open(parts) => parts.number,
            _ => 1,
        };
        part_len(number)
    }

    /// The first `len` of the waiting bytes.
    fn take(&mut self, len: usize) -> Pieces {
        self.waiting_len -= len;
        let (mut part, mut missing) = (Vec::new(), len);
        let mut waiting = mem::take(&mut self.waiting).into_iter();
        for mut piece in waiting.by_ref() {
            let taken = piece.split_to(piece.len().min(missing));
            missing -= taken.len();
            part.push(taken);
            if missing == 0 {
                self.waiting.extend(Some(piece).filter(|rest| !rest.is_empty()));
                break;
            }
        }
        self.waiting.extend(waiting);
        Pieces::new(part)
    }

    /// Hands a part over for sending, or gives the upload up.
    async fn settle(&mut self, part: Pieces) -> Result<(), Error> {
        self.unsettled = true;
        let sent = self.send(part).await;
        if sent.is_err() {
            self.give_up().await;
        }
        self.unsettled = false;
        sent
    }

    async fn send(&mut self, part: Pieces) -> Result<(), Error> {
        self.start().await?;
        let Stage::Open(parts) = &mut self.stage else {
            return Err(Error::new(Kind::Other, format!("the upload of {} is over", self.key)));
        };
        if parts.sending.len() >= AT_ONCE {
            parts.collect_one().await?;
        }
        let (store, key, id, number) = (self.store.clone(), self.key.clone(), parts.id.clone(), parts.number);
        parts.number += 1;
        parts.sending.spawn(async move { send_part(&store, &key, &id, number, &part).await });
        Ok(())
    }

    /// Gets an id from S3, unless there is one.
    async fn start(&mut self) -> Result<(), Error> {
        if matches!(self.stage, Stage::Collecting) {
            let (store, key) = (self.store.clone(), self.key.clone());
            let asking = tokio::spawn(async move { create(&store, &key).await });
            self.stage = Stage::Starting(Handle::current(), asking);
        }
        if let Stage::Starting(runtime, asking) = &mut self.stage {
            let (runtime, id) = (runtime.clone(), joined(asking.await));
            self.stage = match id {
                Ok(id) => Stage::Open(Parts::new(runtime, id)),
                Err(error) => {
                    self.stage = Stage::Over;
                    return Err(error);
                }
            };
        }
        Ok(())
    }

    async fn complete(&mut self) -> Result<(), Error> {
        let Stage::Open(parts) = &mut self.stage else { return Ok(()) };
        while !parts.sending.is_empty() {
            parts.collect_one().await?;
        }
        parts.sent.sort_by_key(CompletedPart::part_number);
        let list = CompletedMultipartUpload::builder().set_parts(Some(mem::take(&mut parts.sent))).build();
        complete(&self.store, &self.key, &parts.id, list, self.total).await
    }

    /// Aborts after an error, which is the one to report; one of aborting is only logged.
    async fn give_up(&mut self) {
        if let Some(cleaning) = self.clean_up() {
            let _ = cleaning.await;
        }
    }

    /// Ends the upload and removes its parts in a task of its own, which ends even when nobody waits.
    fn clean_up(&mut self) -> Option<JoinHandle<Result<(), Error>>> {
        self.waiting.clear();
        self.waiting_len = 0;
        let (store, key) = (self.store.clone(), self.key.clone());
        match mem::replace(&mut self.stage, Stage::Over) {
            Stage::Collecting | Stage::Over => None,
            Stage::Starting(runtime, asking) => Some(runtime.spawn(async move {
                match joined(asking.await) {
                    Ok(id) => abort_or_warn(&store, &key, &id).await,
                    Err(_) => Ok(()),
                }
            })),
            Stage::Open(mut parts) => Some(parts.runtime.clone().spawn(async move {
                parts.sending.shutdown().await;
                abort_or_warn(&store, &key, &parts.id).await
            })),
        }
    }
}

impl Drop for Upload {
    fn drop(&mut self) {
        self.clean_up();
    }
}

impl Parts {
    fn new(runtime: Handle, id: String) -> Self {
        Self { runtime, id, number: 1, sending: JoinSet::new(), sent: Vec::new() }
    }

    async fn collect_one(&mut self) -> Result<(), Error> {
        if let Some(part) = self.sending.join_next().await {
            self.sent.push(joined(part)?);
        }
        Ok(())
    }
}

fn part_len(number: i32) -> usize {
    let doubled = u32::try_from(number / 1000).unwrap_or(0);
    (8 * MIB) << doubled.min(7)
}

async fn create(store: &Store, key: &str) -> Result<String, Error> {
    let create = store.client().create_multipart_upload().bucket(store.bucket()).key(key);
    let create = create.set_checksum_algorithm(store.checksums().then_some(ChecksumAlgorithm::Crc32));
    let place = store.place(Some(key));
    let created = create.send().await.map_err(|error| failure(&error, Action::Write, &place))?;
    created
        .upload_id
        .ok_or_else(|| Error::new(Kind::Other, format!("cannot write {place}: S3 gave no upload id")))
}

async fn send_part(
    store: &Store,
    key: &str,
    id: &str,
    number: i32,
    part: &Pieces,
) -> Result<CompletedPart, Error> {
    let request = store.client().upload_part().bucket(store.bucket()).key(key).upload_id(id);
    let crc32 = store.checksums().then(|| part.crc32());
    let request = request.part_number(number).set_checksum_crc32(crc32.clone()).body(part.body());
    let sent = request.send().await;
    let sent = sent.map_err(|error| failure(&error, Action::Write, &store.place(Some(key))))?;
    Ok(CompletedPart::builder().part_number(number).set_e_tag(sent.e_tag).set_checksum_crc32(crc32).build())
}

async fn complete(
    store: &Store,
    key: &str,
    id: &str,
    list: CompletedMultipartUpload,
    total: u64,
) -> Result<(), Error> {
    let complete = store.client().complete_multipart_upload().bucket(store.bucket()).key(key);
    match complete.upload_id(id).multipart_upload(list).send().await {
        Ok(_) => Ok(()),
        // The answer to an earlier attempt was lost.
        Err(error) if error.code() == Some("NoSuchUpload") && has_size(store, key, total).await => Ok(()),
        Err(error) => Err(failure(&error, Action::Write, &store.place(Some(key)))),
    }
}

async fn has_size(store: &Store, key: &str, size: u64) -> bool {
    let head = store.client().head_object().bucket(store.bucket()).key(key).send().await;
    head.is_ok_and(|head| head.content_length().and_then(|length| u64::try_from(length).ok()) == Some(size))
}

/// See [`Store::abort_upload`].
pub(crate) async fn abort(store: &Store, key: &str, id: &str) -> Result<(), Error> {
    let abort = store.client().abort_multipart_upload().bucket(store.bucket()).key(key).upload_id(id);
    match abort.send().await {
        Ok(_) => Ok(()),
        Err(error) if error.code() == Some("NoSuchUpload") => Ok(()),
        Err(error) => Err(failure(&error, Action::AbortUpload, &store.place(Some(key)))),
    }
}

async fn abort_or_warn(store: &Store, key: &str, id: &str) -> Result<(), Error> {
    let aborted = abort(store, key, id).await;
    aborted.inspect_err(|error| tracing::warn!("parts may be left on S3: {}", error.message()))
}

fn joined<T>(ended: Result<Result<T, Error>, tokio::task::JoinError>) -> Result<T, Error> {
    ended.unwrap_or_else(|error| Err(Error::new(Kind::Other, format!("sending to S3 has stopped: {error}"))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_grow() {
        let all: u64 = (1..=10_000).map(|number| part_len(number) as u64).sum();
        assert!(all > 3 * 1024u64.pow(4), "{all}");
        assert_eq!(part_len(1), 8 * MIB);
        assert_eq!(part_len(999), 8 * MIB);
        assert_eq!(part_len(1000), 16 * MIB);
    }
}
