//! Which settings a session has, and which values they take.

use crate::error::SqlError;
use crate::sql::cursor::Cursor;

/// How a setting is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kept {
    /// By the backing server, which has the same.
    Backing,
    /// By the session, which does nothing with it.
    Session,
}

/// The settings that may be changed, with their defaults.
const SETTINGS: &[(&str, Kept, &str)] = &[
    ("analyze_threshold_percent", Kept::Session, "10"),
    ("application_name", Kept::Backing, ""),
    ("cast_super_null_on_error", Kept::Session, "on"),
    ("client_encoding", Kept::Session, "UTF8"),
    ("datestyle", Kept::Backing, "ISO, MDY"),
    ("describe_field_name_in_uppercase", Kept::Session, "off"),
    ("enable_case_sensitive_identifier", Kept::Session, "off"),
    ("enable_case_sensitive_super_attribute", Kept::Session, "off"),
    ("enable_result_cache_for_session", Kept::Session, "on"),
    ("error_on_nondeterministic_update", Kept::Session, "off"),
    ("extra_float_digits", Kept::Backing, "0"),
    ("interval_forbid_composite_literals", Kept::Session, "off"),
    ("json_parse_dedup_attributes", Kept::Session, "off"),
    ("json_parse_truncate_strings", Kept::Session, "off"),
    ("json_serialization_enable", Kept::Session, "off"),
    ("mv_enable_aqmv_for_session", Kept::Session, "on"),
    ("navigate_super_null_on_error", Kept::Session, "on"),
    ("parse_super_null_on_error", Kept::Session, "off"),
    ("query_group", Kept::Session, "default"),
    ("search_path", Kept::Backing, "\"$user\", public"),
    ("statement_timeout", Kept::Backing, "0"),
    ("timezone", Kept::Backing, "UTC"),
    ("wlm_query_slot_count", Kept::Session, "1"),
];

/// A setting and what it is to be; None is its default.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assignment {
    /// Its folded name, one of the known.
    pub name: &'static str,
    /// The values, more than one for `search_path` only.
    pub values: Option<Vec<String>>,
}

impl Assignment {
    /// Checks a name and its values.
    ///
    /// # Errors
    /// 42704 for a name that is not known, 42501 for one of the system's, 22023 for a wrong value.
    pub fn new(name: &str, values: Option<Vec<String>>) -> Result<Assignment, SqlError> {
        let folded = name.to_ascii_lowercase();
        if folded.starts_with("lc_") {
            let value = values.as_ref().map_or("DEFAULT".into(), |values| values.join(", "));
            let message = format!("permission denied to set parameter \"{folded}\" to \"{value}\"");
            return Err(SqlError::new("42501", message));
        }
        let name = known(&folded).ok_or_else(|| unrecognized(name))?;
        if let Some([value]) = values.as_deref() {
            check(name, value)?;
        }
        Ok(Assignment { name, values })
    }

    /// Whether the backing server keeps it.
    pub fn is_backing(&self) -> bool {
        is_backing(self.name)
    }
}

/// Whether the backing server keeps that setting.
pub fn is_backing(name: &str) -> bool {
    SETTINGS.iter().any(|(known, kept, _)| *known == name && *kept == Kept::Backing)
}

/// The setting's value in a new session.
pub fn default(name: &str) -> &'static str {
    SETTINGS.iter().find(|(known, ..)| *known == name).map_or("", |(_, _, value)| value)
}

/// The folded name of a setting that may be changed and shown.
pub fn known(name: &str) -> Option<&'static str> {
    SETTINGS.iter().find(|(known, ..)| known.eq_ignore_ascii_case(name)).map(|(known, ..)| *known)
}

/// 42704.
pub fn unrecognized(name: &str) -> SqlError {
    SqlError::new("42704", format!("unrecognized configuration parameter \"{name}\""))
}

fn check(name: &str, value: &str) -> Result<(), SqlError> {
    match name {
        "statement_timeout" | "analyze_threshold_percent" | "wlm_query_slot_count" => {
            integer(name, value, 0, i64::MAX)
        }
        "extra_float_digits" => integer(name, value, -15, 2),
        "client_encoding" if !matches!(value.to_ascii_lowercase().as_str(), "utf8" | "utf-8" | "unicode") => {
            Err(SqlError::new(
                "22023",
                format!("invalid value for parameter \"client_encoding\": \"{value}\""),
            ))
        }
        _ => Ok(()),
    }
}

fn integer(name: &str, value: &str, least: i64, most: i64) -> Result<(), SqlError> {
    let Ok(number) = value.trim().parse::<i64>() else {
        return Err(SqlError::new("22023", format!("parameter \"{name}\" requires an integer value")));
    };
    if (least..=most).contains(&number) {
        return Ok(());
    }
    let message = format!("{number} is outside the valid range for parameter \"{name}\" ({least} .. {most})");
    Err(SqlError::new("22023", message))
}

/// SET, behind that word.
pub fn set(cursor: &mut Cursor<'_>) -> Result<Assignment, SqlError> {
    cursor.accept("session");
    if cursor.accept_all(&["time", "zone"]) {
        return Assignment::new("timezone", values(cursor)?);
    }
    let name = cursor.name()?;
    if name == "constraints" || name == "transaction" || name == "local" {
        return Err(cursor.unexpected());
    }
    if !cursor.accept("to") {
        cursor.expect_symbol("=")?;
    }
    Assignment::new(&name, values(cursor)?)
}

fn values(cursor: &mut Cursor<'_>) -> Result<Option<Vec<String>>, SqlError> {
    if cursor.accept("default") {
        return Ok(None);
    }
    cursor.list(value).map(Some)
}

fn value(cursor: &mut Cursor<'_>) -> Result<String, SqlError> {
    use crate::lexer::Kind;
    if cursor.sees_symbol("-") {
        return cursor.integer().map(|number| number.to_string());
    }
    match cursor.peek() {
        Some(Kind::Literal(text) | Kind::Number(text) | Kind::Word(text) | Kind::Quoted(text)) => {
            cursor.advance();
            Ok(text.clone())
        }
        _ => Err(cursor.unexpected()),
    }
}
