//! Line numbers, counted only when a message needs one or the bytes are about to go.

use super::dialect::Mark;

/// A place in the file whose line is known.
#[derive(Debug, Clone)]
pub struct LineCounter {
    /// What ends a line.
    line_end: Mark,
    /// The place, in bytes from the start of the text.
    offset: u64,
    /// The line it is on, from 1.
    line: u64,
}

impl LineCounter {
    /// The start of the text, on the line of the file that is called `line`. Its records end with `terminator`; CR
    /// LF counts by its LF.
    pub fn new(terminator: Mark, line: u64) -> LineCounter {
        let line_end = if *terminator == *b"\r\n" { Mark::from('\n') } else { terminator };
        LineCounter { line_end, offset: 0, line }
    }

    /// The line of the place `offset`, which becomes the known one. `bytes` begin at `origin` and hold everything
    /// from the known place, which must not be behind `offset`, up to there.
    pub fn advance(&mut self, bytes: &[u8], origin: u64, offset: u64) -> u64 {
        let range = (self.offset - origin) as usize..(offset - origin) as usize;
        self.line += self.count(&bytes[range]);
        self.offset = offset;
        self.line
    }

    fn count(&self, bytes: &[u8]) -> u64 {
        let count = match *self.line_end {
            [byte] => memchr::memchr_iter(byte, bytes).count(),
            ref mark => memchr::memmem::find_iter(bytes, mark).count(),
        };
        count as u64
    }
}
