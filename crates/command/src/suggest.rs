//! Finds what was probably meant.

/// The known phrase that `written` most resembles: by letters, else by a common start, else by common words.
pub(crate) fn nearest<'a>(written: &str, known: &[&'a str]) -> Option<&'a str> {
    let written = written.to_lowercase();
    by_letters(&written, known).or_else(|| by_start(&written, known)).or_else(|| by_words(&written, known))
}

/// The known phrase that `written` is a misspelling of. Both in lower case.
pub(crate) fn by_letters<'a>(written: &str, known: &[&'a str]) -> Option<&'a str> {
    let tolerated = written.chars().count().div_ceil(4).max(1);
    let scored = known.iter().map(|phrase| (distance(written, phrase), *phrase));
    scored
        .filter(|(distance, _)| *distance <= tolerated)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, phrase)| phrase)
}

fn by_start<'a>(written: &str, known: &[&'a str]) -> Option<&'a str> {
    let starts = |phrase: &&&str| phrase.starts_with(written) || written.starts_with(**phrase);
    known.iter().filter(starts).max_by_key(|phrase| phrase.len()).copied()
}

/// The phrase with the largest part of its words in `written`, at least half and not only little words; the shorter
/// one of two.
fn by_words<'a>(written: &str, known: &[&'a str]) -> Option<&'a str> {
    let words: Vec<&str> = written.split_whitespace().collect();
    let near = |word: &&str| words.iter().any(|other| distance(word, other) <= usize::from(word.len() > 3));
    let scored = known.iter().filter_map(|phrase| {
        let common: Vec<&str> = phrase.split(' ').filter(near).collect();
        let telling = common.iter().any(|word| word.len() > 2);
        telling.then(|| (common.len() * 100 / phrase.split(' ').count(), *phrase))
    });
    let score = |&(score, phrase): &(usize, &str)| (score, std::cmp::Reverse(phrase.len()));
    scored.filter(|(score, _)| *score >= 50).max_by_key(score).map(|(_, phrase)| phrase)
}

/// How many letters must be added, left out, changed or swapped with their neighbour.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let changed = last[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut best = changed.min(last[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(before[j - 2] + 1);
            }
            row.push(best);
        }
        before = std::mem::replace(&mut last, row);
    }
    last.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances() {
        let cases = [
            ("", "", 0),
            ("abc", "abc", 0),
            ("abc", "acb", 1),
            ("abc", "ab", 1),
            ("a", "xyz", 3),
            ("", "ab", 2),
        ];
        for (a, b, expected) in cases {
            assert_eq!(distance(a, b), expected, "{a} {b}");
        }
    }

    #[test]
    fn the_nearest_phrase() {
        let known = [
            "batch rows",
            "batch size",
            "csv header",
            "drop indexes",
            "fields terminated by",
            "on error stop",
            "skip header",
            "truncate",
        ];
        let cases = [
            ("batch row", Some("batch rows")),
            ("Skip Headers", Some("skip header")),
            ("truncte", Some("truncate")),
            ("turncate", Some("truncate")),
            ("rows per batch", Some("batch rows")),
            ("fields", Some("fields terminated by")),
            ("header", Some("csv header")),
            ("truncate tables", Some("truncate")),
            ("terminated by", Some("fields terminated by")),
            ("stop on error", Some("on error stop")),
            ("something else", None),
            ("x", None),
        ];
        for (written, expected) in cases {
            assert_eq!(nearest(written, &known), expected, "{written}");
        }
    }
}
