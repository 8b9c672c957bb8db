//! The options of LOAD CSV, as data.

use pgloader_core::option::{Argument, Form, OptionSpec};

/// Every option that LOAD CSV has beyond those of the engine and the target.
pub const OPTIONS: &[&OptionSpec] = &[
    &FIELDS_TERMINATED_BY,
    &FIELDS_ENCLOSED_BY,
    &FIELDS_ESCAPED_BY,
    &CSV_ESCAPE_MODE,
    &LINES_TERMINATED_BY,
    &UNQUOTED_BLANKS,
    &NULL_IF,
    &SKIP_HEADER,
    &CSV_HEADER,
    &ENCODING,
    &MAX_RECORD_SIZE,
    &NUL_BYTES,
    &DATE_FORMAT,
];

const fn form(words: &'static str, argument: Argument) -> Form {
    Form { words, argument }
}

/// The character between two fields.
pub static FIELDS_TERMINATED_BY: OptionSpec = OptionSpec {
    name: "fields terminated by",
    forms: &[form("fields terminated by", Argument::Separator)],
    default: "guessed",
    help: "The character between two fields.",
};

/// The quote character, or none.
pub static FIELDS_ENCLOSED_BY: OptionSpec = OptionSpec {
    name: "fields enclosed by",
    forms: &[
        form("fields enclosed by", Argument::Separator),
        form("fields optionally enclosed by", Argument::Separator),
        form("fields not enclosed", Argument::Says("no")),
    ],
    default: "'\"'",
    help: "The quote character; with `fields not enclosed` quotes and escapes are ordinary characters.",
};

/// How a quote is written inside a quoted field.
pub static FIELDS_ESCAPED_BY: OptionSpec = OptionSpec {
    name: "fields escaped by",
    forms: &[form("fields escaped by", Argument::Escape)],
    default: "double-quote",
    help: "How a quote is written inside a quoted field: doubled, or after a backslash or another character.",
};

/// What the escape character does.
pub static CSV_ESCAPE_MODE: OptionSpec = OptionSpec {
    name: "csv escape mode",
    forms: &[
        form("csv escape mode quote", Argument::Says("quote")),
        form("csv escape mode following", Argument::Says("following")),
    ],
    default: "quote",
    help: "`quote`: the escape character stands before quotes only; `following`: it makes any next character literal.",
};

/// What ends a record.
pub static LINES_TERMINATED_BY: OptionSpec = OptionSpec {
    name: "lines terminated by",
    forms: &[form("lines terminated by", Argument::LineEnd)],
    default: "'\\n', which a CR may precede",
    help: "What ends a record.",
};

/// Whether blanks around unquoted values belong to them.
pub static UNQUOTED_BLANKS: OptionSpec = OptionSpec {
    name: "unquoted blanks",
    forms: &[
        form("trim unquoted blanks", Argument::Says("trim")),
        form("keep unquoted blanks", Argument::Says("keep")),
    ],
    default: "trim",
    help: "Whether blanks around unquoted values are dropped.",
};

/// Which value is NULL in fields that do not say it themselves.
pub static NULL_IF: OptionSpec = OptionSpec {
    name: "null if",
    forms: &[form("null if blanks", Argument::Says("blanks")), form("null if", Argument::Text)],
    default: "none",
    help: "Which value is NULL, beside the empty unquoted one, in fields that have no `null if` of their own.",
};

/// How many lines to pass over.
pub static SKIP_HEADER: OptionSpec = OptionSpec {
    name: "skip header",
    forms: &[form("skip header", Argument::Number)],
    default: "0",
    help: "How many lines at the start of the file are passed over.",
};

/// Whether a line holds the names of the fields.
pub static CSV_HEADER: OptionSpec = OptionSpec {
    name: "csv header",
    forms: &[form("csv header", Argument::Says("yes"))],
    default: "no",
    help: "The first line (after those of `skip header`) holds the names of the fields.",
};

/// The encoding of the file.
pub static ENCODING: OptionSpec = OptionSpec {
    name: "encoding",
    forms: &[form("encoding", Argument::Name)],
    default: "utf-8",
    help: "The encoding of the file; the same as WITH ENCODING.",
};

/// The widest record.
pub static MAX_RECORD_SIZE: OptionSpec = OptionSpec {
    name: "max record size",
    forms: &[form("max record size", Argument::Size)],
    default: "64 MB",
    help: "The widest record, 1 kB to 1 GB: a wider one is rejected, so that an unbalanced quote cannot swallow the file.",
};

/// What a NUL byte does.
pub static NUL_BYTES: OptionSpec = OptionSpec {
    name: "nul bytes",
    forms: &[form("nul bytes", Argument::OneOf(&["reject", "strip"]))],
    default: "reject",
    help: "Whether a record with a NUL byte, which PostgreSQL cannot store, is rejected or loaded without the byte.",
};

/// How dates are written.
pub static DATE_FORMAT: OptionSpec = OptionSpec {
    name: "date format",
    forms: &[form("date format", Argument::DateFormat)],
    default: "as the target reads dates",
    help: "How fields without a `date format` of their own are written whose columns are dates, times or timestamps.",
};
