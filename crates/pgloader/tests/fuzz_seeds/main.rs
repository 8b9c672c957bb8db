//! What the fuzz targets ask of any input, asked of their seeds and of changes to these.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "what is not expected is a failed test"
)]

#[path = "../../../../fuzz/src/expressions.rs"]
mod expressions;
#[path = "../../../../fuzz/src/load_language.rs"]
mod load_language;
#[path = "../../../../fuzz/seeds/mutated.rs"]
mod mutated;
#[path = "../../../../fuzz/src/uris.rs"]
mod uris;

use proptest::prelude::*;

#[test]
fn seeds() {
    mutated::seeds("load_language").iter().for_each(|seed| load_language::check(seed));
    mutated::seeds("expressions").iter().for_each(|seed| expressions::check(seed));
    mutated::seeds("uris").iter().for_each(|seed| uris::check(seed));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn load_files(input in mutated::mutated("load_language")) {
        load_language::check(&input.0);
    }

    #[test]
    fn expressions_and_functions(input in mutated::mutated("expressions")) {
        expressions::check(&input.0);
    }

    #[test]
    fn connection_strings(input in mutated::mutated("uris")) {
        uris::check(&input.0);
    }
}
