//! Cuts bytes into records and fields, by the rules of Redshift's CSV. Nothing is copied.
//!
//! * A record ends with LF. A CR is an ordinary byte.
//! * A field is quoted if its first byte after blanks is the quote; blanks around the quotes are dropped.
//!   Inside, a doubled quote stands for one, and everything else for itself. A backslash means nothing.
//! * Blanks belong to a field without quotes.
//! * A quote anywhere else makes the record malformed. It then ends at the next LF, except that a quote
//!   that is never closed takes in all the rest.

/// The two characters that can be chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Dialect {
    /// Between two fields.
    pub delimiter: u8,
    /// Around a field.
    pub quote: u8,
}

/// Where a field is in its record. All numbers are bytes from the record's first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Field {
    /// Where the field begins, with blanks and quote.
    pub offset: usize,
    /// Where its text begins.
    pub start: usize,
    /// The byte after its text.
    pub end: usize,
    /// Whether it stood in quotes.
    pub quoted: bool,
    /// Whether its text has doubled quotes.
    pub doubled: bool,
}

/// What [`Dialect::scan`] found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scan {
    /// The record does not end in these bytes.
    More,
    /// A whole record.
    Record(Extent),
}

/// The size of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Extent {
    /// Its bytes without the LF that ends it.
    pub len: usize,
    /// Its bytes with it.
    pub taken: usize,
    /// Whether its quotes are wrong; its fields mean nothing then.
    pub malformed: bool,
}

/// How one field ended.
enum Edge {
    Delimiter,
    Record,
    Malformed { from: usize },
    More,
}

impl Dialect {
    /// Looks for the first record of `bytes`, which must not be empty, and puts its fields into `fields`.
    /// `last` says that no bytes follow; then there always is a record.
    pub fn scan(self, bytes: &[u8], last: bool, fields: &mut Vec<Field>) -> Scan {
        fields.clear();
        let mut at = 0;
        loop {
            let (field, edge) = self.field(bytes, at, last);
            fields.push(field.0);
            at = field.1;
            match edge {
                Edge::Delimiter => at += 1,
                Edge::Record => return Scan::Record(extent(bytes, at, false)),
                Edge::Malformed { from } => return malformed(bytes, from, last),
                Edge::More => return Scan::More,
            }
        }
    }

    /// One field from `offset` on, with the place of the byte after it.
    fn field(self, bytes: &[u8], offset: usize, last: bool) -> ((Field, usize), Edge) {
        let first = self.past_blanks(bytes, offset);
        if bytes.get(first) == Some(&self.quote) {
            return self.quoted(bytes, offset, first + 1, last);
        }
        let stop = bytes[first..].iter().position(|&b| b == self.delimiter || b == b'\n' || b == self.quote);
        let end = stop.map_or(bytes.len(), |n| first + n);
        let field = Field { offset, start: offset, end, quoted: false, doubled: false };
        let edge = match stop {
            Some(_) if bytes[end] == self.quote => Edge::Malformed { from: end },
            _ => self.edge(bytes, end, last),
        };
        ((field, end), edge)
    }

    /// A field whose text begins at `start`, after its quote.
    fn quoted(self, bytes: &[u8], offset: usize, start: usize, last: bool) -> ((Field, usize), Edge) {
        let mut field = Field { offset, start, end: bytes.len(), quoted: true, doubled: false };
        let mut at = start;
        loop {
            let Some(n) = bytes[at..].iter().position(|&b| b == self.quote) else {
                let edge = if last { Edge::Malformed { from: bytes.len() } } else { Edge::More };
                return ((field, bytes.len()), edge);
            };
            field.end = at + n;
            at = field.end + 1;
            if bytes.get(at) != Some(&self.quote) {
                break;
            }
            field.doubled = true;
            at += 1;
        }
        let after = self.past_blanks(bytes, at);
        ((field, after), self.edge(bytes, after, last))
    }

    /// What stands at `at`, where a field should have ended.
    fn edge(self, bytes: &[u8], at: usize, last: bool) -> Edge {
        match bytes.get(at) {
            None if last => Edge::Record,
            None => Edge::More,
            Some(b'\n') => Edge::Record,
            Some(&b) if b == self.delimiter => Edge::Delimiter,
            Some(_) => Edge::Malformed { from: at },
        }
    }

    fn past_blanks(self, bytes: &[u8], at: usize) -> usize {
        bytes[at..].iter().position(|&b| !self.is_blank(b)).map_or(bytes.len(), |n| at + n)
    }

    fn is_blank(self, byte: u8) -> bool {
        matches!(byte, b' ' | b'\t') && byte != self.delimiter
    }
}

fn extent(bytes: &[u8], len: usize, malformed: bool) -> Extent {
    Extent { len, taken: (len + 1).min(bytes.len()), malformed }
}

fn malformed(bytes: &[u8], from: usize, last: bool) -> Scan {
    match bytes[from..].iter().position(|&b| b == b'\n') {
        Some(n) => Scan::Record(extent(bytes, from + n, true)),
        None if last => Scan::Record(extent(bytes, bytes.len(), true)),
        None => Scan::More,
    }
}

/// Finds the end of one record without keeping its bytes, however many there are.
#[derive(Debug)]
pub(super) struct Skipper {
    dialect: Dialect,
    state: State,
}

#[derive(Debug, Clone, Copy)]
enum State {
    FieldStart,
    Bare,
    Quoted,
    /// After a quote inside quotes: the end of the text, or the first of two.
    QuoteSeen,
    AfterQuotes,
    Malformed,
}

impl Skipper {
    /// At the first byte of a record.
    pub fn new(dialect: Dialect) -> Skipper {
        Skipper { dialect, state: State::FieldStart }
    }

    /// The place after the LF that ends the record, if it is among these bytes, which follow the ones before.
    pub fn find_end(&mut self, bytes: &[u8]) -> Option<usize> {
        for (at, &byte) in bytes.iter().enumerate() {
            if byte == b'\n' && !matches!(self.state, State::Quoted) {
                return Some(at + 1);
            }
            self.state = self.after(byte);
        }
        None
    }

    fn after(&self, byte: u8) -> State {
        let (quote, delimiter) = (byte == self.dialect.quote, byte == self.dialect.delimiter);
        match self.state {
            State::Malformed => State::Malformed,
            State::Quoted if quote => State::QuoteSeen,
            State::Quoted => State::Quoted,
            State::QuoteSeen if quote => State::Quoted,
            _ if delimiter => State::FieldStart,
            State::FieldStart if quote => State::Quoted,
            State::FieldStart if self.dialect.is_blank(byte) => State::FieldStart,
            State::FieldStart | State::Bare if !quote => State::Bare,
            State::QuoteSeen | State::AfterQuotes if self.dialect.is_blank(byte) => State::AfterQuotes,
            _ => State::Malformed,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const COMMA: Dialect = Dialect { delimiter: b',', quote: b'"' };

    /// All records, each as its fields' texts, `None` for a malformed one.
    fn records(bytes: &[u8]) -> Vec<Option<Vec<Vec<u8>>>> {
        let (mut found, mut fields, mut at) = (Vec::new(), Vec::new(), 0);
        while at < bytes.len() {
            let Scan::Record(extent) = COMMA.scan(&bytes[at..], true, &mut fields) else {
                panic!("no record")
            };
            let record = &bytes[at..at + extent.len];
            found.push((!extent.malformed).then(|| fields.iter().map(|f| text(record, f)).collect()));
            assert!(extent.taken > 0);
            at += extent.taken;
        }
        found
    }

    fn text(record: &[u8], field: &Field) -> Vec<u8> {
        let text = String::from_utf8(record[field.start..field.end].to_vec()).unwrap();
        if field.doubled { text.replace("\"\"", "\"").into_bytes() } else { text.into_bytes() }
    }

    fn plain(bytes: &str) -> Vec<Option<Vec<String>>> {
        records(bytes.as_bytes())
            .into_iter()
            .map(|r| r.map(|r| r.into_iter().map(|f| String::from_utf8(f).unwrap()).collect()))
            .collect()
    }

    #[test]
    fn fields_are_cut_as_redshift_cuts_them() {
        for (bytes, wanted) in [
            ("a,b\n", vec!["a", "b"]),
            ("a,b", vec!["a", "b"]),
            (",", vec!["", ""]),
            ("\"\",\n", vec!["", ""]),
            (" \"a\" ,\t\"b\"\t\n", vec!["a", "b"]),
            (" a , b \n", vec![" a ", " b "]),
            ("   ,\n", vec!["   ", ""]),
            ("\"a\"\"b\"\n", vec!["a\"b"]),
            ("\"\"\"\"\n", vec!["\""]),
            ("\"a,b\nc\r\nd\"\n", vec!["a,b\nc\r\nd"]),
            ("a\\,b\n", vec!["a\\", "b"]),
            ("a,b\r\n", vec!["a", "b\r"]),
        ] {
            let wanted: Vec<String> = wanted.into_iter().map(str::to_owned).collect();
            assert_eq!(plain(bytes), [Some(wanted)], "{bytes:?}");
        }
    }

    #[test]
    fn wrong_quotes_spoil_one_record() {
        for bytes in ["a\"b,c\nx\n", "\"a\"b,c\nx\n", "\"a\" b\nx\n", "\"a\"\r\nx\n", "c, d\"\nx\n"] {
            assert_eq!(plain(bytes), [None, Some(vec!["x".to_owned()])], "{bytes:?}");
        }
    }

    #[test]
    fn a_quote_that_is_never_closed_takes_the_rest() {
        assert_eq!(plain("a\n\"b\nc\nd\n"), [Some(vec!["a".to_owned()]), None]);
    }

    #[test]
    fn a_tab_that_delimits_is_no_blank() {
        let dialect = Dialect { delimiter: b'\t', quote: b'\'' };
        let mut fields = Vec::new();
        assert!(matches!(dialect.scan(b"\t 'a'\t\n", true, &mut fields), Scan::Record(e) if !e.malformed));
        assert_eq!(fields.len(), 3);
    }

    #[test]
    fn offsets_count_blanks_and_quotes() {
        let mut fields = Vec::new();
        COMMA.scan(b"ab, \"c\"\n", true, &mut fields);
        assert_eq!(fields[1], Field { offset: 3, start: 5, end: 6, quoted: true, doubled: false });
    }

    #[test]
    fn an_unfinished_record_waits_for_more() {
        let mut fields = Vec::new();
        for bytes in ["a", "a,", "\"a", "\"a\"", "\"a\" ", "a\"b", " "] {
            assert_eq!(COMMA.scan(bytes.as_bytes(), false, &mut fields), Scan::More, "{bytes:?}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_cut_without_loss(bytes in "[a,\"\n\r \t\\\\]{1,40}") {
            let whole: usize = {
                let (mut at, mut fields) = (0, Vec::new());
                while at < bytes.len() {
                    let Scan::Record(extent) = COMMA.scan(&bytes.as_bytes()[at..], true, &mut fields) else {
                        return Err(TestCaseError::fail("no record"));
                    };
                    at += extent.taken;
                }
                at
            };
            prop_assert_eq!(whole, bytes.len());
        }

        #[test]
        fn any_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 1..60), last in any::<bool>()) {
            let mut fields = Vec::new();
            if let Scan::Record(extent) = COMMA.scan(&bytes, last, &mut fields) {
                prop_assert!(extent.len <= extent.taken && extent.taken <= bytes.len());
                for field in fields.iter().filter(|_| !extent.malformed) {
                    prop_assert!(field.offset <= field.start && field.start <= field.end && field.end <= extent.len);
                }
            }
        }

        #[test]
        fn what_a_writer_quotes_is_read_back(
            rows in proptest::collection::vec(proptest::collection::vec("[a-c,\"\n\r \t\\\\é𝄞]{0,6}", 1..4), 1..5),
        ) {
            let quoted = |field: &String| format!("\"{}\"", field.replace('"', "\"\""));
            let line = |row: &Vec<String>| row.iter().map(quoted).collect::<Vec<_>>().join(",") + "\n";
            let file: String = rows.iter().map(line).collect();
            prop_assert_eq!(plain(&file), rows.into_iter().map(Some).collect::<Vec<_>>());
        }

        #[test]
        fn the_skipper_agrees_with_the_scan(bytes in "[a,\"\n ]{1,30}", cut in 0..30_usize) {
            let mut fields = Vec::new();
            let Scan::Record(extent) = COMMA.scan(bytes.as_bytes(), true, &mut fields) else {
                return Err(TestCaseError::fail("no record"));
            };
            let (head, tail) = bytes.as_bytes().split_at(cut.min(bytes.len()));
            let mut skipper = Skipper::new(COMMA);
            let end = skipper.find_end(head).or_else(|| skipper.find_end(tail).map(|n| n + head.len()));
            prop_assert_eq!(end.unwrap_or(bytes.len()), extent.taken);
        }
    }
}
