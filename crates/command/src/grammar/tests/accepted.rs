//! What is accepted, and what it says.

use pgloader_core::transform::NullIf;

use super::*;
use crate::{FieldDefinition, SqlSource};

#[test]
fn a_whole_command() {
    let command = one("\
LOAD CSV
     FROM '../data/track full.csv' WITH ENCODING iso-8859-1
          HAVING FIELDS (
            trackid, track, album [null if blanks, trim both whitespace],
            \"Media Type\" [null if 'x'] [null if \"y\"], seconds
          )
     INTO postgresql://loader:pw@localhost:5432/chinook?s.t
          TARGET TABLE \"Music\".track
          TARGET COLUMNS (trackid, track, \"Album\", seconds numeric(10, 2), tags text[])
     WITH truncate, skip header = 1,
          fields terminated by ',', batch rows = 500
      SET work_mem to '14MB', search_path = 'a, ''b'''
   BEFORE LOAD DO
      $$ drop table if exists x; -- a 'comment' $$,
      $$ create table x (a $t$;$t$) $$
      EXECUTE 'sql/before.sql'
   AFTER LOAD EXECUTE after.sql DO $$ analyze $$;
");
    assert_eq!(command.kind, CommandKind::Csv);
    assert_eq!(path(&command), "../data/track full.csv");
    assert_eq!(command.encoding.unwrap().value, "iso-8859-1");
    assert_eq!(command.into.value, "postgresql://loader:pw@localhost:5432/chinook?s.t");
    assert_eq!(command.table.unwrap().value.to_string(), "\"Music\".track");
    let columns: Vec<_> = command.columns.unwrap().into_iter().map(|c| (c.name.value, c.type_name)).collect();
    let column = |name: &str, type_name: Option<&str>| (name.to_owned(), type_name.map(str::to_owned));
    let expected = [
        column("trackid", None),
        column("track", None),
        column("Album", None),
        column("seconds", Some("numeric(10,2)")),
        column("tags", Some("text[]")),
    ];
    assert_eq!(columns, expected);
    assert!(command.options.is_yes(&TRUNCATE));
    assert_eq!(command.options.number(&SKIP_HEADER), Some(1));
    assert_eq!(command.options.char(&SEPARATOR), Some(','));
    assert_eq!(command.options.number(&BATCH_ROWS), Some(500));
    let settings: Vec<_> = command.settings.iter().map(|s| (&*s.name.value, &*s.value.value)).collect();
    assert_eq!(settings, [("work_mem", "14MB"), ("search_path", "a, 'b'")]);
    let expected =
        ["$$drop table if exists x; -- a 'comment'", "$$create table x (a $t$;$t$)", "sql/before.sql"];
    assert_eq!(sql(&command.before), expected);
    assert_eq!(sql(&command.after), ["after.sql", "$$analyze"]);
    assert_eq!(
        fields(&command.fields.unwrap()),
        ["trackid", "track", "album null if blanks trim Both", "Media Type null if x null if y", "seconds",]
    );
    assert!(command.warnings.is_empty());
}

fn sql(sources: &[SqlSource]) -> Vec<String> {
    let shown = |source: &SqlSource| match source {
        SqlSource::Block(block) => format!("$${}", block.value),
        SqlSource::File(path) => path.value.clone(),
    };
    sources.iter().map(shown).collect()
}

fn fields(fields: &[FieldDefinition]) -> Vec<String> {
    let shown = |field: &FieldDefinition| {
        let mut text = field.name.value.clone();
        for null_if in &field.null_if {
            text += &match null_if {
                NullIf::Blanks => " null if blanks".to_owned(),
                NullIf::Text(text) => format!(" null if {}", String::from_utf8_lossy(text)),
            };
        }
        if let Some(trim) = field.trim {
            text += &format!(" trim {trim:?}");
        }
        text
    };
    fields.iter().map(shown).collect()
}

/// The least that a command says: path, fields, URI, table, columns.
fn summary(text: &str) -> String {
    let command = one(text);
    let path = path(&command).to_owned();
    let fields: Vec<_> = command.fields.iter().flatten().map(|f| f.name.value.clone()).collect();
    let columns: Vec<_> = command.columns.iter().flatten().map(|c| c.name.value.clone()).collect();
    let table = command.table.map(|table| table.value.to_string()).unwrap_or_default();
    let encoding = command.encoding.map(|encoding| encoding.value).unwrap_or_default();
    format!("{path}|{encoding}|{}|{}|{table}|{}", fields.join(","), command.into.value, columns.join(","))
}

#[test]
fn keywords_may_be_glued_and_commented_in_any_case() {
    let cases = [
        "LOAD CSV FROM a.csv (x,y) INTO postgresql:///d TARGET TABLE s.t (c);",
        "LoadCsvFrom a.csv(x,y)into postgresql:///d target table s.t(c)",
        "LOAD/**/CSV--c\nFROM'a.csv'(x,y)INTO'postgresql:///d'TARGET/* ; */TABLE s.t(c);--end",
        "load csv from csv://a.csv having fields(X,Y)into postgresql:///d targettable s.t target columns(C) /* end */ ; ",
        "LOAD CSV FROM a.csv INTO postgresql:///d INTO s.t (c) HAVING FIELDS (x, y)",
        "LOAD CSV FROM a.csv (x, y) INTO postgresql:///d INTO TABLE s.t TARGET COLUMNS (c)",
        "\u{FEFF}LOAD CSV FROM a.csv (x, y) INTO postgresql:///d (c) TARGET TABLE s.t",
        "LOAD CSV FROM a.csv (x, y) INTO postgresql:///d(c) TARGET TABLE s.t",
        "LOAD CSV FROM a.csv (x, y) INTO postgresql:///d WITH truncate TARGET TABLE s.t WITH csv header (c);",
    ];
    for text in cases {
        assert_eq!(summary(text), "a.csv||x,y|postgresql:///d|s.t|c", "{text}");
    }
}

#[test]
fn comments_stand_everywhere() {
    let tokens = [
        "LOAD",
        "CSV",
        "FROM",
        "a.csv",
        "WITH",
        "ENCODING",
        "latin1",
        "HAVING",
        "FIELDS",
        "(",
        "x",
        "[",
        "null",
        "if",
        "blanks",
        ",",
        "trim",
        "both",
        "whitespace",
        "]",
        ",",
        "y",
        ")",
        "INTO",
        "postgresql:///d",
        "TARGET",
        "TABLE",
        "s.t",
        "TARGET",
        "COLUMNS",
        "(",
        "c",
        "numeric",
        "(",
        "1",
        ",",
        "2",
        ")",
        "[",
        "]",
        ")",
        "WITH",
        "skip",
        "header",
        "=",
        "1",
        ",",
        "batch",
        "size",
        "=",
        "20",
        "MB",
        ",",
        "fields",
        "terminated",
        "by",
        "','",
        "SET",
        "PostgreSQL",
        "PARAMETERS",
        "a",
        "to",
        "'b'",
        "BEFORE",
        "LOAD",
        "DO",
        "$$x$$",
        ",",
        "$$y$$",
        "EXECUTE",
        "z.sql",
        "AFTER",
        "LOAD",
        "DO",
        "$$x$$",
        ";",
    ];
    for gap in [" ", "\n\t ", " /* ; ' $$ */ ", " -- ; ' $$ (\n", " /**/--\n/***/ "] {
        let text = tokens.join(gap) + gap;
        assert_eq!(summary(&text), "a.csv|latin1|x,y|postgresql:///d|s.t|c", "{text}");
        let command = one(&text);
        assert_eq!(command.options.number(&BATCH_SIZE), Some(20 << 20));
        assert_eq!(sql(&command.before), ["$$x", "$$y", "z.sql"]);
    }
}

#[test]
fn glued_clauses() {
    let command =
        with("WITH workers=4,batch rows=2 SET PostgreSQL PARAMETERS a='1'BEFORE LOAD DO$$a$$,$$b$$DO$$c$$");
    assert_eq!(command.options.number(&WORKERS), Some(4));
    assert_eq!(command.options.number(&BATCH_ROWS), Some(2));
    assert_eq!(sql(&command.before), ["$$a", "$$b", "$$c"]);
    assert_eq!(with("SET pgsql parameters my.var to 'x'").settings[0].name.value, "my.var");
}

#[test]
fn clauses_come_in_any_order() {
    let clauses = [
        "TARGET TABLE s.t",
        "WITH truncate",
        "SET a to 'b'",
        "BEFORE LOAD DO $$x$$",
        "AFTER LOAD EXECUTE y.sql",
        "TARGET COLUMNS (c)",
        "HAVING FIELDS (f)",
    ];
    for first in 0..clauses.len() {
        for second in 0..clauses.len() {
            let mut order = clauses.to_vec();
            order.swap(first, second);
            let command = with(&order.join(" "));
            assert_eq!(command.table.unwrap().value.to_string(), "s.t", "{order:?}");
            assert!(command.options.is_yes(&TRUNCATE), "{order:?}");
            assert_eq!(
                (command.settings.len(), sql(&command.before).len(), sql(&command.after).len()),
                (1, 1, 1)
            );
            assert_eq!((command.columns.unwrap().len(), command.fields.unwrap().len()), (1, 1), "{order:?}");
            assert!(command.warnings.is_empty());
        }
    }
}

#[test]
fn the_encoding_has_several_places() {
    let cases = [
        "LOAD CSV FROM a WITH ENCODING latin1 (x) INTO postgresql:///d",
        "LOAD CSV FROM a (x) WITH ENCODING 'latin1' INTO postgresql:///d",
        "LOAD CSV FROM a (x) INTO postgresql:///d WITH ENCODING latin1",
        "LOAD CSV FROM a (x) INTO postgresql:///d WITH truncate, encoding 'latin1'",
        "LOAD CSV FROM a (x) INTO postgresql:///d WITH encoding = latin1, truncate",
        "LOAD CSV FROM a(x) WITH/**/ENCODING'latin1'INTO postgresql:///d",
    ];
    for text in cases {
        assert_eq!(summary(text), "a|latin1|x|postgresql:///d||", "{text}");
    }
    let command = one("LOAD CSV FROM a WITH ENCODING latin1 INTO postgresql:///d WITH encoding utf8");
    assert_eq!(command.encoding.unwrap().value, "latin1");
    assert_eq!(command.warnings.len(), 1);
}

#[test]
fn repeated_clauses_are_merged_and_the_first_value_holds() {
    let command = with(
        "\
        WITH batch rows = 1, truncate SET a to '1', b to '2' BEFORE LOAD DO $$x$$
        WITH workers = 3, batch rows = 2, no truncate SET A to '3', c to '4' BEFORE LOAD DO $$y$$",
    );
    assert_eq!(command.options.number(&BATCH_ROWS), Some(1));
    assert_eq!(command.options.number(&WORKERS), Some(3));
    assert!(command.options.is_yes(&TRUNCATE));
    let settings: Vec<_> = command.settings.iter().map(|s| (&*s.name.value, &*s.value.value)).collect();
    assert_eq!(settings, [("a", "1"), ("b", "2"), ("c", "4")]);
    assert_eq!(sql(&command.before), ["$$x", "$$y"]);
    let warnings: Vec<_> = command.warnings.iter().map(Diagnostic::message).collect();
    let expected = [
        "`batch rows` is given twice; the first value holds",
        "`truncate` is given twice; the first value holds",
        "`A` is set twice; the first value holds",
    ];
    assert_eq!(warnings, expected);
    let rendered = "\
t.load:2:27: warning: `batch rows` is given twice; the first value holds
   |
 2 |         WITH workers = 3, batch rows = 2, no truncate SET A to '3', c to '4' BEFORE LOAD DO $$y$$;
   |                           ^^^^^^^^^^^^^^";
    assert_eq!(command.warnings[0].to_string(), rendered);
}

#[test]
fn field_options() {
    let cases = [
        ("a", "a"),
        ("A", "a"),
        ("'A b'", "A b"),
        ("a-b.c$1", "a-b.c$1"),
        ("a null if blanks", "a null if blanks"),
        ("a [null if blanks]", "a null if blanks"),
        ("a[nullif'x'][null if \"y\"]", "a null if x null if y"),
        ("a [null if 'x', null if 'y', null if '']", "a null if x null if y null if "),
        ("a null if 'x' trim left whitespace [null if 'y']", "a null if x null if y trim Left"),
        ("a [trimrightwhitespace]", "a trim Right"),
        ("a [trim both whitespace, null if '-']", "a null if - trim Both"),
    ];
    for (text, expected) in cases {
        let command = one(&format!("LOAD CSV FROM a.csv ({text}, z) INTO postgresql:///d"));
        assert_eq!(fields(&command.fields.unwrap()), [expected, "z"], "{text}");
        assert!(command.warnings.is_empty());
    }
}

#[test]
fn field_options_without_effect_are_warned_about() {
    let text =
        "LOAD CSV FROM a (x [terminated by '\\t'] [trim left whitespace, trim both whitespace]) INTO a://b";
    let command = one(text);
    assert_eq!(fields(&command.fields.unwrap()), ["x trim Left"]);
    let warnings: Vec<_> = command.warnings.iter().map(Diagnostic::message).collect();
    let expected = [
        "`terminated by` has no effect on a single field",
        "a field is trimmed once; the first `trim` holds",
    ];
    assert_eq!(warnings, expected);
}

#[test]
fn files() {
    let cases = [
        ("stdinx.csv", "stdinx.csv"),
        ("inline.csv", "inline.csv"),
        ("-x", "-x"),
        ("a--b.csv", "a--b.csv"),
        ("p(1).csv", "p(1).csv"),
        ("p(2).csv", "p"),
        ("~/a.csv", "~/a.csv"),
        ("'a;b ''", "a;b "),
        ("C:\\x\\y.csv", "C:\\x\\y.csv"),
        ("csv:///tmp/a", "/tmp/a"),
        ("'s3.csv'", "s3.csv"),
        ("all.csv", "all.csv"),
        ("from", "from"),
    ];
    for (written, name) in cases {
        let rest = match written {
            "p(2).csv" => "",
            "'a;b ''" => continue,
            _ => "INTO a://b",
        };
        let text = format!("LOAD CSV FROM {written} {rest}");
        match rest {
            "" => assert_eq!(error(&text).column(), 17),
            _ => assert_eq!(path(&one(&text)), name, "{text}"),
        }
    }
}

#[test]
fn several_commands_and_the_last_semicolon() {
    let command = "LOAD CSV FROM a INTO a://b";
    for (text, count) in [
        (command.to_owned(), 1),
        (format!("{command};"), 1),
        (format!("{command}; -- end"), 1),
        (format!("{command};\n{command}"), 2),
        (format!("/* a */{command};{command};{command} ; \n"), 3),
    ] {
        assert_eq!(parse_text(&text).unwrap().len(), count, "{text}");
    }
    let commands = parse_text(&format!(" {command} ;\n{command} WITH truncate -- c\n;")).unwrap();
    let spans: Vec<_> = commands.iter().map(|command| (command.span.start, command.span.end)).collect();
    assert_eq!(spans, [(1, 27), (30, 70)]);
}
