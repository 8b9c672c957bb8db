//! The WITH options of sources that bring a schema with them: what is made of it in the target.
//!
//! The load language reads them already; they take effect with the first source that has a schema.

use pgloader_core::option::{Argument, Form, OptionSpec};

const fn says(words: &'static str, value: &'static str) -> Form {
    Form { words, argument: Argument::Says(value) }
}

/// Half of the work only.
pub static ONLY: OptionSpec = OptionSpec {
    name: "data only",
    forms: &[says("data only", "data"), says("schema only", "schema")],
    default: "both",
    help: "Load rows into tables that exist, or make the tables and load nothing.",
};

/// Old tables go first.
pub static INCLUDE_DROP: OptionSpec = OptionSpec {
    name: "include drop",
    forms: &[says("include drop", "yes"), says("include no drop", "no")],
    default: "include drop",
    help: "Drop each table, type and sequence, and what depends on it, before it is made.",
};

/// Schemas are made.
pub static CREATE_SCHEMAS: OptionSpec = OptionSpec {
    name: "create schemas",
    forms: &[says("create schemas", "yes"), says("create no schemas", "no")],
    default: "create schemas",
    help: "Make the schemas of the source in the target.",
};

/// Old schemas go first.
pub static DROP_SCHEMA: OptionSpec = OptionSpec {
    name: "drop schema",
    forms: &[says("drop schema", "yes")],
    default: "no",
    help: "Drop the schemas, with all that is in them, before they are made.",
};

/// Indexes are made.
pub static CREATE_INDEXES: OptionSpec = OptionSpec {
    name: "create indexes",
    forms: &[says("create indexes", "yes"), says("create no indexes", "no")],
    default: "create indexes",
    help: "Make the indexes and primary keys of the source in the target.",
};

/// Names of indexes.
pub static INDEX_NAMES: OptionSpec = OptionSpec {
    name: "index names",
    forms: &[says("preserve index names", "preserve"), says("uniquify index names", "uniquify")],
    default: "uniquify index names; preserve from PostgreSQL",
    help: "Whether indexes keep their names, or get unique ones: `idx_<table oid>_<name>`.",
};

/// Sequences go on behind the last value.
pub static RESET_SEQUENCES: OptionSpec = OptionSpec {
    name: "reset sequences",
    forms: &[says("reset sequences", "yes"), says("reset no sequences", "no")],
    default: "reset sequences",
    help: "Set each sequence to the greatest value of its column after the load.",
};

/// Foreign keys are made.
pub static FOREIGN_KEYS: OptionSpec = OptionSpec {
    name: "foreign keys",
    forms: &[says("foreign keys", "yes"), says("no foreign keys", "no")],
    default: "foreign keys",
    help: "Make the foreign keys of the source in the target.",
};

/// Readers a table.
pub static READERS: OptionSpec = OptionSpec {
    name: "readers per thread",
    forms: &[
        says("single reader per thread", "single"),
        says("single reader", "single"),
        says("multiple readers per thread", "multiple"),
        says("multiple reader per thread", "multiple"),
    ],
    default: "single reader per thread",
    help: "Whether a table is read by one reader, or by several that share its ranges.",
};

/// How wide a range is.
pub static ROWS_PER_RANGE: OptionSpec = OptionSpec {
    name: "rows per range",
    forms: &[Form { words: "rows per range", argument: Argument::Number }],
    default: "10000",
    help: "How many values of the primary key are in a range of `multiple readers per thread`.",
};

/// How large a range is.
pub static CHUNK_SIZE: OptionSpec = OptionSpec {
    name: "chunk size",
    forms: &[Form { words: "chunk size", argument: Argument::Size }],
    default: "50 MB",
    help: "How large a range of `multiple readers per thread` is about to be.",
};

/// Those of sources of one table: DBF and IXF files.
pub static OF_FILES: [&OptionSpec; 2] = [&ONLY, &INCLUDE_DROP];

/// Those of databases.
pub static OF_DATABASES: [&OptionSpec; 11] = [
    &ONLY,
    &INCLUDE_DROP,
    &CREATE_SCHEMAS,
    &DROP_SCHEMA,
    &CREATE_INDEXES,
    &INDEX_NAMES,
    &RESET_SEQUENCES,
    &FOREIGN_KEYS,
    &READERS,
    &ROWS_PER_RANGE,
    &CHUNK_SIZE,
];
