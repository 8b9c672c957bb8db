//! What a load will do, told to people before it does it.

use pgloader_core::encode::redshift_csv::null_marker;
use pgloader_core::load::{Commit, TableLoad};
use pgloader_s3::{Keys, Store};

use super::objects::RUN;
use super::options::{Compression, Staging};
use super::statement::{Authorization, Copy};

/// The steps of a load: where rows are staged, and the COPY that loads them.
pub(super) fn steps(load: &TableLoad, staging: &Staging, store: &Store) -> Vec<String> {
    let place = format!("s3://{}/{}{RUN}…", store.bucket(), staging.prefix);
    let codec = match staging.compression {
        Compression::None => "uncompressed",
        Compression::Gzip => "as gzip",
        Compression::Zstd => "as zstd",
    };
    let after = if staging.keep_files { "kept" } else { "deleted afterwards" };
    let per = match load.commit {
        Commit::StagedTable => "all batches first",
        _ => "batch by batch",
    };
    let staged = format!("stage CSV {codec}, {per}, below {place} in region {}, {after}", store.region());
    vec![staged, copy(load, staging, &place, store.region())]
}

fn copy(load: &TableLoad, staging: &Staging, from: &str, region: &str) -> String {
    let columns: Vec<String> = load.columns.iter().map(|column| column.name.clone()).collect();
    // Stands for keys that are asked for when they are needed; they would be masked all the same.
    let keys = Keys {
        access_key_id: String::new(),
        secret_access_key: String::new().into(),
        session_token: None,
        expires: None,
    };
    let copy = Copy {
        table: &load.table,
        columns: &columns,
        from,
        manifest: load.commit == Commit::StagedTable,
        null: &null_marker(0),
        compression: staging.compression,
        region,
        authorization: staging.role.as_ref().map_or(Authorization::Keys(&keys), Authorization::Role),
        explicit_ids: load.columns.iter().any(|column| column.always_numbered),
        owned: true,
        max_errors: None,
    };
    copy.shown()
}
