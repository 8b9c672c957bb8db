//! `date format 'pattern'`: text read by position and written as PostgreSQL reads it in any DateStyle.

use std::fmt;

use crate::expression::Fault;

use super::IsNull;

/// A date format: which part of a date or time stands where. Read by position, not by tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DateFormat {
    pattern: String,
    tokens: Vec<Token>,
}

/// As it was written.
impl fmt::Display for DateFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.pattern)
    }
}

/// What stands at one place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Token {
    /// A part that is so many characters wide.
    Part(Part, usize),
    /// Up to so many digits behind the point, possibly none.
    Fraction(usize),
    /// `AM` or `PM` in so many characters: the text says which.
    Meridian(usize),
    /// Any one character.
    Skipped,
}

/// The parts that are numbers, in the order in which they are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Year,
    Month,
    Day,
    Hour,
    Minute,
    Second,
}

/// What patterns are made of; where one begins like another, the longer comes first.
const WORDS: [(&str, Token); 21] = [
    ("YYYY", Token::Part(Part::Year, 4)),
    ("YYY", Token::Part(Part::Year, 3)),
    ("YY", Token::Part(Part::Year, 2)),
    ("MM", Token::Part(Part::Month, 2)),
    ("DD", Token::Part(Part::Day, 2)),
    ("HH24", Token::Part(Part::Hour, 2)),
    ("HH12", Token::Part(Part::Hour, 2)),
    ("HH", Token::Part(Part::Hour, 2)),
    ("MI", Token::Part(Part::Minute, 2)),
    ("SS", Token::Part(Part::Second, 2)),
    ("MS", Token::Fraction(4)),
    ("US", Token::Fraction(6)),
    ("AM", Token::Meridian(2)),
    ("am", Token::Meridian(2)),
    ("PM", Token::Meridian(2)),
    ("pm", Token::Meridian(2)),
    ("A.M.", Token::Meridian(4)),
    ("a.m.", Token::Meridian(4)),
    ("P.M.", Token::Meridian(4)),
    ("p.m.", Token::Meridian(4)),
    ("T", Token::Skipped),
];

/// Characters of a pattern that stand for any one character.
const PUNCTUATION: &str = ":-.*#@/\\ ";

const TOO_SHORT: &str = "the text is shorter than its date format";

impl DateFormat {
    /// Reads a pattern such as `YYYY-MM-DD HH24:MI:SS.US`.
    ///
    /// # Errors
    /// It is empty, or has a letter that means nothing; the fault's range is within `pattern`.
    pub fn parse(pattern: &str) -> Result<DateFormat, Fault> {
        let (mut tokens, mut at) = (Vec::new(), 0);
        while let Some(next) = pattern[at..].chars().next() {
            let word = WORDS.iter().find(|(word, _)| pattern[at..].starts_with(word));
            let (token, length) = match word {
                Some((word, token)) => (*token, word.len()),
                None if PUNCTUATION.contains(next) => (Token::Skipped, 1),
                None => return Err(unknown(pattern, at, next)),
            };
            tokens.push(token);
            at += length;
        }
        match tokens.is_empty() {
            true => Err(Fault::new(0..0, "the date format is empty").hint(known())),
            false => Ok(DateFormat { pattern: pattern.to_owned(), tokens }),
        }
    }

    /// Appends `value`, read by this format, as `Y-M-D h:m:s` with its fraction if it has one; the time alone where
    /// the format lacks one of year, month and day. What is empty, or has a year, month or day of zeros, is NULL.
    ///
    /// # Errors
    /// The text is too short, or has something else where a number or AM/PM should be. `out` is as before.
    pub fn apply(&self, value: &[u8], out: &mut Vec<u8>) -> Result<IsNull, &'static str> {
        if value.is_empty() {
            return Ok(IsNull::Yes);
        }
        let found = self.read(value)?;
        if found.is_zero() {
            return Ok(IsNull::Yes);
        }
        found.write(out);
        Ok(IsNull::No)
    }

    fn read<'v>(&self, value: &'v [u8]) -> Result<Found<'v>, &'static str> {
        let (mut found, mut rest) = (Found::default(), value);
        for token in &self.tokens {
            let width = match *token {
                Token::Part(part, width) => {
                    let text = rest.get(..width).ok_or(TOO_SHORT)?;
                    found.set(part, text)?;
                    width
                }
                Token::Fraction(most) => {
                    let digits = rest.iter().take(most).take_while(|byte| byte.is_ascii_digit()).count();
                    found.fraction = &rest[..digits];
                    digits
                }
                Token::Meridian(width) => {
                    found.is_afternoon = Some(meridian(rest.get(..width).ok_or(TOO_SHORT)?)?);
                    width
                }
                Token::Skipped => rest.len().min(1),
            };
            rest = &rest[width..];
        }
        Ok(found)
    }
}

fn unknown(pattern: &str, at: usize, next: char) -> Fault {
    let range = at..at + next.len_utf8();
    Fault::new(range, format!("`{next}` means nothing in the date format {pattern}")).hint(known())
}

fn known() -> String {
    let words: Vec<&str> = WORDS.iter().map(|(word, _)| *word).collect();
    format!("a date format is made of {}, blanks and the characters {PUNCTUATION}", words.join(", "))
}

/// Whether the text says PM.
fn meridian(text: &[u8]) -> Result<bool, &'static str> {
    let is =
        |marker: &[u8], dotted: &[u8]| text.eq_ignore_ascii_case(marker) || text.eq_ignore_ascii_case(dotted);
    match (is(b"am", b"a.m."), is(b"pm", b"p.m.")) {
        (true, _) => Ok(false),
        (_, true) => Ok(true),
        _ => Err("neither AM nor PM stands where the date format has it"),
    }
}

/// The parts of one value.
#[derive(Default)]
struct Found<'v> {
    numbers: [Option<u32>; 6],
    fraction: &'v [u8],
    is_afternoon: Option<bool>,
}

impl Found<'_> {
    fn set(&mut self, part: Part, text: &[u8]) -> Result<(), &'static str> {
        let mut number = 0;
        for (at, &byte) in text.iter().enumerate() {
            number = match byte {
                b'0'..=b'9' => number * 10 + u32::from(byte - b'0'),
                b' ' if at + 1 < text.len() && number == 0 => 0,
                _ => return Err("no number stands where the date format has one"),
            };
        }
        let is_short_year = part == Part::Year && text.len() <= 2;
        self.numbers[part as usize] = Some(if is_short_year { 2000 + number } else { number });
        Ok(())
    }

    fn get(&self, part: Part) -> Option<u32> {
        self.numbers[part as usize]
    }

    fn is_zero(&self) -> bool {
        [Part::Year, Part::Month, Part::Day].iter().any(|&part| self.get(part) == Some(0))
    }

    fn hour(&self) -> u32 {
        match (self.get(Part::Hour).unwrap_or(0), self.is_afternoon) {
            (12, Some(false)) => 0,
            (hour @ 0..=11, Some(true)) => hour + 12,
            (hour, _) => hour,
        }
    }

    fn write(&self, out: &mut Vec<u8>) {
        if let [Some(year), Some(month), Some(day), ..] = self.numbers {
            padded(year, 4, out);
            out.push(b'-');
            padded(month, 2, out);
            out.push(b'-');
            padded(day, 2, out);
            out.push(b' ');
        }
        padded(self.hour(), 2, out);
        for part in [Part::Minute, Part::Second] {
            out.push(b':');
            padded(self.get(part).unwrap_or(0), 2, out);
        }
        if !self.fraction.is_empty() {
            out.push(b'.');
            out.extend_from_slice(self.fraction);
        }
    }
}

/// Appends a number below 10,000 with zeros in front.
pub(super) fn padded(number: u32, width: usize, out: &mut Vec<u8>) {
    for place in (0..width as u32).rev() {
        out.push(b'0' + (number / 10u32.pow(place) % 10) as u8);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn applied(pattern: &str, value: &str) -> Result<Option<String>, &'static str> {
        let mut out = Vec::new();
        let is_null = DateFormat::parse(pattern).unwrap().apply(value.as_bytes(), &mut out)?;
        Ok((is_null == IsNull::No).then(|| String::from_utf8(out).unwrap()))
    }

    #[test]
    fn each_part_is_read_at_its_place() {
        let cases = [
            ("YYYY-MM-DD HH24:MI:SS", "2026-02-03 04:05:06", "2026-02-03 04:05:06"),
            ("YYYY-MM-DD", "2026-02-03", "2026-02-03 00:00:00"),
            ("DD/MM/YY", "03/02/99", "2099-02-03 00:00:00"),
            ("YYYMMDD", "9990203", "0999-02-03 00:00:00"),
            ("YYYYMMDDTHHMISS", "20260203x040506", "2026-02-03 04:05:06"),
            ("HH24.MI", "23.59", "23:59:00"),
            ("MM-DD-YYYY HH24-MI-SS.US", "02-03-2026 04-05-06.123456", "2026-02-03 04:05:06.123456"),
            ("YYYY*MM#DD@HH\\MI", "2026a02b03c04d05", "2026-02-03 04:05:00"),
            ("YYYY-MM-DD", "2026-02-03 and more", "2026-02-03 00:00:00"),
            ("YYYY-MM-DD HH:MI", "2026- 2- 3  4:05", "2026-02-03 04:05:00"),
            ("YYYY-MM HH", "2026-02 03", "03:00:00"),
        ];
        for (pattern, value, expected) in cases {
            assert_eq!(applied(pattern, value), Ok(Some(expected.into())), "{pattern} of {value}");
        }
    }

    #[test]
    fn fractions_may_be_ragged_or_missing() {
        let cases = [
            ("HH:MI:SS.MS", "01:02:03.1", "01:02:03.1"),
            ("HH:MI:SS.MS", "01:02:03.12345", "01:02:03.1234"),
            ("HH:MI:SS.US", "01:02:03.", "01:02:03"),
            ("HH:MI:SS.US", "01:02:03", "01:02:03"),
            ("HH:MI:SS.MS AM", "01:02:03.7 PM", "13:02:03.7"),
        ];
        for (pattern, value, expected) in cases {
            assert_eq!(applied(pattern, value), Ok(Some(expected.into())), "{pattern} of {value}");
        }
    }

    #[test]
    fn morning_and_afternoon_are_what_the_text_says() {
        let cases = [
            ("HH12:MI AM", "03:00 PM", "15:00:00"),
            ("HH12:MI AM", "12:00 am", "00:00:00"),
            ("HH12:MI PM", "12:00 PM", "12:00:00"),
            ("HH12:MI p.m.", "11:00 A.M.", "11:00:00"),
            ("HH12:MI A.M.", "11:00 p.m.", "23:00:00"),
        ];
        for (pattern, value, expected) in cases {
            assert_eq!(applied(pattern, value), Ok(Some(expected.into())), "{pattern} of {value}");
        }
    }

    #[test]
    fn what_is_empty_or_zero_is_null() {
        for value in ["", "0000-01-02", "2026-00-02", "2026-01-00", "0000-00-00"] {
            assert_eq!(applied("YYYY-MM-DD", value), Ok(None), "{value}");
        }
        assert_eq!(applied("YY-MM-DD", "00-01-02"), Ok(Some("2000-01-02 00:00:00".into())));
        assert_eq!(applied("HH:MI", "00:00"), Ok(Some("00:00:00".into())));
    }

    #[test]
    fn what_does_not_fit_is_a_reason() {
        assert_eq!(applied("YYYY-MM-DD", "2026-02-0"), Err(TOO_SHORT));
        assert_eq!(applied("HH AM", "03 P"), Err(TOO_SHORT));
        assert_eq!(applied("HH AM", "03 XM"), Err("neither AM nor PM stands where the date format has it"));
        for value in ["20x6-02-03", "2026-0 -03", "2026-02-  "] {
            assert_eq!(
                applied("YYYY-MM-DD", value),
                Err("no number stands where the date format has one"),
                "{value}"
            );
        }
    }

    #[test]
    fn a_letter_without_meaning_is_a_fault_at_its_place() {
        let fault = DateFormat::parse("YYYY-mm-DD").unwrap_err();
        assert_eq!(fault.range, 5..6);
        assert_eq!(fault.message, "`m` means nothing in the date format YYYY-mm-DD");
        assert!(fault.hint.unwrap().contains("HH24"));
        assert!(DateFormat::parse("").is_err());
        assert_eq!(DateFormat::parse("Y").unwrap_err().range, 0..1);
    }
}
