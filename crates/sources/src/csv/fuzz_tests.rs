#[path = "../../../../fuzz/seeds/mutated.rs"]
mod mutated;

use proptest::prelude::*;

use super::check;

#[test]
fn seeds_are_read_in_one_way() {
    mutated::seeds("csv").iter().for_each(|seed| check(seed));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn changed_seeds_are_read_in_one_way(input in mutated::mutated("csv")) {
        check(&input.0);
    }
}
