//! A client within the process, for tests: the wire protocol over a pipe.

use std::io;
use std::sync::Arc;

use bytes::{BufMut, BytesMut};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};

use crate::error::Error;
use crate::session::shared::{DATABASE, Shared};
use crate::session::{Door, serve};
use crate::wire::Front;
use crate::wire::body::Body;

/// How much the pipe holds, in bytes.
const PIPE: usize = 64 * 1024;

/// Runs statements as that user, in a session of their own. Answers the rows as `psql -Atq` prints them.
pub async fn sql(shared: Arc<Shared>, user: String, sql: String) -> Result<String, Error> {
    let (stream, server) = tokio::io::duplex(PIPE);
    let session = tokio::spawn(serve(Front::new(Box::new(server)), shared, Door::Own));
    let answer = conversation(stream, &user, &sql).await;
    // The session has seen the end of the pipe; its backing connection is gone when it is.
    let _ = session.await;
    answer.map_err(|error| Error::system("talk to the sandbox", error))?
}

async fn conversation(mut stream: DuplexStream, user: &str, sql: &str) -> io::Result<Result<String, Error>> {
    let mut start = BytesMut::new();
    start.put_i32(196_608);
    for text in ["user", user, "database", DATABASE, ""] {
        start.put_slice(text.as_bytes());
        start.put_u8(0);
    }
    send(&mut stream, None, &start).await?;
    if let Err(error) = answer(&mut stream).await? {
        return Ok(Err(error));
    }
    send(&mut stream, Some(b'Q'), &[sql.as_bytes(), b"\0"].concat()).await?;
    answer(&mut stream).await
}

async fn send(stream: &mut DuplexStream, tag: Option<u8>, body: &[u8]) -> io::Result<()> {
    let mut message = BytesMut::new();
    message.extend(tag);
    message.put_u32(u32::try_from(body.len() + 4).map_err(io::Error::other)?);
    message.put_slice(body);
    stream.write_all(&message).await
}

/// Reads up to ReadyForQuery, or the error after which nothing comes.
async fn answer(stream: &mut DuplexStream) -> io::Result<Result<String, Error>> {
    let mut lines = Vec::new();
    let mut refused = None;
    loop {
        let tag = match stream.read_u8().await {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof && refused.is_some() => break,
            other => other?,
        };
        let length = stream.read_u32().await?;
        let mut body = vec![0; usize::try_from(length.saturating_sub(4)).map_err(io::Error::other)?];
        stream.read_exact(&mut body).await?;
        match tag {
            b'D' => lines.push(line(Body(&body))?),
            b'E' => refused = Some(refusal(Body(&body))?),
            b'Z' => break,
            _ => {}
        }
    }
    Ok(refused.map_or_else(|| Ok(lines.join("\n")), Err))
}

fn line(mut body: Body<'_>) -> io::Result<String> {
    let values = body.list(Body::value)?;
    let values: Vec<_> =
        values.iter().map(|value| String::from_utf8_lossy(value.unwrap_or_default())).collect();
    Ok(values.join("|"))
}

fn refusal(mut body: Body<'_>) -> io::Result<Error> {
    let (mut sqlstate, mut message) = (String::new(), String::new());
    loop {
        match body.byte()? {
            0 => return Ok(Error::Refused { sqlstate, message }),
            b'C' => body.text()?.clone_into(&mut sqlstate),
            b'M' => body.text()?.clone_into(&mut message),
            _ => drop(body.text()?),
        }
    }
}
