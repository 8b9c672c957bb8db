//! What a session adds to a statement, and names and literals as the backing server reads them.

use crate::backing::Names;
use crate::sql::cursor::ObjectName;
use crate::sql::expr::Expr;
use crate::sql::print::Printer;
use crate::sql::query::Query;

/// What a session adds to a statement.
#[derive(Debug)]
pub struct Facts<'a> {
    /// What `version()` says.
    pub version: &'a str,
    /// What `current_database()` says.
    pub database: &'a str,
    /// Rows of the last COPY.
    pub last_copy_count: i64,
    /// Its query number, or -1.
    pub last_copy_id: i32,
    /// Whether names are those of error views that show nothing.
    pub hide_errors: HiddenErrors,
    /// The values of `$1` …, as expressions of the backing server.
    pub parameters: &'a [String],
    /// Names too long for the backing server.
    pub names: &'a Names,
}

/// Which error views are empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HiddenErrors {
    /// None.
    None,
    /// `stl_load_errors`, as on serverless workgroups.
    Stl,
    /// Both.
    All,
}

/// A literal for a server whose `standard_conforming_strings` is on.
pub fn literal(value: &str) -> String {
    format!("'{}'", value.replace('\'', "''"))
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

impl Facts<'_> {
    /// A query for the backing server.
    pub fn query(&self, query: &Query) -> String {
        Printer::printed(self, |printer| printer.query(query))
    }

    /// An expression for the backing server.
    pub fn expr(&self, expr: &Expr) -> String {
        Printer::printed(self, |printer| printer.expr(expr))
    }

    /// A name in quotes, as the backing server knows it.
    pub fn name(&self, name: &str) -> String {
        quoted(&self.names.shorten(name))
    }

    /// A table's name, with its schema where that was written.
    pub fn object(&self, name: &ObjectName) -> String {
        match &name.schema {
            Some(schema) => format!("{}.{}", self.name(schema), self.name(&name.name)),
            None => self.name(&name.name),
        }
    }

    /// Names in quotes, separated by commas.
    pub fn names(&self, names: &[String]) -> String {
        names.iter().map(|name| self.name(name)).collect::<Vec<_>>().join(", ")
    }
}
