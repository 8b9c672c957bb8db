//! What must hold of any file in any dialect: its rows, rejects and complaints are the same wherever reads and blocks
//! end, whoever parses them, and where the reference knows an answer they are that.
//!
//! The fuzz target `csv` asks this, and so does a test below.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "what is not expected is a failed test")]

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use pgloader_core::option::{Escape, OptionSpec, Options, Value};
use pgloader_core::transform::{NullIf, Trim};
use pgloader_files::encoding::{Encoding, Transcoder};

use super::dialect::Dialect;
use super::options::*;
use super::probe::{Dribble, apart, at_once};
use super::records::{Records, Rules};
use super::reference::Reference;
use super::value::ValueRules;

/// How many bytes of an input choose the rules and the sizes; the file follows.
const HEAD: usize = 12;
/// The reference takes its time, and knows no limit on the number of fields.
const LONGEST_OF_REFERENCE: usize = 1000;

/// Checks the file that follows the head of `input`. Of the head, `0` is the first choice, `1` the next, and so on.
///
/// # Panics
///
/// It is read in different ways.
pub fn check(input: &[u8]) {
    let Some((head, file)) = input.split_first_chunk::<HEAD>() else { return };
    let choices = Choices(head.map(|byte| usize::from(byte.wrapping_sub(b'0'))));
    let Some(rules) = choices.rules().map(Arc::new) else { return };
    let Some(mut records_of_whole) = records(file, &rules, 1 << 16, usize::MAX) else { return };
    let whole = at_once(&mut records_of_whole);
    let (capacity, piece) = (choices.of(9, &[16, 33, 64, 100, 1 << 16]), 1 + choices.0[10] % 50);
    let records = || records(file, &rules, capacity, piece).expect("the file could be read before");
    assert_eq!(at_once(&mut records()), whole, "in pieces of {piece}, {rules:?}");
    let parsers = 1 + choices.0[11] % 3;
    assert_eq!(apart(&mut records(), parsers), whole, "in blocks of {capacity}, {rules:?}");
    if let Some(text) = text_for_reference(file, &rules) {
        let reference = Reference { text, dialect: &rules.dialect, max_record: rules.max_record };
        assert_eq!(whole.events, reference.events(), "as the reference, {rules:?}");
    }
}

/// A reader of `file` that gets `piece` bytes at a time into a buffer of `capacity`; `None` where the file begins with
/// the mark of another encoding, which is refused.
fn records<'f>(
    file: &'f [u8],
    rules: &Arc<Rules>,
    capacity: usize,
    piece: usize,
) -> Option<Records<Transcoder<Dribble<'f>>>> {
    let input = Dribble { bytes: file, pattern: vec![piece], reads: 0 };
    let input = Transcoder::new(input, rules.encoding).unwrap();
    let mut records = Records::with_capacity(input, "f.csv".into(), Arc::clone(rules), capacity);
    records.skip_byte_order_mark(&AtomicBool::new(false)).ok()?;
    Some(records)
}

/// The text of a file that the reference can read: it knows the record grammar and nothing else.
fn text_for_reference<'f>(file: &'f [u8], rules: &Rules) -> Option<&'f str> {
    let is_plain = rules.encoding.is_utf8() && !rules.change_values() && !file.contains(&0);
    let text =
        std::str::from_utf8(file).ok().filter(|text| is_plain && text.len() <= LONGEST_OF_REFERENCE)?;
    Some(text.strip_prefix('\u{feff}').unwrap_or(text))
}

/// What the head of an input says.
struct Choices([usize; HEAD]);

impl Choices {
    fn of<T: Clone>(&self, index: usize, choices: &[T]) -> T {
        choices[self.0[index] % choices.len()].clone()
    }

    /// `None` where they contradict each other.
    fn rules(&self) -> Option<Rules> {
        let dialect = Dialect::choices(&self.options()).ok()?.swap_remove(0);
        let null_if = self.of(6, &[vec![], vec![NullIf::Blanks], vec![NullIf::Text("a".into())]]);
        let first =
            ValueRules { trim: self.of(6, &[None, Some(Trim::Both), None, Some(Trim::Left)]), null_if };
        Some(Rules {
            dialect,
            encoding: Encoding::named(self.of(7, &["utf-8", "latin1", "utf-16", "shift_jis", "utf-32"]))
                .unwrap(),
            max_record: self.of(8, &[64 << 20, 70, 20, 4, 1024]),
            strip_nuls: self.of(5, &[false, false, true, true]),
            values: if first.is_empty() { Vec::new() } else { vec![first.clone()] },
            other_values: ValueRules { trim: None, ..first },
            first_line: 1,
        })
    }

    fn options(&self) -> Options {
        let mut options = Options::default();
        let mut set = |spec: &OptionSpec, value: Option<Value>| {
            if let Some(value) = value {
                assert!(options.insert(spec, value));
            }
        };
        let char = |char| Some(Value::Char(char));
        let separators = [',', ';', '\t', '|', ' ', '¢', '\0', 'a'];
        set(&FIELDS_TERMINATED_BY, char(self.of(0, &separators)));
        let quotes = [None, Some(Value::Word("no")), char('\''), char('§'), char('b')];
        set(&FIELDS_ENCLOSED_BY, self.of(1, &quotes));
        let escapes = [
            Escape::BackslashQuote,
            Escape::DoubleQuote,
            Escape::Char('!'),
            Escape::Char('€'),
            Escape::Char('c'),
        ];
        set(
            &FIELDS_ESCAPED_BY,
            self.of(2, &[&[None], &escapes.map(|it| Some(Value::Escape(it)))[..]].concat()),
        );
        set(&CSV_ESCAPE_MODE, self.of(3, &[None, Some(Value::Word("following"))]));
        let ends =
            [None, Some(Value::Text("\r\n".into())), char('|'), char('\r'), char('§'), char('\0'), char(';')];
        set(&LINES_TERMINATED_BY, self.of(4, &ends));
        set(&UNQUOTED_BLANKS, self.of(5, &[None, Some(Value::Word("keep"))]));
        options
    }
}

#[cfg(test)]
#[path = "fuzz_tests.rs"]
mod tests;
