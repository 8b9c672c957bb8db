//! Typical mistakes, and all that the user sees of them.

use super::*;

/// The mistakes; what is shown of each is in `rendered.txt`, in the same order.
const MISTAKES: &[&str] = &[
    "",
    "-- only a comment\n",
    "LOAD\n",
    "LOAD TSV FROM a",
    "LOAD FIXED FROM a.txt INTO a://b;",
    "load messages from syslog",
    "LOAD CSV\n  FROM stdin\n  INTO postgresql:///db;",
    "LOAD CSV FROM - INTO postgresql:///db;",
    "LOAD CSV FROM INLINE(id, name) INTO postgresql:///db;\n1,a",
    "LOAD CSV FROM ALL FILENAMES MATCHING ~/x/ INTO postgresql:///db;",
    "LOAD CSV FROM https://example.org/a.csv INTO postgresql:///db;",
    "LOAD CSV FROM 's3://bucket/a.csv' INTO postgresql:///db;",
    "LOAD CSV FROM ftp://x/a.csv INTO postgresql:///db;",
    "LOAD CSV FROM \"a.csv\" INTO postgresql:///db;",
    "LOAD CSV FROM stdin data.csv INTO postgresql:///db;",
    "LOAD CSV\n  FROM 'a.csv'\n  WITH truncate;",
    "LOAD CSV FROM a.csv",
    "LOAD CSV FROM a.csv ITNO postgresql:///db;",
    "LOAD CSV FROM a.csv INTO db;",
    "LOAD CSV FROM a.csv (a, b,) INTO postgresql:///db;",
    "LOAD CSV FROM a.csv (a b) INTO postgresql:///db;",
    "LOAD CSV FROM a.csv (a, b INTO postgresql:///db;",
    "LOAD CSV FROM a.csv () INTO postgresql:///db;",
    "LOAD CSV FROM a.csv (a [date format 'YYYY']) INTO postgresql:///db;",
    "LOAD CSV FROM a.csv (a) INTO postgresql:///db (a, b text using (upper a));",
    "LOAD CSV FROM a.csv (a) INTO postgresql:///db (a) (b);",
    "LOAD CSV FROM a.csv INTO postgresql:///db WITH batch row = 100;",
    "LOAD CSV FROM a.csv INTO postgresql:///db WITH frobnicate;",
    "LOAD CSV FROM a.csv INTO postgresql:///db WITH batch rows = abc;",
    "LOAD CSV FROM a.csv INTO postgresql:///db WITH fields terminated by ';;';",
    "LOAD CSV FROM a.csv INTO postgresql:///db WITH drop tables, truncate;",
    "LOAD CSV FROM a.csv INTO postgresql:///db WITH reject file = 'x';",
    "LOAD CSV FROM a.csv INTO postgresql:///db\n  WITH truncate\n       skip header = 1;",
    "LOAD CSV FROM a.csv INTO postgresql:///db\n  WITH truncate,\n   SET work_mem to '1MB';",
    "LOAD CSV FROM a.csv INTO postgresql:///db SET work_mem to 12MB;",
    "LOAD CSV FROM a.csv INTO postgresql:///db SET MySQL PARAMETERS a = 'b';",
    "LOAD CSV FROM a.csv INTO postgresql:///db CAST type int to bigint;",
    "LOAD CSV FROM a.csv INTO postgresql:///db FINALLY DO $$ x $$;",
    "LOAD CSV FROM a.csv INTO postgresql:///db BEFORE LOAD DO $$ x $$, ;",
    "LOAD CSV FROM a.csv INTO postgresql:///db BEFORE LOAD DO $$ x $$ $$ y $$;",
    "LOAD CSV FROM a.csv INTO postgresql:///db\n  BEFORE LOAD DO $$ x ;\n\n",
    "LOAD CSV FROM 'a.csv INTO postgresql:///db;\n",
    "LOAD CSV FROM a.csv /* INTO postgresql:///db;\n",
    "LOAD CSV FROM a.csv INTO postgresql:///db\nLOAD CSV FROM b.csv INTO postgresql:///db",
    "LOAD CSV FROM a.csv INTO postgresql:///db TARGET TABLE a.b.c;",
    "LOAD CSV FROM a.csv INTO postgresql:///db; oops",
    "LOAD CSV FROM '{{NONE}}' INTO postgresql:///db;",
    "LOAD CSV FROM '{{DBPATH' INTO postgresql:///db;",
    "LOAD CSV FROM a.csv INTO {{PGDATABASE}} WITH batch rows = {{ROWS}};",
    "LOAD CSV FROM a.csv INTO postgresql://me:s3cr:t@host/db WHIT truncate;",
    "LOAD CSV FROM a.csv INTO postgresql:///db WITH timezone CET;",
    "LOAD CSV FROM a.csv INTO postgresql:///db HAVING FIELDS (a) HAVING FIELDS (b);",
];

#[test]
fn every_message_is_as_it_was_read_and_approved() {
    let shown: Vec<String> = MISTAKES.iter().map(|text| error(text).to_string()).collect();
    let expected: Vec<&str> = include_str!("rendered.txt").trim_end().split("\n\n").collect();
    for (index, mistake) in MISTAKES.iter().enumerate() {
        assert_eq!(Some(&&*shown[index]), expected.get(index), "{mistake}");
    }
    assert_eq!(shown.len(), expected.len());
}
