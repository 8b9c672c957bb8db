//! The commands beside `LOAD CSV`: what they mean.

use super::*;
use crate::{
    Alteration, Archive, CastSource, Decoding, Distribution, Guard, Kept, NameMatch, NotNull, SqlSource,
    TableAction, TableClauses, TableFilter, Views,
};

/// What `FROM` says, in short.
fn origin(command: &Command) -> String {
    match &command.source {
        Origin::Stdin(_) => "stdin".to_owned(),
        Origin::Inline(offset) => format!("inline {}", offset.value),
        Origin::File(path) => format!("file {}", path.value),
        Origin::Url(url) => format!("url {}", url.value),
        Origin::Server(uri) => format!("server {}", uri.value),
        Origin::Matching(matching) => {
            let directory = matching.directory.as_ref().map_or("-", |directory| &directory.value);
            format!("all={} {} {directory}", matching.all, matching.pattern.value.as_str())
        }
    }
}

#[test]
fn every_source() {
    let cases = [
        ("CSV FROM stdin", "Csv stdin"),
        ("CSV FROM -", "Csv stdin"),
        ("FIXED FROM Stdin(a 0 2)", "Fixed stdin"),
        ("COPY FROM stdin(a)", "Copy stdin"),
        ("CSV FROM http://h/a?b=1&c=~d+e,f", "Csv url http://h/a?b=1&c=~d+e,f"),
        ("CSV FROM 'https://h/a b;c'", "Csv url https://h/a b;c"),
        ("CSV FROM s3://b/k", "Csv url s3://b/k"),
        ("CSV FROM FILENAME MATCHING ~/a.*[.]csv$/", "Csv all=false a.*[.]csv$ -"),
        ("CSV FROM FIRST FILENAME MATCHING ~<(a)\\1> IN DIRECTORY 'x y'", "Csv all=false (a)\\1 x y"),
        ("COPY FROM ALL FILENAMES MATCHING ~{(?<!a)b} IN DIRECTORY ~/x", "Copy all=true (?<!a)b ~/x"),
        ("FIXED FROM ALL FILENAME MATCHING ~|a/b| (x 0 1)", "Fixed all=true a/b -"),
        ("FIXED FROM fixed://a.txt", "Fixed file a.txt"),
        ("COPY FROM copy://a.txt", "Copy file a.txt"),
        ("DBF FROM 'dbf://a b.dbf'", "Dbf file a b.dbf"),
        ("DBF FROM http://h/a.dbf.zip WITH ENCODING cp850", "Dbf url http://h/a.dbf.zip"),
        ("DBF FROM stdin", "Dbf file stdin"),
        ("IXF FROM ixf://a.ixf", "Ixf file a.ixf"),
        (
            "DATABASE FROM mysql://u:p;q@h:3306/d?useSSL=false",
            "MySql server mysql://u:p;q@h:3306/d?useSSL=false",
        ),
        ("DATABASE FROM 'mariadb://h/d'", "MySql server mariadb://h/d"),
        ("DATABASE FROM jdbc:mysql://h/d?user=a", "MySql server jdbc:mysql://h/d?user=a"),
        ("DATABASE FROM pgsql://h/d", "Postgres server pgsql://h/d"),
        ("DATABASE FROM redshift://h:5439/d", "Postgres server redshift://h:5439/d"),
        ("DATABASE FROM mssql://h/d", "MsSql server mssql://h/d"),
        (
            "DATABASE FROM jdbc:sqlserver://h\\i:1433;databaseName=d;encrypt=true",
            "MsSql server jdbc:sqlserver://h\\i:1433;databaseName=d;encrypt=true",
        ),
        ("DATABASE FROM sqlite:///a/b.db", "SQLite file /a/b.db"),
        ("DATABASE FROM 'sqlite://a b.db'", "SQLite file a b.db"),
        ("DATABASE FROM jdbc:sqlite:a.db", "SQLite file a.db"),
        ("DATABASE FROM a/b.db", "SQLite file a/b.db"),
        ("DATABASE FROM 'a b.db'", "SQLite file a b.db"),
        ("DATABASE FROM https://h/a.db", "SQLite url https://h/a.db"),
    ];
    for (text, expected) in cases {
        for text in [format!("LOAD {text} INTO a://b;"), format!("load {text}\nINTO 'a://b'\n;\n")] {
            let command = one(&text);
            assert_eq!(format!("{:?} {}", command.kind, origin(&command)), expected, "{text}");
        }
    }
    let inline = "LOAD CSV FROM inline(a) INTO a://b;\n\n1\n";
    assert_eq!(origin(&one(inline)), format!("inline {}", inline.len() - 2));
}

#[test]
fn a_jdbc_url_keeps_its_semicolons_but_the_last_of_its_line() {
    for end in [";", "; \n", "\n;", ""] {
        let command = one(&format!("LOAD DATABASE FROM a.db INTO jdbc:sqlserver://h;user=u;x=y{end}"));
        assert_eq!(command.into.value, "jdbc:sqlserver://h;user=u;x=y", "{end}");
    }
}

#[test]
fn connection_strings_of_pairs_stand_in_quotes() {
    let command = one("LOAD CSV FROM a INTO 'host=localhost dbname=x password=hidden' WITH truncate");
    assert_eq!(command.into.value, "host=localhost dbname=x password=hidden");
    let shown = error("LOAD CSV FROM a INTO 'host=localhost password=hidden' oops").to_string();
    assert!(!shown.contains("hidden"), "{shown}");
}

#[test]
fn fixed_fields_have_places() {
    let command =
        one("LOAD FIXED FROM a HAVING FIELDS (a from 0 for 10 [null if blanks, trim right whitespace], \
        b 10 0x0a, 'C d' FROM 0x14 5 date format 'YYYYMMDD') INTO a://b TARGET COLUMNS (a, b text using b)");
    let fields = command.fields.unwrap();
    let places: Vec<_> = fields.iter().map(|field| field.position.map(|p| (p.start, p.length))).collect();
    assert_eq!(places, [Some((0, 10)), Some((10, 10)), Some((20, 5))]);
    assert!(fields[0].trim.is_some() && fields[2].date_format.is_some());
}

#[test]
fn columns_have_expressions_in_every_way_to_write_them() {
    let cases = [
        ("using \"a, (b\"", "\"a, (b\""),
        ("text using x", "x"),
        ("text using x.y_z", "x.y_z"),
        ("using 12", "12"),
        ("using nil", "nil"),
        ("numeric(10,2)[] using (or a \"x)\")", "(or a \"x)\")"),
        ("text using (if (equalp a #\\() \")\" nil)", "(if (equalp a #\\() \")\" nil)"),
        ("USING(identity a)", "(identity a)"),
    ];
    for (written, expected) in cases {
        for text in [format!("(c {written}, d)"), format!("TARGET COLUMNS (d, c {written}\n)")] {
            let command = one(&format!("LOAD CSV FROM x (a, b) INTO a://b {text};"));
            let columns = command.columns.unwrap();
            let forms: Vec<_> = columns.iter().filter_map(|column| column.expression.as_ref()).collect();
            assert_eq!(forms.iter().map(|form| form.value.text()).collect::<Vec<_>>(), [expected], "{text}");
        }
    }
}

/// The clauses of `LOAD DATABASE` from this source.
fn tables(source: &str, clauses: &str) -> TableClauses {
    let command = one(&format!("LOAD DATABASE FROM {source} INTO postgresql:///d {clauses};"));
    assert!(command.warnings.is_empty(), "{:?}", command.warnings);
    command.tables
}

fn names(names: &[NameMatch]) -> Vec<String> {
    let shown = |name: &NameMatch| match name {
        NameMatch::Exact(text) => format!("={}", text.value),
        NameMatch::Like(text) => format!("%{}", text.value),
        NameMatch::Regex(regex) => format!("~{}", regex.value.as_str()),
        NameMatch::ServerRegex(text) => format!("server ~{}", text.value),
    };
    names.iter().map(shown).collect()
}

fn filter(filter: &TableFilter) -> (Vec<String>, Option<&str>) {
    (names(&filter.names), filter.schema.as_ref().map(|schema| schema.value.as_str()))
}

#[test]
fn filters_of_tables() {
    let clauses = "INCLUDING ONLY TABLE NAMES MATCHING ~/film/, 'actor', \"Äh\" IN SCHEMA 's'\n\
        EXCLUDING TABLE NAMES LIKE 'a%', \"b_\" EXCLUDING TABLE NAMES MATCHING ~<x> INCLUDING ONLY TABLE NAMES LIKE 'y'";
    for (source, tilde) in
        [("mysql://h/d", "server ~"), ("pgsql://h/d", "server ~"), ("mssql://h/d", "~"), ("x.db", "~")]
    {
        let tables = tables(source, clauses);
        let film = vec![format!("{tilde}film"), "=actor".to_owned(), "=Äh".to_owned()];
        assert_eq!(filter(&tables.including[0]), (film, Some("s")));
        assert_eq!(filter(&tables.including[1]), (vec!["%y".to_owned()], None));
        assert_eq!(filter(&tables.excluding[0]), (vec!["%a%".to_owned(), "%b_".to_owned()], None));
        assert_eq!(filter(&tables.excluding[1]), (vec![format!("{tilde}x")], None));
    }
}

#[test]
fn what_becomes_of_tables() {
    let tables = tables(
        "mysql://h/d",
        "SET MySQL PARAMETERS net_read_timeout = '120', sql_mode to ''
         DECODING TABLE NAMES MATCHING ~/messed/, 'x' AS utf-8 DECODING TABLE NAMES MATCHING 'y' AS 'latin1'
         ALTER TABLE NAMES MATCHING ~/_list$/, 'sales' IN SCHEMA 'a' SET SCHEMA 'mv'
         ALTER SCHEMA 'a' RENAME TO \"b-c\"
         ALTER TABLE NAMES MATCHING 'film' RENAME TO films
         ALTER TABLE NAMES MATCHING 'film' RENAME TO 'Fi lms'
         ALTER TABLE NAMES MATCHING ~/./ SET ( fillfactor='40', x to 'y' )
         ALTER TABLE NAMES MATCHING ~/./ SET TABLESPACE 'tlb'
         MATERIALIZE VIEWS a, s.\"B\" AS $$ select 1 $$ MATERIALIZE VIEWS c
         DISTRIBUTE a USING b DISTRIBUTE s.t USING b_c FROM c_d, e DISTRIBUTE f AS REFERENCE TABLE
         AFTER CREATE SCHEMA DO $$ x $$ SET PostgreSQL PARAMETERS a = 'b' TARGET TABLE s.t",
    );
    let settings: Vec<_> = tables.source_settings.iter().map(|s| (&*s.name.value, &*s.value.value)).collect();
    assert_eq!(settings, [("net_read_timeout", "120"), ("sql_mode", "")]);
    let decoding = |decoding: &Decoding| (names(&decoding.names), decoding.encoding.value.clone());
    let expected = [
        (vec!["~messed".to_owned(), "=x".to_owned()], "utf-8".to_owned()),
        (vec!["=y".to_owned()], "latin1".to_owned()),
    ];
    assert_eq!(tables.decoding.iter().map(decoding).collect::<Vec<_>>(), expected);
    let alterations: Vec<_> = tables.alterations.iter().map(alteration).collect();
    let expected = [
        "[\"~_list$\", \"=sales\"] Some(\"a\") schema mv",
        "schema a to b-c",
        "[\"=film\"] None rename films",
        "[\"=film\"] None rename Fi lms",
        "[\"~.\"] None set fillfactor=40 x=y",
        "[\"~.\"] None tablespace tlb",
    ];
    assert_eq!(alterations, expected);
    let Views::Listed(views) = &tables.views else { unreachable!("{:?}", tables.views) };
    let views: Vec<_> =
        views.iter().map(|v| (v.name.value.to_string(), v.query.as_ref().map(|q| &*q.value))).collect();
    let expected = [("a".to_owned(), None), ("s.\"B\"".to_owned(), Some("select 1")), ("c".to_owned(), None)];
    assert_eq!(views, expected);
    let distribution: Vec<_> = tables.distribution.iter().map(distributed).collect();
    assert_eq!(distribution, ["a by b from", "s.t by b_c from c_d e", "f everywhere"]);
    assert!(matches!(&tables.after_schema[..], [SqlSource::Block(block)] if block.value == "x"));
}

fn alteration(alteration: &Alteration) -> String {
    match alteration {
        Alteration::Schema { from, to } => format!("schema {} to {}", from.value, to.value),
        Alteration::Tables { filter: tables, action } => {
            let (names, schema) = filter(tables);
            let action = match action {
                TableAction::Rename(name) => format!("rename {}", name.value),
                TableAction::Schema(name) => format!("schema {}", name.value),
                TableAction::Tablespace(name) => format!("tablespace {}", name.value),
                TableAction::Storage(all) => all
                    .iter()
                    .fold("set".to_owned(), |text, s| format!("{text} {}={}", s.name.value, s.value.value)),
            };
            format!("{names:?} {schema:?} {action}")
        }
    }
}

fn distributed(distribution: &Distribution) -> String {
    match distribution {
        Distribution::Reference(table) => format!("{} everywhere", table.value),
        Distribution::By { table, column, from, .. } => {
            let from: String = from.iter().map(|table| format!(" {}", table.value)).collect();
            format!("{} by {} from{from}", table.value, column.value)
        }
    }
}

#[test]
fn all_views_win_over_some() {
    assert!(matches!(tables("x.db", "MATERIALIZE ALL VIEWS").views, Views::All));
    let command = one("LOAD DATABASE FROM x.db INTO a://b MATERIALIZE VIEWS a MATERIALIZE ALL VIEWS");
    assert!(matches!(command.tables.views, Views::All) && command.warnings.len() == 1);
}

#[test]
fn cast_rules() {
    let rules = "CAST type int with extra auto_increment to serial, \
        column a.b to numeric(10,2) drop not null set not null keep default drop typemod drop extra using f, \
        column s.\"T\".c to text, column d using zero-dates-to-null, \
        type tinyint when (= precision 1) and not null when unsigned to \"bool\" using tinyint-to-boolean, \
        type datetime when default '0000-00-00' when signed to timestamp(3) with time zone keep typemod, \
        type x with extra on update current timestamp when default CURRENT_DATE drop default, \
        type double precision to character varying(10), type time without time zone to time with time zone \
        WITH data only SET a to 'b' BEFORE LOAD DO $$ x $$";
    let text = format!("LOAD DATABASE FROM mysql://h/d INTO a://b {rules}")
        .replace("using f,", "using pgloader.transforms::right-trim,")
        .replace("WITH data only", "WITH truncate");
    let command = one(&text);
    let casts = &command.tables.casts;
    let sources: Vec<_> = casts.iter().map(|rule| source(&rule.source)).collect();
    let expected = [
        "int",
        ".a.b",
        "s.T.c",
        "..d",
        "tinyint",
        "datetime",
        "x",
        "double precision",
        "time without time zone",
    ];
    assert_eq!(sources, expected);
    let targets: Vec<_> =
        casts.iter().map(|rule| rule.target.as_ref().map_or("-", |target| &target.value)).collect();
    let expected = [
        "serial",
        "numeric(10,2)",
        "text",
        "-",
        "bool",
        "timestamp(3) with time zone",
        "-",
        "character varying(10)",
        "time with time zone",
    ];
    assert_eq!(targets, expected);
    assert_eq!(casts[0].guards, [Guard::AutoIncrement]);
    let kept = (casts[1].default, casts[1].typemod, casts[1].not_null, casts[1].extra);
    assert_eq!(kept, (Some(Kept::Keep), Some(Kept::Drop), Some(NotNull::Set), Some(Kept::Drop)));
    assert_eq!(casts[1].using.as_ref().unwrap().value.text(), "pgloader.transforms::right-trim");
    assert!(
        matches!(&casts[4].guards[..], [Guard::Typemod(form), Guard::NotNull, Guard::Unsigned] if form.value.text() == "(= precision 1)")
    );
    assert!(
        matches!(&casts[5].guards[..], [Guard::Default(text), Guard::Signed] if text.value == "0000-00-00")
    );
    assert!(
        matches!(&casts[6].guards[..], [Guard::OnUpdateCurrentTimestamp, Guard::Default(text)] if text.value == "CURRENT_DATE")
    );
    assert!(command.options.is_yes(&TRUNCATE) && command.settings.len() == 1 && command.before.len() == 1);
    assert!(command.warnings.is_empty());
}

fn source(source: &CastSource) -> String {
    match source {
        CastSource::Type(name) => name.value.clone(),
        CastSource::Column { schema, table, column, .. } => {
            let part = |part: &Option<crate::NamePart>| {
                part.as_ref().map_or(String::new(), |part| part.text.clone())
            };
            format!("{}.{}.{}", part(schema), part(table), column.text)
        }
    }
}

fn archive(text: &str) -> Archive {
    match statements(text).unwrap_or_else(|error| panic!("{error}")).remove(0) {
        Statement::Archive(archive) => *archive,
        Statement::Load(_) => unreachable!("no archive: {text}"),
    }
}

#[test]
fn archives_have_members() {
    let archive = archive(
        "LOAD ARCHIVE FROM http://h/a.zip INTO postgresql:///d \
        BEFORE LOAD DO $$ b $$ EXECUTE 'x.sql' \
        LOAD CSV FROM FILENAME MATCHING ~/a/ INTO a://b WITH truncate AFTER LOAD DO $$ of a $$ \
        AND LOAD FIXED FROM b (x 0 1) INTO a://b \
        AND LOAD DBF FROM c INTO a://b CAST type n to text \
        LOAD COPY FROM d INTO a://b SET x to 'y' \
        FINALLY DO $$ f $$;",
    );
    let kinds: Vec<_> = archive.members.iter().map(|member| member.kind).collect();
    assert_eq!(kinds, [CommandKind::Csv, CommandKind::Fixed, CommandKind::Dbf, CommandKind::Copy]);
    assert_eq!((archive.before.len(), archive.finally.len(), archive.members[0].after.len()), (2, 1, 1));
    assert_eq!(archive.into.unwrap().value, "postgresql:///d");
}

#[test]
fn archives_end_with_finally_in_two_ways() {
    let after =
        archive("LOAD ARCHIVE FROM a.zip INTO a://b AFTER LOAD DO $$ f $$ LOAD CSV FROM x INTO a://b");
    assert_eq!((after.finally.len(), after.members[0].after.len()), (1, 0));
    let without = archive("LOAD ARCHIVE FROM a.zip LOAD CSV FROM x INTO a://b;");
    assert!(without.into.is_none() && without.finally.is_empty());
}

#[test]
fn clauses_of_databases_come_in_any_order() {
    let clauses = [
        "WITH truncate",
        "CAST type int to bigint",
        "INCLUDING ONLY TABLE NAMES MATCHING 'a'",
        "EXCLUDING TABLE NAMES LIKE 'b'",
        "ALTER SCHEMA 'a' RENAME TO 'b'",
        "ALTER TABLE NAMES MATCHING 'x' SET ('y' = 'z')",
        "MATERIALIZE VIEWS a",
        "DISTRIBUTE a USING b",
        "SET MSSQL PARAMETERS a to 'b'",
        "SET a to 'b'",
        "BEFORE LOAD DO $$x$$",
        "AFTER CREATE SCHEMA DO $$x$$",
        "AFTER LOAD DO $$x$$",
        "TARGET TABLE s.t",
    ];
    let clauses = clauses.map(|clause| clause.replace("('y'", "(y"));
    for first in 0..clauses.len() {
        for second in first..clauses.len() {
            let mut order = clauses.to_vec();
            order.swap(first, second);
            let tables = tables("mssql://h/d", &order.join(" "));
            let counts = [
                tables.casts.len(),
                tables.including.len(),
                tables.excluding.len(),
                tables.alterations.len(),
                tables.distribution.len(),
                tables.source_settings.len(),
                tables.after_schema.len(),
            ];
            assert_eq!(counts, [1, 1, 1, 2, 1, 1, 1], "{order:?}");
        }
    }
}
