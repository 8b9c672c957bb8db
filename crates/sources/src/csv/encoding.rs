//! The encodings of a file, by name.

use pgloader_core::{Error, Result};

/// How the characters of the file are encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Encoding {
    /// UTF-8; invalid sequences make a record malformed.
    #[default]
    Utf8,
    /// ISO 8859-1: each byte is the code point of the same number (not windows-1252).
    Latin1,
}

const UTF8: &[&str] = &["UTF-8", "UTF8"];
const LATIN1: &[&str] = &["LATIN-1", "LATIN1", "ISO-8859-1", "ISO8859-1"];

/// Encodings of the load language that are refused by name until they are built.
const NOT_BUILT: &[&str] = &[
    "ASCII",
    "US-ASCII",
    "ANSI_X3.4-1968",
    "ISO-646",
    "ISO-646-US",
    "646",
    "CP037",
    "CP437",
    "CP850",
    "CP852",
    "CP855",
    "CP857",
    "CP860",
    "CP861",
    "CP862",
    "CP863",
    "CP864",
    "CP865",
    "CP866",
    "CP869",
    "CP874",
    "CP932",
    "CP936",
    "CP1250",
    "CP1251",
    "CP1252",
    "CP1253",
    "CP1254",
    "CP1255",
    "CP1256",
    "CP1257",
    "CP1258",
    "WINDOWS-1250",
    "WINDOWS-1251",
    "WINDOWS-1252",
    "WINDOWS-1253",
    "WINDOWS-1254",
    "WINDOWS-1255",
    "WINDOWS-1256",
    "WINDOWS-1257",
    "WINDOWS-1258",
    "WIN1250",
    "WIN1251",
    "WIN1252",
    "WIN1253",
    "WIN1254",
    "WIN1255",
    "WIN1256",
    "WIN1257",
    "WIN1258",
    "WIN866",
    "WIN874",
    "EBCDIC-US",
    "IBM-037",
    "IBM037",
    "EUC-JP",
    "EUCJP",
    "EUC_JP",
    "EUC_CN",
    "EUC_KR",
    "EUC_TW",
    "BIG5",
    "GB18030",
    "GBK",
    "JOHAB",
    "UHC",
    "SQL_ASCII",
    "ISO-8859-2",
    "ISO-8859-3",
    "ISO-8859-4",
    "ISO-8859-5",
    "ISO-8859-6",
    "ISO-8859-7",
    "ISO-8859-8",
    "ISO-8859-9",
    "ISO-8859-10",
    "ISO-8859-11",
    "ISO-8859-13",
    "ISO-8859-14",
    "ISO-8859-15",
    "ISO-8859-16",
    "ISO8859-15",
    "LATIN-2",
    "LATIN-3",
    "LATIN-4",
    "LATIN-5",
    "LATIN-6",
    "LATIN-7",
    "LATIN-8",
    "LATIN-9",
    "LATIN2",
    "LATIN3",
    "LATIN4",
    "LATIN5",
    "LATIN6",
    "LATIN7",
    "LATIN8",
    "LATIN9",
    "LATIN10",
    "KOI8-R",
    "KOI8-U",
    "KOI8R",
    "KOI8U",
    "MAC",
    "MACINTOSH",
    "MACROMAN",
    "MAC-ROMAN",
    "SHIFT_JIS",
    "SJIS",
    "UCS-2BE",
    "UCS-2LE",
    "UCS-4BE",
    "UCS-4LE",
    "UCS2BE",
    "UCS2LE",
    "UCS4BE",
    "UCS4LE",
    "UTF-16",
    "UTF16",
    "UTF-16BE",
    "UTF-16LE",
    "UTF16BE",
    "UTF16LE",
    "UTF-32",
    "UTF-32BE",
    "UTF-32LE",
    "UTF32BE",
    "UTF32LE",
    "X-MAC-CYRILLIC",
];

impl Encoding {
    /// The encoding of this name, in upper or lower case.
    ///
    /// # Errors
    ///
    /// The name is unknown, or it is that of an encoding not built yet.
    pub fn named(name: &str) -> Result<Encoding> {
        let is = |list: &[&str]| list.iter().any(|known| known.eq_ignore_ascii_case(name));
        if is(UTF8) {
            Ok(Encoding::Utf8)
        } else if is(LATIN1) {
            Ok(Encoding::Latin1)
        } else if is(NOT_BUILT) || encoding_rs::Encoding::for_label(name.as_bytes()).is_some() {
            Err(Error::new(format!("the encoding '{name}' is not built yet"))
                .hint("convert the file to UTF-8 first, for instance with iconv"))
        } else {
            Err(Error::new(format!("the encoding '{name}' is unknown")).hint("known are utf-8 and latin1"))
        }
    }
}
