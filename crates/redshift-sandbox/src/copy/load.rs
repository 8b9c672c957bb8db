//! Reads the files one after the other and hands their rows to the session.

use bytes::Bytes;

use super::intake::{Intake, TooManyErrors};
use super::job::Job;
use super::reader::Reader;
use super::statement::Location;
use super::store::Store;
use super::trouble::Trouble;
use super::{Host, trouble};
use crate::error::SqlError;

/// Why a load ended early.
enum Stop {
    Sql(SqlError),
    Trouble(Trouble),
    Rows,
}

impl From<SqlError> for Stop {
    fn from(error: SqlError) -> Stop {
        Stop::Sql(error)
    }
}

impl From<Trouble> for Stop {
    fn from(trouble: Trouble) -> Stop {
        Stop::Trouble(trouble)
    }
}

impl From<TooManyErrors> for Stop {
    fn from(_: TooManyErrors) -> Stop {
        Stop::Rows
    }
}

/// Loads all objects. The errors found are recorded whether it succeeds or not.
pub(super) async fn load(
    job: &Job<'_>,
    objects: &[Location],
    store: &dyn Store,
    mut intake: Intake,
    host: &mut dyn Host,
) -> Result<Intake, SqlError> {
    let loaded = load_all(job, objects, store, &mut intake, host).await;
    let recorded = record(job, &mut intake, host).await;
    match loaded {
        Ok(()) => recorded.map(|()| intake),
        Err(Stop::Sql(error)) => Err(error),
        Err(Stop::Trouble(trouble)) => Err(trouble.into_error(&job.text)),
        Err(Stop::Rows) => {
            let trouble = trouble::rows_refused(&job.statement.table, job.settings.serverless);
            Err(trouble.into_error(&job.text))
        }
    }
}

async fn load_all(
    job: &Job<'_>,
    objects: &[Location],
    store: &dyn Store,
    intake: &mut Intake,
    host: &mut dyn Host,
) -> Result<(), Stop> {
    for object in objects {
        let body = store.open(object).await?;
        let mut reader = Reader::new(object.url(), body, job.statement.options.packing)?;
        intake.begin_file(object.url());
        load_file(job, &mut reader, intake, host).await?;
    }
    Ok(insert(job, intake, host).await?)
}

async fn load_file(
    job: &Job<'_>,
    reader: &mut Reader,
    intake: &mut Intake,
    host: &mut dyn Host,
) -> Result<(), Stop> {
    loop {
        reader.fill().await?;
        let (bytes, last) = reader.window();
        let mut at = 0;
        loop {
            at += intake.take(&bytes[at..], last)?;
            if !intake.is_full() {
                break;
            }
            insert(job, intake, host).await?;
            record(job, intake, host).await?;
        }
        if last {
            return Ok(());
        }
        reader.consume(at);
    }
}

async fn insert(job: &Job<'_>, intake: &mut Intake, host: &mut dyn Host) -> Result<(), SqlError> {
    let rows = Bytes::from(std::mem::take(&mut intake.rows));
    if rows.is_empty() || job.statement.options.no_load {
        return Ok(());
    }
    intake.rows.reserve(rows.len());
    host.insert(&job.table, &job.columns, rows).await
}

async fn record(job: &Job<'_>, intake: &mut Intake, host: &mut dyn Host) -> Result<(), SqlError> {
    let errors = std::mem::take(&mut intake.errors);
    if errors.is_empty() { Ok(()) } else { host.record_errors(&job.table, &errors).await }
}
