//! The session's transaction, one to one with the backing connection's.

use crate::backing::errors::serialization_failure;
use crate::error::SqlError;
use crate::fault::Fault;
use crate::session::Session;
use crate::session::outcome::Interrupted;

/// Where a session stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transaction {
    /// Outside a block.
    Idle,
    /// Within a message of several statements, which succeed or fail together.
    Implicit,
    /// Between BEGIN and COMMIT.
    Block,
    /// In a block after an error. The backing connection has rolled back already.
    Failed,
}

impl Transaction {
    /// As ReadyForQuery says it.
    pub fn status(self) -> u8 {
        match self {
            Transaction::Idle | Transaction::Implicit => b'I',
            Transaction::Block => b'T',
            Transaction::Failed => b'E',
        }
    }
}

/// What every statement but the end of the block meets after an error.
pub fn aborted() -> SqlError {
    SqlError::new("25P02", "current transaction is aborted, commands ignored until end of transaction block")
}

impl Session {
    /// BEGIN.
    pub(super) async fn begin(&mut self, read_only: bool) -> Result<(), Interrupted> {
        match self.transaction {
            // As in PostgreSQL, BEGIN within a message of several statements takes them all in.
            Transaction::Implicit => {}
            Transaction::Idle => {
                let read_only = if read_only { " READ ONLY" } else { "" };
                let begin = format!("BEGIN ISOLATION LEVEL REPEATABLE READ{read_only}");
                self.backing.client.batch_execute(&begin).await?;
                self.copies.id_before = self.copies.last_id;
            }
            Transaction::Block | Transaction::Failed => return Ok(()),
        }
        self.transaction = Transaction::Block;
        Ok(())
    }

    /// Opens the transaction of a message of several statements.
    pub(super) async fn begin_implicit(&mut self) -> Result<(), Interrupted> {
        self.backing.client.batch_execute("BEGIN").await?;
        self.copies.id_before = self.copies.last_id;
        self.transaction = Transaction::Implicit;
        Ok(())
    }

    /// COMMIT; answers its tag.
    pub(super) async fn commit(&mut self) -> Result<&'static str, Interrupted> {
        let faults = &self.shared.faults;
        if faults.strikes(&Fault::DropBeforeCommit) {
            return Err(Interrupted::Dropped);
        }
        match self.transaction {
            Transaction::Idle => return Ok("COMMIT"),
            Transaction::Failed => {
                self.rollback().await?;
                return Ok("ROLLBACK");
            }
            Transaction::Implicit | Transaction::Block => {}
        }
        if faults.strikes(&Fault::SerializationFailure) {
            self.rollback().await?;
            return Err(serialization_failure("100000").into());
        }
        self.transaction = Transaction::Idle;
        self.backing.client.batch_execute("COMMIT").await?;
        if self.shared.faults.strikes(&Fault::DropAfterCommit) {
            return Err(Interrupted::Dropped);
        }
        Ok("COMMIT")
    }

    /// ROLLBACK. Nothing to do outside a block.
    pub(super) async fn rollback(&mut self) -> Result<(), Interrupted> {
        let before = std::mem::replace(&mut self.transaction, Transaction::Idle);
        if before != Transaction::Idle {
            self.copies.last_id = self.copies.id_before;
        }
        if matches!(before, Transaction::Block | Transaction::Implicit) {
            self.backing.client.batch_execute("ROLLBACK").await?;
        }
        Ok(())
    }

    /// After an error: gives up the work so far, and its locks.
    pub(super) async fn fail(&mut self) -> Result<(), Interrupted> {
        match self.transaction {
            Transaction::Idle | Transaction::Failed => {}
            Transaction::Implicit => self.rollback().await?,
            Transaction::Block => {
                self.transaction = Transaction::Failed;
                self.backing.client.batch_execute("ROLLBACK").await?;
            }
        }
        Ok(())
    }

    /// Opens the transaction of one statement, unless a longer one is open: whether it did.
    pub(super) async fn begin_alone(&self) -> Result<bool, SqlError> {
        let alone = !self.in_transaction();
        if alone {
            self.backing.client.batch_execute("BEGIN").await?;
        }
        Ok(alone)
    }

    /// Ends what [`Session::begin_alone`] opened, if it did.
    pub(super) async fn end_alone(&self, alone: bool, succeeded: bool) -> Result<(), SqlError> {
        if alone {
            let end = if succeeded { "COMMIT" } else { "ROLLBACK" };
            self.backing.client.batch_execute(end).await?;
        }
        Ok(())
    }

    /// Whether statements run in a transaction that goes on after them.
    pub(super) fn in_transaction(&self) -> bool {
        matches!(self.transaction, Transaction::Implicit | Transaction::Block)
    }
}
