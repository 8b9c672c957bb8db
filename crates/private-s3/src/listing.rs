//! Keys by page.

use std::collections::BTreeMap;
use std::ops::Bound;

use s3s::dto::{CommonPrefix, ETag, EncodingType, ListObjectsV2Input, ListObjectsV2Output, Object};

use crate::objects::{self, Bucket};

/// The most entries of a page.
pub(crate) const PAGE: i32 = 1000;

/// What a client asks for.
struct Request<'a> {
    prefix: &'a str,
    /// Keys that have it after the prefix are listed as one common prefix.
    delimiter: Option<&'a str>,
    /// The last entry of the page before, or `""`.
    after: &'a str,
    limit: usize,
}

#[derive(Debug, PartialEq, Eq)]
enum Entry {
    Key(String),
    CommonPrefix(String),
}

/// Entries in the order of their names.
struct Page {
    entries: Vec<Entry>,
    /// Whether more are to come after the last entry.
    more: bool,
}

/// The answer to a request for the objects of a bucket.
pub(crate) fn listed(bucket: &Bucket, input: ListObjectsV2Input) -> ListObjectsV2Output {
    let limit = input.max_keys.unwrap_or(PAGE).clamp(0, PAGE);
    let page = Request::of(&input, limit).page(&bucket.objects);
    let url = input.encoding_type.as_ref().is_some_and(|encoding| encoding.as_str() == EncodingType::URL);
    let encode = |name: &str| if url { url_encoded(name) } else { name.to_owned() };
    let last = page.entries.last().map(|entry| entry.name().to_owned());
    let objects = page.entries.iter().filter_map(|entry| entry.object(bucket, encode));
    ListObjectsV2Output {
        key_count: i32::try_from(page.entries.len()).ok(),
        max_keys: Some(limit),
        is_truncated: Some(page.more),
        next_continuation_token: last.filter(|_| page.more),
        contents: Some(objects.collect()),
        common_prefixes: Some(page.entries.iter().filter_map(|entry| entry.common(encode)).collect()),
        continuation_token: input.continuation_token,
        prefix: input.prefix.as_deref().map(encode),
        delimiter: input.delimiter.as_deref().map(encode),
        start_after: input.start_after.as_deref().map(encode),
        encoding_type: input.encoding_type,
        name: Some(input.bucket),
        ..Default::default()
    }
}

impl<'a> Request<'a> {
    fn of(input: &'a ListObjectsV2Input, limit: i32) -> Self {
        let after = input.continuation_token.as_deref().or(input.start_after.as_deref());
        Self {
            prefix: input.prefix.as_deref().unwrap_or_default(),
            delimiter: input.delimiter.as_deref().filter(|delimiter| !delimiter.is_empty()),
            after: after.unwrap_or_default(),
            limit: usize::try_from(limit).unwrap_or_default(),
        }
    }

    /// The page of this request.
    fn page<T>(&self, objects: &BTreeMap<String, T>) -> Page {
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
    fn name(&self) -> &str {
        match self {
            Self::Key(name) | Self::CommonPrefix(name) => name,
        }
    }

    fn object(&self, bucket: &Bucket, encode: impl Fn(&str) -> String) -> Option<Object> {
        let Self::Key(key) = self else { return None };
        let objects::Object { size, tag, modified, .. } = bucket.objects.get(key)?;
        Some(Object {
            key: Some(encode(key)),
            size: i64::try_from(*size).ok(),
            e_tag: Some(ETag::Strong(tag.clone())),
            last_modified: Some((*modified).into()),
            ..Default::default()
        })
    }

    fn common(&self, encode: impl Fn(&str) -> String) -> Option<CommonPrefix> {
        match self {
            Self::Key(_) => None,
            Self::CommonPrefix(prefix) => Some(CommonPrefix { prefix: Some(encode(prefix)) }),
        }
    }
}

/// A name as the encoding type `url` writes it.
fn url_encoded(name: &str) -> String {
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
