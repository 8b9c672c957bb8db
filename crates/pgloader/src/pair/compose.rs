//! The command that two words and the options for clauses say, as the text of a load file: what holds for a load file
//! holds for it too.

use crate::cli::Clauses;

use super::kind::{Kind, STDIN};

/// One clause of the text.
#[derive(Debug, PartialEq, Eq)]
pub struct Clause {
    /// The option that says it.
    pub option: &'static str,
    /// As it stands in a load file, in one line.
    pub text: String,
}

/// The text of a command; clauses stand on lines of their own, so that messages show what is wrong and nothing else.
pub fn command<'a>(head: &str, clauses: impl IntoIterator<Item = &'a Clause>) -> String {
    let lines = clauses.into_iter().map(|clause| format!("\n{}", clause.text));
    head.to_owned() + &lines.collect::<String>()
}

/// What every command has.
pub fn head(kind: &Kind, source: &str, target: &str) -> String {
    let source = match STDIN.contains(&source) {
        true => source.to_owned(),
        false => quoted(source),
    };
    format!("{}\nFROM {source}\nINTO {}", kind.command, quoted(target))
}

/// The clauses that options say, but for the field list. Each can be read by itself behind [`head`].
pub fn clauses(kind: &Kind, given: &Clauses) -> Vec<Clause> {
    let mut all = Vec::new();
    let mut add = |option, words: &str, text: &str| {
        all.push(Clause { option, text: format!("{words}{}", text.replace('\n', " ")) });
    };
    given.encoding.iter().for_each(|name| add("--encoding", "WITH ENCODING ", &quoted(name)));
    given.with.iter().for_each(|option| add("--with", "WITH ", option));
    given.set.iter().for_each(|setting| add("--set", "SET ", &self::setting(setting)));
    if kind.is_database {
        given.cast.iter().for_each(|rule| add("--cast", "CAST ", rule));
    }
    given.before.iter().for_each(|file| add("--before", "BEFORE LOAD EXECUTE ", &quoted(file)));
    given.after.iter().for_each(|file| add("--after", "AFTER LOAD EXECUTE ", &quoted(file)));
    all
}

/// The field list of all options `--field` that are given.
pub fn fields<'a>(given: impl IntoIterator<Item = &'a str>) -> Option<Clause> {
    let fields: Vec<String> = given.into_iter().map(|fields| fields.replace('\n', " ")).collect();
    let text = || format!("HAVING FIELDS ({})", fields.join(", "));
    (!fields.is_empty()).then(|| Clause { option: "--field", text: text() })
}

/// `name='value'`, `name=value` and `name to 'value'` as SET has them.
fn setting(written: &str) -> String {
    let at = written.find(|char: char| !(char.is_alphanumeric() || matches!(char, '_' | '.')));
    let (name, rest) = written.trim_start().split_at(at.unwrap_or(written.len()));
    let value = rest.trim_start().strip_prefix('=').map(str::trim);
    match value.filter(|value| !value.is_empty() && !value.contains('\'')) {
        Some(bare) => format!("{name} TO '{bare}'"),
        None => written.to_owned(),
    }
}

/// In quotes, where what is quoted has none itself.
fn quoted(word: &str) -> String {
    match word.contains('\'') {
        true => word.to_owned(),
        false => format!("'{word}'"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_written_in_three_ways() {
        for (written, expected) in [
            ("work_mem='12MB'", "work_mem='12MB'"),
            ("work_mem=12MB", "work_mem TO '12MB'"),
            ("my.guc = a b", "my.guc TO 'a b'"),
            ("work_mem to '12MB'", "work_mem to '12MB'"),
            ("nonsense", "nonsense"),
            ("x=", "x="),
        ] {
            assert_eq!(setting(written), expected);
        }
    }
}
