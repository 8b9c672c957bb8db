//! Finds encodings by name.

use encoding_rs as web;
use pgloader_core::{Error, Result};

use super::{ByteOrder, Bytes, Encoding, Entry, Form, OTHERS, UTF_8};

impl Encoding {
    /// The encoding of this name: one of [`listing`] in upper or lower case, with or without hyphens and the like;
    /// else what the WHATWG's Encoding Standard calls so.
    ///
    /// # Errors
    ///
    /// There is none.
    pub fn named(name: &str) -> Result<Encoding> {
        let entry = by_name(name).or_else(|| by_label(name));
        entry.map(Encoding).ok_or_else(|| unknown(name))
    }
}

/// Every encoding and its aliases, sorted by name.
pub fn listing() -> impl Iterator<Item = (&'static str, &'static [&'static str])> {
    entries().map(|entry| (entry.name, entry.aliases))
}

fn entries() -> impl Iterator<Item = &'static Entry> {
    let (before, after) = OTHERS.split_at(OTHERS.partition_point(|entry| entry.name < UTF_8.name));
    before.iter().chain([&UTF_8]).chain(after)
}

fn by_name(name: &str) -> Option<&'static Entry> {
    entries().find(|entry| names(entry).any(|known| letters(known).eq(letters(name))))
}

fn names(entry: &Entry) -> impl Iterator<Item = &'static str> {
    std::iter::once(entry.name).chain(entry.aliases.iter().copied())
}

/// What of a name tells it from others.
fn letters(name: &str) -> impl Iterator<Item = char> {
    name.chars().filter(|char| char.is_alphanumeric()).map(|char| char.to_ascii_lowercase())
}

fn by_label(label: &str) -> Option<&'static Entry> {
    let labelled = web::Encoding::for_label_no_replacement(label.as_bytes())?;
    let form = match labelled {
        encoding if encoding == web::UTF_8 => Form::Utf8,
        encoding if encoding == web::UTF_16BE => Form::Utf16(ByteOrder::Big),
        encoding if encoding == web::UTF_16LE => Form::Utf16(ByteOrder::Little),
        encoding if encoding == web::ISO_8859_8_I => Form::Bytes(Bytes::Web(web::ISO_8859_8)),
        encoding if encoding.is_single_byte() => Form::Bytes(Bytes::Web(encoding)),
        encoding => Form::Web(encoding),
    };
    // The last: UCS-2 stands before UTF-16.
    entries().filter(|entry| entry.form == form).last()
}

fn unknown(name: &str) -> Error {
    let error = Error::new(format!("The encoding '{name}' is unknown"));
    match nearest(name) {
        Some(near) => error.hint(format!("did you mean {near}? pgloader --list-encodings shows all")),
        None => error.hint("pgloader --list-encodings shows all that there are"),
    }
}

/// The name of which a third of the letters is mistaken, at most.
fn nearest(name: &str) -> Option<&'static str> {
    let written: Vec<char> = letters(name).collect();
    let distance = |known: &&str| distance(&written, &letters(known).collect::<Vec<_>>());
    let near = entries().flat_map(names).min_by_key(distance)?;
    (distance(&near) <= written.len().div_ceil(3)).then_some(near)
}

/// How many letters must be added, left out or changed.
fn distance(a: &[char], b: &[char]) -> usize {
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (i, letter) in a.iter().enumerate() {
        let mut diagonal = std::mem::replace(&mut last[0], i + 1);
        for (j, other) in b.iter().enumerate() {
            let changed = diagonal + usize::from(letter != other);
            diagonal = last[j + 1];
            last[j + 1] = changed.min(diagonal + 1).min(last[j] + 1);
        }
    }
    last.last().copied().unwrap_or_default()
}
