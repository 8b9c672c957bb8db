//! No text makes the parser panic, and every error can be shown.

use proptest::prelude::*;

use super::*;

const VALID: &str = "LOAD CSV FROM 'a b.csv' WITH ENCODING utf8 HAVING FIELDS (a [null if 'x', trim both whitespace], \
    \"é\" null if blanks) INTO postgresql://u:p@@q@h:1/d?\"S\".t TARGET TABLE s.\"T\" TARGET COLUMNS (a numeric(1,2)[], b) \
    WITH batch rows = 10, fields terminated by '0xa7', fields escaped by \\\", batch size = 2 MB, null if '' \
    SET a.b to 'x''y' BEFORE LOAD DO $$ a; $t$ $t$ $$, $$b$$ EXECUTE x.sql /* {{DBPATH}} */ AFTER LOAD DO $$ c $$; -- end\n";

/// Commands that have, together, every clause.
const COMMANDS: [&str; 6] = [
    VALID,
    "LOAD FIXED FROM ALL FILENAMES MATCHING ~<a(b)\\1> IN DIRECTORY 'x' (a from 0 for 0x10 [date format 'YYYY'], b 1 2) \
     INTO a://b (a text using (if (equalp a #\\() \"x)\" nil), b using \"c\") WITH truncate",
    "LOAD CSV FROM inline INTO 'host=h password=p' WITH truncate;\n1,{{NONE}}\n",
    "LOAD DATABASE FROM mysql://u:p@h/d?x=y INTO a://b SET MySQL PARAMETERS a = 'b' \
     CAST type int with extra auto_increment when (= 1 precision) to numeric(10,2) drop default set not null \
     using (lambda (x) (right-trim x)), column a.b.\"c\" to timestamp(3) with time zone keep typemod using right-trim \
     INCLUDING ONLY TABLE NAMES MATCHING ~/x/, 'y' IN SCHEMA 's' EXCLUDING TABLE NAMES LIKE 'a%' \
     DECODING TABLE NAMES MATCHING ~/x/ AS utf8 ALTER TABLE NAMES MATCHING ~{x} SET ( a = 'b' ) \
     ALTER SCHEMA 'a' RENAME TO 'b' MATERIALIZE VIEWS a.b AS $$ x $$, c DISTRIBUTE a USING b FROM c, d \
     AFTER CREATE SCHEMA EXECUTE 'x'",
    "LOAD DATABASE FROM jdbc:sqlserver://h;user=u;password=p INTO jdbc:postgresql://h/d MATERIALIZE ALL VIEWS",
    "LOAD ARCHIVE FROM http://h/a.zip INTO a://b BEFORE LOAD DO $$ x $$ LOAD CSV FROM a INTO a://b AFTER LOAD DO $$y$$ \
     AND LOAD DBF FROM c INTO a://b CAST type c to text {{> into}} LOAD COPY FROM stdin (a) INTO a://b FINALLY DO $$z$$",
];

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
    " CAST type ",
    " using (",
    " ~/",
    "#\\(",
    "{{> into}}",
    "{{=",
    "jdbc:",
    "inline;",
    " AND LOAD ",
    "0x",
    "9",
];

fn check(text: &str) {
    match statements(text) {
        Ok(statements) => statements.iter().for_each(|statement| match statement {
            Statement::Load(command) => assert!(command.warnings.iter().all(is_shown)),
            Statement::Archive(archive) => assert!(!archive.members.is_empty()),
        }),
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
    fn mutated_commands(which in 0..COMMANDS.len(), changes in prop::collection::vec((any::<prop::sample::Index>(), 0..40usize, any::<prop::sample::Index>()), 1..6)) {
        let mut text: Vec<char> = COMMANDS[which].chars().collect();
        for (place, removed, piece) in changes {
            let at = place.index(text.len() + 1);
            let end = (at + removed).min(text.len());
            text.splice(at..end, piece.get(PIECES).chars());
        }
        check(&text.into_iter().collect::<String>());
    }
}

#[test]
fn every_cut_of_a_valid_command_is_an_error_or_a_command() {
    for command in COMMANDS.map(|command| command.replace("{{> into}}", "")) {
        statements(&command).unwrap_or_else(|error| panic!("{error}"));
        for (at, _) in command.char_indices() {
            check(&command[..at]);
            check(&command[at..]);
        }
    }
}

// shows: bad: nesting without end
#[test]
fn what_is_nested_without_end_is_an_error() {
    let forms = "(".repeat(100_000);
    check(&format!("LOAD CSV FROM a INTO a://b (c using {forms}"));
    check(&format!("LOAD CSV FROM a INTO a://b (c using {}x", "'".repeat(100_000)));
    check(&"{{#ROWS}}".repeat(10_000));
}
