//! A client's connection: whole messages in, whole messages out.

use std::io;

use bytes::Bytes;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use crate::error::SqlError;
use crate::wire::body::malformed;
use crate::wire::messages::Messages;

/// A byte stream in both directions.
pub trait Wire: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Wire for T {}

/// The longest statement, and a little for what is around it.
const LONGEST: usize = 16 * 1024 * 1024 + 1024;
/// How much is collected before it is sent.
const COLLECTED: usize = 64 * 1024;

/// A client.
pub struct Front {
    stream: Box<dyn Wire>,
    /// What waits to be sent.
    pub out: Messages,
}

impl Front {
    /// Over that stream.
    pub fn new(stream: Box<dyn Wire>) -> Front {
        Front { stream, out: Messages::default() }
    }

    /// The stream alone, to put TLS around it.
    pub fn into_stream(self) -> Box<dyn Wire> {
        self.stream
    }

    /// A message of the start-up, which has no tag; None where the client has gone.
    pub async fn untagged(&mut self) -> io::Result<Option<Bytes>> {
        let mut length = [0; 4];
        match self.stream.read_exact(&mut length).await {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(None),
            Err(error) => Err(error),
            Ok(_) => self.body(u32::from_be_bytes(length), 10_000).await.map(Some),
        }
    }

    /// A message: its tag and body; None where the client has gone.
    pub async fn message(&mut self) -> io::Result<Option<(u8, Bytes)>> {
        let mut tag = [0];
        match self.stream.read_exact(&mut tag).await {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
            other => other?,
        };
        let length = self.stream.read_u32().await?;
        let body = self.body(length, LONGEST).await?;
        Ok(Some((tag[0], body)))
    }

    /// `length` counts its own four bytes.
    async fn body(&mut self, length: u32, longest: usize) -> io::Result<Bytes> {
        let length = usize::try_from(length).ok().and_then(|length| length.checked_sub(4));
        let length = length.filter(|length| *length <= longest).ok_or_else(malformed)?;
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body).await?;
        Ok(body.into())
    }

    /// One byte outside any message.
    pub async fn raw(&mut self, byte: u8) -> io::Result<()> {
        self.stream.write_all(&[byte]).await?;
        self.stream.flush().await
    }

    /// Sends what has collected.
    pub async fn flush(&mut self) -> io::Result<()> {
        self.stream.write_all(&self.out.0.split()).await?;
        self.stream.flush().await
    }

    /// Sends what has collected if it is much.
    pub async fn relieve(&mut self) -> io::Result<()> {
        if self.out.0.len() >= COLLECTED { self.flush().await } else { Ok(()) }
    }

    /// Tells the client why it is sent away.
    pub async fn fatal(&mut self, error: &SqlError) -> io::Result<()> {
        self.out.error("FATAL", error);
        self.flush().await?;
        self.stream.shutdown().await
    }
}
