//! Taking in the bytes of an object or a part, and checking them.

use std::sync::Arc;

use futures_util::StreamExt as _;
use hyper::StatusCode;
use s3s::checksum::ChecksumHasher;
use s3s::crypto::{Checksum as _, Md5};
use s3s::dto::{Checksum, ChecksumAlgorithm, StreamingBlob};
use s3s::{S3Error, S3ErrorCode, S3Request, S3Result, StdError, TrailingHeaders, s3_error};

use crate::checksums::{named, named_mut};
use crate::objects::{Blob, Objects};

/// What a request says about its body.
pub(crate) struct Announced {
    pub md5: Option<String>,
    pub algorithm: Option<ChecksumAlgorithm>,
    /// From headers.
    pub checksum: Checksum,
    /// The names of the trailers to come, separated by commas.
    pub trailer: String,
    pub trailers: Option<TrailingHeaders>,
}

/// A body that is what was announced.
pub(crate) struct Received {
    pub blob: Arc<Blob>,
    pub checksum: Checksum,
}

impl Announced {
    /// What the headers common to all uploads say.
    pub fn of<T>(request: &S3Request<T>) -> Self {
        let trailer = request.headers.get("x-amz-trailer").and_then(|names| names.to_str().ok());
        Self {
            md5: None,
            algorithm: None,
            checksum: Checksum::default(),
            trailer: trailer.unwrap_or_default().to_ascii_lowercase(),
            trailers: request.trailing_headers.clone(),
        }
    }

    /// Takes the body in.
    ///
    /// # Errors
    /// `BadDigest` and the like; nothing is kept then.
    pub async fn receive(mut self, objects: &Objects, body: Option<StreamingBlob>) -> S3Result<Received> {
        let mut hasher = self.hasher();
        let mut md5 = self.md5.is_some().then(Md5::new);
        let mut writer = objects.create().map_err(S3Error::internal_error)?;
        if let Some(mut body) = body {
            while let Some(bytes) = body.next().await {
                let bytes = bytes.map_err(broken)?;
                hasher.update(&bytes);
                md5.iter_mut().for_each(|md5| md5.update(&bytes));
                writer.write(&bytes).map_err(S3Error::internal_error)?;
            }
        }
        let checksum = hasher.finalize();
        self.take_trailers()?;
        self.compare(&checksum, md5)?;
        Ok(Received { blob: writer.finish(), checksum })
    }

    fn hasher(&self) -> ChecksumHasher {
        let wanted = |name: &str| {
            let absent = named(&self.checksum).contains(&(name, None));
            let algorithm =
                self.algorithm.as_ref().is_some_and(|own| own.as_str().eq_ignore_ascii_case(name));
            !absent || algorithm || self.trailer == format!("x-amz-checksum-{name}")
        };
        ChecksumHasher {
            crc32: wanted("crc32").then(Default::default),
            crc32c: wanted("crc32c").then(Default::default),
            sha1: wanted("sha1").then(Default::default),
            sha256: wanted("sha256").then(Default::default),
            crc64nvme: wanted("crc64nvme").then(Default::default),
        }
    }

    /// Moves the checksums that came after the body to those that came before it.
    fn take_trailers(&mut self) -> S3Result<()> {
        let trailers = self.trailers.as_ref().and_then(TrailingHeaders::take).unwrap_or_default();
        for (name, expected) in named_mut(&mut self.checksum) {
            if let Some(value) = trailers.get(format!("x-amz-checksum-{name}")) {
                let value = value.to_str().map_err(|_| s3_error!(InvalidRequest, "A trailer is no text."))?;
                *expected = Some(value.to_owned());
            }
        }
        let promised = self.trailer.split(',').map(str::trim).filter(|name| !name.is_empty());
        for name in promised {
            if !trailers.contains_key(name) {
                return Err(s3_error!(IncompleteBody, "The trailer {name} is missing."));
            }
        }
        Ok(())
    }

    fn compare(&self, computed: &Checksum, md5: Option<Md5>) -> S3Result<()> {
        let mut compared = self.md5.is_some();
        for ((name, expected), (_, computed)) in named(&self.checksum).into_iter().zip(named(computed)) {
            if expected.is_some() && expected != computed {
                return Err(s3_error!(BadDigest, "The {name} you specified did not match what we received."));
            }
            compared |= expected.is_some();
        }
        if self.algorithm.is_some() && !compared {
            return Err(s3_error!(InvalidRequest, "A checksum algorithm was named, but no checksum sent."));
        }
        let md5 = md5.map(|md5| base64_simd::STANDARD.encode_to_string(md5.finalize()));
        if md5 != self.md5 {
            return Err(s3_error!(
                BadDigest,
                "The Content-MD5 you specified did not match what we received."
            ));
        }
        Ok(())
    }
}

/// The types of s3s's stream errors are private, so their texts must do.
fn broken(error: StdError) -> S3Error {
    let text = error.to_string();
    if text.contains("Sha256Mismatch") {
        let code = S3ErrorCode::Custom("XAmzContentSHA256Mismatch".into());
        let mut error = S3Error::with_message(code, "The body does not match x-amz-content-sha256.");
        error.set_status_code(StatusCode::BAD_REQUEST);
        error
    } else if text.contains("SignatureMismatch") {
        s3_error!(SignatureDoesNotMatch, "The signature of a chunk is wrong.")
    } else {
        s3_error!(IncompleteBody, "The body is not complete: {text}")
    }
}
