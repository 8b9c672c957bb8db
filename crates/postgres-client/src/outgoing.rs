//! What a COPY sends: the statement, rows in CopyData frames, CopyDone.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{BufMut, BytesMut};
use tokio::io::AsyncWrite;

/// The first frame; each is twice as long as the one before, so that a statement that is refused
/// has cost little.
const FIRST_FRAME: usize = 4 * 1024;
const LONGEST_FRAME: usize = 64 * 1024;

/// How many slices of rows one frame gathers.
const SLICES: usize = 16;

/// `CopyDone`: its type and length.
const COPY_DONE: &[u8] = &[b'c', 0, 0, 0, 4];
const FRAME_HEADER: usize = 5;

/// One write: a head (the Query message, a frame's header), slices of rows, CopyDone after the
/// last. No row is copied. The socket may take it piecemeal.
pub(crate) struct Outgoing<'a, I> {
    rows: I,
    /// What is left of the slice of rows begun.
    slice: &'a [u8],
    rows_ended: bool,
    /// The server has begun the COPY.
    consented: bool,
    frame_length: usize,
    head: BytesMut,
    /// The length of the Query message, which is in the first head.
    query: usize,
    body: [&'a [u8]; SLICES],
    body_length: usize,
    tail: &'static [u8],
    /// Counted over head, body and tail.
    sent: usize,
    /// Where sending ends: after the tail, or earlier once stopped.
    end: usize,
    stopped: bool,
    flushed: bool,
}

impl<'a, I: Iterator<Item = &'a [u8]>> Outgoing<'a, I> {
    /// `query` is a whole Query message.
    pub(crate) fn new(query: BytesMut, rows: I) -> Self {
        let mut outgoing = Outgoing {
            rows,
            slice: &[],
            rows_ended: false,
            consented: false,
            frame_length: FIRST_FRAME,
            query: query.len(),
            head: query,
            body: [&[]; SLICES],
            body_length: 0,
            tail: &[],
            sent: 0,
            end: 0,
            stopped: false,
            flushed: false,
        };
        outgoing.fill();
        outgoing
    }

    /// Whether any byte of CopyDone has been handed to the socket.
    pub(crate) fn done_begun(&self) -> bool {
        !self.tail.is_empty() && self.sent > self.head.len() + self.body_length
    }

    /// The server has begun the COPY: CopyDone may follow the rows. Not before, so that whoever ends a COPY
    /// that commits has the answers of the statements before it.
    pub(crate) fn consent(&mut self) {
        self.consented = true;
    }

    /// No more rows: what is begun is finished, to the end of its message.
    pub(crate) fn stop(&mut self) {
        let body_end = self.head.len() + self.body_length;
        let ends = [self.query, body_end, self.end];
        let reached = ends.into_iter().find(|end| *end >= self.sent);
        self.end = reached.unwrap_or(self.end).min(self.end);
        self.stopped = true;
    }

    /// Writes once, as much as the socket takes, or flushes what is written. True when all is sent
    /// and flushed; false when it should be called again.
    pub(crate) fn poll_step<W: AsyncWrite + Unpin>(
        &mut self,
        socket: &mut W,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<bool>> {
        if self.sent < self.end || self.next_frame() {
            return match ready!(self.poll_write(socket, cx))? {
                0 => Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                written => {
                    self.sent += written;
                    Poll::Ready(Ok(false))
                }
            };
        }
        if !self.flushed {
            ready!(Pin::new(socket).poll_flush(cx))?;
            self.flushed = true;
        }
        Poll::Ready(Ok(true))
    }

    fn poll_write<W: AsyncWrite + Unpin>(
        &self,
        socket: &mut W,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<usize>> {
        let mut slices = [IoSlice::new(&[]); SLICES + 2];
        let mut count = 0;
        let mut place = 0;
        let parts = std::iter::once(&self.head[..]).chain(self.body).chain(std::iter::once(self.tail));
        for part in parts {
            let from = self.sent.saturating_sub(place).min(part.len());
            let to = (self.end - place.min(self.end)).min(part.len());
            place += part.len();
            if from < to {
                slices[count] = IoSlice::new(&part[from..to]);
                count += 1;
            }
        }
        Pin::new(socket).poll_write_vectored(cx, &slices[..count])
    }

    /// Puts the next frame in place of the one that is sent.
    fn next_frame(&mut self) -> bool {
        let done_sent = !self.tail.is_empty();
        if self.stopped || done_sent || (self.rows_ended && !self.consented) {
            return false;
        }
        self.head.clear();
        self.query = 0;
        self.fill();
        self.flushed = false;
        self.end > 0
    }

    /// Gathers rows for a frame, its header behind what is in the head, and CopyDone if these
    /// are the last and it may be sent.
    fn fill(&mut self) {
        self.gather();
        if self.body_length > 0 {
            // At most LONGEST_FRAME, far below u32::MAX.
            let length = 4 + self.body_length as u32;
            self.head.reserve(FRAME_HEADER);
            self.head.put_u8(b'd');
            self.head.put_u32(length);
        }
        if self.rows_ended && self.consented {
            self.tail = COPY_DONE;
        }
        self.sent = 0;
        self.end = self.head.len() + self.body_length + self.tail.len();
        self.frame_length = (self.frame_length * 2).min(LONGEST_FRAME);
    }

    fn gather(&mut self) {
        self.body = [&[]; SLICES];
        self.body_length = 0;
        let mut count = 0;
        while count < SLICES && self.body_length < self.frame_length {
            if !self.has_slice() {
                return;
            }
            let wanted = self.frame_length - self.body_length;
            let (now, later) = self.slice.split_at(wanted.min(self.slice.len()));
            self.body[count] = now;
            self.body_length += now.len();
            self.slice = later;
            count += 1;
        }
        // Looks ahead, so that CopyDone goes out with the last rows.
        self.has_slice();
    }

    /// Makes sure that `slice` holds rows, unless there are no more.
    fn has_slice(&mut self) -> bool {
        while self.slice.is_empty() && !self.rows_ended {
            match self.rows.next() {
                Some(slice) => self.slice = slice,
                None => self.rows_ended = true,
            }
        }
        !self.slice.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A socket that takes a few bytes at a time.
    struct Narrow {
        taken: Vec<u8>,
        width: usize,
    }

    impl AsyncWrite for Narrow {
        fn poll_write(mut self: Pin<&mut Self>, _: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
            let count = buf.len().min(self.width);
            self.taken.extend_from_slice(&buf[..count]);
            Poll::Ready(Ok(count))
        }

        fn poll_write_vectored(
            mut self: Pin<&mut Self>,
            _: &mut Context<'_>,
            bufs: &[IoSlice<'_>],
        ) -> Poll<io::Result<usize>> {
            let before = self.taken.len();
            for buf in bufs {
                let count = buf.len().min(before + self.width - self.taken.len());
                self.taken.extend_from_slice(&buf[..count]);
            }
            Poll::Ready(Ok(self.taken.len() - before))
        }

        fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
            Poll::Ready(Ok(()))
        }

        fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
            Poll::Ready(Ok(()))
        }
    }

    fn context() -> Context<'static> {
        Context::from_waker(std::task::Waker::noop())
    }

    fn send_all<'a>(outgoing: &mut Outgoing<'a, impl Iterator<Item = &'a [u8]>>, to: &mut Narrow) {
        while !matches!(outgoing.poll_step(to, &mut context()), Poll::Ready(Ok(true))) {}
    }

    /// Splits a stream of messages, and checks that it ends with a whole one.
    fn messages(mut bytes: &[u8]) -> Vec<(u8, Vec<u8>)> {
        let mut found = Vec::new();
        while let Some((tag, rest)) = bytes.split_first() {
            let length = u32::from_be_bytes(*rest.first_chunk().unwrap()) as usize;
            found.push((*tag, rest[4..length].to_vec()));
            bytes = &rest[length..];
        }
        found
    }

    /// Rows whose bytes differ from their neighbours'.
    fn rows_of_lengths(lengths: &[usize]) -> Vec<Vec<u8>> {
        let mut bytes = (0..=250u8).cycle();
        lengths.iter().map(|length| bytes.by_ref().take(*length).collect()).collect()
    }

    fn query() -> BytesMut {
        BytesMut::from(&b"Q\0\0\0\x07ab\0"[..])
    }

    fn rows_of(messages: &[(u8, Vec<u8>)]) -> Vec<u8> {
        let data = messages.iter().filter(|(tag, _)| *tag == b'd');
        data.flat_map(|(_, body)| body.clone()).collect()
    }

    proptest! {
        #[test]
        fn what_is_sent_is_the_statement_the_rows_and_the_end(
            lengths in proptest::collection::vec(0usize..9000, 0..40),
            width in 500usize..200_000,
            early: bool,
        ) {
            let rows = rows_of_lengths(&lengths);
            let mut socket = Narrow { taken: Vec::new(), width };
            let mut outgoing = Outgoing::new(query(), rows.iter().map(Vec::as_slice));
            if early {
                outgoing.consent();
            }
            send_all(&mut outgoing, &mut socket);
            prop_assert_eq!(outgoing.done_begun(), early);
            outgoing.consent();
            send_all(&mut outgoing, &mut socket);
            prop_assert!(outgoing.done_begun());
            let sent = messages(&socket.taken);
            prop_assert_eq!(&sent[0], &(b'Q', b"ab\0".to_vec()));
            prop_assert_eq!(sent.last().unwrap(), &(b'c', vec![]));
            prop_assert_eq!(rows_of(&sent), rows.concat());
        }

        #[test]
        fn stopping_ends_at_the_end_of_a_message(
            lengths in proptest::collection::vec(1usize..9000, 0..40),
            steps in 0usize..60,
            width in 100usize..20_000,
        ) {
            let rows = rows_of_lengths(&lengths);
            let mut socket = Narrow { taken: Vec::new(), width };
            let mut outgoing = Outgoing::new(query(), rows.iter().map(Vec::as_slice));
            for _ in 0..steps {
                let step = outgoing.poll_step(&mut socket, &mut context());
                prop_assert!(matches!(step, Poll::Ready(Ok(_))));
            }
            let before = socket.taken.len();
            outgoing.stop();
            send_all(&mut outgoing, &mut socket);
            prop_assert!(socket.taken.len() - before <= LONGEST_FRAME + FRAME_HEADER);
            let sent = rows_of(&messages(&socket.taken));
            prop_assert!(rows.concat().starts_with(&sent));
        }
    }

    #[test]
    fn a_small_batch_is_one_write_and_its_end_waits_for_consent() {
        let mut socket = Narrow { taken: Vec::new(), width: 1000 };
        let rows: Vec<&[u8]> = vec![b"1\n", b"2\n", b"3\n"];
        let mut outgoing = Outgoing::new(query(), rows.into_iter());
        let step = outgoing.poll_step(&mut socket, &mut context());
        assert!(matches!(step, Poll::Ready(Ok(false))), "{step:?}");
        assert_eq!(messages(&socket.taken).len(), 2);
        assert!(matches!(outgoing.poll_step(&mut socket, &mut context()), Poll::Ready(Ok(true))));
        assert!(!outgoing.done_begun());
        outgoing.consent();
        send_all(&mut outgoing, &mut socket);
        assert!(outgoing.done_begun());
        assert_eq!(messages(&socket.taken).len(), 3);
    }
}
