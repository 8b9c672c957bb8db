use std::io::{self, Read};

use super::*;

/// Hands out as many bytes at a time as it is told.
struct Slowly<'a>(&'a [u8], usize);

impl Read for Slowly<'_> {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        let len = self.1.min(room.len()).min(self.0.len());
        room[..len].copy_from_slice(&self.0[..len]);
        self.0 = &self.0[len..];
        Ok(len)
    }
}

fn named(name: &str) -> Encoding {
    Encoding::named(name).unwrap()
}

/// What `bytes` become, read `step` bytes at a time into a room of `room`; and the encoding that they turn out to
/// have.
fn decode_in_steps(name: &str, bytes: &[u8], step: usize, room: usize) -> (Vec<u8>, Encoding) {
    let mut reader = Transcoder::new(Slowly(bytes, step), named(name)).unwrap();
    let (mut all, mut room) = (Vec::new(), vec![0; room]);
    loop {
        let read = reader.read(&mut room).unwrap();
        if read == 0 {
            assert_eq!(reader.read(&mut room).unwrap(), 0, "an end is final");
            return (all, reader.encoding());
        }
        all.extend_from_slice(&room[..read]);
    }
}

/// The text of `bytes`, which does not depend on how they are read and leads back to them.
#[track_caller]
fn decode(name: &str, bytes: &[u8]) -> Vec<u8> {
    let (text, encoding) = decode_in_steps(name, bytes, usize::MAX, 1 << 16);
    for (step, room) in [(1, 1), (3, 5), (7, 16), (1, 100), (1000, 17)] {
        assert_eq!(decode_in_steps(name, bytes, step, room).0, text, "{name} {step} {room}");
    }
    let mut back = Vec::new();
    let given: Result<(), ()> = encoding.original(&text, |piece| {
        back.extend_from_slice(piece);
        Ok(())
    });
    assert_eq!((given, back.as_slice()), (Ok(()), bytes), "{name}");
    text
}

fn text(name: &str, bytes: &[u8]) -> String {
    String::from_utf8(decode(name, bytes)).unwrap()
}

#[test]
fn names_are_unique_sorted_and_lead_to_their_encoding() {
    let names: Vec<&str> = listing().map(|(name, _)| name).collect();
    assert!(names.is_sorted());
    for (name, aliases) in listing() {
        assert_eq!(named(name).name(), name);
        for alias in aliases {
            assert_eq!(named(alias).name(), name, "{alias}");
            assert_eq!(named(&alias.to_lowercase()).name(), name, "{alias}");
        }
    }
}

/// The names of load-command.md §4.9, with their aliases.
#[test]
fn every_name_of_the_load_language_is_known() {
    let mut lists: Vec<Vec<String>> = [
        "ASCII US-ASCII ANSI_X3.4-1968 ISO-646 ISO-646-US 646",
        "EBCDIC-US CP037 IBM-037 IBM037",
        "EUC-JP EUCJP EUC_JP",
        "GBK CP936",
        "ISO-8859-2 LATIN-2 LATIN2",
        "ISO-8859-3 LATIN-3 LATIN3",
        "ISO-8859-4 LATIN-4 LATIN4",
        "ISO-8859-9 LATIN-5 LATIN5",
        "ISO-8859-10 LATIN-6 LATIN6",
        "ISO-8859-13 LATIN-7 LATIN7",
        "ISO-8859-14 LATIN-8 LATIN8",
        "KOI8-R KOI8R",
        "KOI8-U KOI8U",
        "LATIN-1 LATIN1 ISO-8859-1 ISO8859-1 iso88591",
        "LATIN-9 LATIN9 ISO-8859-15 ISO8859-15",
        "MAC-ROMAN MACROMAN MAC MACINTOSH",
        "SHIFT_JIS SJIS CP932",
        "UTF-8 UTF8",
        "X-MAC-CYRILLIC",
        "UTF-16 UTF16",
        "UTF-32 UTF32",
        "CP1254 windows-1254 WIN1254",
    ]
    .iter()
    .map(|list| list.split(' ').map(str::to_owned).collect())
    .collect();
    for page in [437, 850, 852, 855, 857, 860, 861, 862, 863, 864, 865, 866, 869, 874] {
        lists.push(vec![format!("CP{page}")]);
    }
    for page in (1250..=1258).filter(|page| *page != 1254) {
        lists.push(vec![format!("CP{page}"), format!("WINDOWS-{page}"), format!("WIN{page}")]);
    }
    for part in [5, 6, 7, 8, 11] {
        lists.push(vec![format!("ISO-8859-{part}"), format!("ISO_8859_{part}")]);
    }
    for form in ["UCS-2", "UCS-4", "UTF-16", "UTF-32"] {
        for order in ["BE", "LE"] {
            lists.push(vec![format!("{form}{order}"), format!("{form}{order}").replacen('-', "", 1)]);
        }
    }
    for list in lists {
        for alias in &list {
            assert_eq!(named(alias).name(), list[0], "{alias}");
        }
    }
}

#[test]
fn labels_of_the_web_and_names_of_postgresql_are_known() {
    let cases = [
        ("x-sjis", "SHIFT_JIS"),
        ("ks_c_5601-1987", "EUC-KR"),
        ("gb2312", "GBK"),
        ("x-cp1252", "CP1252"),
        ("iso-8859-8-e", "ISO-8859-8"),
        ("logical", "ISO-8859-8"),
        ("dos-874", "CP874"),
        ("ibm866", "CP866"),
        ("unicode-1-1-utf-8", "UTF-8"),
        ("unicodefffe", "UTF-16BE"),
        ("iso-10646-ucs-2", "UTF-16LE"),
        ("csisolatin1", "LATIN-1"),
        ("EUC_CN", "GBK"),
        ("UHC", "EUC-KR"),
        ("LATIN10", "ISO-8859-16"),
        ("WIN866", "CP866"),
        ("BIG5", "BIG5"),
        ("GB18030", "GB18030"),
    ];
    for (name, expected) in cases {
        assert_eq!(named(name).name(), expected, "{name}");
    }
}

#[test]
fn an_unknown_name_is_told_with_a_near_one() {
    let refused = |name| Encoding::named(name).unwrap_err();
    assert_eq!(refused("klingon").message, "The encoding 'klingon' is unknown");
    assert!(!refused("klingon").hint.unwrap().contains("did you mean"));
    assert!(refused("UFT-8").hint.unwrap().contains("did you mean"));
    assert!(refused("windows-1259").hint.unwrap().contains("WINDOWS-125"));
    for name in ["hz-gb-2312", "iso-2022-kr", "", "--"] {
        assert!(Encoding::named(name).is_err(), "{name}");
    }
}

/// Every byte of every encoding of single bytes, as text or as a mark, and back.
#[test]
fn all_single_bytes_go_to_utf8_and_back() {
    let all: Vec<u8> = (0..=u8::MAX).collect();
    let mut count = 0;
    for (name, _) in listing() {
        if let Form::Bytes(_) = named(name).0.form {
            decode(name, &all);
            count += 1;
        }
    }
    assert_eq!(count, 49);
}

#[test]
fn encodings_of_single_bytes_differ_where_they_should() {
    let cases: [(&str, &[u8], &str); 14] = [
        ("latin1", b"\x80\xe9", "\u{80}é"),
        ("cp1252", b"\x80\xe9", "€é"),
        ("latin5", b"\xd0\xdd\xde\xf0\xfd\xfe", "ĞİŞğış"),
        ("latin9", b"\xa4\xbd", "€œ"),
        ("cp437", b"\x81\xe1\xb0", "üß░"),
        ("cp850", b"\x81\xe1\xd5", "üßı"),
        ("cp858", b"\xd5", "€"),
        ("cp852", b"\x9f\xa5", "čą"),
        ("ebcdic-us", b"\xc1\x81\xf1\x6b\x25\x15", "Aa1,\n\u{85}"),
        ("koi8-r", b"\xf0\xd2\xc9", "При"),
        ("cp866", b"\x8f\xe0\xa8", "При"),
        ("mac-roman", b"\x8e\xdb", "é€"),
        ("iso-8859-11", b"\xa1\xdf\xa0", "ก฿\u{a0}"),
        ("cp1251", b"\xcf\xf0\xe8", "При"),
    ];
    for (name, bytes, expected) in cases {
        assert_eq!(text(name, bytes), expected, "{name}");
    }
}

#[test]
fn encodings_of_several_bytes() {
    let cases: [(&str, &[u8], &str); 13] = [
        ("shift_jis", b"\x93\xfa\x96{,\xb1", "日本,ｱ"),
        ("euc-jp", b"\xc6\xfc\xcb\xdc\x8e\xb1\x8f\xb0\xa1", "日本ｱ丂"),
        ("gbk", b"\xc4\xe3\xba\xc3\x81\x30\x84\x36", "你好\u{a5}"),
        ("gb18030", b"\xc4\xe3\x94\x39\xda\x33", "你\u{1f4a9}"),
        ("big5", b"\xa7\x41\xa6\x6e\x87\x40", "你好䏰"),
        ("euc-kr", b"\xb0\xa1\x8c\x63", "가똠"),
        ("utf-16le", b"a\0\xe9\0\x3d\xd8\xa9\xdc", "aé\u{1f4a9}"),
        ("utf-16be", b"\0a\0\xe9\xd8\x3d\xdc\xa9", "aé\u{1f4a9}"),
        ("ucs-2le", b"a\0\xe9\0", "aé"),
        ("utf-16", b"\0a\0\xe9", "aé"),
        ("utf-32le", b"a\0\0\0\xa9\xf4\x01\0", "a\u{1f4a9}"),
        ("utf-32", b"\0\0\0a\0\x01\xf4\xa9", "a\u{1f4a9}"),
        ("ucs-4be", b"\0\0\0a\0\x01\xf4\xa9", "a\u{1f4a9}"),
    ];
    for (name, bytes, expected) in cases {
        assert_eq!(text(name, bytes), expected, "{name}");
    }
}

#[test]
fn a_byte_order_mark_says_where_to_begin_and_stays() {
    assert_eq!(text("utf-16", b"\xff\xfea\0"), "\u{feff}a");
    assert_eq!(text("utf-16", b"\xfe\xff\0a"), "\u{feff}a");
    assert_eq!(text("utf-32", b"\xff\xfe\0\0a\0\0\0"), "\u{feff}a");
    assert_eq!(text("utf-32", b"\0\0\xfe\xff\0\0\0a"), "\u{feff}a");
    assert_eq!(text("utf-16le", b"\xff\xfea\0"), "\u{feff}a");
    let (_, found) = decode_in_steps("utf-16", b"\xff\xfea\0", 1, 1);
    assert_eq!(found.name(), "UTF-16LE");
    assert!(found.has_byte_order_mark() && !named("latin1").has_byte_order_mark());
}

#[test]
fn bytes_that_cannot_be_decoded_become_marks() {
    // `~` stands for a mark of the byte that follows.
    let cases: [(&str, &[u8], &[u8]); 13] = [
        ("ascii", b"a\xe9b", b"a~\xe9b"),
        ("cp1253", b"\xaa\xd2", b"~\xaa~\xd2"),
        ("shift_jis", b"a\x81\nb\xff", b"a~\x81\nb~\xff"),
        ("shift_jis", b"a\x81", b"a~\x81"),
        ("euc-jp", b"\x8f\xa1 x", b"~\x8f~\xa1 x"),
        ("gbk", b"\x81\xff,", b"~\x81~\xff,"),
        ("gb18030", b"\x81\x30\x81,", b"~\x810~\x81,"),
        ("utf-16le", b"a\0\0\xd8b\0\0", b"a~\0~\xd8b~\0"),
        ("utf-16be", b"\xd8\x00\0b", b"~\xd8~\0b"),
        ("utf-16be", b"\xd8\x00\xd8", b"~\xd8~\0~\xd8"),
        ("utf-16be", b"\xdc\x00", b"~\xdc~\0"),
        ("utf-32le", b"a\0\0\0\0\xd8\0\0ab", b"a~\0~\xd8~\0~\0~a~b"),
        ("utf-32be", b"\x7f\0\0\0", b"~\x7f~\0~\0~\0"),
    ];
    for (name, bytes, expected) in cases {
        let text = decode(name, bytes);
        let (mut shown, mut rest) = (Vec::new(), text.as_slice());
        while let Some(&first) = rest.first() {
            let marked = marked_byte(rest);
            shown.extend(marked.map(|_| b'~'));
            shown.push(marked.unwrap_or(first));
            rest = &rest[1 + usize::from(marked.is_some())..];
        }
        assert_eq!(shown.escape_ascii().to_string(), expected.escape_ascii().to_string(), "{name}");
        assert!(std::str::from_utf8(&text).is_err());
    }
}

/// All that the encodings of East Asia can decode leads back to bytes that decode to the same.
#[test]
fn all_pairs_of_bytes_have_a_way_back() {
    for name in ["big5", "euc-jp", "euc-kr", "gbk", "gb18030", "shift_jis"] {
        let mut bytes = Vec::new();
        for lead in 0x81..=0xfeu8 {
            for trail in 0x30..=0xfeu8 {
                bytes.extend([lead, trail, b'\n']);
            }
        }
        let (text, encoding) = decode_in_steps(name, &bytes, usize::MAX, 1 << 16);
        let mut back = Vec::new();
        let given: Result<(), ()> = encoding.original(&text, |piece| {
            back.extend_from_slice(piece);
            Ok(())
        });
        assert!(given.is_ok());
        let again = decode_in_steps(name, &back, usize::MAX, 1 << 16).0;
        for (line, (one, other)) in text.split(|&b| b == b'\n').zip(again.split(|&b| b == b'\n')).enumerate()
        {
            // Big5 writes a letter and its accent with one sequence, in four cases.
            let is_pair = one.starts_with("Ê".as_bytes()) || one.starts_with("ê".as_bytes());
            assert!(one == other || name == "big5" && is_pair, "{name} {line}");
        }
        let lines = |bytes: &[u8]| -> Vec<Vec<u8>> { bytes.split(|&b| b == b'\n').map(Vec::from).collect() };
        let (before, after) = (lines(&bytes), lines(&back));
        let exact = before.iter().zip(&after).filter(|(one, other)| one == other).count();
        assert!(exact * 100 > 95 * before.len(), "{name}: {exact} of {}", before.len());
    }
}

#[test]
fn utf8_is_passed_on_as_it_is() {
    let bytes = b"\xef\xbb\xbfa\xff\xc3";
    assert_eq!(decode("utf-8", bytes), bytes);
}

#[test]
fn iso_2022_jp_shifts_between_character_sets() {
    let bytes = b"\x1b$BF|K\\\x1b(B,x";
    assert_eq!(text("iso-2022-jp", bytes), "日本,x");
}
