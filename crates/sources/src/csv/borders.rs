//! Finds where records end without looking at their fields, 64 bytes at a time.
//!
//! Outside quotes a line end ends a record. The first quote or escape out of place ends the search: from there on the
//! [`Splitter`](super::record::Splitter) has to look.

use super::dialect::Dialect;
use super::vector::{BLOCK, Compare, Kind, Plain, Vectors};
use super::window::{Marks, Seen, Window, before_first};

/// What of a text is known to be whole records, none of them malformed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found {
    /// Where the last of them ends.
    pub end: usize,
    /// How many they are.
    pub records: u64,
    /// Whether everything else is the beginning of one record. If not, what follows `end` needs a closer look.
    pub regular: bool,
}

/// The search in files of one dialect.
#[derive(Debug, Clone, Copy)]
pub struct Borders {
    marks: Marks,
    vectors: Vectors,
}

impl Borders {
    /// The search for this dialect on this machine; `None` where a special character has several bytes.
    pub fn new(dialect: &Dialect) -> Option<Borders> {
        Some(Borders { marks: Marks::new(dialect)?, vectors: Vectors::best() })
    }

    /// The same as on a machine of that kind.
    #[must_use]
    pub fn on(self, vectors: Vectors) -> Borders {
        Borders { vectors, ..self }
    }

    /// Looks at `text`, which begins where a record does and may go on.
    pub fn find(&self, text: &[u8]) -> Found {
        match self.vectors.kind() {
            #[cfg(target_arch = "x86_64")]
            // SAFETY: this machine is of the kind.
            Kind::Avx2 => unsafe { on_avx2(&self.marks, text) },
            #[cfg(target_arch = "x86_64")]
            // SAFETY: this machine is of the kind.
            Kind::Sse2 => unsafe { search::<super::vector::Sse2>(&self.marks, text) },
            // SAFETY: every machine is of this kind.
            Kind::Plain => unsafe { search::<Plain>(&self.marks, text) },
        }
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,pclmulqdq,popcnt,lzcnt,bmi1")]
fn on_avx2(marks: &Marks, text: &[u8]) -> Found {
    // SAFETY: the machine has what this function is compiled for.
    unsafe { search::<super::vector::Avx2>(marks, text) }
}

/// # Safety
///
/// As [`Compare`] asks for.
#[inline(always)]
unsafe fn search<C: Compare>(marks: &Marks, text: &[u8]) -> Found {
    let mut found = Found { end: 0, records: 0, regular: true };
    // All ones where the bytes before end inside quotes.
    let mut inside = 0;
    let mut base = 0;
    while base < text.len() && found.regular {
        // SAFETY: as the caller promises.
        let Seen { ends, irregular, .. } = unsafe { Window { text, base }.look::<C>(marks, &mut inside) };
        let known = ends & before_first(irregular);
        if known != 0 {
            found.end = base + (u64::BITS - known.leading_zeros()) as usize;
            found.records += u64::from(known.count_ones());
        }
        found.regular = irregular == 0;
        base += BLOCK;
    }
    found
}

#[cfg(test)]
mod tests {
    use pgloader_core::option::{Escape as Written, OptionSpec, Options, Value};
    use proptest::prelude::*;

    use super::super::options::*;
    use super::super::reference::{Event, Reference};
    use super::*;

    fn dialect(written: &[(&'static OptionSpec, Value)]) -> Dialect {
        let mut options = Options::default();
        for (spec, value) in written {
            options.insert(spec, value.clone());
        }
        options.insert(&FIELDS_TERMINATED_BY, Value::Char(','));
        Dialect::choices(&options).unwrap().remove(0)
    }

    /// Each with how it writes a quote inside quotes.
    fn dialects() -> Vec<(Dialect, &'static str)> {
        let mut all = Vec::new();
        let backslash = (&FIELDS_ESCAPED_BY, Value::Escape(Written::BackslashQuote));
        let following = (&CSV_ESCAPE_MODE, Value::Word("following"));
        let escapes = [(vec![], "\"\""), (vec![backslash.clone()], "x"), (vec![backslash, following], "x")];
        for (escape, quote) in escapes {
            for end in [None, Some(Value::Text("\r\n".into())), Some(Value::Char('|'))] {
                for keep in [false, true] {
                    let end = end.clone().map(|end| (&LINES_TERMINATED_BY, end));
                    let keep = keep.then_some((&UNQUOTED_BLANKS, Value::Word("keep")));
                    let written: Vec<_> = escape.iter().cloned().chain(end).chain(keep).collect();
                    all.push((dialect(&written), quote));
                }
            }
        }
        all.push((dialect(&[(&FIELDS_ENCLOSED_BY, Value::Word("no"))]), "x"));
        all
    }

    fn on_all_machines(dialect: &Dialect, text: &[u8]) -> Found {
        let borders = Borders::new(dialect).unwrap();
        let found: Vec<Found> = Vectors::all().map(|vectors| borders.on(vectors).find(text)).collect();
        assert!(found.iter().all(|one| *one == found[0]), "{found:?}");
        found[0]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(3000))]

        #[test]
        fn what_is_found_are_the_records_of_the_reference(
            pieces in prop::collection::vec(prop::sample::select(vec![
                ",", ",", "\"", "\"", "\",\"", "\"\n", "\n", "\r\n", "\r", "\\", "\\\"", "\"\"", " ", "a", "|", "\"|\"",
                "\"\r\n\"", "0123456789012345678901234567890",
            ]), 0..60),
            (dialect, _) in prop::sample::select(dialects()),
        ) {
            let text = pieces.concat();
            let found = on_all_machines(&dialect, text.as_bytes());
            let reference = Reference { text: &text[..found.end], dialect: &dialect, max_record: usize::MAX };
            let events = reference.events();
            prop_assert_eq!(events.len() as u64, found.records);
            prop_assert!(!events.iter().any(|event| matches!(event, Event::Malformed(_))));
            prop_assert!(text[..found.end].is_empty() || text[..found.end].ends_with(&*String::from_utf8_lossy(&dialect.terminator)));
            // What follows changes nothing.
            for cut in [found.end, text.len().saturating_sub(1).max(found.end)] {
                let text = &text.as_bytes()[..cut];
                let again = Borders::new(&dialect).unwrap().find(text);
                prop_assert_eq!((again.end, again.records), (found.end, found.records));
            }
        }

        #[test]
        fn files_as_programs_write_them_are_regular(
            rows in prop::collection::vec(prop::collection::vec("[ab€\" ,\r\n|]{0,40}", 1..5), 1..10),
            quote_all: bool,
            (dialect, quote) in prop::sample::select(dialects()),
        ) {
            let line_end = String::from_utf8_lossy(&dialect.terminator).into_owned();
            let mut text = String::new();
            for row in &rows {
                let field = |value: &String| match dialect.quote() {
                    None => value.replace([',', '\n'], "x"),
                    Some(_) if quote_all || value.contains([',', '"', '\r', '\n', '|']) => {
                        format!("\"{}\"", value.replace('"', quote))
                    }
                    Some(_) => value.clone(),
                };
                text += &row.iter().map(field).collect::<Vec<_>>().join(",");
                text += &line_end;
            }
            let expected = Found { end: text.len(), records: rows.len() as u64, regular: true };
            prop_assert_eq!(on_all_machines(&dialect, text.as_bytes()), expected);
        }
    }
}
