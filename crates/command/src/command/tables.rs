//! Clauses of sources that bring a schema with them: which tables, and what becomes of them.

use fancy_regex::Regex;

use super::{CastRule, Setting, SqlSource};
use crate::name::WrittenName;
use crate::text::{Span, Spanned};

/// All clauses about tables, each in written order. Empty for files.
#[derive(Debug, Clone, Default)]
pub struct TableClauses {
    /// `CAST`.
    pub casts: Vec<CastRule>,
    /// `INCLUDING ONLY TABLE NAMES`: a table must match one, if there are any.
    pub including: Vec<TableFilter>,
    /// `EXCLUDING TABLE NAMES`: a table must match none.
    pub excluding: Vec<TableFilter>,
    /// `DECODING TABLE NAMES`: the first that matches a table holds.
    pub decoding: Vec<Decoding>,
    /// `ALTER TABLE` and `ALTER SCHEMA`: applied one after the other.
    pub alterations: Vec<Alteration>,
    /// `MATERIALIZE VIEWS`.
    pub views: Views,
    /// `DISTRIBUTE`.
    pub distribution: Vec<Distribution>,
    /// `SET MySQL PARAMETERS` or `SET MSSQL PARAMETERS`: for the source's sessions, each name once.
    pub source_settings: Vec<Setting>,
    /// `AFTER CREATE SCHEMA`.
    pub after_schema: Vec<SqlSource>,
}

/// How a table is named in a filter.
#[derive(Debug, Clone)]
pub enum NameMatch {
    /// This very name.
    Exact(Spanned<String>),
    /// A pattern with SQL's wildcards, by the source's rules of case.
    Like(Spanned<String>),
    /// A regular expression, searched in the name by pgloader.
    Regex(Spanned<Regex>),
    /// A regular expression in the dialect of the source's server, which evaluates it.
    ServerRegex(Spanned<String>),
}

/// Tables by name, in one schema or all.
#[derive(Debug, Clone)]
pub struct TableFilter {
    /// A name must match one of these. Never empty.
    pub names: Vec<NameMatch>,
    /// `IN SCHEMA`: only of this one.
    pub schema: Option<Spanned<String>>,
}

/// `DECODING TABLE NAMES MATCHING … AS encoding`.
#[derive(Debug, Clone)]
pub struct Decoding {
    /// Which tables.
    pub names: Vec<NameMatch>,
    /// The encoding of their text, as written.
    pub encoding: Spanned<String>,
}

/// A change of what the source says.
#[derive(Debug, Clone)]
pub enum Alteration {
    /// `ALTER TABLE NAMES MATCHING …`.
    Tables {
        /// Which tables, by their names in the source.
        filter: TableFilter,
        /// What becomes of them.
        action: TableAction,
    },
    /// `ALTER SCHEMA 'from' RENAME TO 'to'`.
    Schema {
        /// Its name in the source.
        from: Spanned<String>,
        /// Its name in the target.
        to: Spanned<String>,
    },
}

/// What `ALTER TABLE` does.
#[derive(Debug, Clone)]
pub enum TableAction {
    /// `RENAME TO`.
    Rename(Spanned<String>),
    /// `SET SCHEMA`.
    Schema(Spanned<String>),
    /// `SET ( … )`.
    Storage(StorageParameters),
    /// `SET TABLESPACE`.
    Tablespace(Spanned<String>),
}

/// Storage parameters of a table, in written order. Never empty.
pub type StorageParameters = Vec<Setting>;

/// `MATERIALIZE VIEWS`.
#[derive(Debug, Clone, Default)]
pub enum Views {
    /// No views are loaded.
    #[default]
    None,
    /// `MATERIALIZE ALL VIEWS`.
    All,
    /// These.
    Listed(Vec<View>),
}

/// A view that is loaded as a table.
#[derive(Debug, Clone)]
pub struct View {
    /// Its name.
    pub name: Spanned<WrittenName>,
    /// Its query where the source has no such view.
    pub query: Option<Spanned<String>>,
}

/// `DISTRIBUTE`.
#[derive(Debug, Clone)]
pub enum Distribution {
    /// `DISTRIBUTE t AS REFERENCE TABLE`.
    Reference(Spanned<WrittenName>),
    /// `DISTRIBUTE t USING column [FROM …]`.
    By {
        /// The whole clause.
        span: Span,
        /// The table.
        table: Spanned<WrittenName>,
        /// The column, as a column is named.
        column: Spanned<String>,
        /// The tables through which the column is found, in order.
        from: Vec<Spanned<WrittenName>>,
    },
}
