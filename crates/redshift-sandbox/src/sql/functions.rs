//! Which functions may be called, and what the backing server calls them.

use crate::error::SqlError;
use crate::sql::expr::Expr;

/// A function of the allow-list.
#[derive(Debug, PartialEq, Eq)]
pub struct Function {
    /// Its name in Redshift.
    pub name: &'static str,
    /// Fewest and most arguments.
    arguments: (usize, usize),
    /// How it is written for the backing server.
    pub target: Target,
    /// Whether it runs on the leader node only.
    pub leader_only: bool,
}

/// What a call becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// A call of that function.
    Function(&'static str),
    /// What the session knows.
    Fact(Fact),
}

/// What only the session knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fact {
    /// `version()`.
    Version,
    /// `current_database()`.
    Database,
    /// `pg_last_copy_count()`.
    LastCopyCount,
    /// `pg_last_copy_id()`.
    LastCopyId,
}

const fn on_nodes(name: &'static str, arguments: (usize, usize), target: &'static str) -> Function {
    Function { name, arguments, target: Target::Function(target), leader_only: false }
}

const fn on_leader(name: &'static str, arguments: (usize, usize), target: &'static str) -> Function {
    Function { name, arguments, target: Target::Function(target), leader_only: true }
}

const fn fact(name: &'static str, fact: Fact) -> Function {
    Function { name, arguments: (0, 0), target: Target::Fact(fact), leader_only: false }
}

const FUNCTIONS: &[Function] = &[
    on_nodes("btrim", (1, 2), "pg_catalog.btrim"),
    on_nodes("coalesce", (1, 100), "coalesce"),
    on_nodes("count", (1, 1), "pg_catalog.count"),
    fact("current_database", Fact::Database),
    on_leader("current_schema", (0, 0), "pg_catalog.current_schema"),
    on_leader("format_encoding", (1, 1), "rs_catalog.format_encoding"),
    on_leader("format_type", (2, 2), "rs_catalog.format_type"),
    on_nodes("getdate", (0, 0), "rs_catalog.getdate"),
    on_nodes("length", (1, 1), "pg_catalog.length"),
    on_nodes("lower", (1, 1), "pg_catalog.lower"),
    on_nodes("max", (1, 1), "pg_catalog.max"),
    on_nodes("md5", (1, 1), "pg_catalog.md5"),
    on_nodes("min", (1, 1), "pg_catalog.min"),
    on_leader("now", (0, 0), "pg_catalog.now"),
    on_nodes("octet_length", (1, 1), "pg_catalog.octet_length"),
    on_nodes("pg_backend_pid", (0, 0), "pg_catalog.pg_backend_pid"),
    on_leader("pg_get_constraintdef", (1, 2), "rs_catalog.pg_get_constraintdef"),
    fact("pg_last_copy_count", Fact::LastCopyCount),
    fact("pg_last_copy_id", Fact::LastCopyId),
    on_nodes("substring", (2, 3), "pg_catalog.substring"),
    on_nodes("sum", (1, 1), "pg_catalog.sum"),
    on_nodes("trim", (1, 2), "pg_catalog.btrim"),
    on_nodes("upper", (1, 1), "pg_catalog.upper"),
    fact("version", Fact::Version),
];

/// Whether DISTINCT may stand before its argument.
pub fn is_aggregate(name: &str) -> bool {
    matches!(name, "count" | "sum" | "min" | "max")
}

/// The function of that name for so many arguments.
///
/// # Errors
/// 42883.
pub fn find(name: &str, arguments: &[Expr]) -> Result<&'static Function, SqlError> {
    let found = FUNCTIONS.iter().find(|function| function.name == name);
    found
        .filter(|function| {
            let (fewest, most) = function.arguments;
            (fewest..=most).contains(&arguments.len())
        })
        .ok_or_else(|| missing(name, arguments))
}

fn missing(name: &str, arguments: &[Expr]) -> SqlError {
    let types: Vec<&str> = arguments.iter().map(type_shown).collect();
    let message = format!("function {name}({}) does not exist", types.join(", "));
    let mut error = SqlError::new("42883", message);
    error.hint = Some(
        "No function matches the given name and argument types. You may need to add explicit type casts."
            .into(),
    );
    error
}

/// The type of an argument as messages name it, where it can be told from the text.
fn type_shown(argument: &Expr) -> &'static str {
    match argument {
        Expr::Number(number) if number.contains(['.', 'e', 'E']) => "numeric",
        Expr::Number(_) => "integer",
        Expr::Bool(_) => "boolean",
        Expr::Column(_) => "character varying",
        _ => "\"unknown\"",
    }
}
