//! Uploads in parts.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::SystemTime;

use s3s::dto::{
    Checksum, ChecksumAlgorithm, CompletedPart, ListMultipartUploadsInput, ListMultipartUploadsOutput,
    Metadata, MultipartUpload,
};
use s3s::{S3Result, s3_error};

use crate::checksums::{named, take_checksums};
use crate::intake::Received;
use crate::listing::PAGE;
use crate::objects::{Blob, Bucket, Object};

/// One that is neither completed nor aborted.
pub(crate) struct Upload {
    algorithm: Option<ChecksumAlgorithm>,
    content_type: Option<String>,
    metadata: Option<Metadata>,
    initiated: SystemTime,
    parts: BTreeMap<i32, Part>,
}

struct Part {
    blob: Arc<Blob>,
    tag: String,
    checksum: Checksum,
}

/// The answer to a request for the unfinished uploads of a bucket.
pub(crate) fn listed(bucket: &Bucket, input: ListMultipartUploadsInput) -> ListMultipartUploadsOutput {
    let limit = input.max_uploads.unwrap_or(PAGE).clamp(0, PAGE);
    let prefix = input.prefix.as_deref().unwrap_or_default();
    let last = (input.key_marker.as_deref(), input.upload_id_marker.as_deref());
    let wanted = |key: &str, id: &str| key.starts_with(prefix) && is_after(key, id, last);
    let mut found = bucket.uploads.iter().filter(|((key, id), _)| wanted(key, id));
    let uploads = found.by_ref().take(usize::try_from(limit).unwrap_or_default());
    let uploads: Vec<_> = uploads.map(|((key, id), upload)| unfinished(key, id, upload)).collect();
    let more = found.next().is_some();
    let last = uploads.last().filter(|_| more);
    ListMultipartUploadsOutput {
        is_truncated: Some(more),
        next_key_marker: last.and_then(|upload| upload.key.clone()),
        next_upload_id_marker: last.and_then(|upload| upload.upload_id.clone()),
        max_uploads: Some(limit),
        uploads: Some(uploads),
        bucket: Some(input.bucket),
        prefix: input.prefix,
        ..Default::default()
    }
}

fn is_after(key: &str, id: &str, last: (Option<&str>, Option<&str>)) -> bool {
    match last {
        (None, _) => true,
        (Some(last), None) => key > last,
        (Some(last), Some(last_id)) => (key, id) > (last, last_id),
    }
}

fn unfinished(key: &str, id: &str, upload: &Upload) -> MultipartUpload {
    MultipartUpload {
        key: Some(key.to_owned()),
        upload_id: Some(id.to_owned()),
        initiated: Some(upload.initiated.into()),
        checksum_algorithm: upload.algorithm.clone(),
        ..Default::default()
    }
}

/// Every part but the last must be as large.
const SMALLEST_PART: u64 = 5 * 1024 * 1024;

impl Upload {
    pub fn new(
        algorithm: Option<ChecksumAlgorithm>,
        content_type: Option<String>,
        metadata: Option<Metadata>,
    ) -> Self {
        Self { algorithm, content_type, metadata, initiated: SystemTime::now(), parts: BTreeMap::new() }
    }

    /// Adds a part, or replaces the one of this number.
    pub fn add(&mut self, number: i32, tag: String, received: Received) {
        self.parts.insert(number, Part { blob: received.blob, tag, checksum: received.checksum });
    }

    /// The object that consists of these parts.
    ///
    /// # Errors
    /// `InvalidPart`, `InvalidPartOrder`, `EntityTooSmall`, `InvalidRequest`.
    pub fn assemble(&self, wanted: &[CompletedPart], tag: &str) -> S3Result<Object> {
        let numbers = wanted.iter().map(|part| part.part_number.unwrap_or_default());
        if !numbers.is_sorted_by(|one, next| one < next) {
            return Err(s3_error!(InvalidPartOrder, "The list of parts is not in ascending order."));
        }
        let pieces = wanted.iter().map(|part| self.piece(part)).collect::<S3Result<Vec<_>>>()?;
        match pieces.split_last() {
            None => Err(s3_error!(MalformedXML, "There must be at least one part.")),
            Some((_, others)) if others.iter().any(|piece| piece.len < SMALLEST_PART) => {
                Err(s3_error!(EntityTooSmall, "A part is smaller than the minimum allowed size."))
            }
            Some(_) => Ok(self.object(pieces, tag)),
        }
    }

    fn object(&self, pieces: Vec<Arc<Blob>>, tag: &str) -> Object {
        let tag = format!("{tag}-{}", pieces.len());
        let mut object = Object::new(pieces, tag);
        object.content_type.clone_from(&self.content_type);
        object.metadata.clone_from(&self.metadata);
        object
    }

    fn piece(&self, wanted: &CompletedPart) -> S3Result<Arc<Blob>> {
        let number = wanted.part_number.unwrap_or_default();
        let tag = wanted.e_tag.as_ref().map(s3s::dto::ETag::value);
        let part = self.parts.get(&number).filter(|part| Some(part.tag.as_str()) == tag);
        let part = part.ok_or_else(|| s3_error!(InvalidPart, "Part {number} was not found."))?;
        if self.algorithm.is_some() {
            part.check(wanted)?;
        }
        Ok(Arc::clone(&part.blob))
    }
}

impl Part {
    /// An upload with a checksum algorithm must be completed with the checksums of its parts.
    fn check(&self, wanted: &CompletedPart) -> S3Result<()> {
        let wanted = take_checksums!(wanted.clone());
        for ((name, wanted), (_, ours)) in named(&wanted).into_iter().zip(named(&self.checksum)) {
            match (wanted, ours) {
                (None, Some(_)) => return Err(s3_error!(InvalidRequest, "The {name} of a part is missing.")),
                (Some(wanted), Some(ours)) if wanted != ours => {
                    return Err(s3_error!(InvalidPart, "The {name} of a part does not match."));
                }
                _ => {}
            }
        }
        Ok(())
    }
}
