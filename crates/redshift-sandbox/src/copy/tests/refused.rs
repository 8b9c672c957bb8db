//! Refused rows, failures, and faults.

use std::time::Duration;

use super::*;
use crate::fault::Fault;

fn numbers(file: &str) -> Case {
    Case::new(&[ColumnType::Int4, ColumnType::Varchar(3)]).file("k", file)
}

#[tokio::test]
async fn a_refused_row_is_described() {
    let outcome = numbers("1,abc\n2, \"é\"\"bcd\"\n").copy("").await;
    let error = outcome.error();
    assert_eq!(error.sqlstate, "XX000");
    let text = "Load into table 't' failed.  Check 'stl_load_errors' system table for details.";
    assert_eq!(error.message, text);
    assert!(outcome.result.as_ref().unwrap_err().loading_began);
    let wanted = LoadError {
        filename: "s3://b/k".to_owned(),
        line_number: 2,
        colname: "b".to_owned(),
        type_name: "varchar".to_owned(),
        col_length: "3".to_owned(),
        position: 2,
        raw_line: "2, \".\"\"bcd\"".to_owned(),
        raw_field_value: ".\"bcd".to_owned(),
        err_code: 1204,
        err_reason: "String length exceeds DDL length".to_owned(),
    };
    assert_eq!(outcome.errors, [wanted]);
}

#[tokio::test]
async fn serverless_names_the_other_view() {
    let mut case = numbers("x,abc\n");
    case.settings.serverless = true;
    let message = case.copy("").await.error().message.clone();
    assert!(message.starts_with("Load into table 't' failed. Check 'sys_load_error_detail' system table"));
}

#[tokio::test]
async fn the_block_repeats_the_statement() {
    let refused = numbers("x,abc\n").copy("").await;
    let unreachable = Case::new(&[ColumnType::Int4]).copy("").await;
    for error in [refused.error(), unreachable.error()] {
        let detail = error.detail.as_ref().unwrap();
        assert!(detail.contains("SECRET_ACCESS_KEY 'secret/1'"), "{detail}");
        assert!(detail.contains("\n  -----------") && detail.contains("error:  "));
        assert!(!error.message.contains("secret/1"));
    }
}

#[tokio::test]
async fn broken_records_name_no_column() {
    let file = "\n1\n1,a,b\n1,\"a\n,b\n2,ok\n\"x\"y,1\n";
    let outcome = Case::new(&[ColumnType::Int4; 3])
        .file("k", "\n1\n1,2\n1,2,3,4\n1,\"2\"x,3\n")
        .copy("MAXERROR 9")
        .await;
    let wanted = [(1, "", 1211), (2, "", 1201), (3, "", 1203), (4, "", 1202), (5, "", 1216)];
    assert_eq!(outcome.codes(), wanted);
    assert_eq!((outcome.errors[1].type_name.as_str(), outcome.errors[1].position), ("", 0));
    let outcome = numbers(file).copy("MAXERROR 9").await;
    assert_eq!(outcome.codes(), [(1, "", 1211), (2, "", 1201), (3, "", 1202), (4, "", 1216)]);
    assert_eq!(outcome.result.unwrap().loaded, 0, "an open quote takes in the rest of the file");
}

#[tokio::test]
async fn an_empty_line_of_one_column_is_no_empty_string() {
    let case = Case::new(&[ColumnType::Varchar(3)]).file("k", "a\n\n\"\"\n");
    assert_eq!(case.copy("").await.codes(), [(2, "", 1211)]);
    case.copy("IGNOREBLANKLINES").await.loaded("a\n\n");
}

#[tokio::test]
async fn null_is_refused_where_it_is_forbidden() {
    let mut case = numbers("1,a\n,b\n");
    case.table.columns[0].not_null = true;
    assert_eq!(case.copy("").await.codes(), [(2, "a", 1213)]);
}

#[tokio::test]
async fn maxerror_fails_at_its_number() {
    let file = "x,a\n1,b\ny,c\n2,d\nz,e\n";
    for (option, errors, loaded) in [
        ("", 1, None),
        ("MAXERROR 0", 1, None),
        ("MAXERROR 1", 1, None),
        ("MAXERROR 3", 3, None),
        ("MAXERROR AS 4", 3, Some(2)),
        ("IGNOREALLERRORS", 3, Some(2)),
    ] {
        let outcome = numbers(file).copy(option).await;
        assert_eq!(outcome.errors.len(), errors, "{option}");
        assert_eq!(outcome.result.ok().map(|copied| copied.loaded), loaded, "{option}");
    }
    let copied = numbers(file).copy("MAXERROR 9").await.result.unwrap();
    assert_eq!(copied, Copied { table: "t".to_owned(), loaded: 2, refused: 3 });
}

#[tokio::test]
async fn noload_only_looks() {
    let outcome = numbers("1,a\nx,b\n").copy("NOLOAD MAXERROR 2").await;
    assert_eq!(outcome.rows, "");
    assert_eq!(outcome.codes(), [(2, "a", 1207)]);
    assert_eq!(outcome.result.unwrap().loaded, 0);
}

#[tokio::test]
async fn lines_are_counted_in_either_way() {
    let file = "h\n1,\"\n\n\"\n\nx,a\n\"\n\",b\ny,c\n";
    let mut case = numbers(file);
    let options = "IGNOREHEADER 1 IGNOREBLANKLINES MAXERROR 9";
    assert_eq!(case.copy(options).await.codes(), [(6, "a", 1207), (7, "a", 1207), (9, "a", 1207)]);
    case.settings.physical_lines = false;
    assert_eq!(case.copy(options).await.codes(), [(4, "a", 1207), (5, "a", 1207), (6, "a", 1207)]);
}

#[tokio::test]
async fn lines_are_counted_by_file() {
    let outcome = numbers("1,a\nx,b\n").file("k2", "x,b\n").copy("MAXERROR 9").await;
    assert_eq!(outcome.codes(), [(2, "a", 1207), (1, "a", 1207)]);
    assert_eq!(outcome.errors[1].filename, "s3://b/k2");
}

#[tokio::test]
async fn a_record_has_at_most_four_megabytes() {
    const LIMIT: usize = 4 * 1024 * 1024;
    let file = |len: usize| format!("1,{}\n2,b\nx,c\n", "x".repeat(len - 2));
    for (len, codes) in [(LIMIT, (1, "b", 1204)), (LIMIT + 1, (1, "", 1216)), (3 * LIMIT, (1, "", 1216))] {
        let mut case = numbers(&file(len));
        case.store.chunk = 1 << 16;
        let outcome = case.copy("MAXERROR 9").await;
        assert_eq!(outcome.codes(), [codes, (3, "a", 1207)], "{len}");
        assert_eq!(outcome.rows, "2\tb\n");
        assert_eq!(outcome.errors[0].raw_line.len(), 1024);
    }
}

#[tokio::test]
async fn an_open_quote_does_not_fill_the_memory() {
    let mut case = numbers(&format!("1,a\n2,\"{}", "b\n".repeat(6_000_000)));
    case.store.chunk = 1 << 16;
    let outcome = case.copy("MAXERROR 9").await;
    assert_eq!(outcome.codes(), [(2, "", 1216)]);
}

#[tokio::test]
async fn many_errors_are_recorded_in_parts() {
    let case = numbers(&"x,a\n".repeat(5000));
    let outcome = case.copy("MAXERROR 100000").await;
    assert_eq!(outcome.errors.len(), 5000);
    assert_eq!(outcome.errors[4999].line_number, 5000);
}

#[tokio::test]
async fn injected_refusals_strike_by_number() {
    let case = numbers("h\n1,a\n2,b\n").file("k2", "h\n3,c\n");
    for record in [2, 3, 3, 99] {
        case.faults.inject(Fault::RefuseRow(record, 1220, "as told".to_owned()));
    }
    let outcome = case.copy("IGNOREHEADER 1 MAXERROR 9").await;
    assert_eq!(outcome.codes(), [(3, "", 1220), (2, "", 1220)]);
    assert_eq!(outcome.errors[1].err_reason, "as told");
    assert_eq!(case.copy("IGNOREHEADER 1 MAXERROR 9").await.codes(), [(2, "", 1220)]);
    case.copy("IGNOREHEADER 1").await.loaded("1\ta\n2\tb\n3\tc\n");
}

#[tokio::test]
async fn injected_failures_strike_once() {
    let case = numbers("1,a\n");
    case.faults.inject(Fault::CopyFails("57014", "cancelled by rule".to_owned()));
    case.faults.inject(Fault::ConcurrentDrop);
    case.faults.inject(Fault::Deadlock);
    for (sqlstate, message) in
        [("57014", "cancelled by rule"), ("XX000", "1018"), ("40P01", "deadlock detected")]
    {
        let outcome = case.copy("").await;
        assert_eq!((outcome.error().sqlstate, outcome.error().message.as_str()), (sqlstate, message));
    }
    case.copy("").await.loaded("1\ta\n");
}

#[tokio::test]
async fn a_slow_copy_can_be_dropped() {
    let case = numbers("1,a\n");
    case.faults.inject(Fault::SlowCopy(3_600_000));
    let waited = tokio::time::timeout(Duration::from_millis(20), case.copy("")).await;
    assert!(waited.is_err());
    case.copy("").await.loaded("1\ta\n");
}
