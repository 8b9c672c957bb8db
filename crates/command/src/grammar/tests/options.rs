//! `WITH`, read from declarations.

use pgloader_core::option::{Escape, Value};

use super::*;

#[test]
fn every_kind_of_argument() {
    let text = |text: &str| Value::Text(text.to_owned());
    let cases: Vec<(&str, &OptionSpec, Value)> = vec![
        ("batch rows = 10", &BATCH_ROWS, Value::Number(10)),
        ("BATCH/**/ROWS=10", &BATCH_ROWS, Value::Number(10)),
        ("batchrows=10", &BATCH_ROWS, Value::Number(10)),
        ("batch\n rows -- c\n = -- c\n 10", &BATCH_ROWS, Value::Number(10)),
        ("batch size = 20 MB", &BATCH_SIZE, Value::Number(20 << 20)),
        ("batch size=64kb", &BATCH_SIZE, Value::Number(64 << 10)),
        ("batch size = 1000", &BATCH_SIZE, Value::Number(1000)),
        ("truncate", &TRUNCATE, Value::Word("yes")),
        ("no truncate", &TRUNCATE, Value::Word("no")),
        ("on error resume next", &ON_ERROR, Value::Word("resume next")),
        ("fields terminated by '\\t'", &SEPARATOR, Value::Char('\t')),
        ("fields terminated by'0xa7'", &SEPARATOR, Value::Char('§')),
        ("fields terminated by = ','", &SEPARATOR, Value::Char(',')),
        ("fields optionally enclosed by '\"'", &QUOTE, Value::Char('"')),
        ("fields enclosed by ''''", &QUOTE, Value::Char('\'')),
        ("fields not enclosed", &QUOTE, Value::Word("none")),
        ("fields escaped by double-quote", &ESCAPE, Value::Escape(Escape::DoubleQuote)),
        ("fields escaped by \"\"", &ESCAPE, Value::Escape(Escape::DoubleQuote)),
        ("fields escaped by '\"'", &ESCAPE, Value::Escape(Escape::DoubleQuote)),
        ("fields escaped by backslash-quote", &ESCAPE, Value::Escape(Escape::BackslashQuote)),
        ("fields escaped by \\\"", &ESCAPE, Value::Escape(Escape::BackslashQuote)),
        ("fields escaped by '\\'", &ESCAPE, Value::Escape(Escape::Char('\\'))),
        ("lines terminated by '\\n'", &LINES, Value::Char('\n')),
        ("lines terminated by '\\r\\n'", &LINES, text("\r\n")),
        ("null if blanks", &NULL_IF, Value::Word("blanks")),
        ("null if 'NULL'", &NULL_IF, text("NULL")),
        ("null if ''", &NULL_IF, text("")),
        ("null if = \"'\"", &NULL_IF, text("'")),
        ("compression = gzip", &COMPRESSION, Value::Word("gzip")),
        ("compression ZSTD", &COMPRESSION, Value::Word("zstd")),
        ("compression = 'none'", &COMPRESSION, Value::Word("none")),
        ("iam role default", &IAM_ROLE, Value::Word("default")),
        ("iam role 'arn:aws:iam::1:role/x'", &IAM_ROLE, text("arn:aws:iam::1:role/x")),
        ("timezone utc", &TIMEZONE, Value::Word("UTC")),
        ("timezone 'Europe/Paris'", &TIMEZONE, text("Europe/Paris")),
        ("timezone 'gmt'", &TIMEZONE, Value::Word("GMT")),
        ("table name = t", &TABLE_NAME, text("t")),
        ("table name 's.T'", &TABLE_NAME, text("s.T")),
    ];
    for (written, spec, value) in cases {
        for clauses in [
            format!("WITH {written}"),
            format!("WITH csv header, {written} SET a to 'b'"),
            format!("WITH {written},csv header WITH encoding utf8"),
        ] {
            let command = with(&clauses);
            assert_eq!(command.options.get(spec), Some(&value), "{clauses}");
            assert!(command.warnings.is_empty());
        }
    }
}

#[test]
fn wrong_values_name_the_option() {
    let cases = [
        ("batch rows = abc", "`batch rows` expects `= N`, a whole number"),
        ("batch rows = 1.5", "`batch rows` expects `= N`, a whole number"),
        ("batch rows = -1", "`batch rows` expects `= N`, a whole number"),
        ("batch rows 10", "`batch rows` expects `= N`, a whole number"),
        ("batch rows =", "`batch rows` expects `= N`, a whole number"),
        ("batch rows = 99999999999999999999", "`batch rows`: this number is too large"),
        ("batch size = 20 MiB", "`batch size` expects `= SIZE`, such as `20 MB`"),
        ("batch size = 99999999 PB", "`batch size`: this size is too large"),
        ("fields terminated by ';;'", "`fields terminated by`: a separator must be one character"),
        ("fields terminated by \",\"", "`fields terminated by` expects one character in single quotes"),
        ("fields terminated by comma", "`fields terminated by` expects one character in single quotes"),
        ("fields terminated by '0x110000'", "`fields terminated by`: there is no character with this code"),
        (
            "lines terminated by x",
            "`lines terminated by` expects `'\\r\\n'` or one character in single quotes",
        ),
        (
            "fields escaped by backslash",
            "`fields escaped by` expects `double-quote`, `backslash-quote`, `\"\"`, `\\\"` or one character in single quotes",
        ),
        ("null if NULL", "`null if` expects text in quotes"),
        ("compression = lzma", "`compression` expects `none`, `gzip` or `zstd`"),
        ("compression = 'lzma'", "`compression` expects `none`, `gzip` or `zstd`"),
        ("timezone CET", "`timezone` expects `UTC`, `GMT` or text in quotes"),
        ("table name = 12", "`table name` expects a name"),
        ("", "unexpected `;`"),
        ("SET a to 'b'", "unexpected `SET`"),
        ("frob SET a to 'b'", "LOAD CSV has no option `frob`"),
        ("frob 12 x", "LOAD CSV has no option `frob`"),
        ("'x'", "unexpected `'`"),
        ("LOG LEVEL debug", "LOAD CSV has no option `LOG LEVEL debug`"),
        ("encoding 12", "`encoding` expects the name of an encoding"),
        ("magic", "the option `magic` is not built yet"),
        ("date format YYYY", "`date format` expects a pattern in quotes, such as `'YYYY-MM-DD'`"),
    ];
    for (written, message) in cases {
        let text = format!("LOAD CSV FROM a INTO a://b WITH csv header, {written};");
        assert_eq!(error(&text).message(), message, "{written}");
    }
}
