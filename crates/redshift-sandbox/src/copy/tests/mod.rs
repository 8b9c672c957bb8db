//! Whole COPY statements against a store and a session made of memory.

mod fields;
mod files;
mod properties;
mod refused;
mod s3;
mod statements;

use std::collections::BTreeMap;

use async_trait::async_trait;
use bytes::Bytes;

use super::statement::Location;
use super::store::{Body, Store};
use super::trouble::Trouble;
use super::*;
use crate::lexer::Kind;
use crate::model::{ColumnType, Identity, TableColumn};

/// The authorization that the settings of these tests accept.
const KEYS: &str = "ACCESS_KEY_ID 'AKIA1' SECRET_ACCESS_KEY 'secret/1'";

/// Tokens of a statement; just enough of a lexer for these tests.
fn tokens(statement: &str) -> Vec<Token> {
    let (mut found, mut rest) = (Vec::new(), statement.trim_start());
    while let Some(first) = rest.chars().next() {
        let (kind, len) = match first {
            '\'' => literal(rest),
            '"' => {
                let end = rest[1..].find('"').unwrap() + 1;
                (Kind::Quoted(rest[1..end].to_owned()), end + 1)
            }
            '0'..='9' => (Kind::Number(letters(rest).to_owned()), letters(rest).len()),
            'a'..='z' | 'A'..='Z' | '_' => {
                (Kind::Word(letters(rest).to_ascii_lowercase()), letters(rest).len())
            }
            _ => (Kind::Symbol(symbol(first)), 1),
        };
        let offset = statement.len() - rest.len();
        found.push(Token { kind, offset, end: offset + len });
        rest = rest[len..].trim_start();
    }
    found
}

fn letters(text: &str) -> &str {
    &text[..text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(text.len())]
}

fn symbol(character: char) -> &'static str {
    ["(", ")", ",", ".", ";"].into_iter().find(|s| s.starts_with(character)).unwrap()
}

/// Knows `''`, `\\`, `\n`, `\t` and `\0`.
fn literal(text: &str) -> (Kind, usize) {
    let (mut meant, mut at) = (String::new(), 1);
    loop {
        let (taken, character) = match &text.as_bytes()[at..] {
            [b'\'', b'\'', ..] => (2, '\''),
            [b'\'', ..] => return (Kind::Literal(meant), at + 1),
            [b'\\', b'n', ..] => (2, '\n'),
            [b'\\', b't', ..] => (2, '\t'),
            [b'\\', b'0', ..] => (2, '\0'),
            [b'\\', b'\\', ..] => (2, '\\'),
            _ => (text[at..].chars().next().unwrap().len_utf8(), text[at..].chars().next().unwrap()),
        };
        meant.push(character);
        at += taken;
    }
}

/// Objects in memory, read in pieces of `chunk` bytes.
struct Objects {
    objects: BTreeMap<(String, String), Vec<u8>>,
    chunk: usize,
}

#[async_trait]
impl Store for Objects {
    async fn list(&self, prefix: &Location) -> Result<Vec<String>, Trouble> {
        let keys = self.objects.keys().filter(|(bucket, _)| *bucket == prefix.bucket);
        Ok(keys.filter(|(_, key)| key.starts_with(&prefix.key)).map(|(_, key)| key.clone()).collect())
    }

    async fn exists(&self, object: &Location) -> Result<bool, Trouble> {
        Ok(self.objects.contains_key(&(object.bucket.clone(), object.key.clone())))
    }

    async fn open(&self, object: &Location) -> Result<Box<dyn Body>, Trouble> {
        let bytes = self.objects.get(&(object.bucket.clone(), object.key.clone()));
        let bytes =
            bytes.ok_or_else(|| Trouble::s3("The specified key does not exist.", 404, "NoSuchKey"))?;
        Ok(Box::new(Pieces { rest: Bytes::copy_from_slice(bytes), chunk: self.chunk }))
    }
}

struct Pieces {
    rest: Bytes,
    chunk: usize,
}

#[async_trait]
impl Body for Pieces {
    async fn chunk(&mut self) -> Result<Option<Bytes>, Trouble> {
        let chunk = self.rest.split_to(self.chunk.min(self.rest.len()));
        Ok(Some(chunk).filter(|chunk| !chunk.is_empty()))
    }
}

/// A session that keeps what it is given.
#[derive(Default)]
struct Kept {
    table: Option<UserTable>,
    columns: Vec<usize>,
    pieces: Vec<Bytes>,
    errors: Vec<LoadError>,
}

#[async_trait]
impl Host for Kept {
    async fn table(&mut self, _: Option<&str>, name: &str) -> Result<Option<UserTable>, SqlError> {
        Ok(self.table.clone().filter(|table| table.name == name))
    }

    async fn insert(&mut self, _: &UserTable, columns: &[usize], rows: Bytes) -> Result<(), SqlError> {
        self.columns = columns.to_vec();
        self.pieces.push(rows);
        Ok(())
    }

    async fn record_errors(&mut self, _: &UserTable, errors: &[LoadError]) -> Result<(), SqlError> {
        self.errors.extend_from_slice(errors);
        Ok(())
    }
}

/// A COPY about to be run: change what is to be different.
struct Case {
    table: UserTable,
    settings: Settings,
    store: Objects,
    faults: Faults,
}

/// What came of it.
struct Outcome {
    result: Result<Copied, Failed>,
    rows: String,
    columns: Vec<usize>,
    pieces: Vec<usize>,
    errors: Vec<LoadError>,
}

impl Case {
    /// A table `t` with columns `a`, `b` … of these types, and no files.
    fn new(types: &[ColumnType]) -> Case {
        let columns = ('a'..).zip(types).map(|(name, ty)| column(&name.to_string(), *ty)).collect();
        Case {
            table: UserTable {
                oid: 1,
                schema: "public".to_owned(),
                name: "t".to_owned(),
                columns,
                owned: true,
            },
            settings: settings(),
            store: Objects { objects: BTreeMap::new(), chunk: 7 },
            faults: Faults::default(),
        }
    }

    /// Adds an object to bucket `b`.
    fn file(self, key: &str, bytes: impl Into<Vec<u8>>) -> Case {
        self.file_in("b", key, bytes)
    }

    fn file_in(mut self, bucket: &str, key: &str, bytes: impl Into<Vec<u8>>) -> Case {
        self.store.objects.insert((bucket.to_owned(), key.to_owned()), bytes.into());
        self
    }

    /// `COPY t FROM 's3://b/k' FORMAT CSV` with good keys and further options.
    async fn copy(&self, options: &str) -> Outcome {
        self.run(&format!("COPY t FROM 's3://b/k' {KEYS} FORMAT AS CSV {options}")).await
    }

    async fn run(&self, statement: &str) -> Outcome {
        let mut host = Kept { table: Some(self.table.clone()), ..Kept::default() };
        let tokens = tokens(statement);
        let result = match Job::new(&tokens, &mut host, &self.settings).await {
            Ok(job) => copy(&job, &self.store, &mut host, &self.faults).await,
            Err(error) => Err(Failed::early(error)),
        };
        Outcome {
            result,
            rows: String::from_utf8(host.pieces.concat()).unwrap(),
            columns: host.columns,
            pieces: host.pieces.iter().map(Bytes::len).collect(),
            errors: host.errors,
        }
    }
}

impl Outcome {
    #[track_caller]
    fn error(&self) -> &SqlError {
        &self.result.as_ref().unwrap_err().error
    }

    #[track_caller]
    fn loaded(&self, rows: &str) {
        assert!(self.result.is_ok(), "{:?} {:?}", self.result, self.errors);
        assert_eq!(self.rows, rows);
    }

    /// Line, column and code of every error.
    fn codes(&self) -> Vec<(i64, &str, i32)> {
        self.errors.iter().map(|e| (e.line_number, e.colname.as_str(), e.err_code)).collect()
    }
}

fn column(name: &str, ty: ColumnType) -> TableColumn {
    TableColumn { name: name.to_owned(), ty, not_null: false, has_default: false, identity: None }
}

fn settings() -> Settings {
    let region = |bucket: &str, region: &str| (bucket.to_owned(), region.to_owned());
    Settings {
        quoted_sentinel_is_null: true,
        physical_lines: true,
        serverless: false,
        cluster_region: "eu-west-1".to_owned(),
        s3_endpoint: "http://127.0.0.1:1".to_owned(),
        keys: vec![Key::new("AKIA1", "secret/1", None), Key::new("ASIA2", "secret+2", Some("token=2"))],
        roles: vec!["arn:aws:iam::1:role/loader".to_owned()],
        default_role: None,
        bucket_regions: vec![
            region("b", "eu-west-1"),
            region("near", "eu-west-1"),
            region("far", "us-east-1"),
        ],
    }
}
