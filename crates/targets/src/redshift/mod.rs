//! Amazon Redshift: batches are staged in S3 and loaded by COPY.

mod catalog;
mod dialect;
mod errors;
pub mod garbage;
mod ledger;
mod objects;
mod options;
mod reasons;
mod secret;
mod session;
mod staged;
mod statement;
mod steps;
mod transaction;
mod write;

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use pgloader_core::load::TableLoad;
use pgloader_core::target::{ConnectError, Dialect, Loading, Session, Target};
use pgloader_core::{Error, Result};
use pgloader_postgres_client::{Config, Connection, Host};
use pgloader_s3::Store;

use crate::server::{connect_error, describe};
use objects::{Objects, Run};

pub use dialect::Redshift as RedshiftDialect;
pub use options::{Compression, OPTIONS, Role, Staging, checked_prefix};

/// The scheme of its connection strings, beside those of PostgreSQL: the server says what it is.
pub const SCHEME: &str = "redshift";

/// One database of a Redshift cluster or workgroup, and the bucket where batches for it are staged.
pub struct RedshiftTarget {
    config: Config,
    staging: Staging,
    store: Store,
    run: Run,
    tables: AtomicU32,
}

impl RedshiftTarget {
    /// The database that `config` names. The bucket must be within reach. Settings of the user that Redshift does not
    /// know are left out, each with a warning.
    pub async fn open(
        config: &Config,
        staging: Staging,
        environment: &pgloader_s3::Environment,
    ) -> Result<RedshiftTarget> {
        let store = Store::open(&staging.s3, environment).await.map_err(|error| s3_error(&error))?;
        warn_of_endpoint(config, &store);
        warn_of_expiry(&store).await;
        let config = without_refused_options(config).await?;
        tracing::info!("Staging in s3://{}/{} of region {}", store.bucket(), staging.prefix, store.region());
        let run = Run::new(&staging.prefix);
        Ok(RedshiftTarget { config: known_settings(&config), staging, store, run, tables: AtomicU32::new(0) })
    }
}

/// The server always reads from AWS, wherever the loader writes.
fn warn_of_endpoint(config: &Config, store: &Store) {
    let is_aws = |host: &str| host.ends_with(".amazonaws.com") || host.ends_with(".amazonaws.com.cn");
    if let (Host::Tcp(host), Some(endpoint)) = (&config.host, store.endpoint())
        && is_aws(host)
        && !endpoint.contains(".amazonaws.com")
    {
        tracing::warn!("objects are staged at {endpoint}, but Redshift at {host} reads S3 of AWS");
    }
}

/// Keys that can be renewed are, before each COPY.
async fn warn_of_expiry(store: &Store) {
    const SOON: Duration = Duration::from_secs(15 * 60);
    let Ok(keys) = store.keys().await else { return };
    if keys.expires.is_some_and(|end| end < SystemTime::now() + SOON) {
        tracing::warn!(
            "the AWS keys end within 15 minutes: a longer load will fail unless they can be renewed"
        );
    }
}

/// Options of the connection string or of PGOPTIONS are left out where Redshift refuses the session for them.
async fn without_refused_options(config: &Config) -> Result<Config> {
    let mut config = config.clone();
    if config.options.is_none() {
        return Ok(config);
    }
    match Connection::connect(&config.without_settings()).await {
        Err(error) if matches!(error.sqlstate(), Some("42704" | "22023")) => {
            tracing::warn!("the options of the session are left out: {}", describe(&error).message);
            config.options = None;
            Ok(config)
        }
        Err(error) => Err(connect_error(&error).into()),
        Ok(connection) => {
            connection.close().await;
            Ok(config)
        }
    }
}

/// An error of S3 as users see it.
fn s3_error(error: &pgloader_s3::Error) -> Error {
    let shown = Error::new(error.message());
    match error.hint() {
        Some(hint) => shown.hint(hint),
        None => shown,
    }
}

/// What may be SET on Redshift (AWS documentation, "Modifying the server configuration", and the drivers' settings).
const SETTINGS: [&str; 22] = [
    "analyze_threshold_percent",
    "application_name",
    "cast_super_null_on_error",
    "datestyle",
    "describe_field_name_in_uppercase",
    "enable_case_sensitive_identifier",
    "enable_case_sensitive_super_attribute",
    "enable_result_cache_for_session",
    "error_on_nondeterministic_update",
    "extra_float_digits",
    "interval_forbid_composite_literals",
    "json_parse_dedup_attributes",
    "json_parse_truncate_strings",
    "json_serialization_enable",
    "mv_enable_aqmv_for_session",
    "navigate_super_null_on_error",
    "parse_super_null_on_error",
    "query_group",
    "search_path",
    "statement_timeout",
    "timezone",
    "wlm_query_slot_count",
];

fn known_settings(config: &Config) -> Config {
    let is_known = |name: &str| {
        let name = name.to_ascii_lowercase();
        SETTINGS.contains(&name.as_str()) || name.starts_with("spectrum_")
    };
    let (known, unknown): (Vec<_>, Vec<_>) =
        config.settings().iter().cloned().partition(|(name, _)| is_known(name));
    for (name, _) in unknown {
        tracing::warn!("SET {name} is left out: Amazon Redshift has no such setting");
    }
    let mut config = config.without_settings();
    config.add_settings(known);
    config
}

#[async_trait]
impl Target for RedshiftTarget {
    fn dialect(&self) -> &'static dyn Dialect {
        &RedshiftDialect
    }

    async fn session(&self) -> Result<Box<dyn Session>, ConnectError> {
        let connection = connect(&self.config).await?;
        Ok(Box::new(session::RedshiftSession::new(connection)))
    }

    async fn load(&self, load: &TableLoad) -> Result<Box<dyn Loading>> {
        let number = self.tables.fetch_add(1, Ordering::Relaxed);
        let objects = Objects::new(self.store.clone(), self.run.table(number), self.staging.keep_files);
        let loading = write::RedshiftLoading::open(&self.config, load, &self.staging, objects).await?;
        Ok(Box::new(loading))
    }

    fn steps(&self, load: &TableLoad) -> Vec<String> {
        steps::steps(load, &self.staging, &self.store)
    }
}

async fn connect(config: &Config) -> Result<Connection, ConnectError> {
    Connection::connect(config).await.map_err(|error| connect_error(&error))
}
