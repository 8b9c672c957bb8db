//! Servers that misbehave in ways that a real one cannot be brought to.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::{Duration, Instant};

use pgloader_postgres_client::{Connection, Error};

use crate::support::{config, refused};

/// One message.
fn message(tag: u8, body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len() + 4).unwrap();
    [&[tag], &length.to_be_bytes()[..], body].concat()
}

fn welcome() -> Vec<u8> {
    [
        message(b'R', &[0, 0, 0, 0]),
        message(b'S', b"server_version\x008.0.2\0"),
        message(b'K', &[0, 0, 0, 7, 0, 0, 0, 9]),
        message(b'Z', b"I"),
    ]
    .concat()
}

fn error_message(severity: &str, sqlstate: &str, text: &str) -> Vec<u8> {
    message(b'E', format!("S{severity}\0V{severity}\0C{sqlstate}\0M{text}\0\0").as_bytes())
}

/// Reads one packet of the start, which has no tag.
fn read_startup(stream: &mut TcpStream) -> Vec<u8> {
    let mut length = [0; 4];
    stream.read_exact(&mut length).unwrap();
    let mut body = vec![0; u32::from_be_bytes(length) as usize - 4];
    stream.read_exact(&mut body).unwrap();
    body
}

/// Serves one connection after the other by these scripts; returns the port.
fn serve(scripts: Vec<Box<dyn FnOnce(TcpStream) + Send>>) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for script in scripts {
            script(listener.accept().unwrap().0);
        }
    });
    port
}

/// Answers the start-up packet with these bytes, and then closes.
fn answer(bytes: Vec<u8>) -> Box<dyn FnOnce(TcpStream) + Send> {
    Box::new(move |mut stream| {
        read_startup(&mut stream);
        stream.write_all(&bytes).unwrap();
    })
}

fn uri(port: u16, more: &str) -> String {
    format!("postgresql://u:sesame@127.0.0.1:{port}/d?sslmode=disable{more}")
}

/// A server that lets everyone in, and after a Query answers with these bytes and closes, having
/// read at least `until` bytes.
fn after_query(bytes: Vec<u8>, until: usize) -> Box<dyn FnOnce(TcpStream) + Send> {
    Box::new(move |mut stream| {
        read_startup(&mut stream);
        stream.write_all(&welcome()).unwrap();
        let mut request = vec![0; until];
        stream.read_exact(&mut request).unwrap();
        stream.write_all(&bytes).unwrap();
        stream.shutdown(std::net::Shutdown::Write).unwrap();
        let _ = stream.read_to_end(&mut request);
    })
}

/// `COPY t FROM STDIN` and one row: the length of both messages together.
const SMALL_COPY: usize = (5 + 18) + (5 + 2);
const COPY_DONE: usize = 5;

/// A server that begins the COPY once it has the row, and after CopyDone answers with these bytes and closes.
fn after_copy_done(bytes: Vec<u8>) -> Box<dyn FnOnce(TcpStream) + Send> {
    Box::new(move |mut stream| {
        read_startup(&mut stream);
        stream.write_all(&welcome()).unwrap();
        stream.read_exact(&mut [0; SMALL_COPY]).unwrap();
        stream.write_all(&message(b'G', &[0, 0, 0])).unwrap();
        stream.read_exact(&mut [0; COPY_DONE]).unwrap();
        stream.write_all(&bytes).unwrap();
        stream.shutdown(std::net::Shutdown::Write).unwrap();
        let _ = stream.read_to_end(&mut Vec::new());
    })
}

async fn small_copy(script: Box<dyn FnOnce(TcpStream) + Send>) -> Result<u64, (bool, Error)> {
    let port = serve(vec![script]);
    let mut connection = Connection::connect(&config(&uri(port, ""))).await.unwrap();
    let rows: [&[u8]; 1] = [b"1\n"];
    let result = connection.copy_in("COPY t FROM STDIN", rows.into_iter()).await;
    let result = result.map(|outcome| outcome.rows);
    result.map_err(|error| (error.commit_unknown, error.error))
}

#[tokio::test]
async fn the_tag_of_the_copy_is_the_commit() {
    let done = message(b'C', b"COPY 1\0");
    assert_eq!(small_copy(after_copy_done(done.clone())).await.unwrap(), 1);
    let shut_down = [done, error_message("FATAL", "57P01", "no")].concat();
    assert_eq!(small_copy(after_copy_done(shut_down)).await.unwrap(), 1);
    let (unknown, error) = small_copy(after_copy_done(vec![])).await.unwrap_err();
    assert!(unknown && matches!(error, Error::Lost { .. }), "{error:?}");
    let (unknown, _) = small_copy(after_copy_done(error_then_ready("ERROR"))).await.unwrap_err();
    assert!(!unknown);
    // A server that dies of its commit may have written it.
    let (unknown, error) = small_copy(after_copy_done(died("PANIC"))).await.unwrap_err();
    assert!(unknown && matches!(error, Error::Database(_)), "{error:?}");
}

/// CopyDone waits until the server has begun the COPY, so that nothing can be committed whose transaction
/// number has not been told.
#[tokio::test]
async fn a_server_that_is_lost_before_it_begins_the_copy_has_committed_nothing() {
    let (unknown, error) = small_copy(after_query(vec![], SMALL_COPY)).await.unwrap_err();
    assert!(!unknown && matches!(error, Error::Lost { .. }), "{error:?}");
}

fn died(severity: &str) -> Vec<u8> {
    error_message(severity, "XX000", "no")
}

fn error_then_ready(severity: &str) -> Vec<u8> {
    [died(severity), message(b'Z', b"I")].concat()
}

#[tokio::test]
async fn a_server_that_breaks_the_protocol() {
    for bytes in [b"x\0\0\0\x04".to_vec(), b"D\xff\xff\xff\xff".to_vec(), message(b'1', b"")] {
        let port = serve(vec![after_query(bytes, 5)]);
        let mut connection = Connection::connect(&config(&uri(port, ""))).await.unwrap();
        let error = connection.simple_query("SELECT 1").await.unwrap_err();
        assert!(matches!(error, Error::Protocol { .. }), "{error:?}");
    }
}

#[tokio::test]
async fn other_servers_are_recognized() {
    let port = serve(vec![answer(b"HTTP/1.1 400 Bad Request\r\n\r\n".to_vec())]);
    let error = refused(&uri(port, "")).await;
    assert!(error.to_string().contains("another kind of server"), "{error}");
    let port = serve(vec![answer(b"Ecould not fork new process\n\0".to_vec())]);
    let error = refused(&uri(port, "")).await;
    assert!(error.to_string().contains("could not fork new process"), "{error}");
    let port = serve(vec![answer(vec![])]);
    assert!(refused(&uri(port, "")).await.is_transient());
}

#[tokio::test]
async fn unknown_authentication_methods_are_named() {
    for (code, name) in [(15u8, "method 15"), (14, "identity provider"), (7, "gss"), (9, "sspi")] {
        let request = message(b'R', &[0, 0, 0, code, 0, 0, 0, 0]);
        let request = if code > 12 { request } else { message(b'R', &[0, 0, 0, code]) };
        let port = serve(vec![answer(request)]);
        let error = refused(&uri(port, "")).await;
        assert!(matches!(error, Error::Authentication { .. }), "{error:?}");
        assert!(error.to_string().contains(name), "{error}");
    }
}

fn digest_request(algorithm: u8) -> Vec<u8> {
    let body =
        [&[0, 0, 0, 13, 0, 0, 0, algorithm, 0, 0, 0, 4][..], b"salt", &[0, 0, 0, 5], b"nonce"].concat();
    message(b'R', &body)
}

#[tokio::test]
async fn redshift_gets_the_digest_that_its_drivers_give() {
    use sha2::{Digest, Sha256};
    let script: fn(TcpStream) = |mut stream| {
        read_startup(&mut stream);
        stream.write_all(&digest_request(0)).unwrap();
        let mut tag = [0];
        stream.read_exact(&mut tag).unwrap();
        assert_eq!(tag, *b"d");
        let answer = read_startup(&mut stream);
        let (digest, client_nonce) = (&answer[4..36], &answer[40..]);
        assert_eq!(answer[..4], [0, 0, 0, 32]);
        assert_eq!(answer[36..40], u32::try_from(client_nonce.len()).unwrap().to_be_bytes());
        assert!(client_nonce.len() == 13 && client_nonce.iter().all(u8::is_ascii_digit));
        let inner = Sha256::digest(b"s3cretsalt");
        let expected = Sha256::digest([&inner[..], b"nonce", client_nonce].concat());
        assert_eq!(digest, &expected[..]);
        stream.write_all(&welcome()).unwrap();
        let _ = stream.read_to_end(&mut Vec::new());
    };
    let port = serve(vec![Box::new(script)]);
    Connection::connect(&config(&uri(port, "&password=s3cret"))).await.unwrap();
}

#[tokio::test]
async fn other_digests_of_redshift_are_refused_by_name() {
    let port = serve(vec![answer(digest_request(1))]);
    let error = refused(&uri(port, "&password=s3cret")).await;
    assert!(error.to_string().contains("algorithm 1"), "{error}");
    let port = serve(vec![answer(message(b'R', &[0, 0, 0, 13, 0, 0, 0, 0, 0, 0, 1, 0]))]);
    let error = refused(&uri(port, "&password=s3cret")).await;
    assert!(error.to_string().contains("cannot be read"), "{error}");
}

#[tokio::test]
async fn a_server_that_does_not_know_application_name() {
    let refusal = error_message("FATAL", "42704", "unrecognized parameter \"application_name\"");
    let second: Box<dyn FnOnce(TcpStream) + Send> = Box::new(|mut stream| {
        let packet = read_startup(&mut stream);
        let packet = String::from_utf8_lossy(&packet).into_owned();
        assert!(packet.contains("client_encoding") && !packet.contains("application_name"));
        stream.write_all(&welcome()).unwrap();
        let _ = stream.read_to_end(&mut Vec::new());
    });
    let port = serve(vec![answer(refusal.clone()), second]);
    let connection = Connection::connect(&config(&uri(port, ""))).await.unwrap();
    assert_eq!(connection.server_version_num(), Some(80_002));
    assert_eq!(connection.quote_literal("a\\'"), "'a\\\\'''");
    assert_eq!(connection.process_id(), 7);
    let port = serve(vec![answer(refusal.clone()), answer(refusal)]);
    assert_eq!(refused(&uri(port, "")).await.sqlstate(), Some("42704"));
}

// shows: connect_timeout
#[tokio::test]
async fn a_server_that_never_answers() {
    let port = serve(vec![Box::new(|mut stream| {
        let _ = stream.read_to_end(&mut Vec::new());
    })]);
    let before = Instant::now();
    let error = refused(&uri(port, "&connect_timeout=1")).await;
    assert!(before.elapsed() < Duration::from_secs(5));
    assert!(error.to_string().contains("within 1 second") && error.is_transient(), "{error}");
}

#[tokio::test]
async fn bytes_slipped_in_before_the_handshake() {
    let slip: fn(TcpStream) = |mut stream| {
        read_startup(&mut stream);
        stream.write_all(b"S").unwrap();
        stream.write_all(&welcome()).unwrap();
        let _ = stream.read_to_end(&mut Vec::new());
    };
    let port = serve(vec![Box::new(slip)]);
    let error = refused(&uri(port, "&sslmode=require")).await;
    assert!(matches!(error, Error::Tls { .. }), "{error:?}");
    let plain: fn(TcpStream) = |mut stream| {
        read_startup(&mut stream);
        stream.write_all(&[b"N", &died("FATAL")[..]].concat()).unwrap();
        let _ = stream.read_to_end(&mut Vec::new());
    };
    let port = serve(vec![Box::new(plain)]);
    let error = refused(&uri(port, "&sslmode=require")).await;
    assert!(matches!(error, Error::Tls { .. }), "{error:?}");
    let text: fn(TcpStream) = |mut stream| {
        read_startup(&mut stream);
        stream.write_all(&error_message("FATAL", "XX000", "call this number")).unwrap();
    };
    let port = serve(vec![Box::new(text)]);
    let error = refused(&uri(port, "&sslmode=require")).await;
    assert!(!error.to_string().contains("call this number"), "{error}");
}

/// The first message of the TLS handshake has the name in the clear, or nowhere.
// shows: sslsni
#[tokio::test]
async fn the_name_of_the_host_is_sent_unless_that_is_turned_off() {
    for (parameters, sent) in [("", true), ("&sslsni=1", true), ("&sslsni=0", false)] {
        let (tell, told) = std::sync::mpsc::channel();
        let port = serve(vec![Box::new(move |mut stream| {
            read_startup(&mut stream);
            stream.write_all(b"S").unwrap();
            let mut hello = vec![0; 4096];
            let length = stream.read(&mut hello).unwrap();
            tell.send(hello[..length].windows(9).any(|bytes| bytes == b"localhost")).unwrap();
        })]);
        let uri = uri(port, &format!("&sslmode=require{parameters}")).replace("127.0.0.1", "localhost");
        refused(&format!("{uri}&hostaddr=127.0.0.1")).await;
        assert_eq!(told.recv().unwrap(), sent, "{parameters}");
    }
}
