//! Each type with values that it takes, as COPY text, and values that it refuses, with the code.

use super::*;

const EXACT: Rules =
    Rules { dates: Reading::Exact, times: Reading::Exact, round: false, trim_blanks: false, truncate: false };
const AUTO: Rules = Rules { dates: Reading::Auto, times: Reading::Auto, ..EXACT };
const ROUND: Rules = Rules { round: true, ..EXACT };

fn converted(ty: ColumnType, value: &[u8], rules: Rules) -> Result<String, Wrong> {
    let mut out = Vec::new();
    convert(ty, value, rules, &mut out).map(|()| String::from_utf8(out).unwrap())
}

#[track_caller]
fn takes(ty: ColumnType, rules: Rules, values: &[(&str, &str)]) {
    for (value, wanted) in values {
        assert_eq!(converted(ty, value.as_bytes(), rules).as_deref(), Ok(*wanted), "{ty:?} {value:?}");
    }
}

#[track_caller]
fn refuses(ty: ColumnType, rules: Rules, code: i32, values: &[&str]) {
    for value in values {
        let got = converted(ty, value.as_bytes(), rules);
        assert_eq!(got.map_err(|wrong| wrong.code), Err(code), "{ty:?} {value:?}");
    }
}

fn decimal(precision: u8, scale: u8) -> ColumnType {
    ColumnType::Decimal { precision, scale }
}

#[test]
fn integers() {
    takes(ColumnType::Int2, EXACT, &[("1", "1"), (" -32768 ", "-32768"), ("+5", "+5"), ("007", "007")]);
    takes(ColumnType::Int8, EXACT, &[("-9223372036854775808", "-9223372036854775808")]);
    refuses(ColumnType::Int2, EXACT, 1222, &["32768", "-32769", "99999999999999999999999"]);
    refuses(ColumnType::Int4, EXACT, 1222, &["2147483648", "-2147483649"]);
    refuses(ColumnType::Int8, EXACT, 1222, &["9223372036854775808", "-9223372036854775809"]);
    refuses(ColumnType::Int4, EXACT, 1207, &["a", "1.0", "1e3", "-", "1 2", "\\N", "--1", "1\r"]);
}

#[test]
fn a_wrong_digit_is_named_with_its_place() {
    let reason = |ty, value: &str| converted(ty, value.as_bytes(), EXACT).unwrap_err().reason;
    assert_eq!(
        reason(ColumnType::Int8, "20200407.0"),
        "Invalid digit, Value '.', Pos 8, Type: Long",
        "the row of records-mover"
    );
    assert_eq!(reason(ColumnType::Int4, "a"), "Invalid digit, Value 'a', Pos 0, Type: Integer");
    assert_eq!(reason(ColumnType::Int2, "  -x"), "Invalid digit, Value 'x', Pos 3, Type: Short");
    assert_eq!(reason(decimal(5, 2), "-1.2x"), "Invalid digit, Value 'x', Pos 4, Type: Decimal");
}

#[test]
fn decimals_are_cut_without_roundec() {
    let cut = [("1.239", "1.23"), ("-1.239", "-1.23"), ("5", "5.00"), (" .5 ", "0.50"), ("5.", "5.00")];
    takes(decimal(5, 2), EXACT, &cut);
    takes(decimal(5, 2), EXACT, &[("-0.001", "0.00"), ("000999.99", "999.99"), ("999.999", "999.99")]);
    takes(decimal(18, 0), EXACT, &[("1.9", "1"), ("+12", "12"), ("0", "0")]);
}

#[test]
fn decimals_are_rounded_with_roundec() {
    let rounded = [("1.235", "1.24"), ("-1.235", "-1.24"), ("9.995", "10.00"), ("1.2349", "1.23")];
    takes(decimal(5, 2), ROUND, &rounded);
    takes(decimal(18, 0), ROUND, &[("0.5", "1"), ("99.5", "100")]);
    refuses(decimal(5, 2), ROUND, 1204, &["999.995"]);
}

#[test]
fn decimals_have_limits() {
    refuses(decimal(5, 2), EXACT, 1204, &["1000", "-1000.00"]);
    refuses(decimal(5, 2), EXACT, 1209, &["a", "1e2", "NaN", "1.2.3", "-", ".", "1,5"]);
    takes(decimal(19, 0), EXACT, &[("9223372036854775807", "9223372036854775807")]);
    refuses(decimal(19, 0), EXACT, 1204, &["9223372036854775808"]);
    takes(decimal(20, 0), EXACT, &[("99999999999999999999", "99999999999999999999")]);
    takes(decimal(38, 37), EXACT, &[("-1.5", "-1.5000000000000000000000000000000000000")]);
}

#[test]
fn floats() {
    let values = [("1.5", "1.5"), (" -1e10 ", "-1e10"), ("0", "0"), ("0e999", "0e999"), (".5", ".5")];
    takes(ColumnType::Float8, EXACT, &values);
    refuses(
        ColumnType::Float8,
        EXACT,
        1208,
        &["NaN", "inf", "Infinity", "1e400", "1e-400", "x", "1,5", "0x1"],
    );
    takes(ColumnType::Float4, EXACT, &[("3.4e38", "3.4e38")]);
    refuses(ColumnType::Float4, EXACT, 1208, &["3.5e38", "1e-50"]);
}

#[test]
fn booleans() {
    for (values, wanted) in [(["t", "TRUE", "y", "Yes", "1"], "t"), (["f", "false", "N", "no", " 0 "], "f")] {
        for value in values {
            takes(ColumnType::Bool, EXACT, &[(value, wanted)]);
        }
    }
    refuses(ColumnType::Bool, EXACT, 1210, &["on", "off", "2", "tr", "yess"]);
}

#[test]
fn strings_are_measured_in_bytes() {
    takes(ColumnType::Varchar(4), EXACT, &[("éé", "éé"), ("𝄞", "𝄞"), ("ab  ", "ab  "), ("ab     ", "ab  ")]);
    refuses(ColumnType::Varchar(4), EXACT, 1204, &["ééa", "abcde", "abcd\t", "  abc"]);
    takes(ColumnType::Char(3), EXACT, &[("abc", "abc"), ("a     ", "a  ")]);
    refuses(ColumnType::Char(3), EXACT, 1204, &["abcd"]);
    refuses(ColumnType::Char(3), EXACT, 1215, &["é", "aé"]);
}

#[test]
fn options_change_strings() {
    let truncate = Rules { truncate: true, ..EXACT };
    takes(ColumnType::Varchar(4), truncate, &[("abcdef", "abcd"), ("abcéd", "abc"), ("é", "é")]);
    takes(ColumnType::Char(2), truncate, &[("abc", "ab")]);
    refuses(ColumnType::Char(2), truncate, 1215, &["é"]);
    takes(ColumnType::Varchar(4), Rules { trim_blanks: true, ..EXACT }, &[(" a  ", " a"), ("  ", "")]);
}

#[test]
fn strings_are_escaped_for_copy() {
    takes(ColumnType::Varchar(20), EXACT, &[("a\\N\tb\nc\rd", "a\\\\N\\tb\\nc\\rd"), ("\\", "\\\\")]);
}

#[test]
fn bytes_that_are_no_utf8_are_refused() {
    for bytes in [&b"\xa4"[..], b"a\xc3", b"\xed\xa0\x80", b"\xf8\x88\x80\x80\x80", b"\xc0\x80"] {
        for ty in [ColumnType::Varchar(20), ColumnType::Super] {
            assert_eq!(converted(ty, bytes, EXACT).map_err(|w| w.code), Err(1220), "{bytes:?}");
        }
    }
    let wrong = converted(ColumnType::Varchar(9), b"a\xa4b", EXACT).unwrap_err();
    assert!(wrong.reason.contains("hex sequence: a4 "), "{}", wrong.reason);
    assert_eq!(converted(ColumnType::Varchar(9), "\u{ffff}\u{fdd0}".as_bytes(), EXACT).unwrap().len(), 6);
}

#[test]
fn dates() {
    let both = [("2024-02-29", "2024-02-29"), ("0001-01-01", "0001-01-01"), ("9999-12-31", "9999-12-31")];
    takes(ColumnType::Date, EXACT, &both);
    takes(ColumnType::Date, AUTO, &both);
    takes(ColumnType::Date, EXACT, &[("2024-01-31 12:00:00", "2024-01-31"), (" 2000-02-29 ", "2000-02-29")]);
    let auto = ["2024/01/31", "01/31/2024", "20240131", "2024-01-31T10:00:00Z"];
    for value in auto {
        takes(ColumnType::Date, AUTO, &[(value, "2024-01-31")]);
    }
    refuses(ColumnType::Date, EXACT, 1205, &auto);
    let never =
        ["2023-02-29", "1900-02-29", "2024-13-01", "2024-00-10", "2024-01-00", "0000-01-01", "infinity"];
    refuses(ColumnType::Date, AUTO, 1205, &never);
    let never = ["10000-01-01", "2024-1-5", "0044-03-15 BC", "today", "2024-01-31x", "2024-01-31 25:00:00"];
    refuses(ColumnType::Date, AUTO, 1205, &never);
}

#[test]
fn timestamps() {
    let both = [
        ("2024-01-31 23:59:59", "2024-01-31 23:59:59"),
        ("2024-01-31 23:59:59.123456", "2024-01-31 23:59:59.123456"),
        ("2024-01-31", "2024-01-31 00:00:00"),
    ];
    takes(ColumnType::Timestamp, EXACT, &both);
    takes(ColumnType::Timestamp, AUTO, &both);
    let auto = ["2024-01-31T23:59:59", "2024-01-31 23:59:59.1234567"];
    refuses(ColumnType::Timestamp, EXACT, 1206, &auto);
    takes(ColumnType::Timestamp, AUTO, &[(auto[1], auto[1]), (auto[0], "2024-01-31 23:59:59")]);
    let never = ["2024-01-31 24:00:00", "infinity", "-infinity", "now", "2024-01-31 23:60:00", "2024-01-31T"];
    refuses(ColumnType::Timestamp, AUTO, 1206, &never);
    let never =
        ["2024-01-31 23:59:60", "2024-01-31 1:00:00", "2024-01-31 23:59:59.", "2024-01-31 23:59:59+02"];
    refuses(ColumnType::Timestamp, AUTO, 1206, &never);
}

#[test]
fn timestamps_with_offset() {
    let exact = [
        ("2024-05-01 12:00:00.123456+02", "2024-05-01 12:00:00.123456+02"),
        ("2024-05-01 12:00:00-05:30", "2024-05-01 12:00:00-05:30"),
    ];
    takes(ColumnType::TimestampTz, EXACT, &exact);
    takes(ColumnType::TimestampTz, AUTO, &exact);
    let auto = ["2024-05-01 12:00:00", "2024-05-01T12:00:00Z", "2024-05-01 12:00:00 UTC"];
    for value in auto {
        takes(ColumnType::TimestampTz, AUTO, &[(value, "2024-05-01 12:00:00+00")]);
    }
    takes(ColumnType::TimestampTz, AUTO, &[("2024-05-01", "2024-05-01 00:00:00+00")]);
    refuses(ColumnType::TimestampTz, EXACT, 1206, &auto);
    refuses(
        ColumnType::TimestampTz,
        AUTO,
        1206,
        &["2024-05-01 12:00:00+15", "2024-05-01 12:00:00+2", "infinity"],
    );
}

#[test]
fn times() {
    takes(ColumnType::Time, EXACT, &[("00:00:00", "00:00:00"), ("23:59:59.5", "23:59:59.5")]);
    refuses(ColumnType::Time, EXACT, 1206, &["24:00:00", "1:00:00", "12:00", "12:00:00+02", "allballs"]);
    takes(ColumnType::TimeTz, EXACT, &[("12:00:00+02", "12:00:00+02"), ("12:00:00", "12:00:00+00")]);
    refuses(ColumnType::TimeTz, EXACT, 1206, &["12:00:00 x", "24:00:00+00", "12:00:00+"]);
}

#[test]
fn documents() {
    let good = [r#"{"a":[1,2.5e3,null,true]}"#, r#""x""#, "null", " 1 ", r#""\ud834\udd1e""#];
    for value in good {
        takes(ColumnType::Super, EXACT, &[(value, &value.replace('\\', "\\\\"))]);
    }
    takes(ColumnType::Super, EXACT, &[("{\n}", "{\\n}")]);
    let bad = ["{a:1}", "abc", "[1,]", "'x'", "1 2", "NaN", r#""\ud834""#, r#""\u0000""#, r#""\q""#];
    refuses(ColumnType::Super, EXACT, 1224, &bad);
}

#[test]
fn documents_have_limits() {
    let nested = |depth| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    takes(ColumnType::Super, EXACT, &[(&nested(1000), &nested(1000))]);
    refuses(ColumnType::Super, EXACT, 1224, &[&nested(1001)]);
    let string = |len| format!("[\"{}\"]", "é".repeat(len));
    takes(ColumnType::Super, EXACT, &[(&string(32_767), &string(32_767))]);
    refuses(ColumnType::Super, EXACT, 1224, &[&string(32_768)]);
}

#[test]
fn binary_strings() {
    takes(ColumnType::Varbyte(3), EXACT, &[("00fFaB", "\\\\x00fFaB"), ("12", "\\\\x12")]);
    refuses(ColumnType::Varbyte(3), EXACT, 1207, &["123", "\\x12", "0x12", "xy"]);
    refuses(ColumnType::Varbyte(3), EXACT, 1204, &["00112233"]);
}
