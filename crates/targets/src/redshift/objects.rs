//! The objects of one run in S3: their names, and that none is left behind.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use pgloader_core::{Error, Result};
use pgloader_s3::Store;
use uuid::Uuid;

/// Names a run: nothing else in the bucket begins so.
#[derive(Debug, Clone)]
pub(super) struct Run {
    prefix: String,
}

impl Run {
    /// A run of its own. The name tells when it began.
    pub(super) fn new(prefix: &str) -> Run {
        Run { prefix: format!("{prefix}{RUN}{}/", Uuid::now_v7()) }
    }

    /// Where the objects of one table go; `number` counts the tables of the run.
    pub(super) fn table(&self, number: u32) -> String {
        format!("{}{number:04}/", self.prefix)
    }
}

/// What the names of runs begin with.
pub(super) const RUN: &str = "pgloader-";

/// The objects of one table's load. Names have one length, so that none is the beginning of another: COPY reads all
/// keys that begin as it is told.
pub(super) struct Objects {
    store: Store,
    prefix: String,
    next: AtomicU32,
    live: Mutex<BTreeSet<String>>,
    keep: bool,
    /// An upload was given up half way.
    was_interrupted: AtomicBool,
}

impl Objects {
    pub(super) fn new(store: Store, prefix: String, keep: bool) -> Objects {
        Objects {
            store,
            prefix,
            next: AtomicU32::new(0),
            live: Mutex::default(),
            keep,
            was_interrupted: AtomicBool::new(false),
        }
    }

    pub(super) fn store(&self) -> &Store {
        &self.store
    }

    /// The key of a new object, which counts as there from now on.
    pub(super) fn create(&self, suffix: &str) -> String {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let key = format!("{}{number:08}.{suffix}", self.prefix);
        self.lock().insert(key.clone());
        key
    }

    /// The object as COPY and people name it.
    pub(super) fn url(&self, key: &str) -> String {
        format!("s3://{}/{key}", self.store.bucket())
    }

    /// The beginning of all names of the table.
    pub(super) fn url_prefix(&self) -> String {
        self.url(&self.prefix)
    }

    /// An upload was given up half way: S3 may hold parts of it.
    pub(super) fn interrupted(&self) {
        self.was_interrupted.store(true, Ordering::Relaxed);
    }

    /// Deletes objects, unless they are to be kept. What cannot be deleted now is tried again at the end.
    pub(super) async fn discard(&self, keys: &[String]) {
        if self.keep {
            return;
        }
        match self.store.delete(keys).await {
            Ok(()) => self.lock().retain(|key| !keys.contains(key)),
            Err(error) => tracing::debug!("cannot delete staged objects yet: {error}"),
        }
    }

    /// What would be left behind now.
    pub(super) fn leftovers(&self) -> Vec<String> {
        match self.keep {
            true => Vec::new(),
            false => self.lock().iter().map(|key| self.url(key)).collect(),
        }
    }

    /// Deletes all that is there still, and the parts of uploads that were given up.
    pub(super) async fn clean_up(&self) -> Result<()> {
        if self.was_interrupted.load(Ordering::Relaxed) {
            self.abort_uploads().await;
        }
        let keys: Vec<String> = self.lock().iter().cloned().collect();
        if keys.is_empty() {
            return Ok(());
        }
        if self.keep {
            tracing::info!("{} staged objects are kept below {}", keys.len(), self.url_prefix());
            return Ok(());
        }
        self.store.delete(&keys).await.map_err(|error| {
            let first = keys.first().map(|key| self.url(key)).unwrap_or_default();
            Error::new(format!("{} staged objects are left in S3, {first} first: {error}", keys.len()))
                .hint("`pgloader --s3-gc` lists what runs have left behind, and removes it with =remove")
        })?;
        self.lock().clear();
        Ok(())
    }

    /// Where the keys may not list uploads, `--s3-gc` or a rule of the bucket must do.
    async fn abort_uploads(&self) {
        let uploads = match self.store.uploads(&self.prefix).await {
            Ok(uploads) => uploads,
            Err(error) => {
                tracing::warn!("an upload was interrupted, and its parts cannot be looked for: {error}");
                return;
            }
        };
        for upload in uploads {
            if let Err(error) = self.store.abort_upload(&upload.key, &upload.id).await {
                tracing::warn!("parts of {} are left in S3: {error}", self.url(&upload.key));
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeSet<String>> {
        self.live.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
