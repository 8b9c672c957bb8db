//! What an error of Redshift means for a load. Nearly all errors of COPY carry XX000, so the text decides.

use pgloader_core::Error;
use pgloader_postgres_client as client;
use pgloader_s3::Keys;

use super::secret::mask;
use crate::server::{describe, redact, with_texts};

/// What went wrong with a COPY or a COMMIT.
#[derive(Debug)]
pub(super) enum Failure {
    /// A row was refused; the error views tell which.
    Row(Error),
    /// The same may work over a new connection.
    Transient(Error),
    /// No row is at fault.
    Fatal(Error),
}

/// Sorts the error of a statement of the load. `keys` are those of the statement, which the server may repeat.
pub(super) fn sort(error: &client::Error, keys: Option<&Keys>) -> Failure {
    let shown = with_texts(describe(error), |text| redact(&mask(text, keys)));
    let Some(db) = error.database() else {
        return if error.is_transient() { Failure::Transient(shown) } else { Failure::Fatal(shown) };
    };
    let texts = [Some(&db.message), db.detail.as_ref(), db.hint.as_ref()];
    let texts: Vec<&str> = texts.into_iter().flatten().map(String::as_str).collect();
    if is_row_failure(&db.message) {
        return Failure::Row(shown);
    }
    match error.is_transient()
        || is_conflict(&db.sqlstate, &db.message)
        || texts.iter().any(|text| is_storm(text))
    {
        true => Failure::Transient(shown),
        false => Failure::Fatal(with_advice(shown)),
    }
}

/// `Load into table 't' failed.  Check 'stl_load_errors' system table for details.`, or another view's name.
fn is_row_failure(message: &str) -> bool {
    let named = message.contains("'stl_load_errors'") || message.contains("'sys_load_error_detail'");
    message.starts_with("Load into table '") && message.contains("' failed.") && named
}

/// Serialization failure, a table dropped meanwhile, deadlock.
fn is_conflict(sqlstate: &str, message: &str) -> bool {
    let is_number = |number: &str| message.split(|char: char| !char.is_ascii_digit()).next() == Some(number);
    sqlstate == "40P01"
        || sqlstate == "40001"
        || (sqlstate == "XX000" && (is_number("1023") || is_number("1018")))
}

/// S3 is out of breath, or out of reach, for the server.
fn is_storm(text: &str) -> bool {
    let is_s3 = text.contains("S3ServiceException");
    let passes = ["Status 500", "Status 503", "SlowDown", "InternalError", "ServiceUnavailable"];
    (is_s3 && passes.iter().any(|sign| text.contains(sign))) || text.contains("connection timed out")
}

/// Statement errors whose remedy is known.
const ADVICE: [(&str, &str); 7] = [
    (
        "InvalidAccessKeyId",
        "the server does not know the loader's access key: see AWS_ACCESS_KEY_ID, AWS_PROFILE",
    ),
    ("SignatureDoesNotMatch", "the secret does not belong to the access key: see AWS_SECRET_ACCESS_KEY"),
    (
        "ExpiredToken",
        "the keys have expired: get new ones (AWS_SESSION_TOKEN belongs to them) and run the load again",
    ),
    (
        "AccessDenied",
        "the server reads S3 with the loader's keys, or the role of `iam role`: it needs s3:GetObject and s3:ListBucket",
    ),
    (
        "not authorized to assume IAM Role",
        "attach the role to the cluster, or write another one with `iam role`",
    ),
    (
        "must be addressed using the specified endpoint",
        "the bucket is in another region than the loader was told",
    ),
    ("Cannot COPY into nonexistent table", "the table was dropped while it was being loaded"),
];

fn with_advice(error: Error) -> Error {
    let texts = format!("{} {}", error.message, error.detail.as_deref().unwrap_or_default());
    match ADVICE.iter().find(|(sign, _)| texts.contains(sign)) {
        Some((_, advice)) if error.hint.is_none() => error.hint(*advice),
        _ => error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(sqlstate: &str, message: &str, detail: Option<&str>) -> &'static str {
        let error = client::Error::Database(Box::new(client::DbError {
            sqlstate: sqlstate.into(),
            message: message.into(),
            detail: detail.map(Into::into),
            ..client::DbError::default()
        }));
        match sort(&error, None) {
            Failure::Row(_) => "row",
            Failure::Transient(_) => "transient",
            Failure::Fatal(_) => "fatal",
        }
    }

    #[test]
    fn errors_are_sorted_by_their_texts() {
        let view = "system table for details.";
        for message in [
            format!("Load into table 'venue1' failed.  Check 'stl_load_errors' {view}"),
            format!("Load into table 't' failed. Check 'sys_load_error_detail' {view} [ErrorId: 1-2]"),
        ] {
            assert_eq!(kind("XX000", &message, None), "row", "{message}");
        }
        for (sqlstate, message, detail) in [
            ("XX000", "1023", Some("Serializable isolation violation on table - 1")),
            ("XX000", "1018", Some("Relation does not exist")),
            ("40P01", "deadlock detected", None),
            ("57P01", "terminating connection due to administrator command", None),
            ("XX000", "S3ServiceException:Please reduce your request rate.,Status 503,Error SlowDown", None),
            ("XX000", "could not open relation", Some("S3ServiceException:x,Status 500,Error InternalError")),
        ] {
            assert_eq!(kind(sqlstate, message, detail), "transient", "{message}");
        }
        for (sqlstate, message) in [
            ("XX000", "S3ServiceException:Access Denied,Status 403,Error AccessDenied,Rid X"),
            ("XX000", "Cannot COPY into nonexistent table t"),
            ("XX000", "The specified S3 prefix 'x' does not exist"),
            ("42501", "permission denied for relation t"),
            ("53100", "Disk Full"),
            ("XX000", "10230 of something"),
        ] {
            assert_eq!(kind(sqlstate, message, None), "fatal", "{message}");
        }
    }
}
