//! Which objects a COPY loads, and whether it may reach them from where it is.

use super::Settings;
use super::manifest;
use super::statement::{Location, Statement};
use super::store::Store;
use super::trouble::Trouble;

/// The longest manifest, in bytes.
const MAX_MANIFEST: usize = 64 * 1024 * 1024;

/// The objects to load, in order: all that begin with the location's key, or those of its manifest.
pub(super) async fn objects(
    statement: &Statement,
    store: &dyn Store,
    settings: &Settings,
) -> Result<Vec<Location>, Trouble> {
    let region = region(statement, settings);
    check_region(&statement.location.bucket, region, settings)?;
    if statement.options.manifest {
        listed(&statement.location, region, store, settings).await
    } else {
        with_prefix(&statement.location, store).await
    }
}

/// The region in which all of the COPY's buckets must be.
pub(super) fn region<'a>(statement: &'a Statement, settings: &'a Settings) -> &'a str {
    statement.options.region.as_deref().unwrap_or(&settings.cluster_region)
}

/// A bucket of which no region is known passes, and S3 will say more.
fn check_region(bucket: &str, region: &str, settings: &Settings) -> Result<(), Trouble> {
    match settings.bucket_regions.iter().find(|(name, _)| name == bucket) {
        Some((_, actual)) if actual != region => {
            let text = "The bucket you are attempting to access must be addressed using the specified endpoint. \
                        Please send all future requests to this endpoint.";
            Err(Trouble::s3(text, 301, "PermanentRedirect"))
        }
        _ => Ok(()),
    }
}

async fn with_prefix(prefix: &Location, store: &dyn Store) -> Result<Vec<Location>, Trouble> {
    let keys = store.list(prefix).await?;
    if keys.is_empty() {
        return Err(Trouble::new(8001, format!("The specified S3 prefix '{}' does not exist", prefix.key)));
    }
    Ok(keys.into_iter().map(|key| Location { bucket: prefix.bucket.clone(), key }).collect())
}

async fn listed(
    location: &Location,
    region: &str,
    store: &dyn Store,
    settings: &Settings,
) -> Result<Vec<Location>, Trouble> {
    let entries = manifest::parse(&whole(location, store).await?, &location.url())?;
    let mut objects = Vec::with_capacity(entries.len());
    for entry in entries {
        check_region(&entry.object.bucket, region, settings)?;
        if store.exists(&entry.object).await? {
            objects.push(entry.object);
        } else if entry.mandatory {
            let text = format!("The specified key does not exist: {}", entry.object.url());
            return Err(Trouble::s3(&text, 404, "NoSuchKey"));
        }
    }
    if objects.is_empty() {
        return Err(Trouble::new(8001, format!("None of the files of manifest {} exists", location.url())));
    }
    Ok(objects)
}

async fn whole(object: &Location, store: &dyn Store) -> Result<Vec<u8>, Trouble> {
    let mut body = store.open(object).await?;
    let mut bytes = Vec::new();
    while let Some(chunk) = body.chunk().await? {
        bytes.extend_from_slice(&chunk);
        if bytes.len() > MAX_MANIFEST {
            return Err(Trouble::new(8001, format!("Manifest {} is too long", object.url())));
        }
    }
    Ok(bytes)
}
