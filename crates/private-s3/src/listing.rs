//! Keys by page.

use std::collections::BTreeMap;
use std::ops::Bound;

/// What a client asks for.
pub(crate) struct Request<'a> {
    pub prefix: &'a str,
    /// Keys that have it after the prefix are listed as one common prefix.
    pub delimiter: Option<&'a str>,
    /// The last entry of the page before, or `""`.
    pub after: &'a str,
    pub limit: usize,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Entry {
    Key(String),
    CommonPrefix(String),
}

/// Entries in the order of their names.
pub(crate) struct Page {
    pub entries: Vec<Entry>,
    /// Whether more are to come after the last entry.
    pub more: bool,
}

impl Request<'_> {
    /// The page of this request.
    pub fn page<T>(&self, objects: &BTreeMap<String, T>) -> Page {
        let start =
            if self.after < self.prefix { Bound::Included(self.prefix) } else { Bound::Excluded(self.after) };
        let keys = objects.range::<str, _>((start, Bound::Unbounded)).map(|(key, _)| key);
        let mut page = Page { entries: Vec::new(), more: false };
        for entry in keys.take_while(|key| key.starts_with(self.prefix)).map(|key| self.entry(key)) {
            let listed = page.entries.last() == Some(&entry) || entry.name() == self.after;
            if listed {
                continue;
            }
            if page.entries.len() == self.limit {
                page.more = self.limit > 0;
                break;
            }
            page.entries.push(entry);
        }
        page
    }

    fn entry(&self, key: &str) -> Entry {
        let rest = key.get(self.prefix.len()..).unwrap_or_default();
        let found = self.delimiter.and_then(|delimiter| Some(rest.find(delimiter)? + delimiter.len()));
        match found.and_then(|end| key.get(..self.prefix.len() + end)) {
            Some(common) => Entry::CommonPrefix(common.to_owned()),
            None => Entry::Key(key.to_owned()),
        }
    }
}

impl Entry {
    pub fn name(&self) -> &str {
        match self {
            Self::Key(name) | Self::CommonPrefix(name) => name,
        }
    }
}

/// A name as the encoding type `url` writes it.
pub(crate) fn url_encoded(name: &str) -> String {
    let encoded = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'*' | b'/' => {
            char::from(byte).to_string()
        }
        b' ' => "+".to_owned(),
        other => format!("%{other:02X}"),
    };
    name.bytes().map(encoded).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(prefix: &str, delimiter: Option<&str>, limit: usize) -> Vec<Vec<String>> {
        let keys = ["a/1", "a/2", "ab", "b/1/x", "b/2", "c"];
        let objects: BTreeMap<String, ()> = keys.iter().map(|key| ((*key).to_owned(), ())).collect();
        let (mut pages, mut after, mut more) = (Vec::new(), String::new(), true);
        while more {
            let page = Request { prefix, delimiter, after: &after, limit }.page(&objects);
            after = page.entries.last().map(|entry| entry.name().to_owned()).unwrap_or_default();
            more = page.more;
            pages.push(page.entries.iter().map(|entry| entry.name().to_owned()).collect());
        }
        pages
    }

    #[test]
    fn pages_are_complete_and_disjoint() {
        assert_eq!(names("", None, 1000), [["a/1", "a/2", "ab", "b/1/x", "b/2", "c"]]);
        assert_eq!(names("a", None, 2), [vec!["a/1", "a/2"], vec!["ab"]]);
        assert_eq!(names("", Some("/"), 2), [["a/", "ab"], ["b/", "c"]]);
        assert_eq!(names("b/", Some("/"), 1), [["b/1/"], ["b/2"]]);
        assert_eq!(names("zzz", None, 2), [Vec::<String>::new()]);
    }

    #[test]
    fn encodes_names() {
        assert_eq!(url_encoded("a b/ü+%"), "a+b/%C3%BC%2B%25");
    }
}
