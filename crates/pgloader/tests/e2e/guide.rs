//! The guide has every option as the code declares it.

use std::path::Path;

#[test]
fn the_guide_lists_every_option_with_its_default() {
    let of_csv =
        pgloader_plan::options::ALL.into_iter().chain(pgloader_sources::csv::OPTIONS.iter().copied());
    check("load-csv.md", of_csv);
    check(
        "redshift.md",
        pgloader_targets::redshift::OPTIONS.into_iter().chain(pgloader_plan::options::STAGED_ONLY),
    );
}

fn check(guide: &str, options: impl Iterator<Item = &'static pgloader_core::option::OptionSpec>) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs").join(guide);
    let guide = std::fs::read_to_string(path).unwrap();
    for option in options {
        let row = guide.lines().find(|line| line.starts_with(&format!("| `{}` |", option.name)));
        let row = row.unwrap_or_else(|| unreachable!("option {} is missing in the guide", option.name));
        assert!(row.contains(option.default), "{}: default {:?} not in {row}", option.name, option.default);
    }
}
