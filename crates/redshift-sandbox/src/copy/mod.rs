//! COPY … FROM 's3://…'.

mod authorization;
mod columns;
mod convert;
mod csv;
mod error_row;
mod injected;
mod intake;
mod job;
mod load;
mod locate;
mod manifest;
mod options;
mod reader;
mod record;
mod s3;
mod statement;
mod store;
mod trouble;
mod unpack;
mod words;

use async_trait::async_trait;
use bytes::Bytes;

use self::intake::Intake;
use self::job::Job;
use self::record::Shape;
use self::s3::S3;
use self::store::Store;
use crate::error::SqlError;
use crate::fault::Faults;
use crate::lexer::Token;
use crate::model::UserTable;
use crate::secret::Key;

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
    /// Keys that may be used.
    pub keys: Vec<Key>,
    /// Roles that may be used; the first key stands behind all of them.
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
///
/// Dropping the future ends it at once. After a failure the rows inserted so far must be rolled back.
pub async fn run(
    tokens: &[Token],
    host: &mut dyn Host,
    settings: &Settings,
    faults: &Faults,
) -> Result<Copied, Failed> {
    let job = Job::new(tokens, host, settings).await.map_err(Failed::early)?;
    let region = locate::region(&job.statement, settings);
    let store = S3::new(&settings.s3_endpoint, region, &job.key);
    copy(&job, &store, host, faults).await
}

/// All of a COPY that needs S3.
async fn copy(
    job: &Job<'_>,
    store: &dyn Store,
    host: &mut dyn Host,
    faults: &Faults,
) -> Result<Copied, Failed> {
    injected::strike(faults).await.map_err(Failed::early)?;
    let objects = locate::objects(&job.statement, store, job.settings).await;
    let objects = objects.map_err(|trouble| Failed::early(trouble.into_error(&job.text)))?;
    let intake = intake(job, faults);
    let intake = load::load(job, &objects, store, intake, host)
        .await
        .map_err(|error| Failed { error, loading_began: true })?;
    let loaded = if job.statement.options.no_load { 0 } else { intake.loaded };
    Ok(Copied { table: job.statement.table.clone(), loaded, refused: intake.refused })
}

fn intake(job: &Job<'_>, faults: &Faults) -> Intake {
    let (options, settings) = (&job.statement.options, job.settings);
    let shape = Shape::new(&job.table, &job.columns, options, settings.quoted_sentinel_is_null);
    Intake::new(shape, options, settings.physical_lines, injected::refusals(faults))
}

impl Failed {
    fn early(error: SqlError) -> Failed {
        Failed { error, loading_began: false }
    }
}

#[cfg(test)]
mod tests;
