//! The read buffer: the text of the file, from the record being read onwards.

use std::io::{ErrorKind, Read};
use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};

use pgloader_core::{Error, Result};

/// How much is read at once, where records are not wider.
pub const CAPACITY: usize = 256 << 10;

/// What of the file is in memory. Places are counted from the start of the buffer; they move when it is filled.
pub struct Buffer<R> {
    input: R,
    /// How much is read at once.
    capacity: usize,
    bytes: Vec<u8>,
    /// The first byte not done with.
    start: usize,
    /// The end of what was read.
    filled: usize,
    /// How many bytes of UTF-8 are gone before the buffer.
    origin: u64,
    /// Whether the input is at its end.
    at_end: bool,
}

impl<R: Read> Buffer<R> {
    /// An empty buffer that reads `capacity` bytes at once, at least 16.
    pub fn new(input: R, capacity: usize) -> Buffer<R> {
        let capacity = capacity.max(16);
        Buffer { input, capacity, bytes: vec![0; capacity], start: 0, filled: 0, origin: 0, at_end: false }
    }

    /// Everything in memory, that done with before [`start`](Buffer::start) included.
    #[inline]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes[..self.filled]
    }

    /// The first byte not done with.
    #[inline]
    pub fn start(&self) -> usize {
        self.start
    }

    /// What is not done with.
    pub fn rest(&self) -> &[u8] {
        &self.bytes[self.start..self.filled]
    }

    /// The place of the buffer's first byte in the text of the file.
    pub fn origin(&self) -> u64 {
        self.origin
    }

    /// Whether nothing will follow.
    #[inline]
    pub fn at_end(&self) -> bool {
        self.at_end
    }

    /// Everything before `to` is done with.
    #[inline]
    pub fn consume(&mut self, to: usize) {
        self.start = to;
    }

    /// The first `len` bytes not done with, to be changed in place.
    pub fn front_mut(&mut self, len: usize) -> &mut [u8] {
        &mut self.bytes[self.start..self.start + len]
    }

    /// How many bytes at the buffer's start the next [`fill`](Buffer::fill) will drop.
    pub fn to_be_dropped(&self) -> usize {
        let room = self.bytes.len() - self.filled;
        let pays = self.start >= self.bytes.len() / 4 || self.start == self.filled;
        if room < self.bytes.len() / 2 && pays { self.start } else { 0 }
    }

    /// Reads once. Drops [`to_be_dropped`](Buffer::to_be_dropped) bytes first, so that all places move.
    ///
    /// # Errors
    ///
    /// The file cannot be read, or `cancelled` is set.
    pub fn fill(&mut self, cancelled: &AtomicBool) -> Result<()> {
        if cancelled.load(Ordering::Relaxed) {
            return Err(Error::new("reading was cancelled"));
        }
        self.drop_consumed();
        if self.bytes.len() - self.filled < self.bytes.len() / 4 {
            let more = self.bytes.len() / 2;
            self.bytes.reserve_exact(more);
            self.bytes.resize(self.bytes.len() + more, 0);
        }
        self.at_end = self.read()? == 0;
        Ok(())
    }

    /// Takes out what is from `from` to [`start`](Buffer::start), in a buffer and where it is in that. What follows may
    /// go on in `spare`: gives by how many bytes all places moved.
    pub fn take(&mut self, from: usize, mut spare: Vec<u8>) -> (Vec<u8>, Range<usize>, usize) {
        let Buffer { start, filled, .. } = *self;
        let (taken, rest) = (start - from, filled - start);
        if taken < rest {
            fit(&mut spare, taken);
            spare[..taken].copy_from_slice(&self.bytes[from..start]);
            return (spare, 0..taken, 0);
        }
        fit(&mut spare, rest.max(self.capacity));
        spare[..rest].copy_from_slice(&self.bytes[start..filled]);
        (self.start, self.filled) = (0, rest);
        self.origin += start as u64;
        (std::mem::replace(&mut self.bytes, spare), from..start, start)
    }

    fn drop_consumed(&mut self) {
        let dropped = self.to_be_dropped();
        if dropped == 0 {
            return;
        }
        self.bytes.copy_within(dropped..self.filled, 0);
        self.origin += dropped as u64;
        self.start -= dropped;
        self.filled -= dropped;
    }

    fn read(&mut self) -> Result<usize> {
        // Not more at once, so that little follows a wide record.
        let to = self.bytes.len().min(self.filled + self.capacity);
        let read = read_once(&mut self.input, &mut self.bytes[self.filled..to])?;
        self.filled += read;
        Ok(read)
    }
}

/// Makes a spare buffer at least so long.
fn fit(spare: &mut Vec<u8>, len: usize) {
    if spare.len() < len {
        spare.clear();
        spare.reserve_exact(len);
        spare.resize(len, 0);
    }
}

fn read_once(input: &mut impl Read, room: &mut [u8]) -> Result<usize> {
    loop {
        match input.read(room) {
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(Error::new(format!("cannot read: {error}"))),
            Ok(read) => return Ok(read),
        }
    }
}
