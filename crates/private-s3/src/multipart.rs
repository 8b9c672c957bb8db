//! Uploads in parts.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::SystemTime;

use s3s::dto::{Checksum, ChecksumAlgorithm, CompletedPart, Metadata};
use s3s::{S3Result, s3_error};

use crate::intake::{Received, fields_mut};
use crate::objects::{Blob, Object};

/// One that is neither completed nor aborted.
pub(crate) struct Upload {
    pub algorithm: Option<ChecksumAlgorithm>,
    pub content_type: Option<String>,
    pub metadata: Option<Metadata>,
    pub initiated: SystemTime,
    parts: BTreeMap<i32, Part>,
}

struct Part {
    blob: Arc<Blob>,
    tag: String,
    checksum: Checksum,
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
        let mut wanted = Checksum {
            checksum_crc32: wanted.checksum_crc32.clone(),
            checksum_crc32c: wanted.checksum_crc32c.clone(),
            checksum_sha1: wanted.checksum_sha1.clone(),
            checksum_sha256: wanted.checksum_sha256.clone(),
            checksum_crc64nvme: wanted.checksum_crc64nvme.clone(),
            ..Checksum::default()
        };
        let mut ours = self.checksum.clone();
        for ((name, wanted), (_, ours)) in fields_mut(&mut wanted).into_iter().zip(fields_mut(&mut ours)) {
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
