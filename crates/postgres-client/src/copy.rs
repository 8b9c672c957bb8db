//! COPY … FROM STDIN.

use std::io;
use std::task::{Context, Poll, ready};

use bytes::BytesMut;
use postgres_protocol::message::backend::Message;

use crate::connection::{Answer, Connection, QueryResult, TransactionStatus, encode_query};
use crate::error::Error;
use crate::outgoing::Outgoing;

/// What a COPY that succeeded gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CopyOutcome {
    /// The results of the statements before the COPY.
    pub results: Vec<QueryResult>,
    /// The rows the server took, by its own count.
    pub rows: u64,
}

/// A COPY that failed. Nothing of it is stored, unless `commit_unknown`.
#[derive(Debug, thiserror::Error)]
#[error("{error}")]
pub struct CopyError {
    /// The results of the statements before the COPY that had come in.
    pub results: Vec<QueryResult>,
    /// What happened.
    pub error: Error,
    /// The connection or the server ended after CopyDone had at least partly been handed over
    /// and before the server reported success: the rows may be committed. Never true inside a
    /// transaction block, and never after an error that leaves the session alive.
    pub commit_unknown: bool,
}

impl From<Error> for CopyError {
    fn from(error: Error) -> CopyError {
        CopyError { results: Vec::new(), error, commit_unknown: false }
    }
}

impl Connection {
    /// Runs statements of which the *last* is a `COPY … FROM STDIN`, and sends it the rows: slices
    /// of any length, cut anywhere, also inside a row.
    ///
    /// Outside a transaction block the statements are one implicit transaction (unless one of them
    /// is BEGIN or COMMIT), committed when this returns Ok. Rows are sent
    /// without waiting for the server's consent; a refusal ends the sending at once, and the connection can be used
    /// again. Only the end of the rows waits for it, so that the results of the statements before the COPY are known
    /// whenever it may have been committed.
    pub async fn copy_in<'a, I>(&mut self, sql: &str, data: I) -> Result<CopyOutcome, CopyError>
    where
        I: Iterator<Item = &'a [u8]> + Send,
    {
        let mut query = BytesMut::new();
        encode_query(sql, &mut query)?;
        self.begin()?;
        let commits = self.transaction == TransactionStatus::Idle;
        let mut copy = Copying {
            outgoing: Outgoing::new(query, data),
            answer: Answer::default(),
            write_error: None,
            running: false,
            rows: None,
            ready: false,
        };
        let result = std::future::poll_fn(|cx| copy.poll(self, cx)).await;
        copy.outcome(result, commits)
    }
}

struct Copying<'a, I> {
    outgoing: Outgoing<'a, I>,
    answer: Answer,
    write_error: Option<io::Error>,
    /// The server has begun the COPY and has not yet reported its success.
    running: bool,
    /// The number in the tag of the COPY, once it has succeeded. PostgreSQL commits before it
    /// sends the tag of the last statement (`exec_simple_query`).
    rows: Option<Option<u64>>,
    /// The server waits for the next request.
    ready: bool,
}

impl<'a, I: Iterator<Item = &'a [u8]>> Copying<'a, I> {
    /// Reads before every write, so that neither side waits for the other with full buffers, and
    /// so that a refusal is seen before more is sent. Ready when the server is and the
    /// message begun is sent.
    fn poll(&mut self, connection: &mut Connection, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        loop {
            if let Poll::Ready(failed) = self.poll_read(connection, cx) {
                return Poll::Ready(Err(failed));
            }
            match self.poll_write(connection, cx) {
                Poll::Ready(false) => {}
                Poll::Ready(true) if self.ready => return Poll::Ready(Ok(())),
                Poll::Ready(true) | Poll::Pending => return Poll::Pending,
            }
        }
    }

    /// Takes in every message there is; ready only with an error.
    fn poll_read(&mut self, connection: &mut Connection, cx: &mut Context<'_>) -> Poll<Error> {
        while !self.ready {
            let message = match ready!(connection.wire.poll_message(cx)) {
                Ok(message) => message,
                Err(broken) => {
                    let (written, refused) = (self.write_error.take(), self.answer.error.take());
                    return Poll::Ready(connection.broken(broken, written, refused));
                }
            };
            if let Err(error) = self.receive(connection, message) {
                return Poll::Ready(error);
            }
        }
        Poll::Pending
    }

    /// Writes once; true when nothing is left to write. After a failure to write nothing more is
    /// sent, but the server's reason may still be read.
    fn poll_write(&mut self, connection: &mut Connection, cx: &mut Context<'_>) -> Poll<bool> {
        if self.write_error.is_some() {
            return Poll::Ready(true);
        }
        match ready!(self.outgoing.poll_step(&mut connection.wire.transport, cx)) {
            Ok(finished) => Poll::Ready(finished),
            Err(error) => {
                self.write_error = Some(error);
                Poll::Ready(true)
            }
        }
    }

    fn receive(&mut self, connection: &mut Connection, message: Message) -> Result<(), Error> {
        if let Message::CopyInResponse(_) = message {
            self.running = true;
            self.outgoing.consent();
            return Ok(());
        }
        let complete = matches!(message, Message::CommandComplete(_));
        let ready = connection.receive(message, &mut self.answer)?;
        if complete && std::mem::take(&mut self.running) {
            let copied = self.answer.results.pop();
            self.rows = copied.map(|copied| copied.rows_affected());
        }
        if ready || self.answer.error.is_some() {
            self.ready = ready;
            self.outgoing.stop();
        }
        Ok(())
    }

    /// `commits`: whether the end of the statements commits them.
    fn outcome(self, result: Result<(), Error>, commits: bool) -> Result<CopyOutcome, CopyError> {
        let done_begun = self.outgoing.done_begun();
        let (refused, results) = (self.answer.error, self.answer.results);
        let error = match (result, refused, self.rows) {
            (Ok(()), None, Some(Some(rows))) => return Ok(CopyOutcome { results, rows }),
            // The end of the session does not undo a commit.
            (Err(error), _, Some(Some(rows))) if !is_refusal(&error) => {
                return Ok(CopyOutcome { results, rows });
            }
            (Err(error), _, _) => error,
            (Ok(()), Some(refused), _) => Error::Database(refused),
            (Ok(()), None, Some(None)) => {
                Error::Request("the server did not tell how many rows the COPY took".into())
            }
            (Ok(()), None, None) => Error::Request("the statements hold no COPY … FROM STDIN".into()),
        };
        let rolled_back = match &error {
            Error::Request(_) => self.rows.is_none(),
            error => is_refusal(error),
        };
        Err(CopyError { results, error, commit_unknown: commits && done_begun && !rolled_back })
    }
}

/// Whether a living session refused something, which rolls the transaction back.
fn is_refusal(error: &Error) -> bool {
    error.database().is_some_and(|error| !error.ends_session())
}
