//! The WITH options of a Redshift target, and what they come to with the command line.

use pgloader_core::option::{Argument, Form, OptionSpec, Options};
use pgloader_core::{Error, Result};

/// The codec of staged objects.
static COMPRESSION: OptionSpec = OptionSpec {
    name: "compression",
    forms: &[Form { words: "compression", argument: Argument::OneOf(&["none", "gzip", "zstd"]) }],
    default: "none",
    help: "Redshift: how objects staged in S3 are compressed, each at its fastest level.",
};

/// Who reads S3 for the server.
static IAM_ROLE: OptionSpec = OptionSpec {
    name: "iam role",
    forms: &[
        Form { words: "iam role default", argument: Argument::Says("default") },
        Form { words: "iam role", argument: Argument::Text },
    ],
    default: "the loader's own keys",
    help: "Redshift: the role with which the server reads S3, as an ARN or `default`, so that no keys stand in COPY.",
};

/// Where objects are staged.
static S3_BUCKET: OptionSpec = OptionSpec {
    name: "s3 bucket",
    forms: &[Form { words: "s3 bucket", argument: Argument::Text }],
    default: "AWS_S3_BUCKET_NAME, or pgloader",
    help: "Redshift: the bucket in which batches are staged.",
};

/// What their keys begin with.
static S3_PREFIX: OptionSpec = OptionSpec {
    name: "s3 prefix",
    forms: &[Form { words: "s3 prefix", argument: Argument::Text }],
    default: "none",
    help: "Redshift: what the keys of staged objects begin with; each run adds a part of its own.",
};

/// Whether they stay.
static KEEP_S3_FILES: OptionSpec = OptionSpec {
    name: "keep s3 files",
    forms: &[Form { words: "keep s3 files", argument: Argument::Says("yes") }],
    default: "staged objects are deleted, after a failure too",
    help: "Redshift: leave staged objects where they are.",
};

/// All of them.
pub static OPTIONS: [&OptionSpec; 5] = [&COMPRESSION, &IAM_ROLE, &S3_BUCKET, &S3_PREFIX, &KEEP_S3_FILES];

/// How objects are compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Compression {
    /// Not at all.
    #[default]
    None,
    /// gzip, its fastest level.
    Gzip,
    /// Zstandard, its fastest level.
    Zstd,
}

impl Compression {
    /// What keys end in.
    pub(super) fn suffix(self) -> &'static str {
        match self {
            Compression::None => "csv",
            Compression::Gzip => "csv.gz",
            Compression::Zstd => "csv.zst",
        }
    }

    /// The word of COPY.
    pub(super) fn keyword(self) -> Option<&'static str> {
        match self {
            Compression::None => None,
            Compression::Gzip => Some("GZIP"),
            Compression::Zstd => Some("ZSTD"),
        }
    }
}

/// The role with which the server reads S3.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Role {
    /// The cluster's default role.
    Default,
    /// One or more ARNs, joined by commas.
    Arn(String),
}

impl Role {
    /// A role as a user writes it.
    pub fn parse(written: &str) -> Result<Role> {
        match written.trim() {
            word if word.eq_ignore_ascii_case("default") => Ok(Role::Default),
            arn if arn.starts_with("arn:") && !arn.contains(char::is_whitespace) => {
                Ok(Role::Arn(arn.to_owned()))
            }
            other => Err(Error::new(format!("iam role '{other}' is no ARN"))
                .hint("write iam role 'arn:aws:iam::123456789012:role/name', or iam role default")),
        }
    }
}

/// How batches are staged.
#[derive(Debug, Clone, Default)]
pub struct Staging {
    /// Profile, region and bucket, where they are said rather than found.
    pub s3: pgloader_s3::Settings,
    /// What keys begin with; empty or ending in a slash.
    pub prefix: String,
    /// How objects are compressed.
    pub compression: Compression,
    /// Who reads S3 for the server; the loader's keys where there is none.
    pub role: Option<Role>,
    /// Objects stay.
    pub keep_files: bool,
}

impl Staging {
    /// Overlays what the command line says with what a command says.
    pub fn with_options(mut self, options: &Options) -> Result<Staging> {
        self.compression = match options.word(&COMPRESSION) {
            Some("gzip") => Compression::Gzip,
            Some("zstd") => Compression::Zstd,
            _ => self.compression,
        };
        if options.word(&IAM_ROLE).is_some() {
            self.role = Some(Role::Default);
        } else if let Some(role) = options.text(&IAM_ROLE) {
            self.role = Some(Role::parse(role)?);
        }
        if let Some(bucket) = options.text(&S3_BUCKET) {
            self.s3.bucket = Some(bucket.to_owned());
        }
        if let Some(prefix) = options.text(&S3_PREFIX) {
            self.prefix = checked_prefix(prefix)?;
        }
        self.keep_files |= options.is_yes(&KEEP_S3_FILES);
        Ok(self)
    }
}

/// Server-side names hold 256 bytes of a URL; these letters mean themselves in URLs, manifests and SQL.
const LONGEST_PREFIX: usize = 100;

/// A prefix as it goes before keys.
pub fn checked_prefix(written: &str) -> Result<String> {
    let trimmed = written.trim_matches('/');
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'/' | b'_');
    if trimmed.len() > LONGEST_PREFIX || !trimmed.bytes().all(fits) {
        return Err(Error::new(format!("s3 prefix '{written}' cannot be the beginning of a key"))
            .hint("use at most 100 of the letters A-Z a-z 0-9 . _ - /"));
    }
    Ok(if trimmed.is_empty() { String::new() } else { format!("{trimmed}/") })
}

#[cfg(test)]
mod tests {
    use super::*;
    use pgloader_core::option::Value;

    #[test]
    fn options_win_over_the_command_line() {
        let mut options = Options::default();
        options.insert(&COMPRESSION, Value::Word("zstd"));
        options.insert(&IAM_ROLE, Value::Text("arn:aws:iam::1:role/r".into()));
        options.insert(&S3_PREFIX, Value::Text("/a/b".into()));
        let line = Staging { role: Some(Role::Default), prefix: "x/".into(), ..Staging::default() };
        let staging = line.with_options(&options).unwrap();
        assert_eq!(staging.compression, Compression::Zstd);
        assert_eq!(staging.role, Some(Role::Arn("arn:aws:iam::1:role/r".into())));
        assert_eq!(staging.prefix, "a/b/");
        assert!(!staging.keep_files);
    }

    #[test]
    fn what_cannot_be_a_role_or_a_prefix_is_refused() {
        for role in ["", "role/r", "arn:aws:iam::1:role/a b"] {
            assert!(Role::parse(role).is_err(), "{role}");
        }
        for prefix in ["a b", "é", "a%b", &"x".repeat(101)] {
            assert!(checked_prefix(prefix).is_err(), "{prefix}");
        }
        assert_eq!(checked_prefix("/").unwrap(), "");
    }
}
