//! One input as UTF-8, of which a sample can be looked at before it is read.

use std::io::{self, Read};
use std::sync::Arc;

use pgloader_core::source::Meter;
use pgloader_core::{Error, Result};
use pgloader_files::encoding::{Encoding, Transcoder};
use pgloader_files::{Input, Location};

/// A sample is no larger.
const MOST: usize = 1 << 20;

/// An input being read from its start.
#[derive(Debug)]
pub struct Text {
    input: Transcoder<Input>,
    /// What the first line is called in messages.
    pub first_line: u64,
    /// What was read ahead.
    sample: Vec<u8>,
    /// What of that is not yet read again.
    at: usize,
    is_whole: bool,
}

impl Text {
    /// Opens what is at `location`.
    ///
    /// # Errors
    ///
    /// It cannot be opened or read.
    pub fn open(location: &Location, encoding: Encoding, meter: &Arc<Meter>) -> Result<Text> {
        let input = location.open()?.metered(meter);
        let first_line = input.first_line;
        let input = Transcoder::new(input, encoding)
            .map_err(|error| Error::new(format!("cannot read {location}: {error}")))?;
        Ok(Text { input, first_line, sample: Vec::new(), at: 0, is_whole: false })
    }

    /// The encoding of the input, with the byte order that it turned out to have.
    pub fn encoding(&self) -> Encoding {
        self.input.encoding()
    }

    /// Its first `lines` lines, which end with `line_end`, or what there is of them in the first megabyte. To be
    /// called before anything is read; all is read again afterwards.
    ///
    /// # Errors
    ///
    /// It cannot be read.
    pub fn sample(&mut self, lines: u64, line_end: u8) -> io::Result<Sample<'_>> {
        let mut missing = lines;
        while missing > 0 && self.sample.len() < MOST && !self.is_whole {
            let old = self.sample.len();
            self.sample.resize(old + MOST / 16, 0);
            let read = self.input.read(&mut self.sample[old..])?;
            self.sample.truncate(old + read);
            self.is_whole = read == 0;
            let ends = memchr::memchr_iter(line_end, &self.sample[old..]).count();
            missing = missing.saturating_sub(ends as u64);
        }
        Ok(Sample { text: &self.sample, is_whole: self.is_whole })
    }
}

impl Read for Text {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        if self.at == self.sample.len() {
            self.sample = Vec::new();
            self.at = 0;
            return self.input.read(room);
        }
        let read = (&self.sample[self.at..]).read(room)?;
        self.at += read;
        Ok(read)
    }
}

/// The start of an input. Where more follows, its end is an error, so that nobody takes it for the end of a record.
#[derive(Debug, Clone, Copy)]
pub struct Sample<'a> {
    text: &'a [u8],
    is_whole: bool,
}

impl Read for Sample<'_> {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        match self.text.read(room)? {
            0 if !self.is_whole && !room.is_empty() => Err(io::Error::other("the sample ends here")),
            read => Ok(read),
        }
    }
}
