//! `--dry-run`: one command's files and connections are tried, its plan is made and shown, and nothing is done.

use std::sync::Arc;

use pgloader_command::Command;
use pgloader_core::catalog::Table;
use pgloader_core::load::LoadPlan;
use pgloader_core::target::{Session as TargetSession, Target};
use pgloader_core::{Error, Result};

use crate::command::{Prepared, Session, plan, with_columns};
use crate::ended::Ended;
use crate::files::LoadFile;
use crate::outline::Outline;
use crate::probe;

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
    let source = prepared.source_table(&session.interrupt).await.map_err(|error| error.to_string())?;
    let (target, mut connection) = connect(session, &prepared, command).await?;
    let planned = planned(session, &prepared, command, &source, target.as_ref(), connection.as_mut()).await;
    let planned = planned.map_err(|error| error.to_string())?;
    let files = open(session, &prepared, &source, planned.as_ref()).await;
    let files = files.map_err(|error| error.to_string())?;
    let mut outline = Outline::new(file, command, &prepared, &files, target.as_ref());
    match planned {
        Some(plan) => outline.add_plan(&plan, &source, target.as_ref()),
        None => outline.add_unknown_table(&prepared.no_table().message),
    }
    Ok(outline)
}

/// The plan; `None` where the table is not there and BEFORE LOAD may make it.
async fn planned(
    session: &Session<'_>,
    prepared: &Prepared,
    command: &Command,
    source: &Table,
    target: &dyn Target,
    connection: &mut dyn TargetSession,
) -> Result<Option<LoadPlan>> {
    let Some(table) = prepared.find_table(connection, &session.interrupt).await? else {
        return if prepared.hooks.before.is_empty() { Err(prepared.no_table()) } else { Ok(None) };
    };
    let plan = plan(session.arguments, command, target, source, &table)?;
    for warning in &plan.warnings {
        tracing::warn!("{warning}");
    }
    Ok(Some(plan))
}

/// Opens every file of the source, as far as that takes no table of the target.
async fn open(
    session: &Session<'_>,
    prepared: &Prepared,
    source: &Table,
    plan: Option<&LoadPlan>,
) -> Result<Vec<String>> {
    let files = match plan {
        Some(plan) => {
            let source = with_columns(source.clone(), plan);
            session.interrupt.or(probe::run(&prepared.source, &source)).await?
        }
        None => prepared.source.parts(source, 1)?.into_iter().map(|part| part.name).collect(),
    };
    for file in &files {
        tracing::info!(severity = "LOG", "Success, opened {file}");
    }
    Ok(files)
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
