//! A COPY statement as its author wrote it.

use super::options::Options;
use super::words::Words;
use crate::error::SqlError;
use crate::lexer::Token;

/// `COPY [schema.]table [(column, …)] FROM 's3://…' option …`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Statement {
    /// The schema, if there is one.
    pub schema: Option<String>,
    /// The table.
    pub table: String,
    /// The list of columns, if there is one.
    pub columns: Option<Vec<String>>,
    /// Where the files are: a prefix, or the key of a manifest.
    pub location: Location,
    /// Everything behind.
    pub options: Options,
}

/// A place in S3.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Location {
    /// The bucket.
    pub bucket: String,
    /// A key or a prefix of keys, without a leading slash.
    pub key: String,
}

impl Location {
    /// Reads `s3://bucket/key`; `None` for anything else.
    pub fn parse(url: &str) -> Option<Location> {
        let rest = url.strip_prefix("s3://")?;
        let (bucket, key) = rest.split_once('/').unwrap_or((rest, ""));
        (!bucket.is_empty()).then(|| Location { bucket: bucket.to_owned(), key: key.to_owned() })
    }

    /// The URL again.
    pub fn url(&self) -> String {
        format!("s3://{}/{}", self.bucket, self.key)
    }
}

impl Statement {
    /// Reads a whole statement.
    pub fn parse(tokens: &[Token]) -> Result<Statement, SqlError> {
        let words = &mut Words::new(tokens);
        words.need_word("copy")?;
        let (schema, table) = table(words)?;
        let columns = columns(words)?;
        words.need_word("from")?;
        let location = location(words)?;
        let options = Options::parse(words)?;
        Ok(Statement { schema, table, columns, location, options })
    }
}

fn table(words: &mut Words<'_>) -> Result<(Option<String>, String), SqlError> {
    let first = words.name()?.to_owned();
    if words.take_symbol(".") { Ok((Some(first), words.name()?.to_owned())) } else { Ok((None, first)) }
}

fn columns(words: &mut Words<'_>) -> Result<Option<Vec<String>>, SqlError> {
    if !words.take_symbol("(") {
        return Ok(None);
    }
    let mut columns = vec![words.name()?.to_owned()];
    while words.take_symbol(",") {
        columns.push(words.name()?.to_owned());
    }
    words.need_symbol(")")?;
    Ok(Some(columns))
}

fn location(words: &mut Words<'_>) -> Result<Location, SqlError> {
    let url = words.literal()?;
    if let Some(location) = Location::parse(url) {
        return Ok(location);
    }
    let message = if ["dynamodb://", "emr://"].iter().any(|scheme| url.starts_with(scheme)) {
        "COPY from DynamoDB or EMR is not implemented in sandbox"
    } else {
        "LOAD source is not supported. (Hint: only S3 or DynamoDB or EMR based load is allowed)"
    };
    Err(SqlError::new("0A000", message))
}
