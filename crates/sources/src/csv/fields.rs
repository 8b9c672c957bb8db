//! Finds the fields of records quickly where each is quoted as a whole or not at all: where fields end is found ahead of
//! them, 64 bytes at a time. The first quote or escape out of place ends that: the record has to be left to
//! [`Splitter::split`].

use super::dialect::Dialect;
use super::record::Splitter;
use super::vector::{BLOCK, Compare, Kind, Plain, Vectors};
use super::window::{Marks, Window, before_first};

/// The search in texts of one dialect, one after the other.
#[derive(Debug)]
pub struct Fields {
    marks: Marks,
    vectors: Vectors,
    search: Search,
    /// How many of the places found are used up.
    used: usize,
}

impl Fields {
    /// The search for this dialect on this machine; `None` where a special character has several bytes.
    pub fn new(dialect: &Dialect) -> Option<Fields> {
        let (marks, vectors) = (Marks::new(dialect)?, Vectors::best());
        Some(Fields { marks, vectors, search: Search::new(), used: 0 })
    }

    /// Goes on at `start`, where a record begins, in a text that may be another one.
    pub fn restart(&mut self, start: usize) {
        self.search.restart(start);
        self.used = 0;
    }

    /// Has `splitter` know the fields of the record at `start`, which is behind the one before or where
    /// [`restart`](Fields::restart) was told. Gives where the record ends; `None` where it needs a closer look, and
    /// then `restart` has to be called.
    #[inline]
    pub fn split(&mut self, text: &[u8], start: usize, splitter: &mut Splitter) -> Option<usize> {
        splitter.begin(start);
        let Marks { separator, end, quote, .. } = self.marks;
        let (mut field, mut doubled) = (start, false);
        loop {
            let at = self.next(text)?;
            let byte = text[at];
            if byte == separator {
                splitter.add_regular(text, field..at, quote, doubled);
                (field, doubled) = (at + 1, false);
            } else if byte == end {
                let to = at - self.marks.before_end(text, field, at);
                splitter.add_regular(text, field..to, quote, doubled);
                return Some(at + 1);
            } else {
                doubled = true;
            }
        }
    }

    #[inline(always)]
    fn next(&mut self, text: &[u8]) -> Option<usize> {
        if self.used == self.search.count {
            self.used = 0;
            self.go_on(text);
        }
        let place = self.search.places[..self.search.count].get(self.used)?;
        self.used += 1;
        Some(*place as usize)
    }

    #[inline(never)]
    fn go_on(&mut self, text: &[u8]) {
        match self.vectors.kind() {
            #[cfg(target_arch = "x86_64")]
            // SAFETY: this machine is of the kind.
            Kind::Avx2 => unsafe { on_avx2(&self.marks, text, &mut self.search) },
            #[cfg(target_arch = "x86_64")]
            // SAFETY: this machine is of the kind.
            Kind::Sse2 => unsafe { self.search.run::<super::vector::Sse2>(&self.marks, text) },
            // SAFETY: every machine is of this kind.
            Kind::Plain => unsafe { self.search.run::<Plain>(&self.marks, text) },
        }
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,pclmulqdq,popcnt,lzcnt,bmi1")]
fn on_avx2(marks: &Marks, text: &[u8], search: &mut Search) {
    // SAFETY: the machine has what this function is compiled for.
    unsafe { search.run::<super::vector::Avx2>(marks, text) }
}

/// How many windows are searched in a row: what is found in them fits the fastest memory.
const WINDOWS: usize = 64;
/// So many places are written at once.
const AT_ONCE: usize = 8;

/// How far the search has come.
#[derive(Debug)]
struct Search {
    /// What the windows searched last have in this order: separators outside quotes, the last bytes of record ends, and
    /// the second ones of doubled quotes.
    places: Box<[u32; WINDOWS * BLOCK + AT_ONCE]>,
    count: usize,
    /// Where the next window begins.
    base: usize,
    /// All ones where the bytes before end inside quotes.
    inside: u64,
    /// Whether nothing was out of place.
    regular: bool,
}

impl Search {
    fn new() -> Search {
        Search { places: Box::new([0; _]), count: 0, base: 0, inside: 0, regular: true }
    }

    fn restart(&mut self, base: usize) {
        (self.count, self.base, self.inside, self.regular) = (0, base, 0, true);
    }

    /// # Safety
    ///
    /// As [`Compare`] asks for.
    #[inline(always)]
    unsafe fn run<C: Compare>(&mut self, marks: &Marks, text: &[u8]) {
        self.count = 0;
        for _ in 0..WINDOWS {
            if !self.regular || self.base >= text.len() {
                break;
            }
            // SAFETY: as the caller promises.
            let seen = unsafe { Window { text, base: self.base }.look::<C>(marks, &mut self.inside) };
            let irregular = seen.irregular | seen.midway;
            self.add((seen.separators | seen.ends | seen.doubled) & before_first(irregular));
            self.regular = irregular == 0;
            self.base += BLOCK;
        }
    }

    /// Adds the places of `bits` in the window. More are written than there are, and overwritten by the next ones, so
    /// that not each costs a branch.
    #[inline(always)]
    fn add(&mut self, mut bits: u64) {
        let end = self.count + bits.count_ones() as usize;
        for first in (self.count..end).step_by(AT_ONCE) {
            for place in &mut self.places[first..first + AT_ONCE] {
                // Texts are below 4 GiB, as spans of rows are.
                *place = self.base as u32 + bits.trailing_zeros();
                bits &= bits.wrapping_sub(1);
            }
        }
        self.count = end;
    }
}

#[cfg(test)]
mod tests {
    use pgloader_core::Span;
    use proptest::prelude::*;

    use super::super::record::Step;
    use super::super::records::tests::{dialect, dialects};
    use super::super::value::Rewrite;
    use super::*;

    /// A record's end, its fields, and those to be rewritten.
    type Record = (usize, Vec<Span>, Vec<Rewrite>);

    fn record(end: usize, splitter: &mut Splitter) -> Record {
        let (spans, rewrites) = splitter.fields();
        (end, spans.clone(), rewrites.clone())
    }

    /// The records of `text` by [`Splitter::split`] alone.
    fn closely(text: &[u8], dialect: &Dialect) -> Vec<Record> {
        let (mut splitter, mut records, mut at) = (Splitter::new(dialect.clone()), Vec::new(), 0);
        while at < text.len() {
            splitter.begin(at);
            let Step::Record(end) = splitter.split(text, true) else { break };
            records.push(record(end, &mut splitter));
            at = end;
        }
        records
    }

    /// Compares each record with what [`Splitter::split`] has found. Gives how many had to be left to that.
    fn compare(text: &[u8], dialect: &Dialect, vectors: Vectors) -> usize {
        let mut fields = Fields { vectors, ..Fields::new(dialect).unwrap() };
        let (mut splitter, mut at, mut left) = (Splitter::new(dialect.clone()), 0, 0);
        for expected in closely(text, dialect) {
            match fields.split(text, at, &mut splitter) {
                Some(end) => assert_eq!(record(end, &mut splitter), expected, "{vectors} at {at}"),
                None => {
                    left += 1;
                    fields.restart(expected.0);
                }
            }
            at = expected.0;
        }
        assert!(fields.split(text, at, &mut splitter).is_none());
        left
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn what_is_found_is_what_the_splitter_finds(
            pieces in prop::collection::vec(prop::sample::select(vec![
                ",", ",", "\"", "\"", "\",\"", "\"\n", "\n", "\r\n", "\r", "\\", "\\\"", "\"\"", " ", "a", "|", "\"|\"",
                "\"\r\n\"", "0123456789012345678901234567890",
            ]), 0..80),
            dialect in dialects().prop_filter("marks of one byte", |dialect| Fields::new(dialect).is_some()),
        ) {
            for vectors in Vectors::all() {
                compare(pieces.concat().as_bytes(), &dialect, vectors);
            }
        }
    }

    #[test]
    fn records_as_programs_write_them_need_no_closer_look_however_long_the_text() {
        let dialect = dialect(&[]);
        let text = "1, b ,\"a, \"\"b\"\"\r\n\",,\"\"\n,\"c\"\r\n\n\"\"\"\"\n".repeat(2_000);
        for vectors in Vectors::all() {
            assert_eq!(compare(text.as_bytes(), &dialect, vectors), 0);
        }
    }
}
