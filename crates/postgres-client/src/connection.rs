//! An open session.

use std::collections::HashMap;

use bytes::BytesMut;
use fallible_iterator::FallibleIterator;
use postgres_protocol::message::backend::{DataRowBody, Message, RowDescriptionBody};
use postgres_protocol::message::frontend;

use crate::cancel::Canceller;
use crate::config::Config;
use crate::error::{DbError, Error, Notice};
use crate::quote;
use crate::version::version_number;
use crate::wire::{Broken, Wire};

/// A column of a result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// The OID of its type.
    pub type_oid: u32,
}

/// What one statement gave.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct QueryResult {
    /// The columns; none for a statement that gives no rows.
    pub columns: Vec<Column>,
    /// The rows; None is NULL.
    pub rows: Vec<Vec<Option<String>>>,
    /// The command tag, e.g. `INSERT 0 5`; empty for an empty statement.
    pub tag: String,
}

impl QueryResult {
    /// The number in the command tag. Redshift's tags of COPY and SELECT have none.
    pub fn rows_affected(&self) -> Option<u64> {
        self.tag.rsplit(' ').next()?.parse().ok()
    }
}

/// Whether a transaction block is open, as the server last said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TransactionStatus {
    /// None is open.
    Idle,
    /// One is open.
    Open,
    /// One is open and has failed; only ROLLBACK is possible.
    Failed,
}

/// How far a connection can be used.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum State {
    Ready,
    /// An operation is under way, or its future was dropped.
    Busy,
    /// Nothing can be sent any more.
    Broken(String),
}

/// A session with a server. One operation at a time; when the future of an operation is dropped
/// before it is ready, the connection answers every further use with [`Error::Abandoned`].
/// Dropping a connection closes its socket; [`close`](Self::close) also says goodbye.
pub struct Connection {
    pub(crate) wire: Wire,
    pub(crate) server: String,
    pub(crate) state: State,
    pub(crate) transaction: TransactionStatus,
    parameters: HashMap<String, String>,
    notices: Vec<Notice>,
    notices_dropped: u64,
    canceller: Canceller,
}

impl std::fmt::Debug for Connection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Connection")
            .field("server", &self.server)
            .field("process_id", &self.process_id())
            .field("state", &self.state)
            .finish_non_exhaustive()
    }
}

/// A trigger may raise one notice a row: more than this are counted, not kept.
const NOTICES_KEPT: usize = 1000;

impl Connection {
    /// Opens a session and applies the settings of the configuration. Follows libpq: every server
    /// and every address of it in turn until one gives the session that is wanted, encryption by the mode, passwords as in `config`. "Too many
    /// connections" (53300, 53400) is tried up to 5 times, half a second apart.
    pub async fn connect(config: &Config) -> Result<Connection, Error> {
        crate::servers::connect(config).await
    }

    pub(crate) fn new(wire: Wire, server: String, canceller: Canceller) -> Connection {
        Connection {
            wire,
            server,
            state: State::Ready,
            transaction: TransactionStatus::Idle,
            parameters: HashMap::new(),
            notices: Vec::new(),
            notices_dropped: 0,
            canceller,
        }
    }

    /// Runs one or several statements, which are one transaction unless they say otherwise, and
    /// gives one result each. On a refusal the results before it are lost, and undone with the
    /// implicit transaction. Rows sent by `COPY … TO STDOUT` are passed over; `COPY … FROM STDIN` fails.
    pub async fn simple_query(&mut self, sql: &str) -> Result<Vec<QueryResult>, Error> {
        let mut request = BytesMut::new();
        encode_query(sql, &mut request)?;
        self.begin()?;
        let sent = self.wire.send(&request).await;
        let mut answer = Answer::default();
        loop {
            match self.wire.message().await {
                Ok(Message::CopyInResponse(_)) => self.refuse_copy().await,
                Ok(message) => {
                    if self.receive(message, &mut answer)? {
                        return answer.into_results();
                    }
                }
                Err(broken) => return Err(self.broken(broken, sent.err(), answer.error)),
            }
        }
    }

    /// Tells the server that no rows will come. When even this cannot be sent, the next read
    /// finds out why.
    async fn refuse_copy(&mut self) {
        let mut fail = BytesMut::new();
        let told = frontend::copy_fail("COPY FROM STDIN cannot be used here", &mut fail);
        if told.is_ok() {
            let _ = self.wire.send(&fail).await;
        }
    }

    /// The value of a run-time parameter that the server reports by itself, such as
    /// `server_version` or `standard_conforming_strings`.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.get(name).map(String::as_str)
    }

    /// The server's version as a number: 90624, 150018. See [`version_number`].
    pub fn server_version_num(&self) -> Option<u32> {
        version_number(self.parameter("server_version")?)
    }

    /// A literal for this server: a backslash is doubled where the server takes it for an escape
    /// (`standard_conforming_strings` off, or never reported as by Redshift).
    pub fn quote_literal(&self, text: &str) -> String {
        let conforming = self.parameter("standard_conforming_strings") == Some("on");
        quote::quote_literal_for(text, conforming)
    }

    /// Something that can interrupt what this connection is doing, from anywhere.
    pub fn canceller(&self) -> Canceller {
        self.canceller.clone()
    }

    /// The server process of this session; 0 if the server told none.
    pub fn process_id(&self) -> i32 {
        self.canceller.process_id()
    }

    /// Whether the connection is encrypted.
    pub fn is_encrypted(&self) -> bool {
        matches!(self.wire.transport, crate::wire::Transport::Tls(_))
    }

    /// Whether a transaction block is open.
    pub fn transaction_status(&self) -> TransactionStatus {
        self.transaction
    }

    /// The notices that have come since the last call, oldest first. Of more than a thousand only
    /// the first are kept; one more then tells how many are missing.
    pub fn take_notices(&mut self) -> Vec<Notice> {
        let mut notices = std::mem::take(&mut self.notices);
        let dropped = std::mem::take(&mut self.notices_dropped);
        if dropped > 0 {
            notices.push(Notice {
                severity: "WARNING".into(),
                message: format!("{dropped} further notices of the server are not shown"),
                ..Notice::default()
            });
        }
        notices
    }

    /// Ends the session. Nothing is reported: the work of a session is safe or lost before this.
    pub async fn close(mut self) {
        if self.state == State::Ready {
            let mut goodbye = BytesMut::new();
            frontend::terminate(&mut goodbye);
            if self.wire.send(&goodbye).await.is_ok() {
                let shutdown = tokio::io::AsyncWriteExt::shutdown(&mut self.wire.transport);
                let _ = shutdown.await;
            }
        }
    }

    /// Every operation starts with this, and ends by the ReadyForQuery that [`receive`](Self::receive) sees.
    pub(crate) fn begin(&mut self) -> Result<(), Error> {
        let server = self.server.clone();
        match &self.state {
            State::Ready => {
                self.state = State::Busy;
                Ok(())
            }
            State::Busy => Err(Error::Abandoned { server }),
            State::Broken(reason) => {
                Err(Error::Lost { server, reason: format!("it broke earlier: {reason}") })
            }
        }
    }

    /// Takes in one message of an answer; true when the answer is complete.
    pub(crate) fn receive(&mut self, message: Message, to: &mut Answer) -> Result<bool, Error> {
        match message {
            Message::ReadyForQuery(body) => {
                self.transaction = match body.status() {
                    b'T' => TransactionStatus::Open,
                    b'E' => TransactionStatus::Failed,
                    _ => TransactionStatus::Idle,
                };
                self.state = State::Ready;
                return Ok(true);
            }
            Message::NoticeResponse(body) => self.keep_notice(DbError::read(body.fields())),
            Message::ParameterStatus(body) => {
                if let (Ok(name), Ok(value)) = (body.name(), body.value()) {
                    self.parameters.insert(name.to_owned(), value.to_owned());
                }
            }
            Message::NotificationResponse(_) => {}
            other => to.take(other).map_err(|reason| self.fails(reason))?,
        }
        Ok(false)
    }

    fn keep_notice(&mut self, notice: Notice) {
        if self.notices.len() < NOTICES_KEPT {
            self.notices.push(notice);
        } else {
            self.notices_dropped += 1;
        }
    }

    /// The server broke the protocol.
    pub(crate) fn fails(&mut self, reason: String) -> Error {
        self.state = State::Broken(reason.clone());
        Error::Protocol { server: self.server.clone(), reason }
    }

    /// The error of a connection that broke: the server's own last word if there was one.
    pub(crate) fn broken(
        &mut self,
        reading: Broken,
        writing: Option<std::io::Error>,
        refused: Option<Box<DbError>>,
    ) -> Error {
        let reason = match (reading, writing) {
            (Broken::Protocol(reason), _) => return self.fails(reason),
            (Broken::Io(_), Some(error)) => error.to_string(),
            (Broken::Io(error), None) => error.to_string(),
        };
        if let Some(error) = refused {
            self.state = State::Broken(error.message.clone());
            return Error::Database(error);
        }
        let reason = match self.notices.last() {
            Some(last) if last.sqlstate.starts_with("57P") => {
                format!("{reason}; its last words: {}", last.message)
            }
            _ => reason,
        };
        self.state = State::Broken(reason.clone());
        Error::Lost { server: self.server.clone(), reason }
    }
}

/// What has come in of the answer to one Query message.
#[derive(Default)]
pub(crate) struct Answer {
    pub(crate) results: Vec<QueryResult>,
    pub(crate) error: Option<Box<DbError>>,
    columns: Vec<Column>,
    rows: Vec<Vec<Option<String>>>,
}

impl Answer {
    fn take(&mut self, message: Message) -> Result<(), String> {
        match message {
            Message::RowDescription(body) => self.columns = columns(&body)?,
            Message::DataRow(body) => self.rows.push(row(&body, &self.columns)?),
            Message::CommandComplete(body) => {
                let tag = body.tag().map_err(|error| error.to_string())?.to_owned();
                self.complete(tag);
            }
            Message::EmptyQueryResponse => self.complete(String::new()),
            Message::ErrorResponse(body) => {
                let error = DbError::read(body.fields());
                self.error.get_or_insert_with(|| Box::new(error));
            }
            Message::CopyOutResponse(_) | Message::CopyData(_) | Message::CopyDone => {}
            _ => return Err("a message came that does not belong to a simple query".into()),
        }
        Ok(())
    }

    fn complete(&mut self, tag: String) {
        self.results.push(QueryResult {
            columns: std::mem::take(&mut self.columns),
            rows: std::mem::take(&mut self.rows),
            tag,
        });
    }

    fn into_results(self) -> Result<Vec<QueryResult>, Error> {
        match self.error {
            Some(error) => Err(Error::Database(error)),
            None => Ok(self.results),
        }
    }
}

fn columns(body: &RowDescriptionBody) -> Result<Vec<Column>, String> {
    let column = |field: postgres_protocol::message::backend::Field<'_>| {
        Ok(Column { name: field.name().to_owned(), type_oid: field.type_oid() })
    };
    let columns = body.fields().map(column).collect();
    columns.map_err(|error| format!("a row description cannot be read: {error}"))
}

fn row(body: &DataRowBody, columns: &[Column]) -> Result<Vec<Option<String>>, String> {
    let ranges: Vec<_> = body.ranges().collect().map_err(|error| format!("a row cannot be read: {error}"))?;
    let value = |(index, range): (usize, Option<std::ops::Range<usize>>)| {
        let Some(range) = range else { return Ok(None) };
        match std::str::from_utf8(&body.buffer()[range]) {
            Ok(text) => Ok(Some(text.to_owned())),
            Err(_) => Err(not_utf8(columns.get(index))),
        }
    };
    ranges.into_iter().enumerate().map(value).collect()
}

fn not_utf8(column: Option<&Column>) -> String {
    let name = column.map_or("?", |column| column.name.as_str());
    format!(
        "column \"{name}\" holds a value that is not UTF-8, \
         which happens when the database's encoding is SQL_ASCII"
    )
}

/// Appends a Query message.
pub(crate) fn encode_query(sql: &str, to: &mut BytesMut) -> Result<(), Error> {
    frontend::query(sql, to).map_err(|error| {
        Error::Request(format!(
            "a statement cannot be sent: {error} (SQL text must not hold a NUL character)"
        ))
    })
}
