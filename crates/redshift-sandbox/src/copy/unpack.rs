//! Unpacks GZIP, BZIP2 and ZSTD strictly: nothing may be missing, and nothing else may follow.

use std::io;

use flate2::{Decompress, FlushDecompress};
use zstd::stream::raw::{Decoder, InBuffer, Operation, OutBuffer};

use super::options::Packing;

/// At most so many bytes come out at once, so that a small file cannot fill the memory.
const ROOM: usize = 256 * 1024;

/// A packed file, read from its start. It may have several members, one behind the other.
pub(super) struct Unpacker {
    codec: Codec,
    packing: Packing,
    /// Whether a member has begun and not ended.
    inside: bool,
    /// Whether any member has ended.
    ended: bool,
}

enum Codec {
    Gzip(Decompress),
    Bzip2(bzip2::Decompress),
    Zstd(Decoder<'static>),
}

/// What one call came to, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Step {
    /// Taken from the input.
    pub taken: usize,
    /// Put out.
    pub made: usize,
}

impl Unpacker {
    /// `None` for files that are not packed.
    pub fn new(packing: Packing) -> io::Result<Option<Unpacker>> {
        let codec = Codec::new(packing)?;
        Ok(codec.map(|codec| Unpacker { codec, packing, inside: false, ended: false }))
    }

    /// Takes some bytes of `input` and appends to `out` what they contain. Call it until it takes and makes nothing.
    pub fn step(&mut self, input: &[u8], out: &mut Vec<u8>) -> io::Result<Step> {
        if self.ended && !self.inside {
            if input.is_empty() {
                return Ok(Step { taken: 0, made: 0 });
            }
            if let Some(codec) = Codec::new(self.packing)? {
                self.codec = codec;
            }
            self.ended = false;
        }
        out.reserve(ROOM);
        let before = out.len();
        let (taken, ended) = self.codec.step(input, out)?;
        self.inside = !ended && (self.inside || taken > 0);
        self.ended |= ended;
        Ok(Step { taken, made: out.len() - before })
    }

    /// There is no more input and nothing more comes out.
    pub fn finish(&self) -> io::Result<()> {
        if self.ended && !self.inside { Ok(()) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
    }
}

impl Codec {
    fn new(packing: Packing) -> io::Result<Option<Codec>> {
        Ok(match packing {
            Packing::Plain => None,
            Packing::Gzip => Some(Codec::Gzip(Decompress::new_gzip(15))),
            Packing::Bzip2 => Some(Codec::Bzip2(bzip2::Decompress::new(false))),
            Packing::Zstd => Some(Codec::Zstd(Decoder::new()?)),
        })
    }

    /// Bytes taken, and whether the member ended with them.
    fn step(&mut self, input: &[u8], out: &mut Vec<u8>) -> io::Result<(usize, bool)> {
        match self {
            Codec::Gzip(codec) => {
                let before = codec.total_in();
                let status = codec.decompress_vec(input, out, FlushDecompress::None)?;
                Ok(((codec.total_in() - before) as usize, status == flate2::Status::StreamEnd))
            }
            Codec::Bzip2(codec) => {
                let before = codec.total_in();
                let status = codec.decompress_vec(input, out)?;
                Ok(((codec.total_in() - before) as usize, status == bzip2::Status::StreamEnd))
            }
            Codec::Zstd(codec) => {
                let (mut input, filled) = (InBuffer::around(input), out.len());
                let mut output = OutBuffer::around_pos(out, filled);
                let hint = codec.run(&mut input, &mut output)?;
                Ok((input.pos(), hint == 0))
            }
        }
    }
}
