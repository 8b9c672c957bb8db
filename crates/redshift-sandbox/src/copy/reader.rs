//! One file from S3 as a window of bytes that moves on.

use bytes::{Buf, Bytes};

use super::options::Packing;
use super::store::Body;
use super::trouble::Trouble;
use super::unpack::Unpacker;

/// At least so many new bytes are waited for, unless the file ends.
const WINDOW: usize = 1024 * 1024;

/// An object being read.
pub(super) struct Reader {
    url: String,
    body: Box<dyn Body>,
    unpacker: Option<Unpacker>,
    packed: Bytes,
    window: Vec<u8>,
    /// The object has no more bytes.
    drained: bool,
    /// The window holds all that is left.
    last: bool,
}

impl Reader {
    /// `url` is for messages.
    pub fn new(url: String, body: Box<dyn Body>, packing: Packing) -> Result<Reader, Trouble> {
        let unpacker = Unpacker::new(packing).map_err(|error| broken(&url, &error))?;
        let (packed, window) = (Bytes::new(), Vec::new());
        Ok(Reader { url, body, unpacker, packed, window, drained: false, last: false })
    }

    /// The bytes read and not consumed, and whether the file ends with them.
    pub fn window(&self) -> (&[u8], bool) {
        (&self.window, self.last)
    }

    /// Drops bytes from the start of the window.
    pub fn consume(&mut self, bytes: usize) {
        self.window.drain(..bytes);
    }

    /// Adds bytes to the window. Nothing is lost if the future is dropped.
    pub async fn fill(&mut self) -> Result<(), Trouble> {
        let enough = self.window.len() + WINDOW;
        while self.window.len() < enough && !self.last {
            if self.packed.is_empty() && !self.drained {
                match self.body.chunk().await? {
                    Some(chunk) => self.packed = chunk,
                    None => self.drained = true,
                }
            }
            self.unpack()?;
        }
        Ok(())
    }

    fn unpack(&mut self) -> Result<(), Trouble> {
        let Some(unpacker) = &mut self.unpacker else {
            self.window.extend_from_slice(&self.packed);
            self.packed.clear();
            self.last = self.drained;
            return Ok(());
        };
        let step =
            unpacker.step(&self.packed, &mut self.window).map_err(|error| broken(&self.url, &error))?;
        self.packed.advance(step.taken);
        if self.drained && step.taken + step.made == 0 {
            unpacker.finish().map_err(|error| broken(&self.url, &error))?;
            self.last = true;
        }
        Ok(())
    }
}

fn broken(url: &str, error: &std::io::Error) -> Trouble {
    Trouble::new(1216, format!("Could not decompress {url}: {error}"))
}
