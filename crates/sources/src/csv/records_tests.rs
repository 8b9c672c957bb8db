use std::io::Read;
use std::slice;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use pgloader_core::Result;
use pgloader_core::option::{Escape, Options, Value};
use pgloader_core::transform::{NullIf, Trim};
use pgloader_files::encoding::{Encoding, Transcoder};
use proptest::prelude::*;

use super::super::cut::cut;
use super::super::dialect::Dialect;
use super::super::options::*;
use super::super::parse::{AtOnce, Parser};
use super::super::probe::{Collected, Dribble};
use super::super::record::MAX_FIELDS;
use super::super::reference::{Event, Reference};
use super::super::value::ValueRules;
use super::{Records, Rules};

fn latin1() -> Encoding {
    Encoding::named("latin1").unwrap()
}

pub fn rules(dialect: Dialect) -> Rules {
    Rules {
        dialect,
        encoding: Encoding::UTF_8,
        max_record: 64 << 20,
        strip_nuls: false,
        values: Vec::new(),
        other_values: ValueRules::default(),
        first_line: 1,
    }
}

fn read_in_pieces(bytes: &[u8], rules: &Rules, capacity: usize, pattern: &[usize]) -> Collected {
    let input = Dribble { bytes, pattern: pattern.to_vec(), reads: 0 };
    let input = Transcoder::new(input, rules.encoding).unwrap();
    let mut records = Records::with_capacity(input, "f.csv".into(), Arc::new(rules.clone()), capacity);
    let (mut collected, never) = (Collected::default(), AtomicBool::new(false));
    records.skip_byte_order_mark(&never).unwrap();
    rows(&mut records, &mut collected, &never).unwrap();
    collected
}

fn rows<R: Read>(records: &mut Records<R>, rows: &mut Collected, cancelled: &AtomicBool) -> Result<()> {
    let parser = Parser::new("f.csv".into(), Arc::clone(&records.rules), None);
    cut(records, &mut AtOnce::new(parser, rows), cancelled)
}

fn read(bytes: &[u8], rules: &Rules) -> Collected {
    read_in_pieces(bytes, rules, 1 << 16, &[usize::MAX])
}

fn options(written: &[(&'static str, Value)]) -> Options {
    let mut options = Options::default();
    for (name, value) in written {
        let spec = OPTIONS.iter().find(|spec| spec.name == *name).unwrap();
        assert!(options.insert(spec, value.clone()));
    }
    options.insert(&FIELDS_TERMINATED_BY, Value::Char(','));
    options
}

pub fn dialect(written: &[(&'static str, Value)]) -> Dialect {
    Dialect::choices(&options(written)).unwrap().remove(0)
}

const KEEP: (&str, Value) = ("unquoted blanks", Value::Word("keep"));
const BACKSLASH: (&str, Value) = ("fields escaped by", Value::Escape(Escape::BackslashQuote));
const FOLLOWING: (&str, Value) = ("csv escape mode", Value::Word("following"));
const UNQUOTED: (&str, Value) = ("fields enclosed by", Value::Word("no"));

fn escaped_by(char: char) -> (&'static str, Value) {
    ("fields escaped by", Value::Escape(Escape::Char(char)))
}

fn ended_by(char: char) -> (&'static str, Value) {
    ("lines terminated by", Value::Char(char))
}

fn ended_by_crlf() -> (&'static str, Value) {
    ("lines terminated by", Value::Text("\r\n".into()))
}

/// `[a][][NULL]` a row, `{…}` a malformed record, `-` a skipped one.
fn shown(events: &[Event]) -> String {
    let field = |field: &Option<String>| format!("[{}]", field.as_deref().unwrap_or("NULL"));
    let event = |event: &Event| match event {
        Event::Row(fields) => fields.iter().map(field).collect(),
        Event::Malformed(raw) => format!("{{{}}}", String::from_utf8_lossy(raw)),
        Event::Skipped => "-".to_owned(),
    };
    events.iter().map(event).collect::<Vec<String>>().join(" ")
}

fn check(written: &[(&'static str, Value)], cases: &[(&str, &str)]) {
    let rules = rules(dialect(written));
    for (text, expected) in cases {
        let whole = read(text.as_bytes(), &rules);
        assert_eq!(shown(&whole.events), *expected, "{text:?} with {written:?}");
        let dribbled = read_in_pieces(text.as_bytes(), &rules, 16, &[1]);
        assert_eq!(dribbled.events, whole.events, "{text:?} byte by byte with {written:?}");
        assert_eq!(dribbled.complaints, whole.complaints);
        let reference = Reference { text, dialect: &rules.dialect, max_record: rules.max_record };
        assert_eq!(reference.events(), whole.events, "{text:?} in the reference with {written:?}");
    }
}

#[test]
fn values_and_nulls_in_trim_mode() {
    check(
        &[],
        &[
            ("a,,c\n", "[a][NULL][c]"),
            ("a,  \t,c\n", "[a][NULL][c]"),
            ("a,\"\",c\n", "[a][][c]"),
            (" x , \t y\t\n", "[x][y]"),
            (" \"x\",\"y\" , \"z\" \n", "[x][y][z]"),
            ("\" x \",b\n", "[ x ][b]"),
            ("a b,c\n", "[a b][c]"),
            ("\"a\nb\",\"c,d\"\n", "[a\nb][c,d]"),
            ("\"say \"\"hi\"\"\",b\n", "[say \"hi\"][b]"),
            ("\"\"\"\"\n", "[\"]"),
            ("a,b", "[a][b]"),
            ("a,", "[a][NULL]"),
            ("\"a\"", "[a]"),
            ("", ""),
        ],
    );
}

#[test]
fn values_and_nulls_in_keep_mode() {
    check(
        &[KEEP],
        &[
            ("a,,c\n", "[a][NULL][c]"),
            ("a,  ,c\n", "[a][  ][c]"),
            ("  x  ,b\n", "[  x  ][b]"),
            (" \"x\",b\n", "[ x][b]"),
            (" \"x\" ,b\nc\n", "{ \"x\" ,b\n} [c]"),
            ("\"x\" ,b\nc\n", "{\"x\" ,b\n} [c]"),
            ("\" x \",b\n", "[ x ][b]"),
            ("   \n", "[   ]"),
        ],
    );
}

#[test]
fn a_quote_within_an_unquoted_value() {
    check(
        &[],
        &[
            ("a\"b,c\"\n", "[ab,c]"),
            ("  a \"b \" ,c\n", "[a b ][c]"),
            ("a\"b\"\"c\",d\n", "[ab\"c][d]"),
            ("a\"b\"c\nd\n", "{a\"b\"c\n} [d]"),
        ],
    );
    check(&[BACKSLASH], &[("a\"b,c\"\n", "[a\"b][c\"]"), ("a\\\"b,c\n", "[a\"b][c]")]);
    check(&[escaped_by('\\'), FOLLOWING], &[("a\"b,c\"\n", "[a\"b][c\"]")]);
}

#[test]
fn the_ways_to_write_an_escaped_quote() {
    let doubled: &[(&str, &str)] = &[("\"a\"\"b\",\\\n", "[a\"b][\\]"), ("\"a\\\"\n", "[a\\]")];
    check(&[("fields escaped by", Value::Escape(Escape::DoubleQuote))], doubled);
    check(&[escaped_by('"')], doubled);
    check(&[FOLLOWING], doubled);
    let backslash: &[(&str, &str)] = &[
        ("\"a\\\"b\",c\n", "[a\"b][c]"),
        ("\"a\\b\\\\c\",\\N\n", "[a\\b\\\\c][\\N]"),
        ("\"a\\\\\",b\"\n", "[a\\\",b]"),
        ("\"\\\"\"\n", "[\"]"),
        ("\"a\"\"b\"\nc\n", "{\"a\"\"b\"\n} [c]"),
    ];
    check(&[BACKSLASH], backslash);
    check(&[escaped_by('\\')], backslash);
    check(&[escaped_by('!')], &[("\"a!\"b!c\"\n", "[a\"b!c]")]);
    let quote = ("fields enclosed by", Value::Char('\''));
    check(slice::from_ref(&quote), &[("'a''b',\"c\"\n", "[a'b][\"c\"]")]);
    check(&[quote, escaped_by('"')], &[("'a\"'b',\"c\n", "[a'b][\"c]")]);
}

#[test]
fn mode_following_makes_any_character_literal() {
    let cases: &[(&str, &str)] = &[
        ("\\n,\\N,a\\,b\n", "[n][N][a,b]"),
        ("\"\\n\\N\\\"\\\\\",x\n", "[nN\"\\][x]"),
        ("a\\\nb,c\n", "[a\nb][c]"),
        ("a\\\r\nb,c\r\n", "[a\r\nb][c]"),
        ("\"a\\\r\nb\",c\r\n", "[a\r\nb][c]"),
        ("\\ a\\ ,b\n", "[ a ][b]"),
        ("  \\\"a,b\n", "[\"a][b]"),
        ("\\\\,\\é\n", "[\\][é]"),
        ("a\\", "[a\\]"),
        ("\"a\\", "{\"a\\}"),
        ("\\\n\n", "[\n]"),
        ("\"a\"\\n\nb\n", "{\"a\"\\n\n} [b]"),
    ];
    check(&[escaped_by('\\'), FOLLOWING], cases);
    check(&[BACKSLASH, FOLLOWING], cases);
}

#[test]
fn without_a_quote_character_nothing_is_quoted_or_escaped() {
    check(&[UNQUOTED, BACKSLASH, FOLLOWING], &[("\"a\\,\"b\"\n \"c\n", "[\"a\\][\"b\"] [\"c]")]);
}

#[test]
fn line_ends() {
    let crlf: &[(&str, &str)] = &[
        ("a,b\r\nc,\r\n", "[a][b] [c][NULL]"),
        ("\"a\"\r\n\"b\r\nc\"\r\n", "[a] [b\r\nc]"),
        ("\r\n\n", "- -"),
    ];
    check(&[], crlf);
    check(&[KEEP], crlf);
    check(&[], &[("a\r\r\n", "[a]"), ("a\r", "[a]"), ("a\rb\n", "[a\rb]")]);
    check(&[KEEP], &[("a\r\r\n", "[a\r]"), ("a\r", "[a\r]"), ("\"a\"\r\r\n", "{\"a\"\r\r\n}")]);
    check(&[ended_by_crlf()], &[("a\n,b\r\n\"c\r\nd\" \r\n\re\n", "[a][b] [c\r\nd] [e]")]);
    check(&[ended_by_crlf(), KEEP], &[("a\n,b\r\r\n\"c\"\r\n", "[a\n][b\r] [c]")]);
    check(&[ended_by('\r')], &[("a,b\rc,d\r\n", "[a][b] [c][d] -")]);
    check(&[ended_by('|')], &[("a,b|\n c,\"d|e\"|", "[a][b] [c][d|e]")]);
}

#[test]
fn characters_of_several_bytes_can_be_special() {
    let separator = |char| ("fields terminated by", Value::Char(char));
    check(&[separator('§')], &[("a§¢ §\"b§c\"\n", "[a][¢][b§c]")]);
    check(&[separator('€'), KEEP], &[("a€\u{20ad}€\n", "[a][\u{20ad}][NULL]")]);
    let quote = ("fields enclosed by", Value::Char('§'));
    check(slice::from_ref(&quote), &[("§a§§,b§,c§d,e§\n", "[a§,b][cd,e]")]);
    check(&[quote, escaped_by('€')], &[("§a€§,b§,€c\n", "[a§,b][€c]")]);
    check(&[escaped_by('€'), FOLLOWING], &[("a€,b,\"€\"€é\"\n", "[a,b][\"é]")]);
    check(&[ended_by('§')], &[("a,b§\"c§d\"§", "[a][b] [c§d]")]);
}

#[test]
fn blanks_never_include_the_separator() {
    check(
        &[("fields terminated by", Value::Char('\t'))],
        &[(" a\t\t b \t\"c\"\t\n", "[a][NULL][b][c][NULL]")],
    );
    check(&[("fields terminated by", Value::Char(' '))], &[("a  \tb\n", "[a][NULL][b]")]);
}

#[test]
fn empty_records_are_skipped() {
    check(
        &[],
        &[
            ("a\n\n  \n\"\"\nb\n", "[a] - - [] [b]"),
            ("a,b\n\nc,d\n", "[a][b] - [c][d]"),
            (",\n", "[NULL][NULL]"),
        ],
    );
}

#[test]
fn reading_resumes_after_the_first_line_of_a_malformed_record() {
    check(
        &[],
        &[
            ("\"a\"b,c\nd,e\n", "{\"a\"b,c\n} [d][e]"),
            ("\"a\nb\"c\nd\n", "{\"a\n} {b\"c\n} [d]"),
            ("a,\"b\nc\nd\n", "{a,\"b\n} [c] [d]"),
            ("a\n\"b", "[a] {\"b}"),
        ],
    );
    check(&[escaped_by('\\'), FOLLOWING], &[("\"a\\\nb\nc\n", "{\"a\\\nb\n} [c]")]);
    check(&[ended_by('|')], &[("\"a\nb|c|", "{\"a\nb|} [c]")]);
}

#[test]
fn null_if_compares_before_trimming_and_falls_back_to_the_default() {
    let field = |null_if: &[NullIf], trim| ValueRules { null_if: null_if.to_vec(), trim };
    let text = |text: &str| NullIf::Text(text.into());
    let rules = Rules {
        values: vec![
            field(&[text("-"), text("n/a")], Some(Trim::Both)),
            field(&[NullIf::Blanks], Some(Trim::Left)),
            field(&[], Some(Trim::Right)),
        ],
        other_values: field(&[text("x")], None),
        ..rules(dialect(&[]))
    };
    let text = "-,\"  \",\" a \",x\n\" - \",\" b \",-,y\nn/a,\"\",\"  \",\"x\"\n\"  \",c,,\"a\"\"b\"\n";
    let expected = "[NULL][NULL][ a][NULL] [-][b ][-][y] [NULL][NULL][][NULL] [][c][NULL][a\"b]";
    assert_eq!(shown(&read(text.as_bytes(), &rules).events), expected);
    // A value that `null if` turns into NULL is no empty line.
    let one = Rules { other_values: field(&[NullIf::Text("x".into())], None), ..super::Rules::clone(&rules) };
    assert_eq!(shown(&read(b"-\n\n", &one).events), "[NULL] -");
}

#[test]
fn a_byte_order_mark_is_passed_over_at_the_start_only() {
    for pattern in [1, 100] {
        let events =
            read_in_pieces("\u{feff}\"a\"\n\u{feff}b\n".as_bytes(), &rules(dialect(&[])), 16, &[pattern])
                .events;
        assert_eq!(shown(&events), "[a] [\u{feff}b]");
    }
    assert_eq!(shown(&read(b"\xef\xbb\xbf", &rules(dialect(&[]))).events), "");
}

#[test]
fn invalid_utf8_makes_its_record_malformed() {
    let rules = rules(dialect(&[]));
    let text = b"a,b\n\"x\ny\xe9\",c\nd\xc3\xa9,e\n\xff\nf\xc3\n";
    for pattern in [1, 3, 1000] {
        let read = read_in_pieces(text, &rules, 16, &[pattern]);
        assert_eq!(read.events[1], Event::Malformed(b"\"x\ny\xe9\",c\n".to_vec()));
        assert_eq!(read.events[2], Event::Row(vec![Some("dé".into()), Some("e".into())]));
        assert_eq!(read.events[3], Event::Malformed(b"\xff\n".to_vec()));
        assert_eq!(read.events[4], Event::Malformed(b"f\xc3\n".to_vec()));
        assert!(read.complaints[0].starts_with("f.csv:2: the byte 0xE9 on line 3 is not valid UTF-8;"));
        assert!(read.complaints[1].starts_with("f.csv:5: the byte 0xFF on line 5"));
    }
    assert_eq!(read(b"a\n\xe2\x82", &rules).events[1], Event::Malformed(b"\xe2\x82".to_vec()));
}

#[test]
fn nul_bytes_are_rejected_or_stripped() {
    let reject = rules(dialect(&[]));
    let text = b"a,b\n\"x\n\"\"\0\",\0\nc\n";
    let rejected = read(text, &reject);
    assert_eq!(shown(&rejected.events), "[a][b] {\"x\n\"\"\0\",\0\n} [c]");
    assert!(
        rejected.complaints[0].starts_with("f.csv:2: there is a NUL byte on line 3"),
        "{:?}",
        rejected.complaints
    );
    let stripped = read(text, &Rules { strip_nuls: true, ..reject });
    assert_eq!(shown(&stripped.events), "[a][b] [x\n\"][] [c]");
    assert_eq!(stripped.nuls, 2);
}

#[test]
fn nul_can_be_the_separator_or_the_line_end() {
    let separator = rules(dialect(&[("fields terminated by", Value::Char('\0'))]));
    assert_eq!(
        shown(&read(b"a\0b\n\"c\0d\"\0e\nf\0\n", &separator).events),
        "[a][b] {\"c\0d\"\0e\n} [f][NULL]"
    );
    let line_end = rules(dialect(&[ended_by('\0')]));
    assert_eq!(shown(&read(b"a,b\0c,d\0", &line_end).events), "[a][b] [c][d]");
}

#[test]
fn latin1_is_iso_8859_1_and_rejected_as_it_stands() {
    let rules = Rules { encoding: latin1(), ..rules(dialect(&[])) };
    let text = b"caf\xe9,\x80\n\"\xe9\"\xe9\n\"\xe9\n";
    for pattern in [1, 1000] {
        let events = read_in_pieces(text, &rules, 16, &[pattern]).events;
        assert_eq!(events[0], Event::Row(vec![Some("café".into()), Some("\u{80}".into())]));
        assert_eq!(events[1], Event::Malformed(b"\"\xe9\"\xe9\n".to_vec()));
        assert_eq!(events[2], Event::Malformed(b"\"\xe9\n".to_vec()));
    }
    let wide: Vec<u8> = [b"\"", vec![0xe9; 300_000].as_slice(), b"\na\n"].concat();
    let events = read(&wide, &Rules { max_record: 1024, ..rules }).events;
    assert_eq!(events[0], Event::Malformed(wide[..wide.len() - 2].to_vec()));
    assert_eq!(shown(&events[1..]), "[a]");
}

#[test]
fn a_record_wider_than_allowed_is_malformed() {
    let rules = Rules { max_record: 8, ..rules(dialect(&[])) };
    let read = read(b"1234567\n12345678\n\"34\n\n\n\n\n\n1,2\n3\n12345678", &rules);
    assert_eq!(shown(&read.events), "[1234567] {12345678\n} {\"34\n} - - - - - [1][2] [3] [12345678]");
    let expected =
        "f.csv:2: the record is wider than `max record size` (8 bytes); check `lines terminated by`";
    assert!(read.complaints[0].starts_with(expected), "{:?}", read.complaints);
    let expected = "f.csv:3: the record is wider than `max record size` (8 bytes): the quote opened on line 3 is not \
                    closed; inside quotes a quote is written \"\"";
    assert!(read.complaints[1].starts_with(expected), "{:?}", read.complaints);
}

/// The second record goes the way of the first, which was too wide, but is narrow enough itself.
#[test]
fn what_follows_a_record_that_was_too_wide_may_share_its_end() {
    let rules = Rules { max_record: 20, ..rules(dialect(&[BACKSLASH])) };
    for (text, expected) in [
        ("t\",\"\nt\",\"\n0123456\",1\nb\n", "{t\",\"\n} [t\"][\n0123456][1] [b]"),
        ("t\",\"\nt\",\"\n0\"1,2\nb\n", "{t\",\"\n} {t\",\"\n} [0\"1][2] [b]"),
    ] {
        for pattern in [1, 3, 1000] {
            assert_eq!(shown(&read_in_pieces(text.as_bytes(), &rules, 16, &[pattern]).events), expected);
        }
    }
}

#[test]
fn a_first_line_wider_than_the_buffer_comes_in_pieces() {
    let rules = Rules { max_record: 1024, ..rules(dialect(&[])) };
    let line = "x,".repeat(500_000) + "\n";
    let text = format!("a\n{line}b\n");
    let read = read(text.as_bytes(), &rules);
    assert_eq!(read.events.len(), 3);
    assert_eq!(read.events[1], Event::Malformed(line.into_bytes()));
    assert_eq!(shown(&read.events[2..]), "[b]");
}

#[test]
fn fields_beyond_what_any_table_has_are_dropped() {
    let text = "\"a\"\"\",".repeat(MAX_FIELDS + 10) + "\nb\n";
    let events = read(text.as_bytes(), &rules(dialect(&[]))).events;
    let Event::Row(fields) = &events[0] else { panic!("{}", shown(&events[..1])) };
    assert_eq!(fields.len(), MAX_FIELDS);
    assert!(fields.iter().all(|field| field.as_deref() == Some("a\"")));
    assert_eq!(shown(&events[1..]), "[b]");
}

#[test]
fn complaints_name_the_line_of_the_record_and_of_the_fault() {
    let rules = rules(dialect(&[]));
    let read = read(b"a\n\"b\nc\"\n\"d\ne\"f\n\"g\"h\n1,\"x\n", &rules);
    let starts = [
        "f.csv:4: text follows a closing quote on line 5: a quote between these lines may be unbalanced; inside",
        "f.csv:5: text follows a closing quote on line 6: a quote",
        "f.csv:6: text follows a closing quote; inside",
        "f.csv:7: the quote opened on line 7 is never closed; inside",
    ];
    assert_eq!(read.complaints.len(), starts.len());
    for (complaint, start) in read.complaints.iter().zip(starts) {
        assert!(complaint.starts_with(start), "{complaint}");
    }
}

#[test]
fn reading_ends_when_the_intake_is_stopped_or_the_source_cancelled() {
    let rules = Arc::new(rules(dialect(&[])));
    let mut stopping = Collected { rows_to_take: Some(2), ..Collected::default() };
    let mut records = Records::new(&b"a\nb\nc\n"[..], "f.csv".into(), Arc::clone(&rules));
    assert_eq!(rows(&mut records, &mut stopping, &AtomicBool::new(false)), Ok(()));
    assert_eq!(shown(&stopping.events), "[a] [b]");
    let mut records = Records::new(&b"a\nb\nc\n"[..], "f.csv".into(), rules);
    let error = rows(&mut records, &mut Collected::default(), &AtomicBool::new(true)).unwrap_err();
    assert_eq!(error.to_string(), "reading was cancelled\nCONTEXT: f.csv");
}

/// Files for which a reader that scans each malformed record to its end needs minutes each, and hours if they are
/// as large as real ones.
#[test]
fn work_stays_linear_whatever_the_quotes_do() {
    let hostile: [(&[(&str, Value)], &str); 6] = [
        (&[BACKSLASH], "t\",\"\n"),
        (&[escaped_by('\\'), FOLLOWING], "t\",\"\n"),
        (&[escaped_by('\\'), FOLLOWING], "t\",\"\\\n\n"),
        (&[escaped_by('\\'), FOLLOWING], "t\\\n"),
        (&[], "\"x\n\"\"\n"),
        (&[], "\"x\n"),
    ];
    for (written, line) in hostile {
        let text = line.repeat(60_000);
        for (max_record, end) in [(64 << 20, ""), (64 << 20, "\"x"), (1 << 17, "\",1\n2\n")] {
            let rules = Rules { max_record, ..rules(dialect(written)) };
            let started = Instant::now();
            assert!(!read(format!("{text}{end}").as_bytes(), &rules).events.is_empty());
            assert!(started.elapsed() < Duration::from_secs(30), "{line:?} {max_record} {end:?}");
        }
    }
}

pub fn dialects() -> impl Strategy<Value = Dialect> {
    let escapes = [
        vec![],
        vec![BACKSLASH],
        vec![escaped_by('\\'), FOLLOWING],
        vec![escaped_by('€'), FOLLOWING],
        vec![escaped_by('!')],
        vec![UNQUOTED],
    ];
    let ends = [
        vec![],
        vec![],
        vec![ended_by_crlf()],
        vec![ended_by('|')],
        vec![ended_by('§')],
        vec![ended_by('\r')],
    ];
    let separators = [',', ',', '\t', '¢'];
    let parts = (prop::sample::select(escapes.to_vec()), prop::sample::select(ends.to_vec()));
    (parts, prop::sample::select(separators.to_vec()), any::<bool>()).prop_map(
        |((escape, end), separator, keep)| {
            let mut written = [escape, end].concat();
            written.push(("fields terminated by", Value::Char(separator)));
            written.extend(keep.then_some(KEEP));
            dialect(&written)
        },
    )
}

/// Text of whatever may be special, with long stretches of nothing special.
pub fn hostile_text() -> impl Strategy<Value = String> {
    let pieces = [
        ",",
        ",",
        "\"",
        "\"",
        "\"",
        "\n",
        "\n",
        "\r\n",
        "\r",
        "\\",
        "\\",
        " ",
        "\t",
        "a",
        "b",
        "é",
        "§",
        "¢",
        "€",
        "|",
        "!",
        "\"\"",
        "\\\"",
        "\\\n",
        "\",\"",
        "t\",\"\n",
        "0123456789012345678901234567890123456789",
    ];
    prop::collection::vec(prop::sample::select(pieces.to_vec()), 0..60).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    #[test]
    fn splitting_is_that_of_the_reference_wherever_reads_end(
        text in hostile_text(),
        dialect in dialects(),
        max_record in prop::sample::select(vec![4, 9, 20, 70, 64 << 20]),
        capacity in prop::sample::select(vec![16, 33, 64, 100, 1 << 16]),
        pattern in prop::collection::vec(1usize..50, 1..5),
    ) {
        let rules = Rules { max_record, ..rules(dialect) };
        let expected = Reference { text: &text, dialect: &rules.dialect, max_record }.events();
        let whole = read(text.as_bytes(), &rules);
        prop_assert_eq!(&whole.events, &expected);
        let pieces = read_in_pieces(text.as_bytes(), &rules, capacity, &pattern);
        prop_assert_eq!(&pieces.events, &expected);
        prop_assert_eq!(pieces.complaints, whole.complaints);
    }

    #[test]
    fn any_bytes_are_read_without_loss_of_line_numbers(
        bytes in prop::collection::vec(prop::sample::select(b"a,\"\n\r\\ \0\xff\xc3\xa9".to_vec()), 0..200),
        dialect in dialects(),
        strip_nuls: bool,
        is_latin1: bool,
        capacity in prop::sample::select(vec![16, 50, 1 << 16]),
        pattern in prop::collection::vec(1usize..50, 1..5),
    ) {
        let encoding = if is_latin1 { latin1() } else { Encoding::UTF_8 };
        let rules = Rules { strip_nuls, encoding, max_record: 60, ..rules(dialect) };
        let whole = read(&bytes, &rules);
        let pieces = read_in_pieces(&bytes, &rules, capacity, &pattern);
        prop_assert_eq!(pieces.events, whole.events);
        prop_assert_eq!(pieces.complaints, whole.complaints);
        prop_assert_eq!(pieces.nuls, whole.nuls);
    }

    #[test]
    fn files_of_another_writer_are_read_as_its_own_reader_does(
        rows in prop::collection::vec(prop::collection::vec("[a-c,\"\n\r \té]{0,6}", 1..5), 0..10),
        style in prop::sample::select(vec![csv::QuoteStyle::Necessary, csv::QuoteStyle::Always]),
        crlf: bool,
    ) {
        let terminator = if crlf { csv::Terminator::CRLF } else { csv::Terminator::Any(b'\n') };
        let mut writer = csv::WriterBuilder::new().flexible(true).quote_style(style).terminator(terminator).from_writer(Vec::new());
        for row in &rows {
            writer.write_record(row).unwrap();
        }
        let bytes = writer.into_inner().unwrap();
        let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(&bytes[..]);
        let theirs: Vec<Vec<String>> = reader.records().map(|record| record.unwrap().iter().map(str::to_owned).collect()).collect();
        let mut ours = Vec::new();
        for event in read(&bytes, &rules_of_rfc()).events {
            match event {
                Event::Row(fields) => ours.push(fields.into_iter().map(Option::unwrap_or_default).collect::<Vec<_>>()),
                other => prop_assert!(false, "{:?}", other),
            }
        }
        prop_assert_eq!(&ours, &theirs);
        prop_assert_eq!(ours, rows);
    }
}

fn rules_of_rfc() -> Rules {
    rules(dialect(&[KEEP]))
}
