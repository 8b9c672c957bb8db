//! Where rows go.

use async_trait::async_trait;

use crate::batch::{Batch, Rows};
use crate::catalog::{Table, TableName};
use crate::encode::Format;
use crate::error::{Error, Result};
use crate::load::{Phase, TableLoad};

/// A server that takes rows.
#[async_trait]
pub trait Target: Send + Sync {
    /// How the target spells statements and what it can do: data, no IO.
    fn dialect(&self) -> &'static dyn Dialect;

    /// A session for catalog queries and statements, on its own connection. An error says whether trying again
    /// may help.
    async fn session(&self) -> Result<Box<dyn Session>, ConnectError>;

    /// Begins the load of one table. `load` has been checked against the table.
    async fn load(&self, load: &TableLoad) -> Result<Box<dyn Loading>>;

    /// How the rows of this load get into the table, a line for each step: for people, before the load or instead
    /// of it. Holds no secret and asks nobody.
    fn steps(&self, _load: &TableLoad) -> Vec<String> {
        Vec::new()
    }
}

/// Why there is no connection.
#[derive(Debug)]
pub enum ConnectError {
    /// The server may come back: trying again can help.
    Transient(Error),
    /// Trying again is of no use.
    Fatal(Error),
}

impl From<ConnectError> for Error {
    fn from(error: ConnectError) -> Error {
        match error {
            ConnectError::Transient(error) | ConnectError::Fatal(error) => error,
        }
    }
}

/// How a target spells statements: pure functions.
pub trait Dialect: Send + Sync {
    /// An identifier, quoted where the target needs it.
    fn identifier(&self, name: &str) -> String;

    /// A table's name, each part quoted where needed.
    fn table(&self, name: &TableName) -> String {
        let schema = name.schema.iter().map(|schema| self.identifier(schema) + ".");
        schema.collect::<String>() + &self.identifier(&name.name)
    }

    /// Empties a table.
    fn truncate(&self, table: &Table) -> String;

    /// Statements that keep the server's remarks on a user's own statements to itself, within their transaction.
    fn quiet(&self) -> &'static [&'static str] {
        &[]
    }

    /// Collects statistics of a table after its load; `None` where that is the server's own business.
    fn analyze(&self, _table: &Table) -> Option<String> {
        None
    }

    /// Batches are staged beside the server before it reads them. Then a table has neither indexes nor triggers,
    /// nothing is uncommitted for longer than one statement takes, and a column left out needs a default.
    fn is_staged(&self) -> bool {
        false
    }

    /// Turns a table's triggers off.
    fn disable_triggers(&self, table: &Table) -> String;

    /// Brings them back to what they were.
    fn enable_triggers(&self, table: &Table) -> String;

    /// Whether a statement failed because what it makes is there already.
    fn is_there_already(&self, error: &Error) -> bool;

    /// Drops what [`Table::indexes`] lists, and the foreign keys that need it, in an order that works.
    fn drop_indexes(&self, table: &Table) -> Vec<String>;

    /// Makes all of it again: phases in order, `parallel` indexes at a time.
    fn create_indexes(&self, table: &Table, parallel: usize) -> Vec<Phase>;
}

/// One connection for everything but rows.
#[async_trait]
pub trait Session: Send {
    /// Finds a table, along the search path where `name` has no schema; `None` where there is none.
    async fn table(&mut self, name: &TableName) -> Result<Option<Table>>;

    /// Runs statements in one transaction; the first failure undoes them all. A statement may be several, each
    /// complete.
    async fn transaction(&mut self, statements: &[String]) -> Result<()>;

    /// Something that ends what the session is waiting for at the server; works while it runs elsewhere.
    fn canceller(&self) -> Box<dyn Cancel>;
}

/// One table's load.
#[async_trait]
pub trait Loading: Send + Sync {
    /// A writer with its own connection.
    async fn writer(&self) -> Result<Box<dyn Writer>, ConnectError>;

    /// The form in which it wants the rows.
    fn format(&self) -> Format {
        Format::CopyText
    }

    /// Reads a staged object back.
    async fn fetch(&self, _object: &Staged) -> Result<Box<dyn Fetched>> {
        Err(no_staging())
    }

    /// Takes away what the load has left outside the table (staged objects), after its end, however it ended, and
    /// when no writer is at work any more. An error says what is still there.
    async fn clean_up(&self) -> Result<()> {
        Ok(())
    }

    /// What [`Loading::clean_up`] would take away now, for people. Called at any time, also at a sudden end.
    fn leftovers(&self) -> Vec<String> {
        Vec::new()
    }

    /// Finds out what became of a commit whose answer was lost. A transient error: asked again later.
    async fn outcome(&self, lost: &CommitToken) -> Result<Outcome, ConnectError>;
}

/// Names one transaction of the target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommitToken {
    /// The target's own number of the transaction; `None` where the target had not told it.
    pub transaction: Option<u64>,
    /// The process or session that ran it.
    pub session: i64,
    /// How many rows it wrote.
    pub rows: u64,
    /// Rows that it left out.
    pub bad: Vec<BadRow>,
}

/// What became of a transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Its rows are there.
    Committed,
    /// Its rows are not there, and never will be.
    RolledBack,
    /// The target cannot tell; says why.
    Undecidable(String),
}

/// What a target has done with rows.
#[derive(Debug, Default)]
pub struct Taken {
    /// How many it has taken.
    pub rows: u64,
    /// Rows it has left out and names, where it can tell all of them at once; in no order.
    pub bad: Vec<BadRow>,
}

/// Rows that lie beside the server, ready to be loaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Staged {
    /// The target's name of the object.
    pub name: String,
    /// The form of the rows.
    pub format: Format,
    /// How many rows.
    pub rows: u64,
    /// Bytes of the rows as encoded.
    pub bytes: u64,
    /// So many rows at its start are one line each.
    pub lines: u64,
}

/// A staged object being read back.
#[async_trait]
pub trait Fetched: Send {
    /// The next rows, some megabytes at most unless one row is wider; `None` at the end.
    async fn next(&mut self) -> Result<Option<Batch>>;
}

/// Writes batches over one connection, used by one task at a time.
#[async_trait]
pub trait Writer: Send {
    /// Writes the rows and commits them, all but those it names or nothing. Within `begin` and `commit` it writes
    /// them into the open transaction, all or nothing.
    ///
    /// After an error of `Rows` or `SomeRow` the writer is fit for the next call; after any other it is not.
    async fn write(&mut self, rows: Rows) -> Result<Taken, WriteError>;

    /// Opens a transaction for all that follows, up to `commit`. Targets with [`Dialect::is_staged`] have none.
    async fn begin(&mut self) -> Result<(), WriteError>;

    /// Commits what was written since `begin`; `rows` is how many.
    async fn commit(&mut self, rows: u64) -> Result<(), WriteError>;

    /// Stages rows: nothing of them is in the table yet.
    async fn stage(&mut self, _rows: Rows) -> Result<Staged, WriteError> {
        Err(WriteError::Fatal(no_staging()))
    }

    /// Loads staged objects of one format in one transaction, all rows but those it names or nothing. An index
    /// counts rows through all objects; a named row comes with its bytes. The objects stay.
    async fn load_staged(&mut self, _objects: &[Staged]) -> Result<Taken, WriteError> {
        Err(WriteError::Fatal(no_staging()))
    }

    /// Takes staged objects away; one that cannot be is left to [`Loading::clean_up`].
    async fn discard(&mut self, _objects: &[Staged]) {}

    /// Something that ends what the writer is waiting for at the server; works while `write` runs elsewhere.
    fn canceller(&self) -> Box<dyn Cancel>;
}

fn no_staging() -> Error {
    Error::new("this target stages nothing: a defect of pgloader")
}

/// Ends a running statement from outside.
#[async_trait]
pub trait Cancel: Send + Sync {
    /// Asks the server once; an unreachable server is no error, since there is nothing left to end. A statement that
    /// begins right after is not ended: asked for again until what is waited for has come to its end.
    async fn cancel(&self);

    /// Whether what is waited for may be committed already, should it be given up now.
    fn may_be_committed(&self) -> bool {
        true
    }
}

/// Why rows were not written. Nothing of them is there, unless it says `Unknown`.
#[derive(Debug)]
pub enum WriteError {
    /// These rows are bad (indexes count within the rows that were to be written).
    Rows(Vec<BadRow>),
    /// A row is bad, and the target cannot tell which.
    SomeRow(Error),
    /// Nothing was committed, and the same may work over a new connection: this one is lost, or another
    /// transaction was in the way.
    Transient(Error),
    /// The connection is lost while the commit was under way.
    Unknown(CommitToken, Error),
    /// No row is at fault: the load cannot go on.
    Fatal(Error),
}

/// One row that the target refuses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadRow {
    /// Its index within the rows that were to be written.
    pub index: usize,
    /// Why.
    pub error: Error,
    /// The row as encoded, where whoever asked has it no longer.
    pub row: Option<Vec<u8>>,
}
