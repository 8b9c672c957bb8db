//! The buckets and their objects: an index in memory, the bytes in files.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::ops::Range;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use bytes::Bytes;
use s3s::dto::{Checksum, Metadata};
use s3s::{S3Result, s3_error};

use crate::multipart::Upload;

/// Bytes in a file of their own, which goes when the last reader is done with it.
pub(crate) struct Blob {
    path: PathBuf,
    pub len: u64,
}

/// A blob that is being written. Writing blocks, but only until the system's cache has the bytes.
pub(crate) struct BlobWriter {
    file: File,
    blob: Blob,
}

/// A complete object.
#[derive(Clone)]
pub(crate) struct Object {
    pieces: Vec<Arc<Blob>>,
    pub size: u64,
    pub tag: String,
    pub modified: SystemTime,
    /// Of the whole object; none for one that came in parts.
    pub checksum: Checksum,
    pub content_type: Option<String>,
    pub metadata: Option<Metadata>,
}

/// A bucket with its objects by key, and its unfinished uploads by key and id.
pub(crate) struct Bucket {
    region: String,
    ours: bool,
    pub objects: BTreeMap<String, Object>,
    pub uploads: BTreeMap<(String, String), Upload>,
}

/// All buckets.
pub(crate) struct Objects {
    directory: PathBuf,
    next: AtomicU64,
    buckets: Mutex<BTreeMap<String, Bucket>>,
}

/// How much is read from a file at a time.
const READ: u64 = 256 * 1024;

impl BlobWriter {
    pub fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all(bytes)?;
        self.blob.len += bytes.len() as u64;
        Ok(())
    }

    pub fn finish(self) -> Arc<Blob> {
        Arc::new(self.blob)
    }
}

impl Drop for Blob {
    fn drop(&mut self) {
        // What cannot be removed goes with the directory.
        let _ = fs::remove_file(&self.path);
    }
}

impl Object {
    pub fn new(pieces: Vec<Arc<Blob>>, tag: String) -> Self {
        Self {
            size: pieces.iter().map(|piece| piece.len).sum(),
            pieces,
            tag,
            modified: SystemTime::now(),
            checksum: Checksum::default(),
            content_type: None,
            metadata: None,
        }
    }

    /// The bytes in `range`, which must lie within the object. What is read is what the object was
    /// when this was called, even if it is replaced or deleted meanwhile.
    pub fn read(&self, range: Range<u64>) -> impl Iterator<Item = io::Result<Bytes>> + Send + Sync + use<> {
        let mut start = 0;
        let pieces = self.pieces.clone().into_iter().filter_map(move |piece| {
            let within =
                range.start.max(start) - start..range.end.min(start + piece.len).saturating_sub(start);
            start += piece.len;
            (!within.is_empty()).then_some((piece, within))
        });
        pieces.flat_map(|(piece, within)| {
            let starts = within.clone().step_by(READ as usize);
            starts.map(move |start| read_at(&piece, start, READ.min(within.end - start)))
        })
    }
}

fn read_at(piece: &Blob, start: u64, len: u64) -> io::Result<Bytes> {
    let mut bytes = vec![0; len as usize];
    File::open(&piece.path)?.read_exact_at(&mut bytes, start)?;
    Ok(bytes.into())
}

impl Bucket {
    pub fn new(region: &str, ours: bool) -> Self {
        Self { region: region.to_owned(), ours, objects: BTreeMap::new(), uploads: BTreeMap::new() }
    }
}

impl Objects {
    pub fn new(directory: &Path, buckets: Vec<(String, Bucket)>) -> Self {
        let buckets = Mutex::new(buckets.into_iter().collect());
        Self { directory: directory.to_owned(), next: AtomicU64::new(0), buckets }
    }

    /// A bucket's region, and whether it is ours.
    pub fn find(&self, bucket: &str) -> Option<(String, bool)> {
        self.lock().get(bucket).map(|bucket| (bucket.region.clone(), bucket.ours))
    }

    /// `bucket/key` of every object, sorted.
    pub fn names(&self) -> Vec<String> {
        let buckets = self.lock();
        let names = |(name, bucket): (&String, &Bucket)| -> Vec<String> {
            bucket.objects.keys().map(|key| format!("{name}/{key}")).collect()
        };
        buckets.iter().flat_map(names).collect()
    }

    /// The number of unfinished uploads.
    pub fn uploads(&self) -> usize {
        self.lock().values().map(|bucket| bucket.uploads.len()).sum()
    }

    pub fn object(&self, bucket: &str, key: &str) -> Option<Object> {
        self.lock().get(bucket)?.objects.get(key).cloned()
    }

    pub fn insert(&self, bucket: &str, key: &str, object: Object) -> S3Result<()> {
        self.with(bucket, |bucket| {
            bucket.objects.insert(key.to_owned(), object);
            Ok(())
        })
    }

    /// Calls `action` with the bucket, which nobody else sees meanwhile.
    ///
    /// # Errors
    /// `NoSuchBucket`, and those of `action`.
    pub fn with<T>(&self, bucket: &str, action: impl FnOnce(&mut Bucket) -> S3Result<T>) -> S3Result<T> {
        match self.lock().get_mut(bucket) {
            Some(bucket) => action(bucket),
            None => Err(s3_error!(NoSuchBucket, "The bucket {bucket} does not exist.")),
        }
    }

    /// A new, empty blob.
    pub fn create(&self) -> io::Result<BlobWriter> {
        let path = self.directory.join(self.number().to_string());
        Ok(BlobWriter { file: File::create(&path)?, blob: Blob { path, len: 0 } })
    }

    /// An entity tag that no other object or part has.
    pub fn new_tag(&self) -> String {
        format!("{:032x}", self.number())
    }

    /// An upload id that no other upload has.
    pub fn new_upload(&self) -> String {
        format!("upload-{:06}", self.number())
    }

    fn number(&self) -> u64 {
        self.next.fetch_add(1, Ordering::Relaxed)
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Bucket>> {
        self.buckets.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
