//! Sessions for statements: made with patience, ended by an interrupt.

use std::time::Duration;

use pgloader_core::Result;
use pgloader_core::catalog::{Table, TableName};
use pgloader_core::target::{Cancel, ConnectError, Session, Target};

use crate::backoff::Backoff;
use crate::interrupt::Interrupt;

/// How often a statement is cancelled that goes on after an interrupt: a cancel between two statements is lost.
const CANCEL_INTERVAL: Duration = Duration::from_secs(1);

/// The first session of a command: a server that is not there is reported at once.
pub async fn first_session(target: &dyn Target, interrupt: &Interrupt) -> Result<Box<dyn Session>> {
    interrupt.or(async { Ok(target.session().await?) }).await
}

/// A session with a server that was there before: it is waited for, until the user interrupts.
pub async fn session(target: &dyn Target, interrupt: &Interrupt) -> Result<Box<dyn Session>> {
    interrupt.or(patiently(target)).await
}

async fn patiently(target: &dyn Target) -> Result<Box<dyn Session>> {
    let mut backoff = Backoff::start();
    loop {
        let error = match target.session().await {
            Ok(session) => return Ok(session),
            Err(ConnectError::Fatal(error)) => return Err(error),
            Err(ConnectError::Transient(error)) => error,
        };
        let Some(delay) = backoff.next() else { return Err(error) };
        tracing::warn!("{}; trying again in {} ms", error.message, delay.as_millis());
        tokio::time::sleep(delay).await;
    }
}

/// Runs a transaction, which an interrupt cancels; it has then worked or not, as its answer says.
pub(crate) async fn transaction(
    session: &mut dyn Session,
    statements: &[String],
    interrupt: &Interrupt,
) -> Result<()> {
    let canceller = session.canceller();
    cancellable(session.transaction(statements), canceller.as_ref(), interrupt).await
}

/// Finds a table; an interrupt cancels that, since it may wait for somebody's lock.
pub async fn find_table(
    session: &mut dyn Session,
    name: &TableName,
    interrupt: &Interrupt,
) -> Result<Option<Table>> {
    let canceller = session.canceller();
    cancellable(session.table(name), canceller.as_ref(), interrupt).await
}

async fn cancellable<T>(
    running: impl Future<Output = Result<T>>,
    canceller: &dyn Cancel,
    interrupt: &Interrupt,
) -> Result<T> {
    tokio::pin!(running);
    tokio::select! {
        result = &mut running => return result,
        () = interrupt.triggered() => {}
    }
    loop {
        canceller.cancel().await;
        tokio::select! {
            result = &mut running => return result,
            () = tokio::time::sleep(CANCEL_INTERVAL) => {}
        }
    }
}
