//! The password file (PostgreSQL documentation, "The Password File").

use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use secrecy::SecretString;

/// What is looked up: the connection's facts as libpq compares them.
pub(crate) struct Wanted<'a> {
    /// The host names or directories that mean this server.
    pub(crate) hosts: &'a [&'a str],
    pub(crate) port: u16,
    pub(crate) database: &'a str,
    pub(crate) user: &'a str,
}

/// The first password in the file that fits; and what is wrong with the file, for the user. A file
/// that does not exist is no fault; one that others can read is not used.
pub(crate) fn lookup(path: &Path, wanted: &Wanted<'_>) -> (Option<SecretString>, Vec<String>) {
    match read(path) {
        Ok(None) => (None, Vec::new()),
        Ok(Some(text)) => search(&text, path, wanted),
        Err(fault) => (None, vec![format!("Error reading pgass file: {fault}")]),
    }
}

fn read(path: &Path) -> Result<Option<String>, String> {
    let name = path.display();
    let facts = match std::fs::metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        facts => facts.map_err(|error| format!("{name}: {error}"))?,
    };
    if !facts.is_file() {
        return Err(format!("{name} is not a plain file; it is ignored"));
    }
    if facts.permissions().mode() & 0o077 != 0 {
        return Err(format!("{name} can be read by others and is ignored; run: chmod 0600 {name}"));
    }
    let text = std::fs::read_to_string(path);
    text.map(Some).map_err(|error| format!("{name}: {error}"))
}

fn search(text: &str, path: &Path, wanted: &Wanted<'_>) -> (Option<SecretString>, Vec<String>) {
    let mut warnings = Vec::new();
    for (index, line) in text.lines().enumerate() {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        match split(line) {
            Some((fields, password)) if fits(&fields, wanted) => {
                return (Some(password.into()), warnings);
            }
            Some(_) => {}
            None => warnings.push(format!(
                "Error reading pgass file: {}, line {}: \
                 not of the form host:port:database:user:password; the line is skipped",
                path.display(),
                index + 1
            )),
        }
    }
    (None, warnings)
}

/// The four fields before the password and the password. A backslash takes the next character as
/// it is; `*` alone, unescaped, is None: any value.
fn split(line: &str) -> Option<([Option<String>; 4], String)> {
    let mut rest = line;
    let mut field = || {
        let (raw, after) = cut(rest)?;
        rest = after;
        Some((raw != "*").then(|| unescape(raw)))
    };
    let fields = [field()?, field()?, field()?, field()?];
    let password = cut(rest).map_or(rest, |(password, _)| password);
    Some((fields, unescape(password)))
}

/// Cuts at the first colon that is not escaped.
fn cut(text: &str) -> Option<(&str, &str)> {
    let mut escaped = false;
    let at = text.find(|c| {
        let found = c == ':' && !escaped;
        escaped = c == '\\' && !escaped;
        found
    })?;
    Some((&text[..at], &text[at + 1..]))
}

fn unescape(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut letters = text.chars();
    while let Some(c) = letters.next() {
        match c {
            '\\' => plain.push(letters.next().unwrap_or('\\')),
            c => plain.push(c),
        }
    }
    plain
}

fn fits(fields: &[Option<String>; 4], wanted: &Wanted<'_>) -> bool {
    let [host, port, database, user] = fields;
    let is = |field: &Option<String>, value: &str| field.as_deref().is_none_or(|f| f == value);
    let host_fits = host.as_deref().is_none_or(|host| {
        let host = if host.is_empty() { "localhost" } else { host };
        wanted.hosts.contains(&host)
    });
    host_fits && is(port, &wanted.port.to_string()) && is(database, wanted.database) && is(user, wanted.user)
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    fn find(text: &str, host: &str, port: u16, database: &str, user: &str) -> Option<String> {
        let hosts = [host];
        let wanted = Wanted { hosts: &hosts, port, database, user };
        let (password, _) = search(text, Path::new("pgpass"), &wanted);
        password.map(|password| password.expose_secret().to_owned())
    }

    #[test]
    fn the_first_match_wins() {
        let text = "# h:1:d:u:no\nh:1:d:other:a\nh:*:d:u:b\nh:1:d:u:c\n*:*:*:*:d\n";
        assert_eq!(find(text, "h", 1, "d", "u").as_deref(), Some("b"));
        assert_eq!(find(text, "h", 1, "d", "other").as_deref(), Some("a"));
        assert_eq!(find(text, "x", 2, "y", "z").as_deref(), Some("d"));
        assert_eq!(find("h:1:d:u:p", "h", 2, "d", "u"), None);
    }

    #[test]
    fn escapes() {
        let text = r"f\:e\:\:1:5432:a\\b:u\*:p\:w\\:ignored";
        assert_eq!(find(text, "f:e::1", 5432, "a\\b", "u*").as_deref(), Some("p:w\\"));
        assert_eq!(find(r"h:1:\*:u:p", "h", 1, "d", "u"), None);
        assert_eq!(find(r"h:1:\*:u:p", "h", 1, "*", "u").as_deref(), Some("p"));
    }

    #[test]
    fn an_empty_host_is_localhost_and_lines_may_end_in_crlf() {
        assert_eq!(find(":1:d:u:p\r\n", "localhost", 1, "d", "u").as_deref(), Some("p"));
    }

    // shows: bad: line of a password file
    #[test]
    fn a_bad_line_is_skipped_with_a_warning_that_does_not_quote_it() {
        let wanted = Wanted { hosts: &["h"], port: 1, database: "d", user: "u" };
        let (password, warnings) = search("h:1:sesame\nh:1:d:u:p\n", Path::new("f"), &wanted);
        assert!(password.is_some());
        assert_eq!(warnings.len(), 1);
        assert!(warnings[0].contains("line 1") && !warnings[0].contains("sesame"));
    }

    // shows: bad: password file that others can read
    #[test]
    fn permissions_count() {
        let path = std::env::temp_dir().join(format!("pgpass-{}", std::process::id()));
        std::fs::write(&path, "*:*:*:*:p\n").unwrap();
        let wanted = Wanted { hosts: &["h"], port: 1, database: "d", user: "u" };
        for (mode, found) in [(0o600, true), (0o400, true), (0o640, false), (0o604, false)] {
            std::fs::set_permissions(&path, PermissionsExt::from_mode(mode)).unwrap();
            let (password, warnings) = lookup(&path, &wanted);
            assert_eq!(password.is_some(), found, "{mode:o}");
            assert_eq!(warnings.is_empty(), found, "{mode:o} {warnings:?}");
        }
        std::fs::remove_file(&path).unwrap();
        assert!(matches!(lookup(&path, &wanted), (None, warnings) if warnings.is_empty()));
    }
}
