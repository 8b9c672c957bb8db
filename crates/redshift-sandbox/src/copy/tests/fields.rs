//! What a field loads as: the table of the reference, and the options that AWS's manual describes.

use super::*;

/// Options, a field, what a VARCHAR column gets and what an INTEGER column gets, `Err` being a code.
type Golden = (&'static str, &'static str, &'static str, Result<&'static str, i32>);

/// The rows that are the same whether quotes protect the sentinel or not.
const ALWAYS: &[Golden] = &[
    ("", "", "", Ok("\\N")),
    ("", "\"\"", "", Ok("\\N")),
    ("NULL AS 'zzz'", "\"\"", "", Ok("\\N")),
    ("", "\"123\"", "123", Ok("123")),
    ("EMPTYASNULL", "", "\\N", Ok("\\N")),
    ("NULL AS ''", "", "\\N", Ok("\\N")),
    ("EMPTYASNULL", "\"\"", "\\N", Ok("\\N")),
    ("NULL AS ''", "\"\"", "\\N", Ok("\\N")),
    ("EMPTYASNULL NULL 'zzz'", "zzz", "\\N", Ok("\\N")),
    ("", "\\N", "\\N", Ok("\\N")),
    ("NULL AS 'zzz'", "\\N", "\\\\N", Err(1207)),
    ("NULL AS 'zzz'", "zzz", "\\N", Ok("\\N")),
    ("NULL AS 'zzz'", " zzz", " zzz", Err(1207)),
    ("NULL AS 'zzz'", "zzzz", "zzzz", Err(1207)),
    ("NULL AS 'zzz'", "", "", Ok("\\N")),
    ("", "   ", "   ", Ok("\\N")),
    ("", "\"   \"", "   ", Ok("\\N")),
    ("BLANKSASNULL", "   ", "\\N", Ok("\\N")),
    ("BLANKSASNULL", "", "", Ok("\\N")),
    ("", " \"a\" ", "a", Err(1207)),
    ("", " \"7\"", "7", Ok("7")),
    ("", " a", " a", Err(1207)),
    ("", "NULL", "NULL", Err(1207)),
    ("", "'7'", "'7'", Err(1207)),
];

/// A sentinel in quotes: as NULL, and as text.
const QUOTED: &[(&str, &str, &str)] =
    &[("NULL AS 'zzz'", "\"zzz\"", "zzz"), ("", "\"\\N\"", "\\\\N"), ("NULL '7'", "\"7\"", "7")];

async fn field(ty: ColumnType, options: &str, field: &str, quoted_is_null: bool) -> Result<String, i32> {
    // A second column keeps an empty field from being an empty line.
    let mut case = Case::new(&[ty, ColumnType::Char(1)]).file("k", format!("{field},x\n"));
    case.settings.quoted_sentinel_is_null = quoted_is_null;
    let outcome = case.copy(options).await;
    match outcome.result {
        Ok(_) => Ok(outcome.rows.strip_suffix("\tx\n").unwrap().to_owned()),
        Err(_) => Err(outcome.errors[0].err_code),
    }
}

#[tokio::test]
async fn fields_load_as_the_table_says() {
    for quoted_is_null in [true, false] {
        for (options, text, varchar, integer) in ALWAYS {
            let case = format!("{options} {text:?} {quoted_is_null}");
            let got = field(ColumnType::Varchar(9), options, text, quoted_is_null).await;
            assert_eq!(got.as_deref(), Ok(*varchar), "{case}");
            let got = field(ColumnType::Int4, options, text, quoted_is_null).await;
            assert_eq!(got.as_deref().map_err(|code| *code), *integer, "{case}");
        }
    }
}

#[tokio::test]
async fn a_sentinel_in_quotes_depends_on_the_setting() {
    for (options, text, literal) in QUOTED {
        let varchar = ColumnType::Varchar(9);
        assert_eq!(field(varchar, options, text, true).await.as_deref(), Ok("\\N"), "{options} {text}");
        assert_eq!(field(varchar, options, text, false).await.as_deref(), Ok(*literal), "{options} {text}");
        assert_eq!(field(ColumnType::Int4, options, text, true).await.as_deref(), Ok("\\N"));
    }
    assert_eq!(field(ColumnType::Int4, "NULL AS 'zzz'", "\"zzz\"", false).await, Err(1207));
    assert_eq!(field(ColumnType::Int4, "NULL '7'", "\"7\"", false).await.as_deref(), Ok("7"));
}

#[tokio::test]
async fn the_sentinel_is_null_for_every_type() {
    use ColumnType::*;
    let decimal = Decimal { precision: 5, scale: 2 };
    let types = [
        Int2,
        Int4,
        Int8,
        decimal,
        Float4,
        Float8,
        Bool,
        Char(1),
        Varchar(1),
        Date,
        Time,
        TimeTz,
        Timestamp,
        TimestampTz,
        Super,
        Varbyte(1),
    ];
    let line = |field: &str, delimiter: &str| vec![field; types.len()].join(delimiter) + "\n";
    let case = Case::new(&types).file("k", line("@NULL@", ",") + &line("", ","));
    let outcome = case.copy("NULL AS '@NULL@' EMPTYASNULL").await;
    outcome.loaded(&line("\\N", "\t").repeat(2));
}

#[tokio::test]
async fn quoted_values_of_other_types_are_read_like_bare_ones() {
    let case = Case::new(&[ColumnType::Date, ColumnType::Bool, ColumnType::Varbyte(2), ColumnType::Super])
        .file("k", "\"2024-01-31\",\"t\",\"00ff\",\"{\"\"a\"\":1}\"\n");
    case.copy("").await.loaded("2024-01-31\tt\t\\\\x00ff\t{\"a\":1}\n");
}

#[tokio::test]
async fn decimals_are_cut_or_rounded() {
    let case = Case::new(&[ColumnType::Decimal { precision: 5, scale: 1 }]).file("k", "1.25\n-1.25\n9.99\n");
    case.copy("").await.loaded("1.2\n-1.2\n9.9\n");
    case.copy("ROUNDEC").await.loaded("1.3\n-1.3\n10.0\n");
}

#[tokio::test]
async fn timestamps_follow_timeformat() {
    let case = Case::new(&[ColumnType::Timestamp]).file("k", "2024-01-31T10:00:00\n");
    case.copy("TIMEFORMAT 'auto'").await.loaded("2024-01-31 10:00:00\n");
    let outcome = case.copy("DATEFORMAT AS 'auto'").await;
    assert_eq!(outcome.codes(), [(1, "a", 1206)]);
}

#[tokio::test]
async fn delimiter_and_quote_can_be_chosen() {
    let types = [ColumnType::Varchar(9), ColumnType::Varchar(9)];
    let case = Case::new(&types).file("k", "%a|%%b%|\"c\n");
    case.copy("QUOTE AS '%' DELIMITER '|'").await.loaded("a|%b\t\"c\n");
    let case = Case::new(&types).file("k", "a\tb,c\n");
    case.copy("DELIMITER AS '\\t'").await.loaded("a\tb,c\n");
    case.copy("DELIMITER '\\\\t'").await.loaded("a\tb,c\n");
    case.copy("DELIMITER '\\\\011'").await.loaded("a\tb,c\n");
}

#[tokio::test]
async fn embedded_line_ends_and_backslashes_stay() {
    let types = [ColumnType::Varchar(20), ColumnType::Varchar(9)];
    let case = Case::new(&types).file("k", "\"a\nb\r\nc\td\",\\x\n\"𝄞\",\"\"\"\"");
    case.copy("").await.loaded("a\\nb\\r\\nc\\td\t\\\\x\n𝄞\t\"\n");
}

#[tokio::test]
async fn a_nul_spoils_its_record() {
    let case = Case::new(&[ColumnType::Varchar(9), ColumnType::Int4]).file("k", "a\0,1\n");
    let outcome = case.copy("").await;
    assert_eq!(outcome.codes(), [(1, "", 1216)]);
    let reason = &outcome.errors[0].err_reason;
    assert_eq!(reason, "Missing newline: Unexpected character 0x2c found at location 2");
}

#[tokio::test]
async fn a_nul_can_be_the_sentinel() {
    let case = Case::new(&[ColumnType::Varchar(9), ColumnType::Int4]).file("k", "\0,1\na\0,2\n");
    for null in ["NULL AS '\\0'", "NULL AS '\\\\0'", "NULL '\\\\000'"] {
        let outcome = case.copy(&format!("{null} MAXERROR 2")).await;
        outcome.loaded("\\N\t1\n");
        assert_eq!(outcome.codes(), [(2, "a", 1218)], "{null}");
    }
}
