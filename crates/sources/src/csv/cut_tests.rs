use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use proptest::prelude::*;

use super::super::probe::{Dribble, Kept, apart, at_once};
use super::super::records::Rules;
use super::super::records::tests::{dialect, dialects, hostile_text, rules};
use super::super::reference::Reference;
use super::*;

fn records<'a>(
    bytes: &'a [u8],
    rules: &Arc<Rules>,
    capacity: usize,
    pattern: &[usize],
) -> Records<Dribble<'a>> {
    let input = Dribble { bytes, pattern: pattern.to_vec(), reads: 0 };
    Records::with_capacity(input, "f.csv".into(), Arc::clone(rules), capacity)
}

/// The same in one block.
fn whole<'a>(bytes: &'a [u8], rules: &Arc<Rules>) -> Records<Dribble<'a>> {
    records(bytes, rules, 1 << 16, &[usize::MAX])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    #[test]
    fn parsing_blocks_apart_gives_what_the_reference_gives(
        text in hostile_text(),
        dialect in dialects(),
        max_record in prop::sample::select(vec![9, 70, 64 << 20]),
        capacity in prop::sample::select(vec![16, 33, 64, 100, 1 << 16]),
        pattern in prop::collection::vec(1usize..100, 1..5),
        parsers in prop::sample::select(vec![1, 2, 4]),
    ) {
        let rules = Arc::new(Rules { max_record, ..rules(dialect) });
        let expected = Reference { text: &text, dialect: &rules.dialect, max_record }.events();
        let apart = apart(&mut records(text.as_bytes(), &rules, capacity, &pattern), parsers);
        let whole = at_once(&mut whole(text.as_bytes(), &rules));
        prop_assert_eq!(&apart.events, &expected);
        prop_assert_eq!(apart.complaints, whole.complaints);
    }

    #[test]
    fn any_bytes_parsed_apart_are_those_parsed_at_once(
        bytes in prop::collection::vec(prop::sample::select(b"a,,\"\"\n\n\r\\ \0\xff\xc3\xa9".to_vec()), 0..300),
        dialect in dialects(),
        strip_nuls: bool,
        capacity in prop::sample::select(vec![16, 50, 300]),
        pattern in prop::collection::vec(1usize..100, 1..5),
        parsers in prop::sample::select(vec![1, 2, 4]),
    ) {
        let rules = Arc::new(Rules { strip_nuls, ..rules(dialect) });
        let whole = at_once(&mut whole(&bytes, &rules));
        let apart = apart(&mut records(&bytes, &rules, capacity, &pattern), parsers);
        prop_assert_eq!(apart.events, whole.events);
        prop_assert_eq!(apart.complaints, whole.complaints);
        prop_assert_eq!(apart.nuls, whole.nuls);
    }
}

/// A file of good records, of which each read ends a block.
#[test]
fn blocks_are_as_large_as_reads() {
    let rules = Arc::new(rules(dialect(&[])));
    let text = "1,\"a \"\"b\"\"\nc\",d\r\n".repeat(1000);
    let mut kept = Kept::default();
    let mut records = records(text.as_bytes(), &rules, 1024, &[usize::MAX]);
    cut(&mut records, &mut kept, &AtomicBool::new(false)).unwrap();
    assert_eq!(kept.blocks.len(), text.len().div_ceil(1024));
    let lens: Vec<usize> = kept.blocks.iter().map(|block| block.range.len()).collect();
    assert_eq!(lens.iter().sum::<usize>(), text.len());
    assert!(lens[..lens.len() - 1].iter().all(|&len| len > 1000), "{lens:?}");
    let last = kept.blocks.last().unwrap();
    assert_eq!(last.line, 1 + 2 * last.position, "two lines a record");
}

/// Rows before a failure are handed over.
#[test]
fn what_was_read_before_a_failure_is_handed_over() {
    struct Failing(bool);
    impl Read for Failing {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            if std::mem::replace(&mut self.0, true) {
                return Err(std::io::Error::other("the disk is gone"));
            }
            buffer[..6].copy_from_slice(b"a\nb\nc,");
            Ok(6)
        }
    }
    let mut kept = Kept::default();
    let mut records = Records::new(Failing(false), "f.csv".into(), Arc::new(rules(dialect(&[]))));
    let error = cut(&mut records, &mut kept, &AtomicBool::new(false)).unwrap_err();
    assert!(error.to_string().contains("the disk is gone"), "{error}");
    let block = &kept.blocks[0];
    assert_eq!(&block.bytes[block.range.clone()], b"a\nb\n");
}
