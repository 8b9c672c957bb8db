//! The options of JDBC URLs (pgJDBC documentation, "Connecting to the Database") by their libpq
//! names.

use std::ops::Range;

use crate::uri::{UriError, Written};

/// Takes an option of a JDBC URL; one that means nothing here is only warned of.
pub(crate) fn set(
    written: &mut Written,
    span: Range<usize>,
    name: &str,
    value: String,
) -> Result<(), UriError> {
    let is_true = value.is_empty() || value.eq_ignore_ascii_case("true");
    let (name, value) = match name.to_ascii_lowercase().as_str() {
        "ssl" if is_true => ("sslmode", "require".to_owned()),
        "ssl" => ("sslmode", "disable".to_owned()),
        "currentschema" => ("search_path", value),
        "applicationname" => ("application_name", value),
        "connecttimeout" => ("connect_timeout", value),
        "tcpkeepalive" => ("keepalives", u8::from(is_true).to_string()),
        "targetservertype" => ("target_session_attrs", session(&value)),
        "loadbalancehosts" => ("load_balance_hosts", if is_true { "random" } else { "disable" }.to_owned()),
        "gssencmode" | "channelbinding" => return written.set(span, &snake(name), value),
        _ => return written.set(span, name, value),
    };
    // An sslmode says more than `ssl`, wherever it stands.
    match name == "sslmode" && written.get("sslmode").is_some() {
        true => Ok(()),
        false => written.set(span, name, value),
    }
}

fn snake(name: &str) -> String {
    name.to_ascii_lowercase().replace("channelbinding", "channel_binding")
}

fn session(kind: &str) -> String {
    match kind.to_ascii_lowercase().as_str() {
        "master" => "primary".to_owned(),
        "slave" | "secondary" => "standby".to_owned(),
        "preferslave" | "prefersecondary" => "prefer-standby".to_owned(),
        other => other.to_owned(),
    }
}
