//! What kind of source a word of the command line is.

/// A kind of source, and how it is recognised.
#[derive(Debug, PartialEq, Eq)]
pub struct Kind {
    /// What `--type` calls it; the first is its own name.
    names: &'static [&'static str],
    schemes: &'static [&'static str],
    extensions: &'static [&'static str],
    /// How its command begins.
    pub command: &'static str,
    /// Whether its command has fields and its table must be named.
    pub has_fields: bool,
    /// Whether its command has casts.
    pub is_database: bool,
}

impl Kind {
    /// For messages.
    pub fn name(&self) -> &'static str {
        self.names.first().copied().unwrap_or_default()
    }
}

const fn file(
    command: &'static str,
    names: &'static [&'static str],
    extensions: &'static [&'static str],
    has_fields: bool,
) -> Kind {
    Kind { names, schemes: names, extensions, command, has_fields, is_database: false }
}

const fn database(
    names: &'static [&'static str],
    schemes: &'static [&'static str],
    extensions: &'static [&'static str],
) -> Kind {
    Kind { names, schemes, extensions, command: "LOAD DATABASE", has_fields: false, is_database: true }
}

static KINDS: [Kind; 9] = [
    file("LOAD CSV", &["csv"], &["csv", "tsv", "txt", "text"], true),
    file("LOAD FIXED", &["fixed"], &[], true),
    file("LOAD COPY", &["copy"], &["copy", "dat"], true),
    file("LOAD DBF", &["dbf", "db3"], &["db3", "dbf"], false),
    file("LOAD IXF", &["ixf"], &["ixf"], false),
    database(&["sqlite", "sqlite3"], &["sqlite"], &["sqlite", "db", "sqlite3"]),
    database(&["mysql", "mariadb"], &["mysql", "mariadb"], &[]),
    database(&["mssql", "sqlserver"], &["mssql", "sqlserver"], &[]),
    database(&["pgsql", "postgresql", "postgres"], &["pgsql", "postgres", "postgresql", "redshift"], &[]),
];

/// Schemes that say where a file is, not what it is.
const PLACES: [&str; 3] = ["http", "https", "s3"];
/// Endings of compressed files, behind which the extension stands.
const COMPRESSED: [&str; 5] = ["gz", "zip", "bz2", "xz", "zst"];
/// Names of the standard input.
pub const STDIN: [&str; 2] = ["-", "stdin"];

/// The kind of `source`: what `--type` says, else its scheme, else its extension; `None` where it cannot be told, or
/// cannot be of the kind that is said.
pub fn of(source: &str, said: Option<&str>) -> Option<&'static Kind> {
    match said {
        Some(said) => {
            let said = said.to_lowercase();
            KINDS.iter().find(|kind| kind.names.contains(&said.as_str())).filter(|kind| kind.takes(source))
        }
        None if STDIN.contains(&source) => None,
        None => match scheme(source) {
            Some(scheme) if !PLACES.contains(&scheme.as_str()) => by_scheme(&scheme),
            _ => by_extension(source),
        },
    }
}

impl Kind {
    /// Whether a word can name a source of this kind.
    fn takes(&self, source: &str) -> bool {
        match scheme(source) {
            Some(scheme) if PLACES.contains(&scheme.as_str()) => !self.is_server(),
            Some(scheme) => self.schemes.contains(&scheme.as_str()),
            None if STDIN.contains(&source) => self.has_fields,
            None => !self.is_server(),
        }
    }

    /// Whether it is reached through a connection and no file.
    fn is_server(&self) -> bool {
        self.is_database && self.extensions.is_empty()
    }
}

/// In lower case; a JDBC URL's is what stands behind `jdbc:`.
fn scheme(source: &str) -> Option<String> {
    let source = source.to_lowercase();
    let source = source.strip_prefix("jdbc:").unwrap_or(&source);
    let (scheme, _) = source.split_once("://")?;
    let is_name = scheme.chars().all(|char| char.is_ascii_alphanumeric() || matches!(char, '+' | '-' | '.'));
    (is_name && !scheme.is_empty()).then(|| scheme.to_owned())
}

fn by_scheme(scheme: &str) -> Option<&'static Kind> {
    KINDS.iter().find(|kind| kind.schemes.contains(&scheme))
}

fn by_extension(source: &str) -> Option<&'static Kind> {
    let path = match scheme(source) {
        Some(_) => source.split(['?', '#']).next().unwrap_or_default(),
        None => source,
    };
    let name = path.rsplit('/').next().unwrap_or(path).to_lowercase();
    let (mut stem, mut extension) = name.rsplit_once('.')?;
    if COMPRESSED.contains(&extension) {
        (stem, extension) = stem.rsplit_once('.')?;
    }
    let kind = KINDS.iter().find(|kind| kind.extensions.contains(&extension));
    kind.filter(|_| !stem.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn type_scheme_and_extension_tell_the_kind() {
        for (source, said, expected) in [
            ("x.csv", None, "csv"),
            ("dir.v2/x.TSV", None, "csv"),
            ("x.txt", None, "csv"),
            ("x.text.gz", None, "csv"),
            ("x.dat", None, "copy"),
            ("x.copy", None, "copy"),
            ("./db.sqlite", None, "sqlite"),
            ("x.db.zip", None, "sqlite"),
            ("x.db3", None, "dbf"),
            ("http://h/dir/x.dbf.zip", None, "dbf"),
            ("https://h/x.csv?v=1.2", None, "csv"),
            ("x.ixf", None, "ixf"),
            ("csv://x.dat", None, "csv"),
            ("fixed://x", None, "fixed"),
            ("mysql://u@h/d.csv", None, "mysql"),
            ("MariaDB://u@h/d", None, "mysql"),
            ("jdbc:sqlserver://h;databaseName=d", None, "mssql"),
            ("postgres://h/d", None, "pgsql"),
            ("x.places", Some("CSV"), "csv"),
            ("-", Some("copy"), "copy"),
            ("stdin", Some("fixed"), "fixed"),
            ("x", Some("sqlite3"), "sqlite"),
            ("http://h/x", Some("csv"), "csv"),
            ("mysql://h/d", Some("mariadb"), "mysql"),
        ] {
            assert_eq!(of(source, said).map(Kind::name), Some(expected), "{source} {said:?}");
        }
    }

    #[test]
    fn what_cannot_be_told_is_not_guessed() {
        for (source, said) in [
            ("x.load", None),
            ("x", None),
            (".csv", None),
            ("x.gz", None),
            ("x.tar.gz", None),
            ("-", None),
            ("stdin", None),
            ("ftp://h/x.csv", None),
            ("x.csv", Some("klingon")),
            ("mysql://h/d", Some("csv")),
            ("x.csv", Some("mysql")),
            ("-", Some("dbf")),
            ("http://h/d", Some("pgsql")),
        ] {
            assert_eq!(of(source, said).map(Kind::name), None, "{source} {said:?}");
        }
    }
}
