//! The five kinds of checksums, which S3's requests and answers have as fields of their own.

use s3s::dto::Checksum;

/// Takes the checksums out of a request or one of its parts.
macro_rules! take_checksums {
    ($from:expr) => {
        ::s3s::dto::Checksum {
            checksum_crc32: $from.checksum_crc32.take(),
            checksum_crc32c: $from.checksum_crc32c.take(),
            checksum_sha1: $from.checksum_sha1.take(),
            checksum_sha256: $from.checksum_sha256.take(),
            checksum_crc64nvme: $from.checksum_crc64nvme.take(),
            ..Default::default()
        }
    };
}

/// Takes what a request with a body says about it, out of the headers and the input.
macro_rules! announced {
    ($request:expr) => {{
        let common = $crate::intake::Announced::of(&$request);
        let input = &mut $request.input;
        $crate::intake::Announced {
            md5: input.content_md5.take(),
            algorithm: input.checksum_algorithm.take(),
            checksum: $crate::checksums::take_checksums!(input),
            ..common
        }
    }};
}

/// Puts checksums into an answer.
macro_rules! set_checksums {
    ($answer:expr, $checksum:expr) => {{
        let checksum: ::s3s::dto::Checksum = $checksum;
        $answer.checksum_crc32 = checksum.checksum_crc32;
        $answer.checksum_crc32c = checksum.checksum_crc32c;
        $answer.checksum_sha1 = checksum.checksum_sha1;
        $answer.checksum_sha256 = checksum.checksum_sha256;
        $answer.checksum_crc64nvme = checksum.checksum_crc64nvme;
    }};
}

pub(crate) use {announced, set_checksums, take_checksums};

/// The checksums with the names they have in headers.
pub(crate) fn named(checksum: &Checksum) -> [(&'static str, Option<&str>); 5] {
    [
        ("crc32", checksum.checksum_crc32.as_deref()),
        ("crc32c", checksum.checksum_crc32c.as_deref()),
        ("sha1", checksum.checksum_sha1.as_deref()),
        ("sha256", checksum.checksum_sha256.as_deref()),
        ("crc64nvme", checksum.checksum_crc64nvme.as_deref()),
    ]
}

/// As [`named`], to be changed.
pub(crate) fn named_mut(checksum: &mut Checksum) -> [(&'static str, &mut Option<String>); 5] {
    [
        ("crc32", &mut checksum.checksum_crc32),
        ("crc32c", &mut checksum.checksum_crc32c),
        ("sha1", &mut checksum.checksum_sha1),
        ("sha256", &mut checksum.checksum_sha256),
        ("crc64nvme", &mut checksum.checksum_crc64nvme),
    ]
}
