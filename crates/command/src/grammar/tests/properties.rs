//! No text makes the parser panic, and every error can be shown.

use proptest::prelude::*;

use super::*;

const VALID: &str = "LOAD CSV FROM 'a b.csv' WITH ENCODING utf8 HAVING FIELDS (a [null if 'x', trim both whitespace], \
    \"é\" null if blanks) INTO postgresql://u:p@@q@h:1/d?\"S\".t TARGET TABLE s.\"T\" TARGET COLUMNS (a numeric(1,2)[], b) \
    WITH batch rows = 10, fields terminated by '0xa7', fields escaped by \\\", batch size = 2 MB, null if '' \
    SET a.b to 'x''y' BEFORE LOAD DO $$ a; $t$ $t$ $$, $$b$$ EXECUTE x.sql /* {{DBPATH}} */ AFTER LOAD DO $$ c $$; -- end\n";

/// What is inserted into a valid command.
const PIECES: &[&str] = &[
    "'",
    "\"",
    "$$",
    "$",
    "(",
    ")",
    "[",
    "]",
    ",",
    ";",
    "=",
    "--",
    "/*",
    "*/",
    "{{",
    "}}",
    "{{DBPATH}}",
    "{{NONE}}",
    "{{#ROWS}}",
    "{{/ROWS}}",
    "@",
    "://",
    "\\",
    "é",
    "😀",
    "\n",
    "\t",
    "\u{0}",
    " WITH ",
    " INTO ",
    " LOAD ",
    " SET ",
    "0x",
    "9",
];

fn check(text: &str) {
    match parse_text(text) {
        Ok(commands) => assert!(commands.iter().all(|command| command.warnings.iter().all(is_shown))),
        Err(error) => assert!(is_shown(&error)),
    }
}

fn is_shown(diagnostic: &Diagnostic) -> bool {
    let shown = diagnostic.to_string();
    shown.contains('^') && diagnostic.line() >= 1 && diagnostic.column() >= 1
}

proptest! {
    #[test]
    fn any_text(text in any::<String>()) {
        check(&text);
    }

    #[test]
    fn any_clauses(text in "[a-zA-Z0-9 '\"$(),;=/*{}\\-\n]{0,80}") {
        check(&format!("LOAD CSV FROM a INTO a://b {text}"));
        check(&format!("LOAD CSV FROM {text}"));
    }

    #[test]
    fn mutated_commands(changes in prop::collection::vec((any::<prop::sample::Index>(), 0..40usize, any::<prop::sample::Index>()), 1..6)) {
        let mut text: Vec<char> = VALID.chars().collect();
        for (place, removed, piece) in changes {
            let at = place.index(text.len() + 1);
            let end = (at + removed).min(text.len());
            text.splice(at..end, piece.get(PIECES).chars());
        }
        check(&text.into_iter().collect::<String>());
    }
}

#[test]
fn the_valid_command_is_valid() {
    one(VALID);
}

#[test]
fn every_cut_is_an_error_or_a_command() {
    for (at, _) in VALID.char_indices() {
        check(&VALID[..at]);
        check(&VALID[at..]);
    }
}
