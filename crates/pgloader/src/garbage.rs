//! `--s3-gc`: what killed runs have left in S3, listed or removed.

use std::time::SystemTime;

use pgloader_core::Result;
use pgloader_engine::Interrupt;
use pgloader_s3::Environment;
use pgloader_targets::redshift::garbage::{self, Garbage};

use crate::cli::{Arguments, GarbageAction};
use crate::ended::Ended;

/// Does what `action` says with the leftovers in the bucket that the command line or the environment names.
pub async fn run(arguments: &Arguments, action: GarbageAction, interrupt: &Interrupt) -> Ended {
    match interrupt.or(found(arguments, action)).await {
        Ok(()) => Ended::Well,
        Err(_) if interrupt.is_triggered() => Ended::Interrupted,
        Err(error) => {
            tracing::error!(severity = "FATAL", "{error}");
            Ended::Badly
        }
    }
}

async fn found(arguments: &Arguments, action: GarbageAction) -> Result<()> {
    let staging = arguments.redshift.staging()?;
    let store = garbage::open(&staging, &Environment::from_process()).await?;
    let garbage = garbage::find(&store, &staging.prefix, SystemTime::now()).await?;
    let place = format!("s3://{}/{}", store.bucket(), staging.prefix);
    if garbage.is_empty() {
        say!(out, "Nothing that is older than a day is left in {place}.");
        return Ok(());
    }
    list(&garbage, store.bucket());
    match action {
        GarbageAction::List => say!(out, "Nothing was removed: --s3-gc=remove does that."),
        GarbageAction::Remove => {
            garbage::remove(&store, &garbage).await?;
            say!(out, "All of it is removed.");
        }
    }
    Ok(())
}

fn list(garbage: &Garbage, bucket: &str) {
    for (key, size) in &garbage.objects {
        say!(out, "s3://{bucket}/{key}  {size} bytes");
    }
    for (key, _) in &garbage.uploads {
        say!(out, "s3://{bucket}/{key}  an upload that was never completed");
    }
}
