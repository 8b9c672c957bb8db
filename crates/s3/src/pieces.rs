//! A request's body made of pieces that are never copied.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use aws_sdk_s3::primitives::{ByteStream, SdkBody};
use aws_smithy_checksums::ChecksumAlgorithm;
use aws_smithy_types::base64;
use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};

/// Consecutive pieces of an object.
#[derive(Clone, Default)]
pub(crate) struct Pieces {
    pieces: Arc<[Bytes]>,
    len: u64,
}

/// The pieces on their way out.
struct Outgoing {
    pieces: Pieces,
    next: usize,
    left: u64,
}

impl Pieces {
    pub fn new(pieces: Vec<Bytes>) -> Self {
        let len = pieces.iter().map(|piece| piece.len() as u64).sum();
        Self { pieces: pieces.into(), len }
    }

    /// In bytes.
    pub fn len(&self) -> u64 {
        self.len
    }

    /// A body that the SDK can send again. It has a known length, and is never taken for bytes in
    /// memory, of which the SDK would compute a SHA-256 sum.
    pub fn body(&self) -> ByteStream {
        let pieces = self.clone();
        ByteStream::new(SdkBody::retryable(move || {
            let pieces = pieces.clone();
            let left = pieces.len;
            SdkBody::from_body_1_x(Outgoing { pieces, next: 0, left })
        }))
    }

    /// The CRC-32 as S3 writes it.
    pub fn crc32(&self) -> String {
        let mut checksum = ChecksumAlgorithm::Crc32.into_impl();
        self.pieces.iter().for_each(|piece| checksum.update(piece));
        base64::encode(checksum.finalize())
    }
}

impl Body for Outgoing {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let piece = self.pieces.pieces.get(self.next).cloned();
        self.next += 1;
        self.left -= piece.as_ref().map_or(0, |piece| piece.len() as u64);
        Poll::Ready(piece.map(|piece| Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.left == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_over_all_pieces() {
        let pieces = Pieces::new(vec!["1234".into(), Bytes::new(), "56789".into()]);
        assert_eq!(pieces.len(), 9);
        // The check value of CRC-32 is cbf43926.
        assert_eq!(pieces.crc32(), base64::encode([0xcb, 0xf4, 0x39, 0x26]));
        assert_eq!(pieces.body().size_hint(), (9, Some(9)));
    }
}
