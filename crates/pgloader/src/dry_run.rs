//! `--dry-run`: one command's files and connections are tried, its plan is made and shown, and nothing is done.

use std::sync::Arc;

use pgloader_command::Command;
use pgloader_core::catalog::Table;
use pgloader_core::target::{Session as TargetSession, Target};
use pgloader_core::{Error, Result};

use crate::command::{Ended, Prepared, Session, plan};
use crate::files::LoadFile;
use crate::outline::Outline;

/// Checks a command and shows what it would do. What is wrong ends its own check only, so that one dry run finds all
/// that is wrong with several commands.
pub async fn run(session: &Session<'_>, file: &LoadFile, command: &Command) -> Ended {
    tracing::info!(severity = "LOG", "DRY RUN, only checking PostgreSQL connection.");
    match check(session, file, command).await {
        Ok(outline) => {
            say!(out, "{outline}");
            Ended::Well
        }
        Err(_) if session.interrupt.is_triggered() => Ended::Interrupted,
        Err(message) => {
            tracing::error!(severity = "FATAL", "{message}");
            Ended::Incomplete
        }
    }
}

async fn check(session: &Session<'_>, file: &LoadFile, command: &Command) -> Result<Outline, String> {
    let prepared = Prepared::new(file, command, session.arguments)?;
    let (source, files) = open(session, &prepared).await.map_err(|error| error.to_string())?;
    let (target, mut connection) = connect(session, &prepared, command).await?;
    let mut outline = Outline::new(file, command, &prepared, &files, target.as_ref());
    let table = prepared.find_table(connection.as_mut(), &session.interrupt).await;
    match table.map_err(|error| error.to_string())? {
        Some(table) => {
            let plan = plan(session.arguments, command, target.as_ref(), &source, &table);
            let plan = plan.map_err(|error| error.to_string())?;
            for warning in &plan.warnings {
                tracing::warn!("{warning}");
            }
            outline.add_plan(&plan, &source, target.as_ref());
        }
        None if prepared.hooks.before.is_empty() => return Err(prepared.no_table().to_string()),
        None => outline.add_unknown_table(&prepared.no_table().message),
    }
    Ok(outline)
}

/// Opens the source's files and reads of them what the plan is made from.
async fn open(session: &Session<'_>, prepared: &Prepared) -> Result<(Table, Vec<String>)> {
    let source = prepared.source_table(&session.interrupt).await?;
    let parts = prepared.source.parts(&source, 1)?;
    let files: Vec<String> = parts.into_iter().map(|part| part.name).collect();
    for file in &files {
        tracing::info!(severity = "LOG", "Success, opened {file}");
    }
    Ok((source, files))
}

/// Connects to the target and asks it something.
async fn connect(
    session: &Session<'_>,
    prepared: &Prepared,
    command: &Command,
) -> Result<(Arc<dyn Target>, Box<dyn TargetSession>), String> {
    let shown = &prepared.destination.shown;
    tracing::info!(severity = "LOG", "Attempting to connect to {shown}");
    let failed = |error: Error| format!("Failed to connect to {shown}: {error}");
    let target = prepared.target(command, &session.interrupt).await.map_err(failed)?;
    let connecting = pgloader_engine::first_session(target.as_ref(), &session.interrupt);
    let mut connection = connecting.await.map_err(failed)?;
    tracing::info!(severity = "LOG", "Success, opened {shown}");
    tracing::info!(severity = "LOG", "Running a simple query: SELECT 1;");
    let query = ["SELECT 1".to_owned()];
    session.interrupt.or(connection.transaction(&query)).await.map_err(failed)?;
    Ok((target, connection))
}
