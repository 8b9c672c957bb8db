//! Failures of a COPY as a statement, and the block that Redshift puts below them.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::error::SqlError;

/// Why a COPY cannot be carried out, though it may be well written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Trouble {
    message: String,
    code: i32,
}

impl Trouble {
    /// A failure with the code that its block shows.
    pub fn new(code: i32, message: impl Into<String>) -> Trouble {
        Trouble { message: message.into(), code }
    }

    /// What S3 answered.
    pub fn s3(text: &str, status: u16, error: &str) -> Trouble {
        let retry = u8::from(status >= 500);
        let tail = format!("Status {status},Error {error},Rid SANDBOX,ExtRid SANDBOX,CanRetry {retry}");
        Trouble::new(8001, format!("S3ServiceException:{text},{tail}"))
    }

    /// For the client. `statement` becomes part of the block, secrets and all, as it may on Redshift.
    pub fn into_error(self, statement: &str) -> SqlError {
        static QUERY: AtomicU64 = AtomicU64::new(1);
        let query = QUERY.fetch_add(1, Ordering::Relaxed);
        let line = "-".repeat(47);
        let detail = format!(
            "\n  {line}\n  error:  {}\n  code:      {}\n  context:   {statement}\n  query:     {query}\n  \
             location:  redshift-sandbox:copy\n  process:   padbmaster [pid={}]\n  {line}\n",
            self.message,
            self.code,
            std::process::id(),
        );
        SqlError { detail: Some(detail), ..SqlError::new("XX000", self.message) }
    }
}

/// The failure of a load because of its rows. Clients tell it from all others by this text alone.
pub(super) fn rows_refused(table: &str, serverless: bool) -> Trouble {
    let text = if serverless {
        format!(
            "Load into table '{table}' failed. Check 'sys_load_error_detail' system table for details. [ErrorId: 1-0]"
        )
    } else {
        format!("Load into table '{table}' failed.  Check 'stl_load_errors' system table for details.")
    };
    Trouble::new(1000, text)
}
