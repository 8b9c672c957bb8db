//! What follows the location in a COPY: options and authorization, in any order.

use super::words::Words;
use crate::error::SqlError;
use crate::secret::Secret;

/// How the files are packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Packing {
    /// Not at all.
    #[default]
    Plain,
    /// GZIP.
    Gzip,
    /// BZIP2.
    Bzip2,
    /// ZSTD.
    Zstd,
}

/// How dates or times are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Reading {
    /// Only the format that the manual states.
    #[default]
    Exact,
    /// Any format that is recognised.
    Auto,
}

/// The value of IAM_ROLE.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Role {
    /// The keyword `default`.
    Default,
    /// One ARN, or several with commas between.
    Arns(String),
}

/// The authorization clauses as written.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Clauses {
    /// ACCESS_KEY_ID.
    pub id: Option<String>,
    /// SECRET_ACCESS_KEY.
    pub secret: Option<Secret>,
    /// SESSION_TOKEN.
    pub token: Option<Secret>,
    /// CREDENTIALS.
    pub credentials: Option<Secret>,
    /// IAM_ROLE.
    pub role: Option<Role>,
}

/// All options of a COPY. What was not said has its default.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Options {
    pub authorization: Clauses,
    pub csv: bool,
    pub quote: Option<u8>,
    pub delimiter: Option<u8>,
    /// NULL AS; `\N` if absent.
    pub null: Option<Vec<u8>>,
    pub empty_as_null: bool,
    pub blanks_as_null: bool,
    pub trim_blanks: bool,
    pub truncate_columns: bool,
    pub dates: Reading,
    pub times: Reading,
    /// ROUNDEC: round, do not cut, decimals that have too many digits.
    pub round: bool,
    pub explicit_ids: bool,
    /// Lines to leave out at the start of each file.
    pub ignore_header: u64,
    pub ignore_blank_lines: bool,
    /// MAXERROR as written.
    pub max_error: Option<u64>,
    pub ignore_all_errors: bool,
    pub no_load: bool,
    /// Whether STATUPDATE is there, ON or OFF.
    pub statistics: bool,
    pub packing: Packing,
    pub manifest: bool,
    pub region: Option<String>,
    /// An option that CSV excludes and that is not built for other formats.
    pub not_for_csv: Option<&'static str>,
}

type Parse = fn(&mut Words<'_>, &mut Options) -> Result<(), SqlError>;

/// Options by their first word, with what that word must not be repeated with, and how the rest is read.
const OPTIONS: &[(&str, &str, Parse)] = &[
    ("access_key_id", "access_key_id", |w, o| text(w, &mut o.authorization.id)),
    ("secret_access_key", "secret_access_key", |w, o| secret(w, &mut o.authorization.secret)),
    ("session_token", "session_token", |w, o| secret(w, &mut o.authorization.token)),
    ("with", "credentials", |w, o| w.need_word("credentials").and_then(|()| credentials(w, o))),
    ("credentials", "credentials", credentials),
    ("iam_role", "iam_role", role),
    ("format", "format", |w, o| optional_as(w).and_then(|()| format(w, o))),
    ("as", "format", format),
    ("csv", "format", |_, o| put(&mut o.csv)),
    ("quote", "quote", |w, o| character(w, "quote").map(|c| o.quote = Some(c))),
    ("delimiter", "delimiter", |w, o| character(w, "delimiter").map(|c| o.delimiter = Some(c))),
    ("null", "null", null),
    ("emptyasnull", "emptyasnull", |_, o| put(&mut o.empty_as_null)),
    ("blanksasnull", "blanksasnull", |_, o| put(&mut o.blanks_as_null)),
    ("trimblanks", "trimblanks", |_, o| put(&mut o.trim_blanks)),
    ("truncatecolumns", "truncatecolumns", |_, o| put(&mut o.truncate_columns)),
    ("dateformat", "dateformat", |w, o| reading(w, "DATEFORMAT", "YYYY-MM-DD").map(|r| o.dates = r)),
    ("timeformat", "timeformat", |w, o| reading(w, "TIMEFORMAT", "YYYY-MM-DD HH:MI:SS").map(|r| o.times = r)),
    ("roundec", "roundec", |_, o| put(&mut o.round)),
    ("explicit_ids", "explicit_ids", |_, o| put(&mut o.explicit_ids)),
    ("ignoreheader", "ignoreheader", |w, o| number(w).map(|n| o.ignore_header = n)),
    ("ignoreblanklines", "ignoreblanklines", |_, o| put(&mut o.ignore_blank_lines)),
    ("maxerror", "maxerror", max_error),
    ("ignoreallerrors", "ignoreallerrors", |_, o| put(&mut o.ignore_all_errors)),
    ("noload", "noload", |_, o| put(&mut o.no_load)),
    ("compupdate", "compupdate", |w, _| {
        let _ = w.take_word("preset") || switch(w);
        Ok(())
    }),
    ("comprows", "comprows", |w, _| w.number().map(|_| ())),
    ("statupdate", "statupdate", |w, o| {
        switch(w);
        put(&mut o.statistics)
    }),
    ("gzip", "compression", |_, o| packing(o, Packing::Gzip)),
    ("bzip2", "compression", |_, o| packing(o, Packing::Bzip2)),
    ("zstd", "compression", |_, o| packing(o, Packing::Zstd)),
    ("manifest", "manifest", |_, o| put(&mut o.manifest)),
    ("region", "region", |w, o| optional_as(w).and_then(|()| text(w, &mut o.region))),
    ("encoding", "encoding", encoding),
    ("escape", "escape", |_, o| not_for_csv(o, "ESCAPE")),
    ("removequotes", "removequotes", |_, o| not_for_csv(o, "REMOVEQUOTES")),
    ("fixedwidth", "format", |w, o| optional_as(w).and_then(|()| fixed_width(w, o))),
];

/// Options that Redshift knows and the sandbox does not.
const NOT_BUILT: &[&str] = &[
    "acceptanydate",
    "acceptinvchars",
    "avro",
    "encrypted",
    "fillrecord",
    "json",
    "kms_key_id",
    "lzop",
    "master_symmetric_key",
    "orc",
    "parquet",
    "readratio",
    "serializetojson",
    "shapefile",
    "simplify",
    "ssh",
];

impl Options {
    /// Reads everything up to the end of the statement.
    pub fn parse(words: &mut Words<'_>) -> Result<Options, SqlError> {
        let mut options = Options::default();
        let mut seen = Vec::new();
        while !words.is_done() {
            let word = words.word()?;
            let (group, parse) = find(word, words)?;
            if seen.contains(&group) {
                return Err(SqlError::new("42601", format!("conflicting or redundant options: {group}")));
            }
            seen.push(group);
            parse(words, &mut options)?;
        }
        options.check()?;
        Ok(options)
    }

    fn check(&self) -> Result<(), SqlError> {
        match (self.csv, self.not_for_csv) {
            (true, Some(option)) => return refuse(format!("CSV is not compatible with {option}")),
            (false, Some(option)) => return Err(not_built(option)),
            (false, None) if self.quote.is_some() => return refuse("QUOTE needs CSV".to_owned()),
            (false, None) => return Err(not_built("a format other than CSV")),
            (true, None) => {}
        }
        if self.max_error.is_some() && self.ignore_all_errors {
            return refuse("MAXERROR is not compatible with IGNOREALLERRORS".to_owned());
        }
        let delimiter = self.delimiter.unwrap_or(b',');
        if delimiter == self.quote.unwrap_or(b'"') {
            return refuse("the delimiter must not be the quote".to_owned());
        }
        Ok(())
    }
}

fn find(word: &str, words: &mut Words<'_>) -> Result<(&'static str, Parse), SqlError> {
    if let Some(&(_, group, parse)) = OPTIONS.iter().find(|(name, ..)| *name == word) {
        return Ok((group, parse));
    }
    if NOT_BUILT.contains(&word) {
        return Err(not_built(&word.to_ascii_uppercase()));
    }
    words.step_back();
    Err(words.unexpected())
}

fn not_built(what: &str) -> SqlError {
    SqlError::new("0A000", format!("{what} is not implemented in sandbox"))
}

fn refuse<T>(message: String) -> Result<T, SqlError> {
    Err(SqlError::new("42601", message))
}

fn put(option: &mut bool) -> Result<(), SqlError> {
    *option = true;
    Ok(())
}

fn packing(options: &mut Options, packing: Packing) -> Result<(), SqlError> {
    options.packing = packing;
    Ok(())
}

fn not_for_csv(options: &mut Options, option: &'static str) -> Result<(), SqlError> {
    options.not_for_csv = Some(option);
    Ok(())
}

fn fixed_width(words: &mut Words<'_>, options: &mut Options) -> Result<(), SqlError> {
    words.literal()?;
    not_for_csv(options, "FIXEDWIDTH")
}

fn optional_as(words: &mut Words<'_>) -> Result<(), SqlError> {
    words.take_word("as");
    Ok(())
}

/// ON or OFF, also as a truth value. Whether there was one.
fn switch(words: &mut Words<'_>) -> bool {
    ["on", "off", "true", "false"].iter().any(|word| words.take_word(word))
}

fn text(words: &mut Words<'_>, option: &mut Option<String>) -> Result<(), SqlError> {
    *option = Some(words.literal()?.to_owned());
    Ok(())
}

fn secret(words: &mut Words<'_>, option: &mut Option<Secret>) -> Result<(), SqlError> {
    *option = Some(Secret(words.literal()?.to_owned()));
    Ok(())
}

fn number(words: &mut Words<'_>) -> Result<u64, SqlError> {
    optional_as(words)?;
    words.number()
}

fn credentials(words: &mut Words<'_>, options: &mut Options) -> Result<(), SqlError> {
    optional_as(words)?;
    secret(words, &mut options.authorization.credentials)
}

/// `default` is a word: in quotes it would be an ARN, and a wrong one.
fn role(words: &mut Words<'_>, options: &mut Options) -> Result<(), SqlError> {
    let role =
        if words.take_word("default") { Role::Default } else { Role::Arns(words.literal()?.to_owned()) };
    options.authorization.role = Some(role);
    Ok(())
}

fn format(words: &mut Words<'_>, options: &mut Options) -> Result<(), SqlError> {
    match words.word()? {
        "csv" => put(&mut options.csv),
        "fixedwidth" => fixed_width(words, options),
        other if NOT_BUILT.contains(&other) => {
            Err(not_built(&format!("FORMAT {}", other.to_ascii_uppercase())))
        }
        _ => {
            words.step_back();
            Err(words.unexpected())
        }
    }
}

/// One ASCII character, which may be written as an escape that the lexer left alone: `\t` or octal.
fn character(words: &mut Words<'_>, option: &str) -> Result<u8, SqlError> {
    optional_as(words)?;
    let text = words.literal()?;
    let byte = match text.as_bytes() {
        [byte] if byte.is_ascii() => Some(*byte),
        b"\\t" => Some(b'\t'),
        [b'\\', octal @ ..] => octal_byte(octal),
        _ => None,
    };
    match byte.filter(|b| !matches!(b, b'\n' | b'\r' | 0)) {
        Some(byte) => Ok(byte),
        None => refuse(format!("the {option} must be one ASCII character")),
    }
}

fn octal_byte(digits: &[u8]) -> Option<u8> {
    let text = std::str::from_utf8(digits).ok().filter(|t| (1..=3).contains(&t.len()))?;
    u8::from_str_radix(text, 8).ok().filter(u8::is_ascii)
}

fn null(words: &mut Words<'_>, options: &mut Options) -> Result<(), SqlError> {
    optional_as(words)?;
    let text = words.literal()?;
    if text.contains('\n') {
        return refuse("NULL AS must not contain a line feed".to_owned());
    }
    let text = if matches!(text, "\\0" | "\\000") { "\0" } else { text };
    options.null = Some(text.as_bytes().to_vec());
    Ok(())
}

/// `auto` in small letters, or the default format spelt out.
fn reading(words: &mut Words<'_>, option: &str, default: &str) -> Result<Reading, SqlError> {
    optional_as(words)?;
    match words.literal()? {
        "auto" => Ok(Reading::Auto),
        exact if exact == default => Ok(Reading::Exact),
        other => Err(not_built(&format!("{option} '{other}'"))),
    }
}

fn max_error(words: &mut Words<'_>, options: &mut Options) -> Result<(), SqlError> {
    let limit = number(words)?;
    if limit > 100_000 {
        return refuse("MAXERROR must be between 0 and 100000".to_owned());
    }
    options.max_error = Some(limit);
    Ok(())
}

fn encoding(words: &mut Words<'_>, _: &mut Options) -> Result<(), SqlError> {
    optional_as(words)?;
    let name = words.word().or_else(|_| words.literal())?;
    match name.to_ascii_lowercase().as_str() {
        "utf8" => Ok(()),
        _ => Err(not_built(&format!("ENCODING {name}"))),
    }
}
