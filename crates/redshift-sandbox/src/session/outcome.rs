//! How a statement ends when it does not end well.

use std::io;

use crate::error::SqlError;

/// Why a statement gave no result.
#[derive(Debug)]
pub enum Interrupted {
    /// The client is told.
    Sql(SqlError),
    /// The client cannot be told any more.
    Gone(io::Error),
    /// A fault wants the socket closed without a word.
    Dropped,
}

impl From<SqlError> for Interrupted {
    fn from(error: SqlError) -> Interrupted {
        Interrupted::Sql(error)
    }
}

impl From<io::Error> for Interrupted {
    fn from(error: io::Error) -> Interrupted {
        Interrupted::Gone(error)
    }
}

impl From<tokio_postgres::Error> for Interrupted {
    fn from(error: tokio_postgres::Error) -> Interrupted {
        Interrupted::Sql(error.into())
    }
}
