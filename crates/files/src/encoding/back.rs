//! From UTF-8 back to a file's own encoding, for records that are rejected as they stand in it.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use encoding_rs as web;

use super::transcoder::marked_byte;
use super::{ByteOrder, Encoding, Form};

/// How many bytes of UTF-8 are turned back at once.
const PIECE: usize = 64 << 10;

impl Encoding {
    /// Hands `text`, which a [`Transcoder`](super::Transcoder) has made, to `give` as it stands in the file, in as
    /// many pieces as it takes. Of several ways to write a character, which some encodings of East Asia have for
    /// a few, the usual one is taken.
    ///
    /// # Errors
    ///
    /// That of `give`.
    pub fn original<E>(self, text: &[u8], mut give: impl FnMut(&[u8]) -> Result<(), E>) -> Result<(), E> {
        if self.is_utf8() {
            return give(text);
        }
        let (mut rest, mut piece) = (text, Vec::new());
        while !rest.is_empty() {
            let (now, later) = rest.split_at(whole_characters(rest));
            piece.clear();
            self.turn_back(now, &mut piece);
            give(&piece)?;
            rest = later;
        }
        Ok(())
    }

    fn turn_back(self, text: &[u8], out: &mut Vec<u8>) {
        let mut lead = None;
        for chunk in text.utf8_chunks() {
            self.encode(chunk.valid(), out);
            // Each byte of a mark comes as a chunk of its own.
            for &byte in chunk.invalid() {
                match lead.take() {
                    None => lead = Some(byte),
                    Some(lead) => out.extend(marked_byte(&[lead, byte])),
                }
            }
        }
    }

    fn encode(self, text: &str, out: &mut Vec<u8>) {
        match self.0.form {
            Form::Utf8 => out.extend_from_slice(text.as_bytes()),
            Form::Utf16(order) => text.encode_utf16().for_each(|unit| {
                out.extend_from_slice(&match order {
                    ByteOrder::Little => unit.to_le_bytes(),
                    ByteOrder::Big | ByteOrder::Marked => unit.to_be_bytes(),
                });
            }),
            Form::Utf32(order) => text.chars().map(u32::from).for_each(|char| {
                out.extend_from_slice(&match order {
                    ByteOrder::Little => char.to_le_bytes(),
                    ByteOrder::Big | ByteOrder::Marked => char.to_be_bytes(),
                });
            }),
            Form::Bytes(form) => out.extend(text.chars().filter_map(|char| self.table(form).byte(char))),
            Form::Web(encoding) => encode_web(encoding, text, out),
        }
    }
}

/// The length of the longest start of `text` that is no longer than a piece and cuts no character.
fn whole_characters(text: &[u8]) -> usize {
    let mut len = text.len().min(PIECE);
    while len < text.len() && text[len] & 0xc0 == 0x80 {
        len -= 1;
    }
    len
}

fn encode_web(encoding: &'static web::Encoding, text: &str, out: &mut Vec<u8>) {
    // Both are decoded alike, and only this one encodes all that is decoded.
    let encoding = if encoding == web::GBK { web::GB18030 } else { encoding };
    let (mut encoder, mut rest) = (encoding.new_encoder(), text);
    loop {
        out.reserve(rest.len() + 16);
        let (result, read) = encoder.encode_from_utf8_to_vec_without_replacement(rest, out, true);
        rest = &rest[read..];
        match result {
            web::EncoderResult::InputEmpty => return,
            web::EncoderResult::OutputFull => {}
            web::EncoderResult::Unmappable(char) => encode_rare(encoding, char, out),
        }
    }
}

/// Characters that the standard decodes and does not encode. Those of which Big5 writes two with one sequence stay
/// in UTF-8.
fn encode_rare(encoding: &'static web::Encoding, char: char, out: &mut Vec<u8>) {
    type Rare = HashMap<&'static str, HashMap<char, [u8; 3]>>;
    static RARE: Mutex<Option<Rare>> = Mutex::new(None);
    let mut rare = RARE.lock().unwrap_or_else(PoisonError::into_inner);
    let rare = rare.get_or_insert_default().entry(encoding.name()).or_insert_with(|| all_sequences(encoding));
    match rare.get(&char) {
        Some(sequence) => out.extend(sequence.iter().skip_while(|&&byte| byte == 0)),
        None => out.extend_from_slice(char.encode_utf8(&mut [0; 4]).as_bytes()),
    }
}

/// What each sequence of two or three bytes means, where that is one character.
fn all_sequences(encoding: &'static web::Encoding) -> HashMap<char, [u8; 3]> {
    let pairs = (0x81..=0xfe).flat_map(|lead| (0x30..=0xfe).map(move |trail| [0, lead, trail]));
    let triples = (0xa1..=0xfe).flat_map(|row| (0xa1..=0xfe).map(move |trail| [0x8f, row, trail]));
    let mut sequences = HashMap::new();
    for sequence in pairs.chain(triples) {
        let bytes = if sequence[0] == 0 { &sequence[1..] } else { &sequence[..] };
        let decoded = encoding.decode_without_bom_handling_and_without_replacement(bytes);
        let mut chars = decoded.as_deref().unwrap_or_default().chars();
        if let (Some(char), None) = (chars.next(), chars.next()) {
            sequences.entry(char).or_insert(sequence);
        }
    }
    sequences
}
