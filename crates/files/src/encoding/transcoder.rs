//! Makes UTF-8 of a file in any encoding, block by block.

use std::io::{self, ErrorKind, Read};

use super::decoder::{Decoder, ENOUGH, LONGEST, Progress};
use super::{ByteOrder, Encoding, Form};

/// How many bytes of the file are in memory.
const BLOCK: usize = 64 << 10;

/// Reads a file in some encoding as UTF-8. Of UTF-8 every byte is passed on as it is.
///
/// A byte that cannot be decoded becomes a mark: two bytes that occur in no UTF-8 and tell which one it was (see
/// [`marked_byte`]), so that the text around it stays whole and [`Encoding::original`] gives back the file's own
/// bytes. A byte order mark stays, as U+FEFF.
#[derive(Debug)]
pub struct Transcoder<R> {
    input: R,
    encoding: Encoding,
    /// `None` for UTF-8.
    decoder: Option<Decoder>,
    block: Vec<u8>,
    /// What of the block is not decoded yet.
    from: usize,
    to: usize,
    at_end: bool,
    is_finished: bool,
    ready: Ready,
}

/// UTF-8 that there was no room for.
#[derive(Debug, Default)]
struct Ready {
    bytes: [u8; ENOUGH + 2 * LONGEST],
    from: usize,
    to: usize,
}

impl<R: Read> Transcoder<R> {
    /// Reads `input` from its start, which for `UTF-16` and `UTF-32` is looked at for the byte order.
    ///
    /// # Errors
    ///
    /// It cannot be read.
    pub fn new(input: R, encoding: Encoding) -> io::Result<Transcoder<R>> {
        let block = if encoding.is_utf8() { Vec::new() } else { vec![0; BLOCK] };
        let mut reader = Transcoder {
            input,
            encoding,
            decoder: None,
            block,
            from: 0,
            to: 0,
            at_end: false,
            is_finished: false,
            ready: Ready::default(),
        };
        reader.find_byte_order()?;
        reader.decoder = Decoder::new(reader.encoding);
        Ok(reader)
    }

    /// The encoding of the file, with the byte order that it turned out to have.
    pub fn encoding(&self) -> Encoding {
        self.encoding
    }

    fn find_byte_order(&mut self) -> io::Result<()> {
        let mark: &[u8] = match self.encoding.0.form {
            Form::Utf16(ByteOrder::Marked) => &[0xff, 0xfe],
            Form::Utf32(ByteOrder::Marked) => &[0xff, 0xfe, 0, 0],
            _ => return Ok(()),
        };
        while self.to < mark.len() && !self.at_end {
            self.fill()?;
        }
        let is_little = self.block[..self.to].starts_with(mark);
        self.encoding = self.encoding.in_order(if is_little { ByteOrder::Little } else { ByteOrder::Big });
        Ok(())
    }

    /// Reads once, behind what is not decoded yet.
    fn fill(&mut self) -> io::Result<()> {
        self.block.copy_within(self.from..self.to, 0);
        (self.from, self.to) = (0, self.to - self.from);
        let read = loop {
            match self.input.read(&mut self.block[self.to..]) {
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                other => break other?,
            }
        };
        self.to += read;
        self.at_end = read == 0;
        Ok(())
    }

    /// Decodes into `room`, of which there is enough.
    fn decode(&mut self, room: &mut [u8]) -> Progress {
        let Some(decoder) = &mut self.decoder else { return Progress::default() };
        let progress = decoder.decode(&self.block[self.from..self.to], self.at_end, room);
        self.from += progress.read;
        self.is_finished = progress.is_finished;
        progress
    }

    fn decode_directly(&mut self, room: &mut [u8]) -> usize {
        let progress = self.decode(room);
        self.ready.push_marks(&progress);
        progress.written
    }

    fn decode_aside(&mut self) {
        let mut aside = [0; ENOUGH];
        let progress = self.decode(&mut aside);
        self.ready.push(&aside[..progress.written]);
        self.ready.push_marks(&progress);
    }
}

impl<R: Read> Read for Transcoder<R> {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        if self.decoder.is_none() {
            return self.input.read(room);
        }
        while !self.is_finished && self.ready.is_empty() {
            if room.len() >= ENOUGH {
                match self.decode_directly(room) {
                    0 => {}
                    written => return Ok(written),
                }
            } else {
                self.decode_aside();
            }
            if !self.is_finished && self.ready.is_empty() && !self.at_end {
                self.fill()?;
            }
        }
        Ok(self.ready.take(room))
    }
}

impl Ready {
    fn is_empty(&self) -> bool {
        self.from == self.to
    }

    /// Adds what fits: no more than [`ENOUGH`] bytes and the marks of one sequence are ever there.
    fn push(&mut self, bytes: &[u8]) {
        if self.is_empty() {
            (self.from, self.to) = (0, 0);
        }
        self.bytes[self.to..self.to + bytes.len()].copy_from_slice(bytes);
        self.to += bytes.len();
    }

    fn push_marks(&mut self, progress: &Progress) {
        for &byte in progress.bad() {
            self.push(&mark(byte));
        }
    }

    fn take(&mut self, room: &mut [u8]) -> usize {
        let len = room.len().min(self.to - self.from);
        room[..len].copy_from_slice(&self.bytes[self.from..self.from + len]);
        self.from += len;
        len
    }
}

/// Two bytes that stand for one which cannot be decoded: a lead byte that UTF-8 does not have, and a continuation.
fn mark(byte: u8) -> [u8; 2] {
    [0xf8 | byte >> 6, 0x80 | byte & 0x3f]
}

/// The byte that `text` begins with a mark of, if it does.
pub fn marked_byte(text: &[u8]) -> Option<u8> {
    match *text {
        [lead @ 0xf8..=0xfb, rest @ 0x80..=0xbf, ..] => Some(lead << 6 | rest & 0x3f),
        _ => None,
    }
}
