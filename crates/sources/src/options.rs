//! Options of the sources whose folders are still to come: the load language reads them already.

use pgloader_core::option::{Argument, Form, OptionSpec};

const fn form(words: &'static str, argument: Argument) -> Form {
    Form { words, argument }
}

/// LOAD FIXED: the fields are where the words of a line are.
pub static FIXED_HEADER: OptionSpec = OptionSpec {
    name: "fixed header",
    forms: &[form("fixed header", Argument::Says("yes"))],
    default: "no",
    help: "The first line (after those of `skip header`) has the name of each field where the field begins.",
};

/// LOAD COPY: the character between two fields.
pub static DELIMITER: OptionSpec = OptionSpec {
    name: "delimiter",
    forms: &[form("delimiter", Argument::Separator)],
    default: "'\\t'",
    help: "The character between two fields.",
};

/// LOAD COPY: what stands for NULL.
pub static NULL: OptionSpec = OptionSpec {
    name: "null",
    forms: &[form("null", Argument::Text)],
    default: "'\\N'",
    help: "What stands for NULL.",
};

/// LOAD DBF and LOAD IXF: the table that is made.
pub static TABLE_NAME: OptionSpec = OptionSpec {
    name: "table name",
    forms: &[form("table name", Argument::Name)],
    default: "the name of the file",
    help: "The table that is made, where neither TARGET TABLE nor the connection string names one.",
};

/// LOAD IXF: where its times were.
pub static TIMEZONE: OptionSpec = OptionSpec {
    name: "timezone",
    forms: &[form("timezone", Argument::OneOf(&["UTC", "GMT"])), form("timezone", Argument::Text)],
    default: "UTC",
    help: "The time zone of timestamps.",
};
