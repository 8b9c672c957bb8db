//! One step of decoding: bytes in, UTF-8 out, up to the first bytes that mean nothing.

use std::fmt;

use encoding_rs as web;
use encoding_rs::mem::copy_ascii_to_ascii;

use super::bytes::Table;
use super::{ByteOrder, Encoding, Form};

/// Room that is enough for any step to go forward.
pub(super) const ENOUGH: usize = 16;

/// No sequence that cannot be decoded is longer, with what was looked at beyond it.
pub(super) const LONGEST: usize = 8;

/// How text in one encoding is decoded, and how far it is.
pub(super) enum Decoder {
    Utf16(ByteOrder),
    Utf32(ByteOrder),
    Bytes(&'static Table),
    Web(Box<Web>),
}

/// A decoder that keeps its state between blocks, and the last bytes it was given.
pub(super) struct Web {
    decoder: web::Decoder,
    recent: Recent,
}

/// What a step came to.
#[derive(Debug, Default)]
pub(super) struct Progress {
    /// How many bytes are decoded.
    pub(super) read: usize,
    /// How many bytes of UTF-8 they are.
    pub(super) written: usize,
    /// Whether that was all.
    pub(super) is_finished: bool,
    /// The last of the bytes that were read cannot be decoded.
    bad: [u8; LONGEST],
    bad_len: usize,
}

impl Progress {
    /// Bytes that cannot be decoded and stand behind what was written.
    pub(super) fn bad(&self) -> &[u8] {
        &self.bad[..self.bad_len]
    }

    fn with_bad(mut self, bytes: &[u8]) -> Progress {
        self.bad_len = bytes.len().min(LONGEST);
        self.bad[..self.bad_len].copy_from_slice(&bytes[..self.bad_len]);
        self
    }
}

/// Says no more than which decoder it is: those of `encoding_rs` have no such output.
impl fmt::Debug for Decoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Decoder::Utf16(order) => write!(f, "Utf16({order:?})"),
            Decoder::Utf32(order) => write!(f, "Utf32({order:?})"),
            Decoder::Bytes(_) => write!(f, "Bytes"),
            Decoder::Web(web) => write!(f, "Web({})", web.decoder.encoding().name()),
        }
    }
}

impl Decoder {
    /// A decoder at the start of a text; `None` for UTF-8.
    pub(super) fn new(encoding: Encoding) -> Option<Decoder> {
        match encoding.0.form {
            Form::Utf8 => None,
            Form::Utf16(order) => Some(Decoder::Utf16(order)),
            Form::Utf32(order) => Some(Decoder::Utf32(order)),
            Form::Bytes(form) => Some(Decoder::Bytes(encoding.table(form))),
            Form::Web(web) => Some(Decoder::Web(Box::new(Web {
                decoder: web.new_decoder_without_bom_handling(),
                recent: Recent::default(),
            }))),
        }
    }

    /// Decodes as much of `source` as there is `room` for, at most up to the first bytes that cannot be decoded. A
    /// sequence that goes on behind `source` may stay there, unless that is the `last`.
    pub(super) fn decode(&mut self, source: &[u8], last: bool, room: &mut [u8]) -> Progress {
        match self {
            Decoder::Utf16(order) => decode_units(source, last, room, |source| utf16(source, *order)),
            Decoder::Utf32(order) => decode_units(source, last, room, |source| utf32(source, *order)),
            Decoder::Bytes(table) => decode_bytes(table, source, last, room),
            Decoder::Web(web) => web.decode(source, last, room),
        }
    }
}

/// What a text begins with.
enum Unit {
    Char(char, usize),
    /// So many bytes that cannot be decoded.
    Bad(usize),
    /// Too few bytes.
    Cut,
}

fn decode_units(source: &[u8], last: bool, room: &mut [u8], unit: impl Fn(&[u8]) -> Unit) -> Progress {
    let mut progress = Progress::default();
    while room.len() - progress.written >= 4 {
        let rest = &source[progress.read..];
        let bad = match unit(rest) {
            Unit::Char(char, len) => {
                progress.read += len;
                progress.written += char.encode_utf8(&mut room[progress.written..]).len();
                continue;
            }
            Unit::Bad(len) => len,
            Unit::Cut if last && !rest.is_empty() => rest.len(),
            Unit::Cut => {
                progress.is_finished = last;
                break;
            }
        };
        progress.read += bad;
        return progress.with_bad(&rest[..bad]);
    }
    progress
}

fn utf16(source: &[u8], order: ByteOrder) -> Unit {
    let unit = |at: usize| {
        let bytes = source.get(at..)?.first_chunk::<2>()?;
        Some(if order == ByteOrder::Little { u16::from_le_bytes(*bytes) } else { u16::from_be_bytes(*bytes) })
    };
    let Some(first) = unit(0) else { return Unit::Cut };
    if let Some(char) = char::from_u32(u32::from(first)) {
        return Unit::Char(char, 2);
    }
    match unit(2) {
        None if first < 0xdc00 => Unit::Cut,
        second => match char::decode_utf16([first].into_iter().chain(second)).next() {
            Some(Ok(char)) => Unit::Char(char, 4),
            _ => Unit::Bad(2),
        },
    }
}

fn utf32(source: &[u8], order: ByteOrder) -> Unit {
    let Some(bytes) = source.first_chunk::<4>() else { return Unit::Cut };
    let number =
        if order == ByteOrder::Little { u32::from_le_bytes(*bytes) } else { u32::from_be_bytes(*bytes) };
    char::from_u32(number).map_or(Unit::Bad(4), |char| Unit::Char(char, 4))
}

fn decode_bytes(table: &Table, source: &[u8], last: bool, room: &mut [u8]) -> Progress {
    let mut progress = Progress::default();
    while progress.read < source.len() {
        if table.extends_ascii {
            let ascii = copy_ascii_to_ascii(
                &source[progress.read..][..(source.len() - progress.read).min(room.len() - progress.written)],
                &mut room[progress.written..],
            );
            progress.read += ascii;
            progress.written += ascii;
        }
        let Some(&byte) = source.get(progress.read) else { break };
        if room.len() - progress.written < 4 {
            return progress;
        }
        progress.read += 1;
        match table.chars[usize::from(byte)] {
            Some(char) => progress.written += char.encode_utf8(&mut room[progress.written..]).len(),
            None => return progress.with_bad(&[byte]),
        }
    }
    progress.is_finished = last;
    progress
}

impl Web {
    fn decode(&mut self, source: &[u8], last: bool, room: &mut [u8]) -> Progress {
        let (result, read, written) = self.decoder.decode_to_utf8_without_replacement(source, room, last);
        self.recent.push(&source[..read]);
        let progress = Progress { read, written, ..Progress::default() };
        match result {
            web::DecoderResult::InputEmpty => Progress { is_finished: last, ..progress },
            web::DecoderResult::OutputFull => progress,
            web::DecoderResult::Malformed(len, beyond) => {
                progress.with_bad(self.recent.before(beyond.into(), len.into()))
            }
        }
    }
}

/// The last bytes of what was decoded.
#[derive(Default)]
struct Recent([u8; LONGEST]);

impl Recent {
    fn push(&mut self, bytes: &[u8]) {
        let new = &bytes[bytes.len().saturating_sub(LONGEST)..];
        self.0.rotate_left(new.len());
        self.0[LONGEST - new.len()..].copy_from_slice(new);
    }

    /// The `len` bytes before the last `beyond`.
    fn before(&self, beyond: usize, len: usize) -> &[u8] {
        let end = LONGEST - beyond.min(LONGEST);
        &self.0[end - len.min(end)..end]
    }
}
