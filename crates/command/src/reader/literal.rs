//! Names, strings, numbers and sizes.

use super::{Read, Reader};
use crate::name::{NamePart, WrittenName};
use crate::text::Spanned;

impl Reader<'_> {
    /// Text in single quotes, or in double quotes; no escapes, several lines allowed.
    pub(crate) fn take_string(&mut self) -> Read<Option<Spanned<String>>> {
        match self.next_char() {
            Some(quote @ ('\'' | '"')) => self.take_quoted(quote),
            _ => {
                self.want("a quoted text");
                Ok(None)
            }
        }
    }

    /// Text in this quote, which is one byte; `None` where there is none, and then nothing is noted.
    pub(crate) fn take_quoted(&mut self, quote: char) -> Read<Option<Spanned<String>>> {
        let Some(inside) = self.rest().strip_prefix(quote) else { return Ok(None) };
        let Some(end) = inside.find(quote) else { return Err(self.unclosed_quote(quote)) };
        let value = inside[..end].to_owned();
        Ok(Some(Spanned { value, span: self.advance(end + 2) }))
    }

    fn unclosed_quote(&self, quote: char) -> crate::Diagnostic {
        self.never_closed("quote", 1, &quote.to_string())
    }

    /// The value of a `SET`: text in quotes, where `''` inside single quotes is one.
    pub(crate) fn take_setting_value(&mut self) -> Read<Option<Spanned<String>>> {
        let Some(inside) = self.rest().strip_prefix('\'') else { return self.take_string() };
        let mut value = String::new();
        let mut from = 0;
        while let Some(quote) = inside[from..].find('\'').map(|found| from + found) {
            value.push_str(&inside[from..quote]);
            if !inside[quote + 1..].starts_with('\'') {
                return Ok(Some(Spanned { value, span: self.advance(quote + 2) }));
            }
            value.push('\'');
            from = quote + 2;
        }
        Err(self.unclosed_quote('\''))
    }

    /// The name of a field, a column or a type: bare and then lower-cased, or quoted and then kept.
    pub(crate) fn take_field_name(&mut self, what: &str) -> Read<Option<Spanned<String>>> {
        if let Some(quote @ ('\'' | '"')) = self.next_char() {
            let name = self.take_quoted(quote)?;
            return name.map(|name| self.not_empty(name)).transpose();
        }
        let length = bare_length(self.rest(), |c| c.is_alphanumeric() || "._$-".contains(c));
        if length == 0 {
            self.want(what);
            return Ok(None);
        }
        let value = self.rest()[..length].to_lowercase();
        Ok(Some(Spanned { value, span: self.advance(length) }))
    }

    fn not_empty(&self, name: Spanned<String>) -> Read<Spanned<String>> {
        match name.value.is_empty() {
            true => Err(self.error(name.span, "this name is empty")),
            false => Ok(name),
        }
    }

    /// A name as of an encoding: bare and kept as written, or quoted.
    pub(crate) fn take_name(&mut self) -> Read<Option<Spanned<String>>> {
        if let Some(quote @ ('\'' | '"')) = self.next_char() {
            let name = self.take_quoted(quote)?;
            return name.map(|name| self.not_empty(name)).transpose();
        }
        let length = bare_name_length(self.rest());
        if length == 0 {
            self.want("a name");
            return Ok(None);
        }
        let value = self.rest()[..length].to_owned();
        Ok(Some(Spanned { value, span: self.advance(length) }))
    }

    /// `name` or `schema.name`, each bare or quoted, without blanks around the dot.
    pub(crate) fn expect_table_name(&mut self) -> Read<Spanned<WrittenName>> {
        let start = self.at;
        let parts = self.expect_name_parts("a table name")?;
        let span = self.since(start);
        let name = WrittenName::from_parts(parts);
        let value =
            name.ok_or_else(|| self.error(span, "a table name has at most two parts, `schema.table`"))?;
        Ok(Spanned { value, span })
    }

    /// Names with dots between, each bare or quoted, without blanks around the dots.
    pub(crate) fn expect_name_parts(&mut self, what: &str) -> Read<Vec<NamePart>> {
        let mut parts = vec![self.expect_name_part(what)?];
        while self.last_end == self.at && self.next_char() == Some('.') {
            self.advance(1);
            parts.push(self.expect_name_part(what)?);
        }
        Ok(parts)
    }

    fn expect_name_part(&mut self, what: &str) -> Read<NamePart> {
        let exact = self.next_char() == Some('"');
        if !exact && self.next_char() != Some('\'') && bare_name_length(self.rest()) == 0 {
            self.want(what);
            return Err(self.unexpected());
        }
        let name = self.take_name()?.ok_or_else(|| self.unexpected())?;
        Ok(NamePart { text: name.value, exact })
    }

    /// The name of a server parameter.
    pub(crate) fn take_parameter_name(&mut self) -> Option<Spanned<String>> {
        let length = bare_length(self.rest(), |c| c.is_alphanumeric() || "_.-".contains(c));
        if length == 0 {
            self.want("the name of a parameter");
            return None;
        }
        let value = self.rest()[..length].to_owned();
        Some(Spanned { value, span: self.advance(length) })
    }

    /// Decimal digits with nothing glued to them.
    pub(crate) fn take_number(&mut self) -> Read<Option<u64>> {
        let digits = self.digits();
        let rest = &self.rest()[digits..];
        if digits == 0 || rest.starts_with(|c: char| c.is_alphanumeric() || "_.".contains(c)) {
            self.want("a whole number");
            return Ok(None);
        }
        self.number(digits).map(Some)
    }

    /// A place or a width in a line, decimal or `0x` hex.
    pub(crate) fn take_position(&mut self) -> Read<Option<usize>> {
        let rest = self.rest();
        let word = rest.find(|c: char| !(c.is_alphanumeric() || "_.".contains(c))).unwrap_or(rest.len());
        let hex = rest[..word].strip_prefix("0x").or_else(|| rest[..word].strip_prefix("0X"));
        let Some(digits) = hex else {
            let Some(number) = self.take_number()? else { return Ok(None) };
            return Ok(Some(usize::try_from(number).unwrap_or(usize::MAX)));
        };
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            self.want("a whole number");
            return Ok(None);
        }
        let number = usize::from_str_radix(digits, 16);
        let span = self.advance(word);
        number.map(Some).map_err(|_| self.error(span, "this number is too large"))
    }

    /// The name of a type in a cast rule: a bare word kept as written, or anything in double quotes.
    pub(crate) fn take_type_name(&mut self) -> Read<Option<Spanned<String>>> {
        if self.next_char() == Some('"') {
            let name = self.take_quoted('"')?;
            return name.map(|name| self.not_empty(name)).transpose();
        }
        let length = bare_length(self.rest(), |c| c.is_alphanumeric() || c == '_');
        if length == 0 {
            self.want("a type");
            return Ok(None);
        }
        let value = self.rest()[..length].to_owned();
        Ok(Some(Spanned { value, span: self.advance(length) }))
    }

    /// Digits and an optional unit, in bytes.
    pub(crate) fn take_size(&mut self) -> Read<Option<u64>> {
        let start = self.at;
        let digits = self.digits();
        if digits == 0 {
            self.want("a size such as `20 MB`");
            return Ok(None);
        }
        let number = self.number(digits)?;
        let Some(unit) = self.take_unit() else { return Ok(None) };
        let bytes = number.checked_mul(unit);
        bytes.map(Some).ok_or_else(|| self.error(self.since(start), "this size is too large"))
    }

    /// The bytes of the unit that stands here; 1 where no word does.
    fn take_unit(&mut self) -> Option<u64> {
        const UNITS: [(&str, u64); 6] =
            [("B", 1), ("kB", 1 << 10), ("MB", 1 << 20), ("GB", 1 << 30), ("TB", 1 << 40), ("PB", 1 << 50)];
        for (name, bytes) in UNITS {
            if let Some(length) = self.length_of(name) {
                self.advance(length);
                return Some(bytes);
            }
        }
        let glued = self.last_end == self.at
            && self.rest().starts_with(|c: char| c.is_alphanumeric() || "_.".contains(c));
        let a_word = self.rest().starts_with(char::is_alphanumeric) && !self.is_new_clause();
        if !glued && !a_word {
            return Some(1);
        }
        self.want("`B`, `kB`, `MB`, `GB`, `TB` or `PB`");
        None
    }

    /// Whether the word here is rather the next clause than a unit.
    fn is_new_clause(&self) -> bool {
        crate::grammar::sees_clause(self)
    }

    fn digits(&self) -> usize {
        self.rest().bytes().take_while(u8::is_ascii_digit).count()
    }

    fn number(&mut self, digits: usize) -> Read<u64> {
        let number = self.rest()[..digits].parse();
        let span = self.advance(digits);
        number.map_err(|_| self.error(span, "this number is too large"))
    }
}

/// The length of a name that may stand without quotes.
pub(super) fn bare_name_length(text: &str) -> usize {
    bare_length(text, |c| c.is_alphanumeric() || "-_$%".contains(c))
}

/// The length of a bare word: first a letter or `_`, then what `goes_on` says, but never `--`.
fn bare_length(text: &str, goes_on: impl Fn(char) -> bool) -> usize {
    if !text.starts_with(|c: char| c.is_alphabetic() || c == '_') {
        return 0;
    }
    let length = text.find(|c| !goes_on(c)).unwrap_or(text.len());
    text[..length].find("--").unwrap_or(length)
}

#[cfg(test)]
mod tests {
    use crate::reader::tests::read;

    #[test]
    fn strings() {
        let cases = [
            ("'a' b", Ok((Some("a"), "b"))),
            ("\"a'b\"", Ok((Some("a'b"), ""))),
            ("''", Ok((Some(""), ""))),
            ("'a\n-- b'c", Ok((Some("a\n-- b"), "c"))),
            ("'a\\'b", Ok((Some("a\\"), "b"))),
            ("a", Ok((None, "a"))),
            ("'a", Err("this quote is never closed")),
            ("\"a'", Err("this quote is never closed")),
        ];
        for (text, expected) in cases {
            let found = read(text, |reader| Ok(reader.take_string()?.map(|string| string.value)));
            let expected = expected.map(|(value, rest)| (value.map(str::to_owned), rest.to_owned()));
            assert_eq!(found, expected.map_err(str::to_owned), "{text}");
        }
    }

    #[test]
    fn setting_values_may_hold_quotes() {
        let cases = [
            ("'a''b' c", Ok((Some("a'b"), "c"))),
            ("''", Ok((Some(""), ""))),
            ("''''", Ok((Some("'"), ""))),
            ("\"$user\", x", Ok((Some("$user"), ", x"))),
            ("'a''", Err("this quote is never closed")),
        ];
        for (text, expected) in cases {
            let found = read(text, |reader| Ok(reader.take_setting_value()?.map(|string| string.value)));
            let expected = expected.map(|(value, rest)| (value.map(str::to_owned), rest.to_owned()));
            assert_eq!(found, expected.map_err(str::to_owned), "{text}");
        }
    }

    #[test]
    fn field_names() {
        let cases = [
            ("Field_1 x", Ok((Some("field_1"), "x"))),
            ("a.b$c-d, e", Ok((Some("a.b$c-d"), ", e"))),
            ("a-- c\n, e", Ok((Some("a"), ", e"))),
            ("'A b'", Ok((Some("A b"), ""))),
            ("\"A b\"", Ok((Some("A b"), ""))),
            ("ÉTÉ", Ok((Some("été"), ""))),
            ("1a", Ok((None, "1a"))),
            ("\"\"", Err("this name is empty")),
        ];
        for (text, expected) in cases {
            let found =
                read(text, |reader| Ok(reader.take_field_name("a field name")?.map(|name| name.value)));
            let expected = expected.map(|(value, rest)| (value.map(str::to_owned), rest.to_owned()));
            assert_eq!(found, expected.map_err(str::to_owned), "{text}");
        }
    }

    #[test]
    fn table_names() {
        let cases = [
            ("t", Ok(("t", ""))),
            ("s.my-table%$ x", Ok(("s.my-table%$", "x"))),
            ("\"S\".\"T.x\"(", Ok(("\"S\".\"T.x\"", "("))),
            ("'a'.b", Ok(("a.b", ""))),
            ("a . b", Ok(("a", ". b"))),
            ("t-- c", Ok(("t", ""))),
            ("a.b.c", Err("a table name has at most two parts, `schema.table`")),
            ("a.", Err("unexpected end of file")),
            ("1", Err("unexpected `1`")),
            ("\"\"", Err("this name is empty")),
        ];
        for (text, expected) in cases {
            let found = read(text, |reader| Ok(Some(reader.expect_table_name()?.value.to_string())));
            let expected = expected.map(|(value, rest)| (Some(value.to_owned()), rest.to_owned()));
            assert_eq!(found, expected.map_err(str::to_owned), "{text}");
        }
    }

    #[test]
    fn numbers() {
        let cases = [
            ("12,", Ok((Some(12), ","))),
            ("0", Ok((Some(0), ""))),
            ("18446744073709551615", Ok((Some(u64::MAX), ""))),
            ("18446744073709551616", Err("this number is too large")),
            ("-1", Ok((None, "-1"))),
            ("1.5", Ok((None, "1.5"))),
            ("1_000", Ok((None, "1_000"))),
            ("10k", Ok((None, "10k"))),
        ];
        for (text, expected) in cases {
            let expected = expected.map(|(value, rest)| (value, rest.to_owned()));
            assert_eq!(read(text, |reader| reader.take_number()), expected.map_err(str::to_owned), "{text}");
        }
    }

    #[test]
    fn sizes() {
        let cases = [
            ("20 MB,", Ok((Some(20 << 20), ","))),
            ("64MB", Ok((Some(64 << 20), ""))),
            ("1024 kB", Ok((Some(1 << 20), ""))),
            ("1 KB", Ok((Some(1024), ""))),
            ("1kb", Ok((Some(1024), ""))),
            ("2mb", Ok((Some(2 << 20), ""))),
            ("1 GB", Ok((Some(1 << 30), ""))),
            ("1 TB", Ok((Some(1 << 40), ""))),
            ("1 PB", Ok((Some(1 << 50), ""))),
            ("5 B", Ok((Some(5), ""))),
            ("5B;", Ok((Some(5), ";"))),
            ("1000", Ok((Some(1000), ""))),
            ("1000\nSET", Ok((Some(1000), "SET"))),
            ("16384 PB", Err("this size is too large")),
            ("99999999999999999999 MB", Err("this number is too large")),
            ("MB", Ok((None, "MB"))),
            ("1.5 MB", Ok((None, ".5 MB"))),
            ("20 MiB", Ok((None, "MiB"))),
        ];
        for (text, expected) in cases {
            let expected = expected.map(|(value, rest)| (value, rest.to_owned()));
            assert_eq!(read(text, |reader| reader.take_size()), expected.map_err(str::to_owned), "{text}");
        }
    }
}
