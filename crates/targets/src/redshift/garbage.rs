//! What killed runs have left behind in S3.

use std::collections::HashSet;
use std::time::{Duration, SystemTime};

use pgloader_core::Result;
use pgloader_s3::Store;
use uuid::Uuid;

use super::objects::RUN;
use super::{Staging, s3_error};

/// A run is not killed because it takes long: it is garbage when its newest object is older than this.
pub const OLD_ENOUGH: Duration = Duration::from_secs(24 * 60 * 60);

/// What may be removed.
#[derive(Debug, Default)]
pub struct Garbage {
    /// Keys and sizes in bytes.
    pub objects: Vec<(String, u64)>,
    /// Keys of uploads that were never completed, and the uploads' ids.
    pub uploads: Vec<(String, String)>,
}

impl Garbage {
    /// Whether there is nothing.
    pub fn is_empty(&self) -> bool {
        self.objects.is_empty() && self.uploads.is_empty()
    }
}

/// The bucket that `staging` names.
pub async fn open(staging: &Staging, environment: &pgloader_s3::Environment) -> Result<Store> {
    Store::open(&staging.s3, environment).await.map_err(|error| s3_error(&error))
}

/// Looks for objects and uploads that are named as runs name them, and are old enough. `now` is the time of the
/// asking.
pub async fn find(store: &Store, prefix: &str, now: SystemTime) -> Result<Garbage> {
    let runs = format!("{prefix}{RUN}");
    let mut objects = store.list(&runs).await.map_err(|error| s3_error(&error))?;
    let mut uploads = store.uploads(&runs).await.map_err(|error| s3_error(&error))?;
    objects.retain(|object| is_ours(&object.key, &runs));
    uploads.retain(|upload| is_ours(&upload.key, &runs));
    let is_young = |time: Option<SystemTime>| {
        time.and_then(|time| now.duration_since(time).ok()).is_none_or(|age| age < OLD_ENOUGH)
    };
    let of_objects = objects.iter().map(|object| (run_of(&object.key, &runs), object.last_modified));
    let of_uploads = uploads.iter().map(|upload| (run_of(&upload.key, &runs), upload.initiated));
    let young = of_objects.chain(of_uploads).filter(|(_, time)| is_young(*time));
    let alive: HashSet<String> = young.map(|(run, _)| run.to_owned()).collect();
    let is_dead = |key: &str| !alive.contains(run_of(key, &runs));
    Ok(Garbage {
        objects: objects
            .iter()
            .filter(|object| is_dead(&object.key))
            .map(|object| (object.key.clone(), object.size))
            .collect(),
        uploads: uploads
            .into_iter()
            .filter(|upload| is_dead(&upload.key))
            .map(|upload| (upload.key, upload.id))
            .collect(),
    })
}

/// The run that a key of ours belongs to.
fn run_of<'a>(key: &'a str, runs: &str) -> &'a str {
    key.strip_prefix(runs).and_then(|rest| rest.split('/').next()).unwrap_or_default()
}

/// Removes it.
pub async fn remove(store: &Store, garbage: &Garbage) -> Result<()> {
    for (key, id) in &garbage.uploads {
        store.abort_upload(key, id).await.map_err(|error| s3_error(&error))?;
    }
    let keys: Vec<String> = garbage.objects.iter().map(|(key, _)| key.clone()).collect();
    match keys.is_empty() {
        true => Ok(()),
        false => store.delete(&keys).await.map_err(|error| s3_error(&error)),
    }
}

/// `<runs><UUID>/<4 digits>/<8 digits>.<suffix>` and nothing else.
fn is_ours(key: &str, runs: &str) -> bool {
    let digits =
        |text: &str, count: usize| text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit());
    let Some(rest) = key.strip_prefix(runs) else { return false };
    let mut parts = rest.split('/');
    let (run, table, object, end) = (parts.next(), parts.next(), parts.next(), parts.next());
    let is_run = run.is_some_and(|run| Uuid::try_parse(run).is_ok_and(|uuid| uuid.get_version_num() == 7));
    let is_table = table.is_some_and(|table| digits(table, 4));
    let is_object = object.and_then(|object| object.split_once('.')).is_some_and(|(number, suffix)| {
        digits(number, 8) && matches!(suffix, "csv" | "csv.gz" | "csv.zst" | "manifest")
    });
    is_run && is_table && is_object && end.is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_a_run_has_named_is_garbage() {
        let run = "p/pgloader-0193f1a0-0000-7000-8000-000000000000";
        for key in [
            format!("{run}/0000/00000012.csv"),
            format!("{run}/0001/00000000.csv.gz"),
            format!("{run}/0001/00000003.manifest"),
        ] {
            assert!(is_ours(&key, "p/pgloader-"), "{key}");
        }
        for key in [
            "p/pgloader-reports/2024.csv".to_owned(),
            "p/pgloader-0193f1a0-0000-4000-8000-000000000000/0000/00000012.csv".to_owned(),
            format!("{run}/0000/12.csv"),
            format!("{run}/0000/00000012.parquet"),
            format!("{run}/0000/00000012.csv/more"),
            format!("x{run}/0000/00000012.csv"),
        ] {
            assert!(!is_ours(&key, "p/pgloader-"), "{key}");
        }
    }
}
