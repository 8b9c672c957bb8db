//! Rows as objects, and back.

use std::io::Write;

use async_trait::async_trait;
use bytes::Bytes;
use flate2::write::{GzEncoder, MultiGzDecoder};
use pgloader_core::batch::{Batch, Chunk};
use pgloader_core::encode::Format;
use pgloader_core::target::WriteError;
use pgloader_core::target::{Fetched, Staged};
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

impl From<Failure> for Error {
    fn from(failure: Failure) -> Error {
        match failure {
            Failure::S3(error) => s3_error(&error),
            Failure::Codec(error) => Error::new(format!("a staged object: {error}")),
        }
    }
}

impl From<Failure> for WriteError {
    fn from(failure: Failure) -> WriteError {
        match &failure {
            Failure::S3(error) if error.is_transient() => WriteError::Transient(failure.into()),
            _ => WriteError::Fatal(failure.into()),
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

/// An object being read back. Holds some megabytes of it.
pub(super) struct Fetch {
    reader: pgloader_s3::Reader,
    decoder: Decoder,
    format: Format,
    name: String,
    /// Rows not given yet, the last one perhaps not whole.
    rows: Vec<u8>,
    /// So many bytes of `rows` are looked through; `ends` is what was found.
    scanned: usize,
    ends: Vec<u32>,
    in_quotes: bool,
}

/// Bytes of rows in a batch that is given.
const PIECE: usize = 8 << 20;

impl Fetch {
    /// Begins to read.
    pub(super) async fn open(
        store: &Store,
        object: &Staged,
        compression: Compression,
    ) -> Result<Fetch, Failure> {
        Ok(Fetch {
            reader: store.get(&object.name).await?,
            decoder: Decoder::new(compression)?,
            format: object.format,
            name: object.name.clone(),
            rows: Vec::new(),
            scanned: 0,
            ends: Vec::new(),
            in_quotes: false,
        })
    }

    /// Reads on until there is a piece; `false` at the end.
    async fn fill(&mut self) -> Result<bool, Failure> {
        while self.ends.last().is_none_or(|&end| (end as usize) < PIECE) {
            match self.reader.next().await? {
                Some(bytes) => self.decoder.add(&bytes, &mut self.rows)?,
                None => {
                    self.decoder.finish(&mut self.rows)?;
                    self.scan();
                    return Ok(false);
                }
            }
            self.scan();
        }
        Ok(true)
    }

    fn scan(&mut self) {
        for at in memchr::memchr2_iter(b'"', b'\n', &self.rows[self.scanned..]) {
            let at = self.scanned + at;
            self.in_quotes ^= self.rows[at] == b'"';
            if self.rows[at] == b'\n' && !self.in_quotes {
                self.ends.push(at as u32 + 1);
            }
        }
        self.scanned = self.rows.len();
    }
}

#[async_trait]
impl Fetched for Fetch {
    async fn next(&mut self) -> Result<Option<Batch>, Error> {
        let more = self.fill().await.map_err(|failure| Error::from(failure).context(self.name.clone()))?;
        let Some(&end) = self.ends.last() else {
            return match self.rows.is_empty() {
                true => Ok(None),
                false => Err(Error::new("a staged object ends within a row").context(self.name.clone())),
            };
        };
        debug_assert!(more || self.rows.len() == end as usize);
        let rest = self.rows.split_off(end as usize);
        let bytes = std::mem::replace(&mut self.rows, rest);
        self.scanned -= end as usize;
        let chunk = Chunk { bytes, ends: std::mem::take(&mut self.ends), ..Chunk::default() };
        Ok(Some(Batch { format: self.format, chunks: vec![chunk], part: 0, position: 0 }))
    }
}

/// A codec over a buffer that is emptied after each piece.
enum Decoder {
    None,
    Gzip(Box<MultiGzDecoder<Vec<u8>>>),
    Zstd(Box<zstd::stream::write::Decoder<'static, Vec<u8>>>),
}

impl Decoder {
    fn new(compression: Compression) -> std::io::Result<Decoder> {
        Ok(match compression {
            Compression::None => Decoder::None,
            Compression::Gzip => Decoder::Gzip(Box::new(MultiGzDecoder::new(Vec::new()))),
            Compression::Zstd => Decoder::Zstd(Box::new(zstd::stream::write::Decoder::new(Vec::new())?)),
        })
    }

    fn add(&mut self, bytes: &[u8], to: &mut Vec<u8>) -> std::io::Result<()> {
        match self {
            Decoder::None => to.extend_from_slice(bytes),
            Decoder::Gzip(decoder) => {
                decoder.write_all(bytes)?;
                to.append(decoder.get_mut());
            }
            Decoder::Zstd(decoder) => {
                decoder.write_all(bytes)?;
                to.append(decoder.get_mut());
            }
        }
        Ok(())
    }

    fn finish(&mut self, to: &mut Vec<u8>) -> std::io::Result<()> {
        match self {
            Decoder::None => {}
            Decoder::Gzip(decoder) => {
                decoder.try_finish()?;
                to.append(decoder.get_mut());
            }
            Decoder::Zstd(decoder) => {
                decoder.flush()?;
                to.append(decoder.get_mut());
            }
        }
        Ok(())
    }
}

/// A manifest of objects, each of which must be there. Keys hold no letter that JSON would escape.
pub(super) fn manifest(urls: impl Iterator<Item = String>) -> String {
    let entries: Vec<String> = urls.map(|url| format!("{{\"url\":\"{url}\",\"mandatory\":true}}")).collect();
    format!("{{\"entries\":[{}]}}", entries.join(","))
}
