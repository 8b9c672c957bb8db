//! Protocol messages over a socket, encrypted or not.

use std::io::{self, IoSlice};
use std::pin::{Pin, pin};
use std::task::{Context, Poll, ready};

use bytes::BytesMut;
use postgres_protocol::message::backend::{AUTHENTICATION_TAG, Message};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf};
use tokio::net::{TcpStream, UnixStream};
use tokio_rustls::client::TlsStream;

/// The socket below a connection.
pub(crate) enum Transport {
    Tcp(TcpStream),
    Unix(UnixStream),
    Tls(Box<TlsStream<TcpStream>>),
}

macro_rules! each {
    ($transport:expr, $stream:ident => $call:expr) => {
        match $transport {
            Transport::Tcp($stream) => $call,
            Transport::Unix($stream) => $call,
            Transport::Tls($stream) => $call,
        }
    };
}

impl AsyncRead for Transport {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        each!(self.get_mut(), stream => Pin::new(stream).poll_read(cx, buf))
    }
}

impl AsyncWrite for Transport {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        each!(self.get_mut(), stream => Pin::new(stream).poll_write(cx, buf))
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        each!(self.get_mut(), stream => Pin::new(stream).poll_write_vectored(cx, bufs))
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        each!(self.get_mut(), stream => Pin::new(stream).poll_flush(cx))
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        each!(self.get_mut(), stream => Pin::new(stream).poll_shutdown(cx))
    }
}

/// Why no further message can be had.
#[derive(Debug)]
pub(crate) enum Broken {
    /// The socket failed or ended.
    Io(io::Error),
    /// The bytes are no message.
    Protocol(String),
}

impl From<io::Error> for Broken {
    fn from(error: io::Error) -> Broken {
        Broken::Io(error)
    }
}

/// A transport and the bytes that have come in over it.
pub(crate) struct Wire {
    pub(crate) transport: Transport,
    input: BytesMut,
}

const READ_SIZE: usize = 16 * 1024;

/// The server itself cannot build a larger message (MaxAllocSize).
const LONGEST_MESSAGE: u32 = 0x4000_0000;

impl Wire {
    pub(crate) fn new(transport: Transport) -> Wire {
        let input = BytesMut::with_capacity(READ_SIZE);
        Wire { transport, input }
    }

    /// The next message. Whatever has been read stays here when the caller gives up waiting.
    pub(crate) fn poll_message(&mut self, cx: &mut Context<'_>) -> Poll<Result<Message, Broken>> {
        loop {
            if let Some(message) = self.parse()? {
                return Poll::Ready(Ok(message));
            }
            ready!(self.poll_fill(cx))?;
        }
    }

    /// [`poll_message`](Self::poll_message) as a future; dropping it loses nothing.
    pub(crate) async fn message(&mut self) -> Result<Message, Broken> {
        std::future::poll_fn(|cx| self.poll_message(cx)).await
    }

    /// Sends everything, without reading meanwhile.
    pub(crate) async fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.transport.write_all(bytes).await?;
        self.transport.flush().await
    }

    /// The bytes that come next, as many as asked for; they stay to be read as a message.
    pub(crate) async fn first_bytes(&mut self, count: usize) -> Result<&[u8], Broken> {
        while self.input.len() < count {
            std::future::poll_fn(|cx| self.poll_fill(cx)).await?;
        }
        Ok(&self.input[..count])
    }

    /// Everything until the server closes, at most `limit` bytes.
    pub(crate) async fn rest(&mut self, limit: usize) -> Vec<u8> {
        while self.input.len() < limit {
            if std::future::poll_fn(|cx| self.poll_fill(cx)).await.is_err() {
                break;
            }
        }
        self.input.to_vec()
    }

    fn poll_fill(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Broken>> {
        self.input.reserve(READ_SIZE);
        let read = pin!(self.transport.read_buf(&mut self.input));
        match ready!(read.poll(cx))? {
            0 => Poll::Ready(Err(Broken::Io(closed()))),
            _ => Poll::Ready(Ok(())),
        }
    }

    fn parse(&mut self) -> Result<Option<Message>, Broken> {
        let Some((tag, length)) = self.header() else {
            return Ok(None);
        };
        if length > LONGEST_MESSAGE {
            return Err(Broken::Protocol(format!(
                "a message of type {:?} claims to be {length} bytes long",
                char::from(tag)
            )));
        }
        Message::parse(&mut self.input).map_err(|error| Broken::Protocol(error.to_string()))
    }

    fn header(&self) -> Option<(u8, u32)> {
        let (tag, rest) = self.input.split_first()?;
        Some((*tag, u32::from_be_bytes(*rest.first_chunk()?)))
    }

    /// The body of the next message, of whatever kind.
    pub(crate) async fn raw_body(&mut self) -> Result<BytesMut, Broken> {
        self.first_bytes(5).await?;
        let length = match self.header() {
            Some((_, length)) if (4..=LONGEST_MESSAGE).contains(&length) => length as usize,
            _ => return Err(Broken::Protocol("a message has an impossible length".into())),
        };
        self.first_bytes(1 + length).await?;
        let mut message = self.input.split_to(1 + length);
        Ok(message.split_off(5))
    }

    /// The code of the authentication request that comes next, if one does and it is complete.
    pub(crate) fn authentication_code(&self) -> Option<u32> {
        let (tag, _) = self.header()?;
        let code = self.input.get(5..)?.first_chunk()?;
        (tag == AUTHENTICATION_TAG).then_some(u32::from_be_bytes(*code))
    }
}

fn closed() -> io::Error {
    io::Error::new(io::ErrorKind::UnexpectedEof, "the server closed the connection")
}
