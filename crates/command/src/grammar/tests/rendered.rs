//! Typical mistakes, and all that the user sees of them.

use super::*;

/// The mistakes; what is shown of each is in `rendered.txt`, in the same order. `APPROVE=1` in the environment writes
/// that file anew, to be read before it is committed.
const MISTAKES: &[&str] = &[
    "",
    "-- only a comment\n",
    "LOAD\n",
    "LOAD TSV FROM a",
    "load messages from syslog",
    "LOAD CSV FROM ftp://x/a.csv INTO postgresql:///db;",
    "LOAD CSV FROM dbf://a.dbf INTO postgresql:///db;",
    "LOAD CSV FROM mysql://h/d INTO postgresql:///db;",
    "LOAD CSV FROM INLINE(id, name) INTO postgresql:///db;\n-- nothing\n",
    "LOAD CSV FROM INLINE(id, name) INTO postgresql:///db",
    "LOAD CSV FROM a INTO a://b; LOAD CSV FROM INLINE INTO postgresql:///db;\n1,a",
    "LOAD CSV FROM INLINE INTO postgresql:///db;\nload csv from b INTO a://b;",
    "LOAD CSV FROM ALL FILENAMES MATCHING ~/x(/ INTO postgresql:///db;",
    "LOAD CSV FROM FILENAME MATCHING ~<[z-a]> IN DIRECTORY 'x' INTO postgresql:///db;",
    "LOAD CSV FROM FILENAME MATCHING 'x' INTO postgresql:///db;",
    "LOAD CSV FROM FILENAME MATCHING ~x~ INTO postgresql:///db;",
    "LOAD CSV FROM FILENAME MATCHING ~/x INTO postgresql:///db;",
    "LOAD CSV FROM FILENAME MATCHING ~// INTO postgresql:///db;",
    "LOAD CSV FROM FILENAME MATCHING ~/x/ IN DIRECTORY http://x/ INTO postgresql:///db;",
    "LOAD FIXED FROM a (x from 0 for 2, y) INTO postgresql:///db;",
    "LOAD FIXED FROM a (x from 0 for 0xzz) INTO postgresql:///db;",
    "LOAD COPY FROM a (x [null if blanks]) INTO postgresql:///db;",
    "LOAD IXF FROM a INTO postgresql:///db WITH encoding utf8;",
    "LOAD DBF FROM stdin x INTO postgresql:///db;",
    "LOAD DBF FROM a (x) INTO postgresql:///db;",
    "LOAD DATABASE FROM ftp://h/d INTO postgresql:///db;",
    "LOAD DATABASE FROM jdbc:oracle:x INTO postgresql:///db;",
    "LOAD DATABASE INTO postgresql:///db;",
    "LOAD DATABASE FROM mysql://h/d INTO postgresql:///db SET MSSQL PARAMETERS a = 'b';",
    "LOAD DATABASE FROM x.db INTO postgresql:///db DECODING TABLE NAMES MATCHING 'x' AS utf8;",
    "LOAD DATABASE FROM x.db INTO postgresql:///db INCLUDING ONLY TABLE NAMES 'x';",
    "LOAD DATABASE FROM x.db INTO postgresql:///db INCLUDING ONLY TABLE NAMES MATCHING ~/[/;",
    "LOAD DATABASE FROM x.db INTO postgresql:///db EXCLUDING TABLE NAMES LIKE ~/x/;",
    "LOAD DATABASE FROM x.db INTO postgresql:///db CAST type int to to bigint;",
    "LOAD DATABASE FROM x.db INTO postgresql:///db CAST column a.b.c.d to bigint;",
    "LOAD DATABASE FROM x.db INTO postgresql:///db CAST type int when precision to bigint;",
    "LOAD DATABASE FROM x.db INTO postgresql:///db CAST type int when (< precision) to bigint using (lambda (x);",
    "LOAD DATABASE FROM x.db INTO postgresql:///db CAST type int to numeric(10 to bigint;",
    "LOAD DATABASE FROM x.db INTO postgresql:///db CAST int to bigint;",
    "LOAD DATABASE FROM x.db INTO postgresql:///db ALTER TABLE NAMES MATCHING 'x' RENAME 'y';",
    "LOAD DATABASE FROM x.db INTO postgresql:///db ALTER SCHEMA x RENAME TO 'y';",
    "LOAD DATABASE FROM x.db INTO postgresql:///db DISTRIBUTE a USING b FROM c d;",
    "LOAD DATABASE FROM x.db INTO postgresql:///db MATERIALIZE VIEWS a AS $$ select 1;",
    "LOAD ARCHIVE FROM a.zip BEFORE LOAD DO $$ x $$ LOAD CSV FROM a INTO a://b;",
    "LOAD ARCHIVE FROM a.zip LOAD CSV FROM a INTO a://b FINALLY DO $$ x $$;",
    "LOAD ARCHIVE FROM a.zip INTO a://b;",
    "LOAD ARCHIVE FROM a.zip LOAD CSV FROM inline INTO a://b;",
    "LOAD ARCHIVE FROM a.zip LOAD IXF FROM a INTO a://b;",
    "LOAD ARCHIVE FROM a.zip LOAD DATABASE FROM a INTO a://b;",
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
    "LOAD CSV FROM a.csv (a [date format 'YYYY-mm']) INTO postgresql:///db;",
    "LOAD CSV FROM a.csv (a) INTO postgresql:///db (a, b text using (or a);",
    "LOAD CSV FROM a.csv (a) INTO postgresql:///db (a, b text using #(str a));",
    "LOAD CSV FROM a.csv (a) INTO postgresql:///db (a, b text using);",
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

// shows: bad: mistake in a load file, with its caret
#[test]
fn every_message_is_as_it_was_read_and_approved() {
    let shown: Vec<String> = MISTAKES.iter().map(|text| error(text).to_string()).collect();
    if std::env::var_os("APPROVE").is_some() {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/src/grammar/tests/rendered.txt");
        std::fs::write(file, shown.join("\n\n") + "\n").unwrap();
    }
    let expected: Vec<&str> = include_str!("rendered.txt").trim_end().split("\n\n").collect();
    for (index, mistake) in MISTAKES.iter().enumerate() {
        assert_eq!(Some(&&*shown[index]), expected.get(index), "{mistake}");
    }
    assert_eq!(shown.len(), expected.len());
}
