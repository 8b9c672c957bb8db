use proptest::prelude::*;

use super::*;

fn statements(text: &str) -> Vec<String> {
    let items = split("f.sql", text).unwrap_or_else(|error| panic!("{error}"));
    items
        .into_iter()
        .map(|item| match item {
            Item::Statement { sql, .. } => sql,
            Item::Include { path, .. } => format!("include {path}"),
        })
        .collect()
}

/// Statements that each stay whole.
const WHOLE: &[&str] = &[
    "select 1",
    "select ';', \"a;b\", U&'\\;', E'\\';', U&\"d;\"",
    "insert into t values ('it''s; fine', 'back\\')",
    "select 1 /* ; /* nested ; */ ' */ + 2",
    "select 1 -- one; ' \"\n + 2",
    "create function f() returns int language sql as $$ select 1; select 2; $$",
    "do $body_1$ begin perform '$$;'; end; $body_1$",
    "prepare p as select $1, $2",
    "create function f(a int) returns int begin atomic select 1; select case when a = 1 then 2 end; end",
    "CREATE OR REPLACE PROCEDURE p() BEGIN ATOMIC INSERT INTO t SELECT CASE x WHEN 1 THEN CASE y WHEN 2 THEN 3 END END; END",
    "create function f() returns int begin atomic select t.end as end from t; end",
    "create rule r as on insert to t do also (delete from u; delete from v)",
    "copy (select 1) to '/tmp/x'",
    "copy t from '/tmp/stdin'",
    "select stdin from stdin",
    "begin",
    "end",
    "select case when true then 1 end",
    "select E'a\\''\n  'b;\\''",
    "select 'é;漢', \"ß;\"",
    "comment on table t is 'x'",
];

#[test]
fn statements_stay_whole() {
    for sql in WHOLE {
        assert_eq!(statements(sql), [*sql]);
        assert_eq!(statements(&format!("{sql};")), [*sql]);
        assert_eq!(statements(&format!("/* a */ ; {sql} ; -- b;\n;;{sql}")), [*sql, *sql]);
    }
}

#[test]
fn blanks_and_comments_alone_are_no_statement() {
    for text in ["", ";", " ; ;\n", "-- a; b", "/* ; */ ;", "\u{FEFF}\n"] {
        assert_eq!(statements(text), [""; 0], "{text}");
    }
}

#[test]
fn statements_and_inclusions_know_their_lines() {
    let text = "select 1;\n\n-- c\nselect\n 2; select 3;\n\\i a.sql\n  \\ir 'b c.sql'\n/* x\n*/ select 4";
    let statement = |sql: &str, line| Item::Statement { sql: sql.to_owned(), line };
    let include = |path: &str, line| Item::Include { path: path.to_owned(), line };
    let expected = vec![
        statement("select 1", 1),
        statement("select\n 2", 4),
        statement("select 3", 5),
        include("a.sql", 6),
        include("b c.sql", 7),
        statement("select 4", 9),
    ];
    assert_eq!(split("f.sql", text), Ok(expected));
}

#[test]
fn included_paths() {
    let cases = [
        ("\\i a.sql", Some("a.sql")),
        ("\\i\ta.sql  ", Some("a.sql")),
        ("\\i a.sql;", Some("a.sql")),
        ("\\ir '../x y.sql'", Some("../x y.sql")),
        ("\\i 'it''s.sql';", Some("it's.sql")),
        ("\\i a.sql\r", Some("a.sql")),
        ("\\i", None),
        ("\\i a b", None),
        ("\\i ''", None),
        ("\\i 'a", None),
        ("\\i 'a' 'b'", None),
    ];
    for (text, expected) in cases {
        match expected {
            Some(path) => assert_eq!(statements(text), [format!("include {path}")], "{text}"),
            None => assert!(
                split("f.sql", text).unwrap_err().message().ends_with("expects one file name"),
                "{text}"
            ),
        }
    }
}

#[test]
fn errors_show_the_place() {
    let cases = [
        (
            "select 1;\nselect 'a",
            "\
f.sql:2:8: error: this string is never closed
   |
 2 | select 'a
   |        ^",
        ),
        (
            "copy t (a)\n  from STDIN;\n1\n\\.",
            "\
f.sql:2:8: error: COPY from stdin has no data here
   |
 2 |   from STDIN;
   |        ^^^^^
   = help: a file of SQL cannot hold data: load it with a command of its own, or use INSERT",
        ),
        (
            "\\set x 1",
            "\
f.sql:1:1: error: this psql command is not supported
   |
 1 | \\set x 1
   | ^^^^
   = help: of the commands of psql only `\\i` and `\\ir` are known",
        ),
        (
            "select 1\n\\i x",
            "\
f.sql:2:1: error: `\\i` stands inside a statement
   |
 2 | \\i x
   | ^^
   = help: end the statement with `;` first",
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(split("f.sql", text).unwrap_err().to_string(), expected);
    }
}

#[test]
fn other_errors() {
    let cases = [
        ("select /* x", "this comment is never closed"),
        ("select \"x", "this quoted identifier is never closed"),
        ("select $a$ $b$", "this dollar-quoted text is never closed"),
        ("select 1 \\g", "this psql command is not supported"),
        ("\\include x", "this psql command is not supported"),
    ];
    for (text, message) in cases {
        assert_eq!(split("f.sql", text).unwrap_err().message(), message, "{text}");
    }
}

proptest! {
    #[test]
    fn joined_statements_come_apart_again(chosen in prop::collection::vec(0..WHOLE.len(), 0..12), gap in "[ \n]{0,3}") {
        let chosen: Vec<&str> = chosen.into_iter().map(|index| WHOLE[index]).collect();
        let text: String = chosen.iter().map(|sql| format!("{gap}{sql}{gap};{gap}")).collect();
        prop_assert_eq!(statements(&text), chosen);
    }

    #[test]
    fn nothing_is_lost(text in "[-a-e'\"$;()./*\\\\ \nE1]{0,60}") {
        if let Ok(items) = split("f.sql", &text) {
            let kept: Vec<String> = items.iter().map(|item| match item {
                Item::Statement { sql, .. } => sql.clone(),
                Item::Include { path, .. } => path.clone(),
            }).collect();
            let again = statements(&kept.join("\n;"));
            let only_statements = items.iter().all(|item| matches!(item, Item::Statement { .. }));
            if only_statements {
                prop_assert_eq!(&again, &kept);
                prop_assert_eq!(tokens(&kept.join("\n;")), tokens(&text));
            }
        }
    }

    #[test]
    fn splitting_never_panics(text in any::<String>()) {
        let _ = split("f.sql", &text);
    }
}

/// The characters of all tokens that are neither blank nor `;` between statements. Parentheses and routines are
/// left out of the alphabet above where they would hide a `;`.
fn tokens(text: &str) -> usize {
    let mut at = 0;
    let mut length = 0;
    while at < text.len() {
        let token = lexer::token(text, at).unwrap();
        if !matches!(token.kind, Kind::Blank | Kind::Semicolon) {
            length += token.range.len();
        }
        at = token.range.end;
    }
    length
}
