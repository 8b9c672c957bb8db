//! Why rows were rejected, counted. A reason is what a refusal says with everything left out that comes from the row,
//! so that it can stand in a report that is sent around.

use std::collections::HashMap;

use pgloader_core::Error;

/// More reasons than this are counted as one.
const MOST: usize = 40;

/// One reason and its rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// The server's SQLSTATE; `None` where pgloader refused the row.
    pub sqlstate: Option<Box<str>>,
    /// What was wrong, without values.
    pub text: String,
    /// How many rows.
    pub rows: u64,
}

/// Counts by reason; bounded.
#[derive(Debug, Default)]
pub(crate) struct Reasons {
    known: HashMap<(Option<Box<str>>, String), u64>,
    others: u64,
}

impl Reasons {
    pub(crate) fn add(&mut self, error: &Error) {
        let reason = (error.sqlstate.clone(), without_values(error));
        let is_full = self.known.len() >= MOST;
        match self.known.get_mut(&reason) {
            Some(rows) => *rows += 1,
            None if is_full => self.others += 1,
            None => _ = self.known.insert(reason, 1),
        }
    }

    /// All reasons, the most frequent first and those beyond the bound last.
    pub(crate) fn all(&self) -> Vec<Reason> {
        let reason = |((sqlstate, text), &rows): (&(Option<Box<str>>, String), &u64)| Reason {
            sqlstate: sqlstate.clone(),
            text: text.clone(),
            rows,
        };
        let mut all: Vec<Reason> = self.known.iter().map(reason).collect();
        all.sort_by(|a, b| b.rows.cmp(&a.rows).then_with(|| a.text.cmp(&b.text)));
        if self.others > 0 {
            let text = "other reasons: see the reject log".to_owned();
            all.push(Reason { sqlstate: None, text, rows: self.others });
        }
        all
    }
}

/// The first line of an error's message, without what comes from rows.
///
/// A server's messages name objects, but those about values quote them: what stands between the first and the last
/// quote, whatever the language; bytes of bad text are unquoted hexadecimal. What a trigger or function raises can
/// hold anything. Our own messages begin with a place and have advice at the end.
/// Classes: <https://www.postgresql.org/docs/current/errcodes-appendix.html>.
pub(crate) fn without_values(error: &Error) -> String {
    let line = error.message.lines().next().unwrap_or_default();
    let is_raised = error.context.as_deref().is_some_and(|context| context.contains("RAISE"));
    let sqlstate = error.sqlstate.as_deref();
    match sqlstate.map(|code| code.get(..2).unwrap_or_default()) {
        None => without_numbers(&without_quoted(before_advice(after_place(line)))),
        Some(_) if is_raised => RAISED.to_owned(),
        Some("22" | "54" | "XX") => without_bytes(&without_quoted(line)),
        Some("42") if sqlstate == Some("42601") => without_quoted(line),
        Some(class) if NAME_OBJECTS.contains(&class) => line.to_owned(),
        Some(_) => RAISED.to_owned(),
    }
}

const RAISED: &str = "raised by a trigger or function of the target";

/// Classes of SQLSTATE whose messages name objects of the database and no values.
const NAME_OBJECTS: [&str; 18] = [
    "08", "0A", "21", "23", "25", "26", "28", "2B", "2D", "34", "3D", "3F", "40", "42", "44", "53", "55",
    "57",
];

/// What a log line says, as it can stand in a report: the first line, without values if a server says it.
pub fn without_values_of_rows(text: &str) -> String {
    let first = text.lines().next().unwrap_or_default();
    let Some((code, message)) = first.strip_prefix("Database error ").and_then(|rest| rest.split_once(": "))
    else {
        return first.to_owned();
    };
    let context = text.lines().find_map(|line| line.strip_prefix("CONTEXT: "));
    let error =
        Error { sqlstate: Some(code.into()), context: context.map(Into::into), ..Error::new(message) };
    format!("Database error {code}: {}", without_values(&error))
}

/// Behind `path:line: ` or `path:line:column: `.
fn after_place(line: &str) -> &str {
    for (at, _) in line.match_indices(": ") {
        let number = line[..at].rsplit(':').next().unwrap_or_default();
        let has_place = number.len() < at && !number.is_empty();
        if has_place && number.bytes().all(|byte| byte.is_ascii_digit()) {
            return &line[at + 2..];
        }
    }
    line
}

fn before_advice(line: &str) -> &str {
    line.split_once("; ").map_or(line, |(fault, _)| fault)
}

fn without_quoted(line: &str) -> String {
    let is_quote = |character: char| "\"“”„«»‘’‹›「」".contains(character);
    let (Some(first), Some(last)) = (line.find(is_quote), line.rfind(is_quote)) else {
        return line.to_owned();
    };
    let end = last + line[last..].chars().next().map_or(0, char::len_utf8);
    // A value that was cut short can lack its last quote; nothing behind the first one is sure then.
    let rest = if first == last { "" } else { &line[end..] };
    format!("{}\"…\"{rest}", &line[..first])
}

fn without_bytes(line: &str) -> String {
    match line.find("0x") {
        Some(at) => format!("{}…", &line[..at]),
        None => line.to_owned(),
    }
}

/// Words that begin with a digit: lines, sizes, bytes.
fn without_numbers(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    let (mut in_word, mut in_number) = (false, false);
    for character in line.chars() {
        let is_word = character.is_alphanumeric() || character == '_' || (in_word && character == '-');
        if is_word && !in_word && character.is_ascii_digit() {
            out.push('…');
            in_number = true;
        }
        in_word = is_word;
        in_number &= is_word;
        if !in_number {
            out.push(character);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_left_out_of_reasons() {
        for (sqlstate, message, reason) in [
            (
                Some("22P02"),
                "invalid input syntax for type integer: \"x \"y\" z\"",
                "invalid input syntax for type integer: \"…\"",
            ),
            (
                Some("22P02"),
                "invalid input syntax for type integer: \"cut",
                "invalid input syntax for type integer: \"…\"",
            ),
            (
                Some("22003"),
                "value \"99999999999\" is out of range for type integer",
                "value \"…\" is out of range for type integer",
            ),
            (
                Some("22P02"),
                "ungültige Eingabesyntax für Typ integer: »x«",
                "ungültige Eingabesyntax für Typ integer: \"…\"",
            ),
            (
                Some("22021"),
                "invalid byte sequence for encoding \"UTF8\": 0xe9 0x20",
                "invalid byte sequence for encoding \"…\": …",
            ),
            (
                Some("22001"),
                "value too long for type character varying(5)",
                "value too long for type character varying(5)",
            ),
            (
                Some("23502"),
                "null value in column \"name\" of relation \"t\" violates not-null constraint",
                "null value in column \"name\" of relation \"t\" violates not-null constraint",
            ),
            (Some("P0001"), "no such customer: Smith", "raised by a trigger or function of the target"),
            (Some("U0001"), "no such customer: Smith", "raised by a trigger or function of the target"),
            (
                None,
                "/in/a:b.csv:12: text follows a closing quote on line 14; check `x`",
                "text follows a closing quote on line …",
            ),
            (
                None,
                "a.csv:3:7: the byte 0xE9 on line 12 is not valid UTF-8; correct it",
                "the byte … on line … is not valid UTF-8",
            ),
            (None, "column c1: not a date: \"12:30\" as DATE", "column c1: not a date: \"…\" as DATE"),
            (
                None,
                "column c1: the value has 7 bytes, its column 5",
                "column c1: the value has … bytes, its column …",
            ),
        ] {
            let error = Error { sqlstate: sqlstate.map(Into::into), ..Error::new(message) };
            assert_eq!(without_values(&error), reason);
        }
    }

    #[test]
    fn what_is_raised_is_not_shown_whatever_its_code() {
        let text =
            "Database error 23514: no such customer: Smith\nCONTEXT: PL/pgSQL function f() line 1 at RAISE";
        assert_eq!(without_values_of_rows(text), format!("Database error 23514: {RAISED}"));
        assert_eq!(
            without_values_of_rows("Database error 42P01: relation \"t\" does not exist\nHINT: x"),
            "Database error 42P01: relation \"t\" does not exist"
        );
        assert_eq!(
            without_values_of_rows("3 rows were rejected: see /tmp/t\nx"),
            "3 rows were rejected: see /tmp/t"
        );
    }

    #[test]
    fn reasons_are_counted_and_bounded() {
        let mut reasons = Reasons::default();
        for number in 0..MOST + 3 {
            let name: String = (0..=number).map(|_| 'a').collect();
            reasons.add(&Error::new(format!("column {name}: bad")));
        }
        for value in ["x", "y"] {
            reasons.add(&Error::new(format!("column a: bad; like {value}")));
        }
        let all = reasons.all();
        assert_eq!(all.len(), MOST + 1);
        assert_eq!((all[0].text.as_str(), all[0].rows), ("column a: bad", 3));
        assert_eq!(all[MOST].rows, 3);
        assert_eq!(all.iter().map(|reason| reason.rows).sum::<u64>(), MOST as u64 + 5);
    }
}
