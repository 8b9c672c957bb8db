//! The seeds and changes to them, for the ordinary tests that ask what the fuzz targets ask. Part of those tests, not
//! of the crate `pgloader-fuzz`.

use std::fmt;
use std::path::Path;

use proptest::prelude::*;
use proptest::sample::{Index, select};

/// The seeds of a target, in the order of their names; there is at least one.
pub fn seeds(target: &str) -> Vec<Vec<u8>> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/seeds").join(target);
    let entries = std::fs::read_dir(&directory).unwrap_or_else(|error| panic!("{directory:?}: {error}"));
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    assert!(!paths.is_empty(), "no seeds in {directory:?}");
    paths.iter().map(|path| std::fs::read(path).unwrap()).collect()
}

/// What a target gets.
#[derive(Clone)]
pub struct Input(pub Vec<u8>);

/// As a string of Rust, to be copied to a test.
impl fmt::Debug for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "b\"{}\"", self.0.escape_ascii())
    }
}

/// Any seed of a target in which a few runs of bytes are replaced by pieces of any seed, or by any bytes.
pub fn mutated(target: &str) -> impl Strategy<Value = Input> + use<> {
    let seeds = seeds(target);
    let pieces = select(seeds.clone()).prop_flat_map(|seed| {
        (any::<Index>(), 0..20usize).prop_map(move |(start, len)| {
            let start = start.index(seed.len() + 1);
            seed[start..(start + len).min(seed.len())].to_vec()
        })
    });
    let piece = prop_oneof![pieces, prop::collection::vec(any::<u8>(), 0..4)];
    let changes = prop::collection::vec((any::<Index>(), 0..8usize, piece), 1..6);
    (select(seeds), changes).prop_map(|(mut input, changes)| {
        for (place, removed, piece) in changes {
            let start = place.index(input.len() + 1);
            input.splice(start..(start + removed).min(input.len()), piece);
        }
        Input(input)
    })
}
