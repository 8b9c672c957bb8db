//! Threads, retry, rejects and the report. Knows sources and targets only by their traits.

mod backoff;
mod binary;
mod blocks;
mod chunks;
mod copy;
mod feeder;
mod interrupt;
mod isolate;
mod open;
mod progress;
mod queue;
mod reading;
mod reason;
mod reject;
pub mod report;
mod run;
mod session;
mod staging;
mod tally;
mod undo;
mod work;
mod writer;

pub use copy::{CopyError, REJECTS};
pub use interrupt::Interrupt;
pub use progress::{Observer, Samples, Snapshot};
pub use reason::{Reason, without_values_of_rows};
pub use reject::RejectFiles;
pub use report::Report;
pub use run::{Load, Run, hooks};
pub use session::{find_table, first_session, session};
pub use tally::Tally;
