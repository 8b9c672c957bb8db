//! The WITH options that say how a table is loaded, whatever the source.

use pgloader_core::option::{Argument, Form, OptionSpec};

const fn says(words: &'static str, value: &'static str) -> Form {
    Form { words, argument: Argument::Says(value) }
}

const fn number(words: &'static str) -> Form {
    Form { words, argument: Argument::Number }
}

/// What a bad row does.
pub static ON_ERROR: OptionSpec = OptionSpec {
    name: "on error",
    forms: &[says("on error stop", "stop"), says("on error resume next", "resume next")],
    default: "resume next for files",
    help: "Whether a bad row ends the command, leaving nothing of the table, or is rejected.",
};

/// Exit 1 beyond so many rejected rows.
pub static MAX_ERRORS: OptionSpec = OptionSpec {
    name: "max errors",
    forms: &[number("max errors")],
    default: "no limit",
    help: "More rejected rows than this make the exit code 1.",
};

/// Tables at a time.
pub static WORKERS: OptionSpec = OptionSpec {
    name: "workers",
    forms: &[number("workers")],
    default: "4",
    help: "How many tables are loaded at a time; for one file, an upper limit for its writers.",
};

/// Writers a table.
pub static CONCURRENCY: OptionSpec = OptionSpec {
    name: "concurrency",
    forms: &[number("concurrency")],
    default: "as many as cores, at most 4; 1 where the order of rows may show",
    help: "How many writers load a table, each over its own connection.",
};

/// Rows a batch.
pub static BATCH_ROWS: OptionSpec = OptionSpec {
    name: "batch rows",
    forms: &[number("batch rows")],
    default: "25000; 500000 for Redshift",
    help: "Rows in one batch, which is one transaction; varied by up to 30 % from batch to batch.",
};

/// Bytes a batch.
pub static BATCH_SIZE: OptionSpec = OptionSpec {
    name: "batch size",
    forms: &[Form { words: "batch size", argument: Argument::Size }],
    default: "20 MB; for Redshift 64 MB, or 16 MB with copy per table",
    help: "Encoded bytes after which a batch is closed.",
};

/// Accepted for old load files.
pub static PREFETCH_ROWS: OptionSpec = OptionSpec {
    name: "prefetch rows",
    forms: &[number("prefetch rows")],
    default: "none",
    help: "Accepted without effect: what is read ahead is bounded in bytes.",
};

/// Accepted for old load files.
pub static BATCH_CONCURRENCY: OptionSpec = OptionSpec {
    name: "batch concurrency",
    forms: &[number("batch concurrency")],
    default: "none",
    help: "Accepted without effect, as prefetch rows, whose old name it is.",
};

/// Index builds at a time.
pub static MAX_PARALLEL_CREATE_INDEX: OptionSpec = OptionSpec {
    name: "max parallel create index",
    forms: &[number("max parallel create index")],
    default: "as many as the table has indexes",
    help: "How many indexes are built at a time.",
};

/// What happens to names that are not quoted.
pub static IDENTIFIERS: OptionSpec = OptionSpec {
    name: "identifiers",
    forms: &[
        says("downcase identifiers", "downcase"),
        says("quote identifiers", "quote"),
        says("snake_case identifiers", "snake_case"),
    ],
    default: "downcase identifiers",
    help: "How names become names of the target.",
};

/// Empty the table first.
pub static TRUNCATE: OptionSpec = OptionSpec {
    name: "truncate",
    forms: &[says("truncate", "yes"), says("no truncate", "no")],
    default: "no truncate",
    help: "Empty the table before the load.",
};

/// Triggers off during the load.
pub static DISABLE_TRIGGERS: OptionSpec = OptionSpec {
    name: "disable triggers",
    forms: &[says("disable triggers", "yes"), says("disable no triggers", "no")],
    default: "disable no triggers",
    help: "Turn the table's triggers off during the load. Takes a superuser where it has foreign keys.",
};

/// Indexes off during the load.
pub static DROP_INDEXES: OptionSpec = OptionSpec {
    name: "drop indexes",
    forms: &[says("drop indexes", "yes"), says("drop no indexes", "no"), says("reindex", "yes")],
    default: "drop no indexes",
    help: "Drop the table's indexes before the load and build them again after it, even after a failure.",
};

/// Tables are never made for files.
pub static CREATE_TABLES: OptionSpec = OptionSpec {
    name: "create tables",
    forms: &[says("create tables", "yes"), says("create table", "yes"), says("create no tables", "no")],
    default: "create no tables",
    help: "Accepted for files: their table must exist all the same.",
};

/// What one COPY of Redshift loads.
pub static COPY_PER: OptionSpec = OptionSpec {
    name: "copy per",
    forms: &[says("copy per batch", "batch"), says("copy per table", "table")],
    default: "copy per batch",
    help: "Redshift: whether each batch gets a COPY of its own, or all are staged in S3 first and loaded by one.",
};

/// Overlong text is cut.
pub static TRUNCATE_COLUMNS: OptionSpec = OptionSpec {
    name: "truncate columns",
    forms: &[says("truncate columns", "yes")],
    default: "rows with overlong text are rejected",
    help: "Redshift: cut text that is too wide for its column (in bytes), and count it, instead of rejecting the row.",
};

/// Statistics after the load.
pub static ANALYZE: OptionSpec = OptionSpec {
    name: "analyze",
    forms: &[says("analyze", "yes"), says("no analyze", "no")],
    default: "no analyze",
    help: "Redshift: run ANALYZE on the table after the load.",
};

/// Options that only matter where batches are staged.
pub static STAGED_ONLY: [&OptionSpec; 3] = [&COPY_PER, &TRUNCATE_COLUMNS, &ANALYZE];

/// All of the above, as a command declares them.
pub static ALL: [&OptionSpec; 17] = [
    &ON_ERROR,
    &MAX_ERRORS,
    &WORKERS,
    &CONCURRENCY,
    &BATCH_ROWS,
    &BATCH_SIZE,
    &PREFETCH_ROWS,
    &BATCH_CONCURRENCY,
    &MAX_PARALLEL_CREATE_INDEX,
    &IDENTIFIERS,
    &TRUNCATE,
    &DISABLE_TRIGGERS,
    &DROP_INDEXES,
    &CREATE_TABLES,
    &COPY_PER,
    &TRUNCATE_COLUMNS,
    &ANALYZE,
];
