//! Reads the fields of a message.

use std::io;

/// What is left of a message's body.
#[derive(Debug, Clone, Copy)]
pub struct Body<'a>(pub &'a [u8]);

/// A message that ends too soon or says what it must not.
pub fn malformed() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "malformed message")
}

impl<'a> Body<'a> {
    /// So many bytes.
    pub fn bytes(&mut self, count: usize) -> io::Result<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count).ok_or_else(malformed)?;
        self.0 = rest;
        Ok(taken)
    }

    /// A text that ends with a NUL byte.
    pub fn text(&mut self) -> io::Result<&'a str> {
        let end = self.0.iter().position(|byte| *byte == 0).ok_or_else(malformed)?;
        let text = self.bytes(end + 1)?;
        std::str::from_utf8(&text[..end]).map_err(|_| malformed())
    }

    /// One byte.
    pub fn byte(&mut self) -> io::Result<u8> {
        Ok(self.bytes(1)?[0])
    }

    /// Two bytes.
    pub fn i16(&mut self) -> io::Result<i16> {
        Ok(i16::from_be_bytes(self.bytes(2)?.try_into().map_err(|_| malformed())?))
    }

    /// Four bytes.
    pub fn i32(&mut self) -> io::Result<i32> {
        Ok(i32::from_be_bytes(self.bytes(4)?.try_into().map_err(|_| malformed())?))
    }

    /// Eight bytes.
    pub fn i64(&mut self) -> io::Result<i64> {
        Ok(i64::from_be_bytes(self.bytes(8)?.try_into().map_err(|_| malformed())?))
    }

    /// A count in two bytes, then so many of something.
    pub fn list<T>(&mut self, mut one: impl FnMut(&mut Self) -> io::Result<T>) -> io::Result<Vec<T>> {
        let count = self.i16()?;
        (0..count).map(|_| one(self)).collect()
    }

    /// A length in four bytes, then so many bytes; None for -1.
    pub fn value(&mut self) -> io::Result<Option<&'a [u8]>> {
        match usize::try_from(self.i32()?) {
            Ok(length) => self.bytes(length).map(Some),
            Err(_) => Ok(None),
        }
    }
}
