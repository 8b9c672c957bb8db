//! The allow-list: a statement runs only if a production here recognises it, and what reaches the backing
//! server is printed anew from the parsed form.

pub mod call;
pub mod cursor;
pub mod expr;
pub mod facts;
pub mod functions;
mod print;
pub mod query;
pub mod refusals;
pub mod relations;
pub mod reserved;
pub mod settings;
pub mod statement;
pub mod stored;
pub mod table;
pub mod types;

#[cfg(test)]
mod tests;

/// What a query needs, found while it is parsed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Seen {
    /// Functions called that only the leader node has.
    pub leader_only: Vec<&'static str>,
    /// Whether it reads what only the compute nodes have.
    pub compute: bool,
    /// Whether it reads a view of refused records.
    pub errors: bool,
    /// Whether it reads `stv_slices`.
    pub slices: bool,
}
