//! What the scheme of a URI says about a source.

use crate::command::{CommandKind, Origin};
use crate::text::Spanned;
use crate::uri;

/// What a scheme says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Said {
    /// Which kind of source the file named behind it is.
    File(CommandKind),
    /// Which kind of server it connects to.
    Server(CommandKind),
    /// Where to get a file of any kind.
    Place,
}

/// Every scheme that a source may have.
const SCHEMES: [(&str, Said); 17] = [
    ("csv", Said::File(CommandKind::Csv)),
    ("fixed", Said::File(CommandKind::Fixed)),
    ("copy", Said::File(CommandKind::Copy)),
    ("dbf", Said::File(CommandKind::Dbf)),
    ("ixf", Said::File(CommandKind::Ixf)),
    ("sqlite", Said::File(CommandKind::SQLite)),
    ("mysql", Said::Server(CommandKind::MySql)),
    ("mariadb", Said::Server(CommandKind::MySql)),
    ("postgresql", Said::Server(CommandKind::Postgres)),
    ("postgres", Said::Server(CommandKind::Postgres)),
    ("pgsql", Said::Server(CommandKind::Postgres)),
    ("redshift", Said::Server(CommandKind::Postgres)),
    ("mssql", Said::Server(CommandKind::MsSql)),
    ("sqlserver", Said::Server(CommandKind::MsSql)),
    ("http", Said::Place),
    ("https", Said::Place),
    ("s3", Said::Place),
];

/// What the scheme of this text says; `None` where it has none that is known.
pub(crate) fn said(text: &str) -> Option<Said> {
    let text = uri::without_jdbc(text);
    let name = text[..uri::scheme(text)?].trim_end_matches("://");
    SCHEMES.iter().find(|(scheme, _)| scheme.eq_ignore_ascii_case(name)).map(|(_, said)| *said)
}

/// The scheme, `://` included, that says that a file is of this kind.
pub(crate) fn of_files(kind: CommandKind) -> Option<&'static str> {
    match kind {
        CommandKind::Csv => Some("csv://"),
        CommandKind::Fixed => Some("fixed://"),
        CommandKind::Copy => Some("copy://"),
        CommandKind::Dbf => Some("dbf://"),
        CommandKind::Ixf => Some("ixf://"),
        CommandKind::SQLite => Some("sqlite://"),
        CommandKind::MySql | CommandKind::Postgres | CommandKind::MsSql => None,
    }
}

/// What a source of `LOAD DATABASE` is: a server by its scheme, else an SQLite file or its URL. `None` where the
/// scheme is another one, or nothing follows it.
pub(crate) fn database(written: Spanned<String>) -> Option<(CommandKind, Origin)> {
    let Spanned { value, span } = written;
    let plain = uri::without_jdbc(&value);
    let is_jdbc = plain.len() < value.len();
    if is_jdbc && let Some(path) = plain.get(7..).filter(|_| plain[..7].eq_ignore_ascii_case("sqlite:")) {
        return sqlite(path.strip_prefix("//").unwrap_or(path), span);
    }
    match said(&value) {
        Some(Said::Server(kind)) => Some((kind, Origin::Server(Spanned { value, span }))),
        Some(Said::File(CommandKind::SQLite)) => sqlite(&value["sqlite://".len()..], span),
        Some(Said::Place) if !is_jdbc => Some((CommandKind::SQLite, Origin::Url(Spanned { value, span }))),
        None if uri::scheme(plain).is_none() && !is_jdbc => sqlite(&value, span),
        _ => None,
    }
}

fn sqlite(path: &str, span: crate::Span) -> Option<(CommandKind, Origin)> {
    let file = Origin::File(Spanned { value: path.to_owned(), span });
    (!path.is_empty()).then_some((CommandKind::SQLite, file))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Span;

    #[test]
    fn databases() {
        let cases = [
            ("mysql://u:p@h/d", "MySql server mysql://u:p@h/d"),
            ("MariaDB://h/d", "MySql server MariaDB://h/d"),
            ("jdbc:mysql://h/d", "MySql server jdbc:mysql://h/d"),
            ("postgres://h/d", "Postgres server postgres://h/d"),
            ("JDBC:postgresql://h/d", "Postgres server JDBC:postgresql://h/d"),
            ("redshift://h/d", "Postgres server redshift://h/d"),
            ("mssql://h/d", "MsSql server mssql://h/d"),
            ("jdbc:sqlserver://h;databaseName=d", "MsSql server jdbc:sqlserver://h;databaseName=d"),
            ("sqlite:///a b.db", "SQLite file /a b.db"),
            ("sqlite://rel.db", "SQLite file rel.db"),
            ("jdbc:sqlite:rel.db", "SQLite file rel.db"),
            ("jdbc:sqlite:///abs.db", "SQLite file /abs.db"),
            ("x.db", "SQLite file x.db"),
            ("https://h/x.db", "SQLite url https://h/x.db"),
        ];
        for (text, expected) in cases {
            let written = Spanned { value: text.to_owned(), span: Span { start: 0, end: 0 } };
            let (kind, origin) = database(written).unwrap();
            let shown = match origin {
                Origin::File(path) => format!("{kind:?} file {}", path.value),
                Origin::Url(url) => format!("{kind:?} url {}", url.value),
                Origin::Server(uri) => format!("{kind:?} server {}", uri.value),
                _ => String::new(),
            };
            assert_eq!(shown, expected);
        }
        for text in
            ["ftp://h/d", "csv://a", "jdbc:oracle:x", "jdbc:http://x", "sqlite://", "jdbc:sqlite:", "é://"]
        {
            let written = Spanned { value: text.to_owned(), span: Span { start: 0, end: 0 } };
            assert!(database(written).is_none() || text == "é://", "{text}");
        }
    }
}
