//! CSV files of orders.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::file::write_once;
use crate::random::Random;

/// A file of orders.
#[derive(Clone, Copy, Debug)]
pub struct Orders {
    pub rows: u64,
    /// The server refuses each order whose id is a multiple of this, for its date.
    pub bad: Option<u64>,
    /// Each order whose id is a multiple of this has a quantity that stands for the same number as ever, in a form that
    /// only the server reads: `+7`.
    pub odd: Option<u64>,
}

/// Changes when the generator does, so that no old file is taken for a new one.
const VERSION: u32 = 1;
const HEADER: &[u8] = b"id,customer,token,name,price,quantity,ordered,delivered,paid,country,weight,note\n";
const SEED: u64 = 20_260_101;

impl Orders {
    pub fn clean(rows: u64) -> Self {
        Self { rows, bad: None, odd: None }
    }

    pub fn odd(rows: u64, every: u64) -> Self {
        Self { odd: Some(every), ..Self::clean(rows) }
    }

    pub fn bad_rows(&self) -> u64 {
        self.bad.map_or(0, |every| self.rows / every)
    }

    /// Path of the CSV file below `directory`, written first unless it is there.
    pub fn file(&self, directory: &Path) -> io::Result<PathBuf> {
        let bad = self.bad.map_or(String::new(), |every| format!("-bad-{every}"));
        let odd = self.odd.map_or(String::new(), |every| format!("-odd-{every}"));
        let path = directory.join(format!("orders-v{VERSION}-{}{bad}{odd}.csv", self.rows));
        write_once(&path, |out| self.write(out))?;
        Ok(path)
    }

    fn write(&self, out: &mut impl Write) -> io::Result<()> {
        out.write_all(HEADER)?;
        let mut random = Random::new(SEED);
        let mut line = Vec::with_capacity(512);
        for id in 1..=self.rows {
            line.clear();
            let [bad, odd] = [self.bad, self.odd].map(|every| every.is_some_and(|every| id % every == 0));
            write_order(&mut line, id, bad, odd, &mut random)?;
            out.write_all(&line)?;
        }
        Ok(())
    }
}

/// One CSV record. Whether it is bad changes its date alone, whether it is odd its quantity, not what follows it.
fn write_order(line: &mut Vec<u8>, id: u64, bad: bool, odd: bool, random: &mut Random) -> io::Result<()> {
    write!(line, "{id},{},", 1 + random.below(500_000))?;
    write_uuid(line, random)?;
    write!(line, ",{} {},", random.pick(FIRST_NAMES), random.pick(LAST_NAMES))?;
    let plus = if odd { "+" } else { "" };
    write!(line, "{}.{:02},{plus}{},", random.below(20_000), random.below(100), 1 + random.below(99))?;
    write_timestamp(line, random)?;
    line.push(b',');
    write_delivered(line, bad, random)?;
    write!(line, ",{},{},", random.pick(&["t", "f"]), random.pick(COUNTRIES))?;
    write!(line, "{}.{:04},", random.below(1_000), random.below(10_000))?;
    write_note(line, random);
    line.push(b'\n');
    Ok(())
}

fn write_uuid(line: &mut Vec<u8>, random: &mut Random) -> io::Result<()> {
    let (high, low) = (random.next(), random.next());
    let (a, b, c) = (high >> 32, (high >> 16) & 0xffff, high & 0xffff);
    write!(line, "{a:08x}-{b:04x}-{c:04x}-{:04x}-{:012x}", low >> 48, low & 0xffff_ffff_ffff)
}

fn write_timestamp(line: &mut Vec<u8>, random: &mut Random) -> io::Result<()> {
    write_date(line, random)?;
    write!(line, " {:02}:{:02}:{:02}", random.below(24), random.below(60), random.below(60))
}

/// One in five is NULL.
fn write_delivered(line: &mut Vec<u8>, bad: bool, random: &mut Random) -> io::Result<()> {
    let start = line.len();
    if !random.percent(20) {
        write_date(line, random)?;
    }
    if bad {
        line.truncate(start);
        line.extend_from_slice(b"2025-02-30");
    }
    Ok(())
}

fn write_date(line: &mut Vec<u8>, random: &mut Random) -> io::Result<()> {
    write!(line, "{}-{:02}-{:02}", 2018 + random.below(8), 1 + random.below(12), 1 + random.below(28))
}

/// Words, in every third note with something that must be quoted in between.
fn write_note(line: &mut Vec<u8>, random: &mut Random) {
    let words = 4 + random.below(16);
    let special = random.percent(33).then(|| (random.below(words), random.pick(SPECIALS)));
    let quote: &[u8] = if special.is_some() { b"\"" } else { b"" };
    line.extend_from_slice(quote);
    for word in 0..words {
        if word > 0 {
            line.push(b' ');
        }
        match special {
            Some((place, text)) if place == word => line.extend_from_slice(text.as_bytes()),
            _ => line.extend_from_slice(random.pick(WORDS).as_bytes()),
        }
    }
    line.extend_from_slice(quote);
}

/// As they stand between quotes in the file.
const SPECIALS: &[&str] = &[
    "\"\"fragile\"\"",
    "the \"\"red\"\" one",
    "red, green, blue",
    "first floor,\nsecond door",
    "two\n\nlines",
    "C:\\orders\\new",
    "\\N",
    "a\tb\tc",
    "Größe 42, naïve, 東京",
];

const WORDS: &[&str] = &[
    "and",
    "at",
    "before",
    "box",
    "bell",
    "by",
    "café",
    "call",
    "colour",
    "deliver",
    "door",
    "express",
    "for",
    "gift",
    "Grüße",
    "in",
    "invoice",
    "leave",
    "neighbour",
    "no",
    "noon",
    "of",
    "on",
    "order",
    "paper",
    "please",
    "ring",
    "sample",
    "ship",
    "size",
    "the",
    "to",
    "twice",
    "urgent",
    "with",
    "wrap",
];

const FIRST_NAMES: &[&str] = &[
    "Anna", "Björn", "Chiara", "Émile", "Fatma", "Hiroshi", "Ivan", "Jana", "Kári", "Lucie", "Michał",
    "Olena", "Pedro", "Ramón", "Sofia", "Zoë",
];

const LAST_NAMES: &[&str] = &[
    "Aydın",
    "Berg",
    "Côté",
    "Dvořáková",
    "Fischer",
    "García",
    "Horák",
    "Jensen",
    "Kowalski",
    "Lindqvist",
    "Moreau",
    "Núñez",
    "O'Brien",
    "Rossi",
    "Szabó",
    "Tanaka",
];

const COUNTRIES: &[&str] =
    &["AT", "CH", "CZ", "DE", "DK", "ES", "FR", "GB", "HU", "IT", "JP", "NO", "PL", "PT", "SE", "US"];

#[cfg(test)]
mod tests {
    use super::Orders;

    fn text(orders: Orders) -> String {
        let mut out = Vec::new();
        orders.write(&mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn is_the_same_each_time_and_of_the_size_promised() {
        let text = text(Orders::clean(10_000));
        assert_eq!(text, self::text(Orders::clean(10_000)));
        let mean = text.len() / 10_000;
        assert!((180..=190).contains(&mean), "{mean} bytes a row");
    }

    #[test]
    fn a_bad_row_changes_nothing_but_its_date() {
        let clean = text(Orders::clean(1_000));
        let bad = text(Orders { bad: Some(100), ..Orders::clean(1_000) });
        assert_eq!(bad.matches("2025-02-30").count(), 10);
        let changed = clean.lines().zip(bad.lines()).filter(|(one, other)| one != other);
        assert_eq!(changed.count(), 10);
    }

    #[test]
    fn an_odd_row_changes_nothing_but_the_sign_of_its_quantity() {
        let odd = text(Orders::odd(1_000, 100));
        assert_eq!(odd.matches(",+").count(), 10);
        assert_eq!(odd.replace(",+", ","), text(Orders::clean(1_000)));
    }
}
