//! The guide has every option as the code declares it.

use std::path::Path;
use std::process::Command;

use crate::kit::{PGLOADER, Run};

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

/// `-h` is made from the definition of the command line.
#[test]
fn the_guide_lists_every_option_of_the_command_line() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/command-line.md");
    let guide = std::fs::read_to_string(path).unwrap();
    let help = Run::of(Command::new(PGLOADER).arg("-h")).stdout;
    let lines = help.lines().map(str::trim_start).filter(|line| line.starts_with('-'));
    let options =
        lines.flat_map(|line| line.split([' ', ',', '[', '=']).take(3)).filter(|word| word.starts_with('-'));
    let options: Vec<&str> = options.collect();
    assert!(options.contains(&"--dry-run") && options.contains(&"-D"), "{options:?}");
    for option in &options {
        let is_of = |line: &&str| line.starts_with("| `-") && line.contains(&format!("`{option}`"));
        assert!(guide.lines().find(is_of).is_some(), "{option} is not in the guide");
    }
    let rows = guide.lines().filter(|line| line.starts_with("| `-"));
    for name in rows.flat_map(|row| row.split('|').nth(1)).flat_map(|names| names.split([' ', ',', '`'])) {
        assert!(name.is_empty() || options.contains(&name), "{name} is in the guide only");
    }
}
