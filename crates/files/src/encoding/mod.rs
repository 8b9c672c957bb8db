//! The encodings that files may have, by name, and their way into UTF-8 and back.

mod back;
mod bytes;
mod decoder;
mod names;
mod transcoder;

use std::sync::OnceLock;

use bytes::{Bytes, Table};
use encoding_rs as web;

pub use names::listing;
pub use transcoder::{Transcoder, marked_byte};

/// One encoding.
#[derive(Debug, Clone, Copy)]
pub struct Encoding(&'static Entry);

/// What is known of an encoding.
#[derive(Debug)]
struct Entry {
    name: &'static str,
    aliases: &'static [&'static str],
    form: Form,
    /// Made when it is first needed.
    table: OnceLock<Table>,
}

/// How characters are made of bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Utf8,
    /// Two bytes, or two pairs of them.
    Utf16(ByteOrder),
    /// Four bytes.
    Utf32(ByteOrder),
    /// One byte.
    Bytes(Bytes),
    /// A varying number of bytes, as the WHATWG's Encoding Standard says.
    Web(&'static web::Encoding),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ByteOrder {
    Big,
    Little,
    /// As the byte order mark says; without one the big end comes first.
    Marked,
}

impl Encoding {
    /// UTF-8.
    pub const UTF_8: Encoding = Encoding(&UTF_8);

    /// Its name, as lists show it.
    pub fn name(self) -> &'static str {
        self.0.name
    }

    /// Whether it is UTF-8, whose text stays as it is.
    pub fn is_utf8(self) -> bool {
        self.0.form == Form::Utf8
    }

    /// Whether a file may begin with a byte order mark: it has all characters of Unicode.
    pub fn has_byte_order_mark(self) -> bool {
        match self.0.form {
            Form::Utf8 | Form::Utf16(_) | Form::Utf32(_) => true,
            Form::Web(encoding) => encoding == web::GB18030,
            Form::Bytes(_) => false,
        }
    }

    /// The same with this byte order.
    fn in_order(self, order: ByteOrder) -> Encoding {
        let wanted = match self.0.form {
            Form::Utf16(_) => Form::Utf16(order),
            Form::Utf32(_) => Form::Utf32(order),
            other => other,
        };
        OTHERS.iter().rfind(|entry| entry.form == wanted).map_or(self, Encoding)
    }

    fn table(self, form: Bytes) -> &'static Table {
        self.0.table.get_or_init(|| Table::new(form))
    }
}

impl Default for Encoding {
    fn default() -> Encoding {
        Encoding::UTF_8
    }
}

impl PartialEq for Encoding {
    fn eq(&self, other: &Encoding) -> bool {
        std::ptr::eq(self.0, other.0)
    }
}

impl Eq for Encoding {}

const fn entry(name: &'static str, aliases: &'static [&'static str], form: Form) -> Entry {
    Entry { name, aliases, form, table: OnceLock::new() }
}

const fn dos(name: &'static str, page: u16) -> Entry {
    entry(name, &[], Form::Bytes(Bytes::Dos(page)))
}

const fn one_byte(
    name: &'static str,
    aliases: &'static [&'static str],
    encoding: &'static web::Encoding,
) -> Entry {
    entry(name, aliases, Form::Bytes(Bytes::Web(encoding)))
}

static UTF_8: Entry = entry("UTF-8", &["UTF8"], Form::Utf8);

/// Every encoding but UTF-8, sorted by name. Upper and lower case, and characters that are neither letters nor
/// digits, make no difference between names, so that an alias stands here only where it differs in more, or where
/// pgloader 3 lists it.
static OTHERS: [Entry; 66] = [
    entry(
        "ASCII",
        &["US-ASCII", "ANSI_X3.4-1968", "ISO-646", "ISO-646-US", "646"],
        Form::Bytes(Bytes::Ascii),
    ),
    entry("BIG5", &["CP950", "WIN950", "WINDOWS-950"], Form::Web(&web::BIG5_INIT)),
    one_byte("CP1250", &["WINDOWS-1250", "WIN1250"], &web::WINDOWS_1250_INIT),
    one_byte("CP1251", &["WINDOWS-1251", "WIN1251", "WIN"], &web::WINDOWS_1251_INIT),
    one_byte("CP1252", &["WINDOWS-1252", "WIN1252"], &web::WINDOWS_1252_INIT),
    one_byte("CP1253", &["WINDOWS-1253", "WIN1253"], &web::WINDOWS_1253_INIT),
    one_byte("CP1254", &["WINDOWS-1254", "WIN1254"], &web::WINDOWS_1254_INIT),
    one_byte("CP1255", &["WINDOWS-1255", "WIN1255"], &web::WINDOWS_1255_INIT),
    one_byte("CP1256", &["WINDOWS-1256", "WIN1256"], &web::WINDOWS_1256_INIT),
    one_byte("CP1257", &["WINDOWS-1257", "WIN1257"], &web::WINDOWS_1257_INIT),
    one_byte("CP1258", &["WINDOWS-1258", "WIN1258", "TCVN", "VSCII"], &web::WINDOWS_1258_INIT),
    dos("CP437", 437),
    dos("CP720", 720),
    dos("CP737", 737),
    dos("CP775", 775),
    dos("CP850", 850),
    dos("CP852", 852),
    dos("CP855", 855),
    dos("CP857", 857),
    dos("CP858", 858),
    dos("CP860", 860),
    dos("CP861", 861),
    dos("CP862", 862),
    dos("CP863", 863),
    dos("CP864", 864),
    dos("CP865", 865),
    one_byte("CP866", &["WIN866", "ALT"], &web::IBM866_INIT),
    dos("CP869", 869),
    one_byte("CP874", &["WINDOWS-874", "WIN874"], &web::WINDOWS_874_INIT),
    entry("EBCDIC-US", &["CP037", "IBM-037", "IBM037"], Form::Bytes(Bytes::Ebcdic)),
    entry("EUC-JP", &["EUCJP"], Form::Web(&web::EUC_JP_INIT)),
    entry("EUC-KR", &["UHC", "CP949", "WIN949"], Form::Web(&web::EUC_KR_INIT)),
    entry("GB18030", &[], Form::Web(&web::GB18030_INIT)),
    entry("GBK", &["CP936", "EUC-CN", "WIN936", "WINDOWS-936"], Form::Web(&web::GBK_INIT)),
    entry("ISO-2022-JP", &[], Form::Web(&web::ISO_2022_JP_INIT)),
    one_byte("ISO-8859-10", &["LATIN-6"], &web::ISO_8859_10_INIT),
    entry("ISO-8859-11", &[], Form::Bytes(Bytes::Thai)),
    one_byte("ISO-8859-13", &["LATIN-7"], &web::ISO_8859_13_INIT),
    one_byte("ISO-8859-14", &["LATIN-8"], &web::ISO_8859_14_INIT),
    one_byte("ISO-8859-16", &["LATIN-10"], &web::ISO_8859_16_INIT),
    one_byte("ISO-8859-2", &["LATIN-2"], &web::ISO_8859_2_INIT),
    one_byte("ISO-8859-3", &["LATIN-3"], &web::ISO_8859_3_INIT),
    one_byte("ISO-8859-4", &["LATIN-4"], &web::ISO_8859_4_INIT),
    one_byte("ISO-8859-5", &[], &web::ISO_8859_5_INIT),
    one_byte("ISO-8859-6", &[], &web::ISO_8859_6_INIT),
    one_byte("ISO-8859-7", &[], &web::ISO_8859_7_INIT),
    one_byte("ISO-8859-8", &["ISO-8859-8-I"], &web::ISO_8859_8_INIT),
    entry(
        "ISO-8859-9",
        &["LATIN-5", "L5", "ISO-IR-148", "CSISOLATIN5", "ISO_8859-9:1989"],
        Form::Bytes(Bytes::Turkish),
    ),
    one_byte("KOI8-R", &["KOI8"], &web::KOI8_R_INIT),
    one_byte("KOI8-U", &[], &web::KOI8_U_INIT),
    entry(
        "LATIN-1",
        &[
            "LATIN1",
            "ISO-8859-1",
            "ISO8859-1",
            "L1",
            "CP819",
            "IBM819",
            "ISO-IR-100",
            "CSISOLATIN1",
            "ISO_8859-1:1987",
        ],
        Form::Bytes(Bytes::Latin1),
    ),
    one_byte("LATIN-9", &["LATIN9", "ISO-8859-15", "ISO8859-15"], &web::ISO_8859_15_INIT),
    one_byte("MAC-ROMAN", &["MACROMAN", "MAC", "MACINTOSH"], &web::MACINTOSH_INIT),
    entry(
        "SHIFT_JIS",
        &["SJIS", "CP932", "MSKANJI", "WIN932", "WINDOWS-932"],
        Form::Web(&web::SHIFT_JIS_INIT),
    ),
    entry("UCS-2BE", &["UCS2BE"], Form::Utf16(ByteOrder::Big)),
    entry("UCS-2LE", &["UCS2LE"], Form::Utf16(ByteOrder::Little)),
    entry("UCS-4BE", &["UCS4BE"], Form::Utf32(ByteOrder::Big)),
    entry("UCS-4LE", &["UCS4LE"], Form::Utf32(ByteOrder::Little)),
    entry("UTF-16", &["UTF16"], Form::Utf16(ByteOrder::Marked)),
    entry("UTF-16BE", &["UTF16BE"], Form::Utf16(ByteOrder::Big)),
    entry("UTF-16LE", &["UTF16LE"], Form::Utf16(ByteOrder::Little)),
    entry("UTF-32", &["UTF32"], Form::Utf32(ByteOrder::Marked)),
    entry("UTF-32BE", &["UTF32BE"], Form::Utf32(ByteOrder::Big)),
    entry("UTF-32LE", &["UTF32LE"], Form::Utf32(ByteOrder::Little)),
    one_byte("X-MAC-CYRILLIC", &[], &web::X_MAC_CYRILLIC_INIT),
    one_byte("X-USER-DEFINED", &[], &web::X_USER_DEFINED_INIT),
];

#[cfg(test)]
mod tests;
