//! A sandbox and a client that shows what is on the wire.

#![allow(dead_code, reason = "each test binary uses some of it")]

use std::collections::HashMap;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::OnceLock;
use std::time::Duration;

use redshift_sandbox::{Auth, Error, Sandbox};

/// One sandbox for the tests of a file that need nothing special; each test has names of its own in it.
pub fn shared() -> &'static Sandbox {
    static SHARED: OnceLock<Sandbox> = OnceLock::new();
    SHARED.get_or_init(|| Sandbox::builder().auth(Auth::Cleartext).start().unwrap())
}

/// The SQLSTATE and message of a statement that must fail.
pub fn refusal(sandbox: &Sandbox, sql: &str) -> (String, String) {
    match sandbox.sql(sql) {
        Err(Error::Refused { sqlstate, message }) => (sqlstate, message),
        other => panic!("{sql}: {other:?}"),
    }
}

/// A message of the server.
#[derive(Debug, Clone)]
pub struct Message {
    pub tag: char,
    pub body: Vec<u8>,
}

impl Message {
    /// The texts of the body, for messages that have nothing else.
    pub fn texts(&self) -> Vec<String> {
        self.body.split(|byte| *byte == 0).map(|text| String::from_utf8_lossy(text).into_owned()).collect()
    }

    /// A field of an error or a notice.
    pub fn field(&self, code: char) -> Option<String> {
        self.texts().into_iter().find_map(|text| text.strip_prefix(code).map(str::to_owned))
    }

    /// The values of a row in text.
    pub fn values(&self) -> Vec<Option<String>> {
        let mut rest = &self.body[2..];
        let mut values = Vec::new();
        while !rest.is_empty() {
            let (length, after) = rest.split_at(4);
            let length = i32::from_be_bytes(length.try_into().unwrap());
            let Ok(length) = usize::try_from(length) else {
                values.push(None);
                rest = after;
                continue;
            };
            values.push(Some(String::from_utf8_lossy(&after[..length]).into_owned()));
            rest = &after[length..];
        }
        values
    }
}

/// A client.
pub struct Client {
    pub stream: TcpStream,
    pub parameters: HashMap<String, String>,
    pub pid: i32,
    pub secret: i32,
}

/// The start-up message with these keys.
pub fn startup(keys: &[(&str, &str)]) -> Vec<u8> {
    let mut body = 196_608_i32.to_be_bytes().to_vec();
    for (key, value) in keys {
        body.extend([key.as_bytes(), b"\0", value.as_bytes(), b"\0"].concat());
    }
    body.push(0);
    let length = u32::try_from(body.len() + 4).unwrap();
    [&length.to_be_bytes()[..], &body].concat()
}

impl Client {
    /// As the user loader, by a cleartext password, with more start-up keys.
    pub fn connect(sandbox: &Sandbox, more: &[(&str, &str)]) -> Result<Client, Message> {
        let keys = [&[("user", "loader"), ("database", "dev")], more].concat();
        let mut stream = TcpStream::connect(("127.0.0.1", sandbox.port())).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        stream.write_all(&startup(&keys)).unwrap();
        let mut client = Client { stream, parameters: HashMap::new(), pid: 0, secret: 0 };
        let asked = client.read();
        if asked.tag == 'E' {
            return Err(asked);
        }
        assert_eq!(asked.body, 3_i32.to_be_bytes(), "cleartext");
        client.send('p', b"Loader-1\0");
        client.greeted()
    }

    /// Reads what follows the password.
    pub fn greeted(mut self) -> Result<Client, Message> {
        loop {
            let message = self.read();
            match message.tag {
                'E' => return Err(message),
                'S' => {
                    let texts = message.texts();
                    self.parameters.insert(texts[0].clone(), texts[1].clone());
                }
                'K' => {
                    self.pid = i32::from_be_bytes(message.body[..4].try_into().unwrap());
                    self.secret = i32::from_be_bytes(message.body[4..].try_into().unwrap());
                }
                'Z' => return Ok(self),
                _ => {}
            }
        }
    }

    pub fn send(&mut self, tag: char, body: &[u8]) {
        let length = u32::try_from(body.len() + 4).unwrap();
        let message = [&[u8::try_from(tag).unwrap()], &length.to_be_bytes()[..], body].concat();
        self.stream.write_all(&message).unwrap();
    }

    pub fn read(&mut self) -> Message {
        self.try_read().unwrap()
    }

    /// None where the server has closed the connection.
    pub fn try_read(&mut self) -> Option<Message> {
        let mut tag = [0];
        if self.stream.read(&mut tag).ok()? == 0 {
            return None;
        }
        let mut length = [0; 4];
        self.stream.read_exact(&mut length).unwrap();
        let mut body = vec![0; usize::try_from(u32::from_be_bytes(length)).unwrap() - 4];
        self.stream.read_exact(&mut body).unwrap();
        Some(Message { tag: char::from(tag[0]), body })
    }

    /// Sends a Query and reads everything up to ReadyForQuery.
    pub fn query(&mut self, sql: &str) -> Vec<Message> {
        self.start(sql);
        self.finish()
    }

    pub fn start(&mut self, sql: &str) {
        self.send('Q', &[sql.as_bytes(), b"\0"].concat());
    }

    pub fn finish(&mut self) -> Vec<Message> {
        let mut messages = Vec::new();
        while let Some(message) = self.try_read() {
            let last = message.tag == 'Z';
            messages.push(message);
            if last {
                break;
            }
        }
        messages
    }

    /// The tag of a statement, or `SQLSTATE message` of its error.
    pub fn outcome(&mut self, sql: &str) -> String {
        outcome(&self.query(sql))
    }

    /// The first value of the first row.
    pub fn value(&mut self, sql: &str) -> String {
        let messages = self.query(sql);
        let row = messages.iter().find(|message| message.tag == 'D');
        row.unwrap_or_else(|| panic!("{sql}: {}", outcome(&messages))).values()[0].clone().unwrap_or_default()
    }
}

/// The last tag, or `SQLSTATE message` of the error.
pub fn outcome(messages: &[Message]) -> String {
    if let Some(error) = messages.iter().find(|message| message.tag == 'E') {
        return format!("{} {}", error.field('C').unwrap(), error.field('M').unwrap());
    }
    let complete = messages.iter().rev().find(|message| message.tag == 'C');
    complete.map_or_else(|| "closed".into(), |message| message.texts()[0].clone())
}

/// The texts of the notices.
pub fn notices(messages: &[Message]) -> Vec<String> {
    messages.iter().filter(|message| message.tag == 'N').filter_map(|message| message.field('M')).collect()
}

/// The authorization clauses of a COPY with the sandbox's first key.
pub fn authorization(sandbox: &Sandbox) -> String {
    let environment: HashMap<String, String> = sandbox.environment().into_iter().collect();
    format!(
        "ACCESS_KEY_ID '{}' SECRET_ACCESS_KEY '{}'",
        environment["AWS_ACCESS_KEY_ID"], environment["AWS_SECRET_ACCESS_KEY"]
    )
}
