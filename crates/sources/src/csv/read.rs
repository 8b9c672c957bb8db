//! The read buffer: the text of the file, from the record being read onwards.

use std::io::{ErrorKind, Read};
use std::sync::atomic::{AtomicBool, Ordering};

use pgloader_core::{Error, Result};

/// How much is read at once, where records are not wider.
pub const CAPACITY: usize = 256 << 10;

/// What of the file is in memory. Places are counted from the start of the buffer; they move when it is filled.
pub struct Buffer<R> {
    input: R,
    bytes: Vec<u8>,
    /// The first byte not done with.
    start: usize,
    /// The end of what was read.
    filled: usize,
    /// How many bytes of UTF-8 are gone before the buffer.
    origin: u64,
    /// Whether the input is at its end.
    at_end: bool,
    /// Up to here everything is valid UTF-8.
    valid_to: usize,
    /// Up to here there is no NUL byte.
    nul_at: usize,
}

impl<R: Read> Buffer<R> {
    /// An empty buffer that reads `capacity` bytes at once, at least 16.
    pub fn new(input: R, capacity: usize) -> Buffer<R> {
        Buffer {
            input,
            bytes: vec![0; capacity.max(16)],
            start: 0,
            filled: 0,
            origin: 0,
            at_end: false,
            valid_to: 0,
            nul_at: 0,
        }
    }

    /// Everything in memory, that done with before [`start`](Buffer::start) included.
    #[inline]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes[..self.filled]
    }

    /// The same, to be changed in place.
    pub fn bytes_mut(&mut self) -> &mut [u8] {
        &mut self.bytes[..self.filled]
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
        if !self.is_clean(to) {
            self.check_rest();
        }
    }

    /// Whether what is before `end` and not done with is valid UTF-8 without NUL bytes.
    #[inline]
    pub fn is_clean(&self, end: usize) -> bool {
        end <= self.valid_to.min(self.nul_at)
    }

    /// Checks what follows something that was not clean.
    fn check_rest(&mut self) {
        self.check_encoding();
        if self.nul_at < self.start {
            self.check_nul(self.start);
        }
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
        let old = self.filled;
        self.at_end = self.read()? == 0;
        if self.nul_at == old {
            self.check_nul(old);
        }
        self.check_encoding();
        Ok(())
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
        self.valid_to = self.valid_to.saturating_sub(dropped);
        self.nul_at = self.nul_at.saturating_sub(dropped);
    }

    fn read(&mut self) -> Result<usize> {
        let read = read_once(&mut self.input, &mut self.bytes[self.filled..])?;
        self.filled += read;
        Ok(read)
    }

    fn check_nul(&mut self, from: usize) {
        let found = memchr::memchr(0, &self.bytes[from..self.filled]);
        self.nul_at = found.map_or(self.filled, |index| from + index);
    }

    fn check_encoding(&mut self) {
        let from = self.valid_to.max(self.start);
        self.valid_to = match simdutf8::compat::from_utf8(&self.bytes[from..self.filled]) {
            Ok(_) => self.filled,
            Err(error) => from + error.valid_up_to(),
        };
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
