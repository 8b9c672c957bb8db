//! Value → value, on bytes. Sources apply `Trim` and `NullIf` to a field before it becomes part of a row; the others
//! are applied by a projection, on the way from row to encoder.

pub mod date;

pub use date::DateFormat;

/// Whether a function made NULL; if so it has appended nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IsNull {
    /// It is NULL.
    Yes,
    /// It is what was appended, possibly nothing: the empty string.
    No,
}

/// Which end of a value to strip of spaces (only U+0020).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trim {
    /// Both ends.
    Both,
    /// The start.
    Left,
    /// The end.
    Right,
}

impl Trim {
    /// What remains of `value`.
    pub fn apply(self, value: &[u8]) -> &[u8] {
        let start = match self {
            Trim::Right => 0,
            _ => value.iter().take_while(|&&byte| byte == b' ').count(),
        };
        let rest = &value[start..];
        let spaces = match self {
            Trim::Left => 0,
            _ => rest.iter().rev().take_while(|&&byte| byte == b' ').count(),
        };
        &rest[..rest.len() - spaces]
    }
}

/// When a value is NULL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NullIf {
    /// It is made of spaces only, or empty.
    Blanks,
    /// It is exactly this.
    Text(Vec<u8>),
}

impl NullIf {
    /// Whether `value`, as it stands in the file and before trimming, is NULL.
    pub fn matches(&self, value: &[u8]) -> bool {
        match self {
            NullIf::Blanks => value.iter().all(|&byte| byte == b' '),
            NullIf::Text(text) => value == text,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trim_strips_spaces_only_and_at_the_named_end() {
        let cases: [(Trim, &str, &str); 6] = [
            (Trim::Both, "  a b ", "a b"),
            (Trim::Left, "  a ", "a "),
            (Trim::Right, " a  ", " a"),
            (Trim::Both, "\ta\t", "\ta\t"),
            (Trim::Both, "   ", ""),
            (Trim::Right, "", ""),
        ];
        for (trim, value, expected) in cases {
            assert_eq!(trim.apply(value.as_bytes()), expected.as_bytes(), "{trim:?} {value:?}");
        }
    }

    #[test]
    fn blanks_match_spaces_and_the_empty_value() {
        assert!(NullIf::Blanks.matches(b""));
        assert!(NullIf::Blanks.matches(b"   "));
        assert!(!NullIf::Blanks.matches(b" \t"));
        assert!(NullIf::Text(b"-".to_vec()).matches(b"-"));
        assert!(!NullIf::Text(b"-".to_vec()).matches(b" -"));
    }
}
