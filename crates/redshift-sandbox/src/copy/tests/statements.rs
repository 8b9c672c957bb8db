//! Syntax, authorization, and columns.

use super::*;
use crate::copy::options::{Options, Packing, Reading};
use crate::copy::statement::Statement;

fn parse(statement: &str) -> Result<Statement, SqlError> {
    Statement::parse(&tokens(statement))
}

fn options(options: &str) -> Result<Options, SqlError> {
    parse(&format!("COPY t FROM 's3://b/k' {options}")).map(|statement| statement.options)
}

#[track_caller]
fn refused(text: &str, sqlstate: &str, message: &str) {
    let error = options(text).unwrap_err();
    assert_eq!(error.sqlstate, sqlstate, "{text}: {error:?}");
    assert!(error.message.starts_with(message), "{text}: {error:?}");
}

fn two_columns() -> Case {
    Case::new(&[ColumnType::Int4, ColumnType::Timestamp]).file("k", "1,2024-01-31T10:00:00\n")
}

#[tokio::test]
async fn the_documented_statement_runs() {
    let statement = "COPY t FROM 's3://b/k' FORMAT CSV TIMEFORMAT 'auto' REGION 'eu-west-1' \
                     ACCESS_KEY_ID 'AKIA1' SECRET_ACCESS_KEY 'secret/1'";
    two_columns().run(statement).await.loaded("1\t2024-01-31 10:00:00\n");
}

#[tokio::test]
async fn the_recommended_statement_runs() {
    let manifest = r#"{"entries":[{"url":"s3://b/k","mandatory":true}]}"#;
    let case = Case::new(&[ColumnType::Int4, ColumnType::Timestamp])
        .file("m", manifest)
        .file("k", crate::copy::tests::files::gzip(b"~pgl-null~,2024-01-31 10:00:00\n"));
    let statement = format!(
        "COPY \"public\".\"t\" (\"a\",\"b\") FROM 's3://b/m' {KEYS} MANIFEST FORMAT AS CSV GZIP \
         NULL AS '~pgl-null~' DATEFORMAT AS 'auto' TIMEFORMAT AS 'auto' ROUNDEC COMPUPDATE OFF STATUPDATE OFF \
         REGION AS 'eu-west-1' MAXERROR AS 10"
    );
    case.run(&statement).await.loaded("\\N\t2024-01-31 10:00:00\n");
}

#[tokio::test]
async fn clauses_may_come_in_any_order() {
    let mut clauses =
        ["FORMAT AS CSV", "TIMEFORMAT 'auto'", "REGION AS 'eu-west-1'", "IGNOREHEADER 0", "MAXERROR 3", KEYS];
    for _ in 0..clauses.len() {
        clauses.rotate_left(1);
        let statement = format!("COPY public.t FROM 's3://b/k' {}", clauses.join(" "));
        two_columns().run(&statement).await.loaded("1\t2024-01-31 10:00:00\n");
    }
}

#[test]
fn every_option_is_read() {
    let all = options(
        "CSV QUOTE AS '''' DELIMITER AS ';' NULL AS '~' EMPTYASNULL BLANKSASNULL TRIMBLANKS TRUNCATECOLUMNS \
         DATEFORMAT AS 'auto' TIMEFORMAT AS 'auto' ROUNDEC EXPLICIT_IDS IGNOREHEADER AS 2 IGNOREBLANKLINES \
         MAXERROR AS 7 NOLOAD COMPUPDATE PRESET COMPROWS 1000 STATUPDATE ON ZSTD MANIFEST REGION AS 'x' \
         ENCODING AS UTF8 IAM_ROLE default",
    )
    .unwrap();
    let flags = [all.csv, all.empty_as_null, all.blanks_as_null, all.trim_blanks, all.truncate_columns];
    assert_eq!(flags, [true; 5]);
    let flags =
        [all.round, all.explicit_ids, all.ignore_blank_lines, all.no_load, all.statistics, all.manifest];
    assert_eq!(flags, [true; 6]);
    assert_eq!((all.quote, all.delimiter, all.null.as_deref()), (Some(b'\''), Some(b';'), Some(&b"~"[..])));
    assert_eq!((all.dates, all.times), (Reading::Auto, Reading::Auto));
    assert_eq!((all.ignore_header, all.max_error, all.packing), (2, Some(7), Packing::Zstd));
    assert_eq!(all.region.as_deref(), Some("x"));
}

#[test]
fn short_forms_are_read() {
    for text in ["FORMAT CSV", "FORMAT AS CSV", "CSV", "AS CSV"] {
        assert!(options(text).unwrap().csv, "{text}");
    }
    let short = options("CSV NULL '~' MAXERROR 7 IGNOREHEADER 1 COMPUPDATE STATUPDATE REGION 'x'").unwrap();
    assert_eq!((short.max_error, short.ignore_header, short.statistics), (Some(7), 1, true));
    let exact = options("CSV DATEFORMAT 'YYYY-MM-DD' TIMEFORMAT 'YYYY-MM-DD HH:MI:SS'").unwrap();
    assert_eq!((exact.dates, exact.times), (Reading::Exact, Reading::Exact));
}

#[test]
fn options_that_are_not_built_say_so() {
    for (text, message) in [
        ("CSV ACCEPTINVCHARS AS '?'", "ACCEPTINVCHARS is not implemented in sandbox"),
        ("CSV ACCEPTANYDATE", "ACCEPTANYDATE is not implemented in sandbox"),
        ("CSV FILLRECORD", "FILLRECORD is not implemented in sandbox"),
        ("LZOP CSV", "LZOP is not implemented in sandbox"),
        ("FORMAT AS PARQUET", "FORMAT PARQUET is not implemented in sandbox"),
        ("JSON 'auto'", "JSON is not implemented in sandbox"),
        ("CSV ENCODING UTF16", "ENCODING utf16 is not implemented in sandbox"),
        ("CSV TIMEFORMAT 'epochsecs'", "TIMEFORMAT 'epochsecs' is not implemented in sandbox"),
        ("CSV TIMEFORMAT 'AUTO'", "TIMEFORMAT 'AUTO' is not implemented in sandbox"),
        ("DELIMITER '|'", "a format other than CSV is not implemented in sandbox"),
        ("ESCAPE", "ESCAPE is not implemented in sandbox"),
    ] {
        refused(text, "0A000", message);
    }
}

#[test]
fn options_that_exclude_each_other_are_refused() {
    for (text, message) in [
        ("CSV ESCAPE", "CSV is not compatible with ESCAPE"),
        ("REMOVEQUOTES FORMAT CSV", "CSV is not compatible with REMOVEQUOTES"),
        ("CSV MAXERROR 3 IGNOREALLERRORS", "MAXERROR is not compatible"),
        ("QUOTE '%'", "QUOTE needs CSV"),
        ("CSV GZIP ZSTD", "conflicting or redundant options: compression"),
        ("CSV FORMAT CSV", "conflicting or redundant options: format"),
        ("CSV REGION 'a' REGION 'a'", "conflicting or redundant options: region"),
        ("CSV DELIMITER '\"'", "the delimiter must not be"),
        ("CSV DELIMITER 'ab'", "the delimiter must be one"),
        ("CSV DELIMITER 'é'", "the delimiter must be one"),
        ("CSV NULL AS 'a\\nb'", "NULL AS must not contain"),
        ("CSV MAXERROR 100001", "MAXERROR must be between"),
    ] {
        refused(text, "42601", message);
    }
}

#[test]
fn what_is_no_copy_is_a_syntax_error() {
    for (statement, near) in [
        ("COPY t FROM STDIN", "\"STDIN\""),
        ("COPY t TO STDOUT", "\"TO\""),
        ("COPY (SELECT 1) TO 's3://b/k'", "\"(\""),
        ("COPY t FROM 's3://b/k' CSV FROBNICATE", "\"FROBNICATE\""),
        ("COPY t FROM 's3://b/k' CSV MAXERROR 'x'", "\"'***'\""),
        ("COPY user FROM 's3://b/k' CSV", "\"USER\""),
        ("COPY t (a, order) FROM 's3://b/k' CSV", "\"ORDER\""),
        ("COPY t () FROM 's3://b/k' CSV", "\")\""),
        ("COPY t (a", "end of input"),
        ("COPY t FROM 's3://b/k' FORMAT", "end of input"),
    ] {
        let error = parse(statement).unwrap_err();
        assert_eq!(error.sqlstate, "42601", "{statement}");
        assert!(error.message.contains(near), "{statement}: {}", error.message);
    }
    let error = options(&format!("{KEYS} 'secret/1' CSV")).unwrap_err();
    assert!(!error.message.contains("secret"), "{}", error.message);
    assert!(parse("COPY \"user\" (\"order\") FROM 's3://b/k' CSV").is_ok());
}

#[test]
fn only_s3_is_a_source() {
    let error = parse("COPY t FROM '/tmp/x' CSV").unwrap_err();
    assert_eq!(error.sqlstate, "0A000");
    assert!(error.message.starts_with("LOAD source is not supported."));
    assert!(parse("COPY t FROM 's3:///k' CSV").is_err());
}

#[tokio::test]
async fn keys_are_compared_with_those_of_s3() {
    for (authorization, wanted) in [
        ("ACCESS_KEY_ID 'AKIA1' SECRET_ACCESS_KEY 'secret/1'", Ok(())),
        ("SECRET_ACCESS_KEY 'secret/1' ACCESS_KEY_ID 'AKIA1'", Ok(())),
        ("ACCESS_KEY_ID 'ASIA2' SECRET_ACCESS_KEY 'secret+2' SESSION_TOKEN 'token=2'", Ok(())),
        ("CREDENTIALS 'aws_access_key_id=AKIA1;aws_secret_access_key=secret/1'", Ok(())),
        (
            "WITH CREDENTIALS AS 'aws_access_key_id=ASIA2;aws_secret_access_key=secret+2;token=token=2'",
            Ok(()),
        ),
        ("IAM_ROLE 'arn:aws:iam::1:role/loader'", Ok(())),
        ("CREDENTIALS 'aws_iam_role=arn:aws:iam::1:role/loader'", Ok(())),
        ("ACCESS_KEY_ID 'AKIA9' SECRET_ACCESS_KEY 'secret/1'", Err("Error InvalidAccessKeyId")),
        ("ACCESS_KEY_ID 'AKIA1' SECRET_ACCESS_KEY 'wrong'", Err("Error SignatureDoesNotMatch")),
        ("ACCESS_KEY_ID 'ASIA2' SECRET_ACCESS_KEY 'secret+2'", Err("Error InvalidAccessKeyId")),
        (
            "ACCESS_KEY_ID 'ASIA2' SECRET_ACCESS_KEY 'secret+2' SESSION_TOKEN 'x'",
            Err("Status 400,Error InvalidToken"),
        ),
        (
            "CREDENTIALS 'aws_access_key_id=AKIA1; aws_secret_access_key=secret/1'",
            Err("Invalid credentials."),
        ),
        ("CREDENTIALS 'nonsense'", Err("Invalid credentials.")),
        ("IAM_ROLE 'default'", Err("Invalid credentials.")),
        ("IAM_ROLE default", Err("Default IAM role is not set")),
        (
            "IAM_ROLE 'arn:aws:iam::1:role/other'",
            Err("is not authorized to assume IAM Role arn:aws:iam::1:role/other"),
        ),
        ("", Err("COPY needs authorization")),
    ] {
        let outcome =
            two_columns().run(&format!("COPY t FROM 's3://b/k' CSV TIMEFORMAT 'auto' {authorization}")).await;
        match wanted {
            Ok(()) => assert!(outcome.result.is_ok(), "{authorization}: {:?}", outcome.result),
            Err(text) => {
                assert_eq!(outcome.error().sqlstate, "XX000", "{authorization}");
                assert!(outcome.error().message.contains(text), "{authorization}: {:?}", outcome.error());
            }
        }
    }
}

#[tokio::test]
async fn the_default_role_can_be_set() {
    let mut case = two_columns();
    case.settings.default_role = Some("arn:aws:iam::1:role/default".to_owned());
    let statement = "COPY t FROM 's3://b/k' IAM_ROLE default CSV TIMEFORMAT 'auto'";
    assert!(case.run(statement).await.result.is_ok());
}

#[test]
fn authorization_is_given_once() {
    for text in [
        "ACCESS_KEY_ID 'a' SECRET_ACCESS_KEY 'b' IAM_ROLE default",
        "CREDENTIALS 'aws_iam_role=arn:x' IAM_ROLE default",
        "SESSION_TOKEN 'c' IAM_ROLE default",
        "ACCESS_KEY_ID 'a'",
        "SESSION_TOKEN 'c'",
    ] {
        let clauses = options(&format!("CSV {text}")).unwrap().authorization;
        let error = authorization::Authorization::new(&clauses).unwrap_err();
        assert_eq!(error.sqlstate, "42601", "{text}");
    }
}

#[test]
fn secrets_are_not_debugged() {
    let statement = parse(&format!("COPY t FROM 's3://b/k' CSV {KEYS} SESSION_TOKEN 'token=2'")).unwrap();
    let keys = authorization::Authorization::new(&statement.options.authorization).unwrap();
    let all = format!("{statement:?} {keys:?} {:?}", settings());
    assert!(!all.contains("secret/1") && !all.contains("token=2") && !all.contains("secret+2"), "{all}");
}

#[tokio::test]
async fn the_table_must_exist_and_be_owned_for_statupdate() {
    let mut case = two_columns();
    let outcome = case.run(&format!("COPY x FROM 's3://b/k' CSV {KEYS}")).await;
    assert_eq!(outcome.error().message, "Cannot COPY into nonexistent table x");
    case.table.owned = false;
    assert!(case.copy("TIMEFORMAT 'auto'").await.result.is_ok());
    let outcome = case.copy("TIMEFORMAT 'auto' STATUPDATE OFF").await;
    assert_eq!(outcome.error().sqlstate, "42501");
}

#[tokio::test]
async fn a_column_list_chooses_and_orders() {
    let case = Case::new(&[ColumnType::Int4, ColumnType::Int4, ColumnType::Char(1)]).file("k", "x,1\n");
    let outcome = case.run(&format!("COPY t (c, a) FROM 's3://b/k' CSV {KEYS}")).await;
    outcome.loaded("x\t1\n");
    assert_eq!(outcome.columns, [2, 0]);
    for (columns, sqlstate) in [("a, z", "42703"), ("a, a", "42701")] {
        let outcome = case.run(&format!("COPY t ({columns}) FROM 's3://b/k' CSV {KEYS}")).await;
        assert_eq!(outcome.error().sqlstate, sqlstate);
    }
}

#[tokio::test]
async fn an_omitted_column_must_allow_null_or_have_a_default() {
    let mut case = Case::new(&[ColumnType::Int4, ColumnType::Int4]).file("k", "1\n");
    let statement = format!("COPY t (a) FROM 's3://b/k' CSV {KEYS}");
    case.table.columns[1].not_null = true;
    assert_eq!(case.run(&statement).await.error().message, "Cannot insert a NULL value into column b");
    case.table.columns[1].has_default = true;
    case.run(&statement).await.loaded("1\n");
}

#[tokio::test]
async fn identity_columns_need_explicit_ids() {
    for (by_default, list, options, wanted) in [
        (false, "", "", Ok(&[1][..])),
        (false, "(b)", "", Ok(&[1])),
        (false, "(b)", "EXPLICIT_IDS", Err("EXPLICIT_IDS needs an identity column")),
        (false, "(a)", "", Err("cannot set an identity column to a value")),
        (false, "(a)", "EXPLICIT_IDS", Ok(&[0])),
        (true, "", "", Ok(&[1])),
        (true, "(a)", "", Ok(&[0])),
        (true, "(a)", "EXPLICIT_IDS", Err("EXPLICIT_IDS needs an identity column")),
        (true, "", "EXPLICIT_IDS", Err("EXPLICIT_IDS needs an identity column")),
    ] {
        let mut case = Case::new(&[ColumnType::Int4, ColumnType::Int4]).file("k", "5\n");
        case.table.columns[0].identity = Some(Identity { seed: 1, step: 1, by_default });
        case.table.columns[0].not_null = true;
        let outcome = case.run(&format!("COPY t {list} FROM 's3://b/k' CSV {KEYS} {options}")).await;
        match wanted {
            Ok(columns) => assert_eq!(outcome.columns, columns, "{by_default} {list} {options}"),
            Err(text) => assert!(outcome.error().message.starts_with(text), "{by_default} {list} {options}"),
        }
    }
}

#[tokio::test]
async fn explicit_ids_without_a_list_loads_the_identity_too() {
    let mut case = Case::new(&[ColumnType::Int4, ColumnType::Int4]).file("k", "5,6\n");
    case.table.columns[0].identity = Some(Identity { seed: 1, step: 1, by_default: false });
    case.copy("EXPLICIT_IDS").await.loaded("5\t6\n");
}
