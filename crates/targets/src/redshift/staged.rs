//! Rows as objects, and back.

use std::io::{Read, Write};

use bytes::Bytes;
use flate2::read::MultiGzDecoder;
use flate2::write::GzEncoder;
use pgloader_core::batch::{Batch, Chunk};
use pgloader_core::encode::redshift_csv;
use pgloader_core::target::Staged;
use pgloader_core::target::WriteError;
use pgloader_core::{Error, Rows};
use pgloader_s3::Store;

use super::options::Compression;
use super::s3_error;

/// Why an object could not be written or read.
pub(super) enum Failure {
    S3(pgloader_s3::Error),
    Codec(std::io::Error),
}

impl From<pgloader_s3::Error> for Failure {
    fn from(error: pgloader_s3::Error) -> Failure {
        Failure::S3(error)
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Failure {
        Failure::Codec(error)
    }
}

impl From<Failure> for WriteError {
    fn from(failure: Failure) -> WriteError {
        match failure {
            Failure::S3(error) if error.is_transient() => WriteError::Transient(s3_error(&error)),
            Failure::S3(error) => WriteError::Fatal(s3_error(&error)),
            Failure::Codec(error) => WriteError::Fatal(Error::new(format!("a staged object: {error}"))),
        }
    }
}

/// Writes rows as one object.
pub(super) async fn upload(
    store: &Store,
    key: &str,
    rows: &Rows,
    compression: Compression,
) -> Result<(), Failure> {
    if compression == Compression::None {
        let pieces = rows.shared_pieces().map(Bytes::from_owner).collect();
        return Ok(store.put(key, pieces).await?);
    }
    let mut upload = store.upload(key);
    let sent = compress(rows, compression, &mut upload).await;
    match sent {
        Ok(()) => Ok(upload.finish().await?),
        Err(error) => {
            // What cannot be aborted is a matter of `--s3-gc`; the first error is the one to tell.
            let _ = upload.abort().await;
            Err(error)
        }
    }
}

async fn compress(
    rows: &Rows,
    compression: Compression,
    upload: &mut pgloader_s3::Upload,
) -> Result<(), Failure> {
    let mut encoder = Encoder::new(compression)?;
    for piece in rows.shared_pieces() {
        upload.push(encoder.add(piece.as_ref())?).await?;
    }
    Ok(upload.push(encoder.finish()?).await?)
}

/// A codec at its fastest level, over a buffer that is emptied after each piece.
enum Encoder {
    Gzip(GzEncoder<Vec<u8>>),
    Zstd(zstd::stream::write::Encoder<'static, Vec<u8>>),
}

impl Encoder {
    fn new(compression: Compression) -> std::io::Result<Encoder> {
        Ok(match compression {
            Compression::Zstd => Encoder::Zstd(zstd::stream::write::Encoder::new(Vec::new(), 1)?),
            _ => Encoder::Gzip(GzEncoder::new(Vec::new(), flate2::Compression::fast())),
        })
    }

    fn add(&mut self, bytes: &[u8]) -> std::io::Result<Bytes> {
        let buffer = match self {
            Encoder::Gzip(encoder) => {
                encoder.write_all(bytes)?;
                encoder.get_mut()
            }
            Encoder::Zstd(encoder) => {
                encoder.write_all(bytes)?;
                encoder.get_mut()
            }
        };
        Ok(std::mem::take(buffer).into())
    }

    fn finish(self) -> std::io::Result<Bytes> {
        Ok(match self {
            Encoder::Gzip(encoder) => encoder.finish()?.into(),
            Encoder::Zstd(encoder) => encoder.finish()?.into(),
        })
    }
}

/// Reads an object back as the batch that it was.
pub(super) async fn fetch(
    store: &Store,
    object: &Staged,
    compression: Compression,
) -> Result<Batch, Failure> {
    let bytes = whole(store.get(&object.name).await?).await?;
    let bytes = match compression {
        Compression::None => bytes,
        Compression::Gzip => decompressed(MultiGzDecoder::new(&bytes[..]))?,
        Compression::Zstd => zstd::stream::decode_all(&bytes[..])?,
    };
    if u32::try_from(bytes.len()).is_err() {
        let reason = "it has more than 4 GB: use a smaller batch size";
        return Err(Failure::Codec(std::io::Error::other(format!("{}: {reason}", object.name))));
    }
    let ends = redshift_csv::row_ends(&bytes).map(|end| end as u32).collect();
    Ok(Batch { format: object.format, chunks: vec![Chunk { bytes, ends }], part: 0, position: 0 })
}

async fn whole(mut reader: pgloader_s3::Reader) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::with_capacity(usize::try_from(reader.size()).unwrap_or_default());
    while let Some(piece) = reader.next().await? {
        bytes.extend_from_slice(&piece);
    }
    Ok(bytes)
}

fn decompressed(mut reader: impl Read) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    reader.read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// A manifest of objects, each of which must be there. Keys hold no letter that JSON would escape.
pub(super) fn manifest(urls: impl Iterator<Item = String>) -> String {
    let entries: Vec<String> = urls.map(|url| format!("{{\"url\":\"{url}\",\"mandatory\":true}}")).collect();
    format!("{{\"entries\":[{}]}}", entries.join(","))
}
