use proptest::prelude::*;

use super::*;
use crate::encode::copy_text;
use crate::row::Span;

const ALL: [Codec; 15] = [
    Codec::Bool,
    Codec::Int2,
    Codec::Int4,
    Codec::Int8,
    Codec::Float4,
    Codec::Float8,
    Codec::Numeric,
    Codec::Text,
    Codec::Date,
    Codec::Time,
    Codec::Timestamp,
    Codec::Timestamptz,
    Codec::Uuid,
    Codec::Jsonb,
    Codec::Bytea,
];

/// The value without its length; `None` where the text is not canonical. What is canonical comes back as it was.
fn value(codec: Codec, text: &str) -> Option<Vec<u8>> {
    let mut chunk = Chunk::default();
    let spans = [Span::new(0, text.len())];
    let row = Row::new(text.as_bytes(), &spans);
    let Some(bytes) = encode(&row, &[codec], &[0], &mut chunk) else {
        assert_eq!((chunk.bytes.len(), chunk.spellings.len(), chunk.ends.len()), (0, 0, 0));
        return None;
    };
    let mut line = Vec::new();
    copy_text::encode(&row, &[0], &mut line);
    let again = to_text(&[codec], &chunk).unwrap();
    assert_eq!(String::from_utf8_lossy(&again.bytes), String::from_utf8_lossy(&line), "{codec:?}");
    assert_eq!(bytes, line.len(), "{codec:?} {text}");
    assert_eq!(chunk.bytes[..2], [0, 1]);
    let length = u32::from_be_bytes(chunk.bytes[2..6].try_into().unwrap());
    assert_eq!(length as usize, chunk.bytes.len() - 6);
    Some(chunk.bytes[6..].to_vec())
}

#[test]
fn the_guide_lists_what_is_canonical_and_what_is_not() {
    let guide = include_str!("../../../../../docs/binary.md");
    let mut seen = Vec::new();
    for line in guide.lines().filter(|line| line.starts_with("| `")) {
        let columns: Vec<&str> = line.trim_matches('|').split(" | ").map(str::trim).collect();
        let [types, canonical, other] = columns[..] else { continue };
        for name in quoted(types) {
            let codec = Codec::of_type(catalog_name(name)).expect(name);
            seen.push(codec);
            for text in quoted(canonical) {
                assert!(value(codec, text).is_some(), "{name}: {text} is canonical");
            }
            for text in quoted(other) {
                assert!(value(codec, text).is_none(), "{name}: {text} is not canonical");
            }
        }
    }
    for codec in ALL {
        assert!(seen.contains(&codec), "{codec:?} is in the guide");
    }
}

/// What stands between backquotes.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

fn catalog_name(name: &str) -> &str {
    match name {
        "boolean" => "bool",
        "smallint" => "int2",
        "integer" => "int4",
        "bigint" => "int8",
        "real" => "float4",
        "double precision" => "float8",
        "char" => "bpchar",
        other => other,
    }
}

#[test]
fn integers_are_in_network_order() {
    assert_eq!(value(Codec::Int2, "-32768").unwrap(), [0x80, 0]);
    assert_eq!(value(Codec::Int4, "1234567890").unwrap(), 1_234_567_890i32.to_be_bytes());
    assert_eq!(value(Codec::Int8, "-9223372036854775808").unwrap(), i64::MIN.to_be_bytes());
}

#[test]
fn numerics_are_groups_of_four_aligned_at_the_point() {
    let numeric = |text| {
        let bytes = value(Codec::Numeric, text).unwrap();
        bytes.as_chunks::<2>().0.iter().map(|&group| i16::from_be_bytes(group)).collect::<Vec<_>>()
    };
    assert_eq!(numeric("12345.670"), [3, 1, 0, 3, 1, 2345, 6700]);
    assert_eq!(numeric("-0.00012"), [3, 0, 0x4000, 5, 0, 1, 2000]);
    assert_eq!(numeric("0"), [1, 0, 0, 0, 0]);
}

#[test]
fn times_count_from_the_year_2000() {
    assert_eq!(value(Codec::Date, "2000-01-01").unwrap(), [0; 4]);
    assert_eq!(value(Codec::Date, "1999-12-31").unwrap(), (-1i32).to_be_bytes());
    assert_eq!(value(Codec::Timestamp, "2000-01-01 00:00:01.5").unwrap(), 1_500_000i64.to_be_bytes());
    assert_eq!(
        value(Codec::Timestamptz, "2000-01-01T00:00:00+01").unwrap(),
        (-3_600_000_000i64).to_be_bytes()
    );
    assert_eq!(value(Codec::Timestamptz, "1999-12-31 18:30:00.0-0530").unwrap(), [0; 8]);
}

#[test]
fn the_months_of_ten_thousand_years_follow_one_another() {
    let date = |year: i32, month: i32, day: i32| {
        let value = value(Codec::Date, &format!("{year:04}-{month:02}-{day:02}"))?;
        Some(i32::from_be_bytes(value.try_into().unwrap()))
    };
    let mut next = -730_119;
    for (year, month) in (1..=9999).flat_map(|year| (1..=12).map(move |month| (year, month))) {
        assert_eq!(date(year, month, 1), Some(next), "{year}-{month}");
        let last = (28..=31).rev().find(|&day| date(year, month, day).is_some()).unwrap();
        assert_eq!(date(year, month, last), Some(next + last - 1), "{year}-{month}-{last}");
        next += last;
    }
    assert_eq!(next, 2_921_940, "10000-01-01");
}

#[test]
fn rows_of_many_columns_come_back_with_their_nulls() {
    let codecs = [Codec::Timestamptz, Codec::Bool, Codec::Text, Codec::Float8, Codec::Int4];
    let rows: [[Option<&str>; 5]; 3] = [
        [Some("2024-03-31 01:59:59.100+01"), Some("yes"), Some("a\tb\\\n"), Some("1.50"), Some("7")],
        [None, None, Some("\\N"), Some("0.30000000000000004"), None],
        [Some("2024-03-31T03:00Z"), Some("0"), None, Some("-0"), Some("-1")],
    ];
    let (mut chunk, mut lines) = (Chunk::default(), Vec::new());
    for fields in rows {
        let (bytes, spans) = row_of(&fields);
        let row = Row::new(&bytes, &spans);
        let start = lines.len();
        copy_text::encode(&row, &[0, 1, 2, 3, 4], &mut lines);
        assert_eq!(encode(&row, &codecs, &[0, 1, 2, 3, 4], &mut chunk), Some(lines.len() - start));
    }
    let text = to_text(&codecs, &chunk).unwrap();
    assert_eq!(String::from_utf8_lossy(&text.bytes), String::from_utf8_lossy(&lines));
    assert_eq!(text.ends.len(), 3);
    assert!(to_text(&codecs[1..], &chunk).is_err());
}

fn row_of(fields: &[Option<&str>]) -> (Vec<u8>, Vec<Span>) {
    let mut bytes = Vec::new();
    let spans = fields.iter().map(|field| {
        field.map_or(Span::NULL, |text| {
            let start = bytes.len();
            bytes.extend_from_slice(text.as_bytes());
            Span::new(start, bytes.len())
        })
    });
    let spans = spans.collect();
    (bytes, spans)
}

/// Text that is often canonical, and often nearly so.
fn near_canonical() -> impl Strategy<Value = String> {
    prop_oneof![
        "-?[0-9]{1,20}",
        "[-+]?[0-9]{0,19}[.]?[0-9]{0,19}",
        "-?0[.]0{0,12}[0-9]{1,18}",
        "[0-9]{4}-[01][0-9]-[0-3][0-9]",
        "[0-9]{4}-0[1-9]-[012][0-9][ T][012][0-9]:[0-6][0-9](:[0-6][0-9]([.][0-9]{0,7})?)?(Z|[-+][01][0-9](:?[0-6][0-9])?)?",
        "[012][0-9]:[0-6][0-9](:[0-6][0-9]([.][0-9]{0,7})?)?",
        "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
        "[0-9A-F]{8}-[0-9A-F]{4}-[0-9a-f]{4}-[0-9A-F]{4}-[0-9A-F]{12}",
        r"(\\x)?([0-9a-f]{2}){0,9}[0-9A-F]?",
        "(t|f|true|false|True|False|TRUE|FALSE|y|n|yes|no|1|0|T|on)",
        any::<f64>().prop_map(|value| value.to_string()),
        any::<f32>().prop_map(|value| value.to_string()),
        any::<String>(),
        r"[0-9:.TZ \\xa-f+-]{0,40}",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4096))]

    #[test]
    fn what_is_canonical_comes_back_as_it_was(text in near_canonical()) {
        for codec in ALL {
            value(codec, &text);
        }
    }

    #[test]
    fn a_double_is_the_one_that_the_standard_library_reads(text in "-?(0|[1-9][0-9]{0,9})([.][0-9]{1,9})?") {
        if let Some(bytes) = value(Codec::Float8, &text) {
            prop_assert_eq!(bytes, text.parse::<f64>().unwrap().to_be_bytes());
        }
        if let Some(bytes) = value(Codec::Float4, &text) {
            prop_assert_eq!(&bytes, &text.parse::<f32>().unwrap().to_be_bytes());
            prop_assert_eq!(&bytes, &(text.parse::<f64>().unwrap() as f32).to_be_bytes());
        }
    }

    #[test]
    fn the_shortest_text_of_any_float_of_usual_size_is_canonical(value_of in -1e15f64..1e15) {
        prop_assert!(value(Codec::Float8, &value_of.to_string()).is_some());
        let rounded = format!("{:.5}", value_of / 1e6);
        prop_assert!(value(Codec::Float8, &rounded).is_some());
    }
}
