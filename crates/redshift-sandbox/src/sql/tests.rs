//! What is parsed, and how it is printed for the backing server.

use proptest::prelude::*;

use crate::backing::Names;
use crate::error::SqlError;
use crate::lexer::{statements, tokens};
use crate::sql::facts::{Facts, HiddenErrors};
use crate::sql::statement::{Commented, Parsed, Statement, parse};

fn parsed(sql: &str) -> Result<Parsed, SqlError> {
    parse(sql, &tokens(sql, false)?)
}

fn printed(sql: &str) -> String {
    let names = Names::default();
    let facts = Facts {
        version: "v",
        database: "dev",
        last_copy_count: 3,
        last_copy_id: -1,
        hide_errors: HiddenErrors::Stl,
        parameters: &["'p'".to_owned()],
        names: &names,
    };
    match parsed(sql).unwrap().statement {
        Statement::Select(query) => facts.query(&query),
        other => panic!("{other:?}"),
    }
}

#[test]
fn queries_are_printed_anew() {
    for (sql, expected) in [
        ("SELECT 1", "SELECT 1 AS \"?column?\""),
        ("SELECT A.b c FROM T a", "SELECT \"a\".\"b\" AS \"c\" FROM \"t\" AS \"a\""),
        ("SELECT * FROM pg_class", "SELECT * FROM rs_catalog.pg_class AS \"pg_class\""),
        (
            "SELECT 1 FROM stl_load_errors e",
            "SELECT 1 AS \"?column?\" FROM rs_catalog.no_stl_load_errors AS \"e\"",
        ),
        ("SELECT 'pg_class'::regclass", "SELECT 'pg_catalog.pg_class'::regclass AS \"regclass\""),
        (r"SELECT 'a\\b''c'", r#"SELECT 'a\b''c' AS "?column?""#),
        ("SELECT $1, pg_last_copy_id()", "SELECT 'p' AS \"?column?\", (-1)::int4 AS \"pg_last_copy_id\""),
        ("SELECT a OR b AND NOT c = 1", "SELECT (\"a\" OR (\"b\" AND (NOT (\"c\" = 1)))) AS \"?column?\""),
        ("SELECT a - b - c * -d", "SELECT ((\"a\" - \"b\") - (\"c\" * (- \"d\"))) AS \"?column?\""),
        ("SELECT a FROM t JOIN u USING (x)", "SELECT \"a\" AS \"a\" FROM (\"t\" JOIN \"u\" USING (\"x\"))"),
        ("SELECT a::varchar(3)", "SELECT rs_catalog.as_varchar(\"a\") AS \"a\""),
    ] {
        assert_eq!(printed(sql), expected, "{sql}");
    }
}

#[test]
fn what_a_query_needs_is_seen() {
    let seen = parsed("SELECT now() FROM t, stv_slices, sys_load_error_detail").unwrap().seen;
    assert_eq!(seen.leader_only, ["now"]);
    assert!(seen.compute && seen.errors && seen.slices);
    let seen = parsed("SELECT format_type(oid, 1) FROM pg_type").unwrap().seen;
    assert!(!seen.compute && !seen.errors && !seen.slices);
}

#[test]
fn comments_name_columns_with_their_tables() {
    let Statement::Comment(Commented::Column(table, column), text) =
        parsed("COMMENT ON COLUMN s.t.\"user\" IS 'x'").unwrap().statement
    else {
        panic!("no comment on a column");
    };
    assert_eq!((table.to_string().as_str(), column.as_str(), text.as_deref()), ("s.t", "user", Some("x")));
}

#[test]
fn copy_keeps_all_its_tokens() {
    let Statement::Copy(tokens) = parsed("COPY t FROM 's3://b/k' FORMAT CSV").unwrap().statement else {
        panic!("no COPY");
    };
    assert_eq!(tokens.len(), 6);
}

/// Words and symbols that productions know, so that most texts get far.
fn fragment() -> impl Strategy<Value = String> {
    let known = "select from where and or not in like between is null case when then else end cast as create table \
                 drop alter add column rename to insert into values default identity primary key references lock \
                 comment on constraint set begin commit copy truncate delete count t a 'x' 1 $1 ( ) , . * = - + :: ; [ ]";
    let words: Vec<String> = known.split_whitespace().map(str::to_owned).collect();
    prop_oneof![9 => prop::sample::select(words), 1 => ".{0,3}"]
}

proptest! {
    #[test]
    fn parsing_never_panics(fragments in prop::collection::vec(fragment(), 0..40)) {
        let text = fragments.join(" ");
        if let Ok(tokens) = tokens(&text, false) {
            for statement in statements(&tokens) {
                let _ = parse(&text, statement);
            }
        }
    }
}
