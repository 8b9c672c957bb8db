//! What Redshift says of statements it does not have.

use crate::error::SqlError;
use crate::lexer::Kind;
use crate::sql::cursor::Cursor;

/// First words of statements that some PostgreSQL knows; others are syntax errors.
const COMMANDS: &[&str] = &[
    "abort",
    "alter",
    "analyze",
    "begin",
    "call",
    "checkpoint",
    "close",
    "cluster",
    "comment",
    "commit",
    "create",
    "deallocate",
    "declare",
    "delete",
    "discard",
    "do",
    "drop",
    "end",
    "execute",
    "explain",
    "fetch",
    "grant",
    "import",
    "insert",
    "listen",
    "load",
    "lock",
    "merge",
    "move",
    "notify",
    "prepare",
    "reassign",
    "refresh",
    "reindex",
    "release",
    "reset",
    "revoke",
    "rollback",
    "savepoint",
    "security",
    "select",
    "set",
    "show",
    "start",
    "truncate",
    "unlisten",
    "unload",
    "update",
    "use",
    "vacuum",
    "values",
    "with",
];

/// Words beside which a literal is a secret.
const SECRETS: &[&str] = &[
    "credentials",
    "access_key_id",
    "secret_access_key",
    "session_token",
    "password",
    "master_symmetric_key",
];

/// The error for a statement that no production takes.
pub fn statement(cursor: &Cursor<'_>) -> SqlError {
    match cursor.all().first().map(|token| &token.kind) {
        Some(Kind::Word(word)) if COMMANDS.contains(&word.as_str()) => not_supported(cursor, ""),
        _ => cursor.unexpected_at(0),
    }
}

/// `SQL command "…" not supported.`, or with more words before the point.
pub fn not_supported(cursor: &Cursor<'_>, more: &str) -> SqlError {
    SqlError::new("0A000", format!("SQL command \"{}\" not supported{more}.", shown(cursor)))
}

/// CREATE and something that is no table or schema, at the word behind CREATE.
pub fn create(cursor: &Cursor<'_>) -> SqlError {
    if cursor.sees("index") || cursor.sees_at(1, "index") {
        return not_supported(cursor, " on Redshift tables");
    }
    if cursor.sees("type")
        && let Some(at) = cursor.all().iter().position(|token| token.kind == Kind::Word("enum".into()))
    {
        return cursor.unexpected_at(at);
    }
    if cursor.sees("unlogged") {
        return cursor.unexpected();
    }
    not_supported(cursor, "")
}

/// COPY in the forms that have no file on S3, and None for COPY … FROM.
pub fn copy(cursor: &Cursor<'_>) -> Option<SqlError> {
    let tokens = cursor.all();
    if tokens.get(1).is_some_and(|token| token.kind == Kind::Symbol("(")) {
        return Some(cursor.unexpected_at(1));
    }
    let word = |at: usize| match tokens.get(at).map(|token| &token.kind) {
        Some(Kind::Word(word)) => word.as_str(),
        _ => "",
    };
    let at = (0..tokens.len()).find(|at| matches!(word(*at), "from" | "to"))?;
    match (word(at), word(at + 1)) {
        (_, "stdin" | "stdout" | "program") => Some(cursor.unexpected_at(at + 1)),
        ("to", _) => Some(cursor.unexpected_at(at)),
        _ => None,
    }
}

/// The statement as written, without its literals where one may be a secret.
fn shown(cursor: &Cursor<'_>) -> String {
    let secret = |kind: &Kind| matches!(kind, Kind::Word(word) if SECRETS.contains(&word.as_str()));
    if !cursor.all().iter().any(|token| secret(&token.kind)) {
        return cursor.statement().to_owned();
    }
    let text = |kind: &Kind| match kind {
        Kind::Literal(_) => "'***'".to_owned(),
        Kind::Word(text) | Kind::Quoted(text) | Kind::Number(text) => text.clone(),
        Kind::Symbol(symbol) => (*symbol).to_owned(),
    };
    cursor.all().iter().map(|token| text(&token.kind)).collect::<Vec<_>>().join(" ")
}
