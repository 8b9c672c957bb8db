//! Value → value, on bytes. Sources apply `Trim` and `NullIf` to a field before it becomes part of a row; the others
//! are applied by a projection, on the way from row to encoder, and reached by name.

mod booleans;
mod bytes;
pub(crate) mod calendar;
pub mod date;
mod geometry;
mod numbers;
mod text;

pub use date::DateFormat;

/// Whether a function made NULL; if so it has appended nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IsNull {
    /// It is NULL.
    Yes,
    /// It is what was appended, possibly nothing: the empty string.
    No,
}

/// What a function makes of its fields, or why it cannot.
pub type Outcome = Result<IsNull, &'static str>;

/// A value given to a transform.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field<'a> {
    /// SQL NULL.
    Null,
    /// Text, in UTF-8.
    Text(&'a [u8]),
    /// A number, as decimal text.
    Number(&'a [u8]),
    /// Raw bytes.
    Bytes(&'a [u8]),
}

impl<'a> Field<'a> {
    /// The bytes, whatever they stand for; none for NULL.
    pub fn bytes(self) -> &'a [u8] {
        match self {
            Field::Null => &[],
            Field::Text(bytes) | Field::Number(bytes) | Field::Bytes(bytes) => bytes,
        }
    }
}

/// A named function of one value, or two, as cast rules and expressions use it.
/// Source of their behaviour: pgloader 3's `pgloader.transforms` and its documentation, "Transformation functions".
#[derive(Debug)]
pub struct Transform {
    /// Its name, in lower case.
    pub name: &'static str,
    function: Function,
}

#[derive(Debug)]
enum Function {
    One(fn(Field<'_>, &mut Vec<u8>) -> Outcome),
    Two(fn(Field<'_>, Field<'_>, &mut Vec<u8>) -> Outcome),
}

/// All transforms, by family.
static FAMILIES: [&[Transform]; 6] = [
    calendar::TRANSFORMS,
    booleans::TRANSFORMS,
    bytes::TRANSFORMS,
    numbers::TRANSFORMS,
    geometry::TRANSFORMS,
    text::TRANSFORMS,
];

impl Transform {
    const fn one(name: &'static str, function: fn(Field<'_>, &mut Vec<u8>) -> Outcome) -> Transform {
        Transform { name, function: Function::One(function) }
    }

    const fn two(
        name: &'static str,
        function: fn(Field<'_>, Field<'_>, &mut Vec<u8>) -> Outcome,
    ) -> Transform {
        Transform { name, function: Function::Two(function) }
    }

    /// All there are.
    pub fn all() -> impl Iterator<Item = &'static Transform> {
        FAMILIES.iter().copied().flatten()
    }

    /// The one of this name, in any case.
    pub fn find(name: &str) -> Option<&'static Transform> {
        Transform::all().find(|transform| transform.name.eq_ignore_ascii_case(name))
    }

    /// How many values it takes.
    pub fn arity(&self) -> usize {
        match self.function {
            Function::One(_) => 1,
            Function::Two(_) => 2,
        }
    }

    /// Appends what it makes of as many `fields` as [`arity`](Transform::arity) says. NULL among them makes NULL.
    ///
    /// # Errors
    /// The value is not one that it takes, for this reason. `out` is as before.
    pub fn apply(&self, fields: &[Field<'_>], out: &mut Vec<u8>) -> Outcome {
        if fields.contains(&Field::Null) {
            return Ok(IsNull::Yes);
        }
        let start = out.len();
        let outcome = match (&self.function, fields) {
            (Function::One(function), &[field]) => function(field, out),
            (Function::Two(function), &[first, second]) => function(first, second, out),
            _ => Err("the transform takes another number of values"),
        };
        if outcome != Ok(IsNull::No) {
            out.truncate(start);
        }
        outcome
    }
}

/// Appends a value that is not NULL.
fn put(value: &[u8], out: &mut Vec<u8>) -> Outcome {
    out.extend_from_slice(value);
    Ok(IsNull::No)
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

/// What a table of cases needs.
#[cfg(test)]
mod testing {
    use super::*;

    /// What the transform makes of `fields`: its text, `NULL`, or `error: why`.
    pub fn applied(name: &str, fields: &[Field<'_>]) -> String {
        let mut out = b"before".to_vec();
        let outcome = Transform::find(name).unwrap().apply(fields, &mut out);
        let made = out.strip_prefix(b"before").unwrap();
        match outcome {
            Ok(IsNull::No) => String::from_utf8(made.to_vec()).unwrap(),
            Ok(IsNull::Yes) if made.is_empty() => "NULL".into(),
            Err(why) if made.is_empty() => format!("error: {why}"),
            left => panic!("{name} left {made:?} behind with {left:?}"),
        }
    }

    /// Checks (transform, text, what comes of it).
    pub fn check_texts(cases: &[(&str, &str, &str)]) {
        for (name, text, expected) in cases {
            assert_eq!(applied(name, &[Field::Text(text.as_bytes())]), *expected, "{name} of {text:?}");
        }
    }

    /// Checks (transform, bytes, what comes of them).
    pub fn check_bytes(cases: &[(&str, &[u8], &str)]) {
        for (name, bytes, expected) in cases {
            assert_eq!(applied(name, &[Field::Bytes(bytes)]), *expected, "{name} of {bytes:x?}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn null_makes_null_and_names_are_found_in_any_case() {
        for transform in Transform::all() {
            let fields = vec![Field::Null; transform.arity()];
            assert_eq!(testing::applied(&transform.name.to_uppercase(), &fields), "NULL");
        }
        assert_eq!(Transform::all().count(), 42);
        assert!(Transform::find("no-such-transform").is_none());
    }

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
