//! COPY … FROM 's3://…'.

use async_trait::async_trait;
use bytes::Bytes;

use crate::error::SqlError;
use crate::fault::Faults;
use crate::lexer::Token;
use crate::model::UserTable;

/// What the COPY engine asks of the session that runs it.
#[async_trait]
pub trait Host: Send {
    /// The table of that name, along the search path where there is no schema.
    async fn table(&mut self, schema: Option<&str>, name: &str) -> Result<Option<UserTable>, SqlError>;

    /// Puts rows into a table, in the statement's transaction: `columns` are indexes into [`UserTable::columns`],
    /// `rows` is PostgreSQL COPY text for exactly these columns. Omitted columns take their defaults.
    async fn insert(&mut self, table: &UserTable, columns: &[usize], rows: Bytes) -> Result<(), SqlError>;

    /// Adds rows to the error views, over a connection of their own, so that they survive a ROLLBACK.
    async fn record_errors(&mut self, table: &UserTable, errors: &[LoadError]) -> Result<(), SqlError>;
}

/// How the engine behaves where Redshift's behaviour is not known, and what it is allowed to reach.
#[derive(Debug)]
pub struct Settings {
    /// Whether a quoted field that equals NULL AS is NULL.
    pub quoted_sentinel_is_null: bool,
    /// Whether line numbers count lines of the file rather than records.
    pub physical_lines: bool,
    /// Whether messages name `sys_load_error_detail` only.
    pub serverless: bool,
    /// The cluster's region, which holds where COPY names none.
    pub cluster_region: String,
    /// Where the engine reads S3.
    pub s3_endpoint: String,
    /// Keys that may be used: id, secret, session token.
    pub keys: Vec<(String, String, Option<String>)>,
    /// Roles that may be used, with the key that stands behind each.
    pub roles: Vec<String>,
    /// The role behind `IAM_ROLE default`.
    pub default_role: Option<String>,
    /// Each bucket's region.
    pub bucket_regions: Vec<(String, String)>,
}

/// One row of the error views, not padded yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoadError {
    /// `s3://bucket/key`.
    pub filename: String,
    /// From 1.
    pub line_number: i64,
    /// Empty where the record itself is broken.
    pub colname: String,
    /// `int4`, `varchar` …; empty where the record itself is broken.
    pub type_name: String,
    /// `0` where the type has none.
    pub col_length: String,
    /// Offset of the field in the line, in bytes from 0.
    pub position: i32,
    /// At most 1024 bytes, multi-byte characters replaced by periods.
    pub raw_line: String,
    /// The same for the field.
    pub raw_field_value: String,
    /// 1201 … 1224.
    pub err_code: i32,
    /// At most 100 bytes.
    pub err_reason: String,
}

/// What a COPY came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copied {
    /// The table's name as written.
    pub table: String,
    /// Rows loaded: what `pg_last_copy_count()` says.
    pub loaded: u64,
    /// Rows refused and tolerated by MAXERROR.
    pub refused: u64,
}

/// What a failed COPY leaves behind beside its error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failed {
    /// For the client.
    pub error: SqlError,
    /// Whether loading had begun, so that `pg_last_copy_id()` is set.
    pub loading_began: bool,
}

/// Runs one COPY statement, `tokens` being all of it without the final semicolon.
pub async fn run(
    _tokens: &[Token],
    _host: &mut dyn Host,
    _settings: &Settings,
    _faults: &Faults,
) -> Result<Copied, Failed> {
    Err(Failed { error: SqlError::new("0A000", "COPY is not implemented in sandbox"), loading_began: false })
}
