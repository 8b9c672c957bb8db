//! What a client says first.

use std::io;

use crate::error::SqlError;
use crate::sql::settings::Assignment;
use crate::wire::Front;
use crate::wire::body::{Body, malformed};
use crate::wire::tls::{Identity, Tls};

const PROTOCOL: i32 = 196_608;
const CANCEL: i32 = 80_877_102;
const SSL: i32 = 80_877_103;
const GSS: i32 = 80_877_104;

/// Keys that AWS's drivers send for themselves.
const OF_DRIVERS: &[&str] = &[
    "client_protocol_version",
    "driver_discovery_version",
    "driver_version",
    "os_version",
    "plugin_name",
    "idp_type",
    "provider_name",
    "identity_namespace",
    "token_type",
    "idc_client_display_name",
    "_pq_.command_ext",
];

/// The first thing a client wants.
#[derive(Debug)]
pub enum Opening {
    /// A session.
    Session(Startup),
    /// To cancel what another session does: its process and secret.
    Cancel(i32, i32),
    /// Nothing: it has gone.
    Gone,
}

/// A start-up message.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Startup {
    /// Who connects.
    pub user: String,
    /// To which database; the user's name where none is named.
    pub database: String,
    /// All other keys, in their order.
    pub keys: Vec<(String, String)>,
    /// Whether the connection is encrypted.
    pub encrypted: bool,
}

/// Reads what a client says first, with TLS around the rest where it asks for that.
pub async fn open(mut front: Front, tls: Tls, identity: Option<&Identity>) -> io::Result<(Front, Opening)> {
    let mut encrypted = false;
    loop {
        let Some(message) = front.untagged().await? else { return Ok((front, Opening::Gone)) };
        let mut body = Body(&message);
        match (body.i32()?, identity) {
            (SSL, Some(identity)) if tls != Tls::Off && !encrypted => {
                front.raw(b'S').await?;
                front = Front::new(identity.accept(front.into_stream()).await?);
                encrypted = true;
            }
            (SSL | GSS, _) => front.raw(b'N').await?,
            (CANCEL, _) => return Ok((front, Opening::Cancel(body.i32()?, body.i32()?))),
            (PROTOCOL, _) => return Ok((front, Opening::Session(startup(body, encrypted)?))),
            _ => return Err(malformed()),
        }
    }
}

fn startup(mut body: Body<'_>, encrypted: bool) -> io::Result<Startup> {
    let mut startup = Startup { encrypted, ..Startup::default() };
    loop {
        let key = body.text()?;
        if key.is_empty() {
            break;
        }
        let value = body.text()?.to_owned();
        match key {
            "user" => startup.user = value,
            "database" => startup.database = value,
            _ => startup.keys.push((key.to_owned(), value)),
        }
    }
    if startup.database.is_empty() {
        startup.database.clone_from(&startup.user);
    }
    Ok(startup)
}

impl Startup {
    /// The settings asked for, `options` taken apart.
    ///
    /// # Errors
    /// For keys and settings that Redshift does not know, and values it does not take.
    pub fn settings(&self) -> Result<Vec<Assignment>, SqlError> {
        let mut settings = Vec::new();
        for (key, value) in &self.keys {
            match key.as_str() {
                "options" => settings.extend(options(value)?),
                key if OF_DRIVERS.contains(&key) => {}
                key => settings.push(assignment(key, value)?),
            }
        }
        Ok(settings)
    }
}

/// `-c name=value` or `--name=value`, separated by blanks that no backslash precedes.
fn options(text: &str) -> Result<Vec<Assignment>, SqlError> {
    let mut words = words(text).into_iter();
    let mut settings = Vec::new();
    while let Some(word) = words.next() {
        let pair = match (word.strip_prefix("--"), word.strip_prefix("-c")) {
            (Some(pair), _) => pair.to_owned(),
            (None, Some("")) => words.next().unwrap_or_default(),
            (None, Some(pair)) => pair.to_owned(),
            (None, None) => return Err(invalid(&word)),
        };
        let (name, value) = pair.split_once('=').ok_or_else(|| invalid(&word))?;
        settings.push(assignment(&name.replace('-', "_"), value)?);
    }
    Ok(settings)
}

fn invalid(word: &str) -> SqlError {
    SqlError::new("42601", format!("invalid command-line argument for server process: {word}"))
}

fn words(text: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        let Some(word) = words.last_mut() else { break };
        match c {
            '\\' => word.extend(chars.next()),
            ' ' if word.is_empty() => {}
            ' ' => words.push(String::new()),
            c => word.push(c),
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

fn assignment(name: &str, value: &str) -> Result<Assignment, SqlError> {
    let values = if name.eq_ignore_ascii_case("search_path") {
        value.split(',').map(|part| part.trim().trim_matches('"').to_owned()).collect()
    } else {
        vec![value.to_owned()]
    };
    Assignment::new(name, Some(values))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_settings() {
        let found = options(r"-c search_path=a,b -cstatement_timeout=5 --query-group=x\ y").unwrap();
        let shown: Vec<_> = found.into_iter().map(|one| (one.name, one.values.unwrap())).collect();
        assert_eq!(
            shown,
            [
                ("search_path", vec!["a".to_owned(), "b".to_owned()]),
                ("statement_timeout", vec!["5".to_owned()]),
                ("query_group", vec!["x y".to_owned()]),
            ]
        );
        assert_eq!(options("-c lock_timeout=1").unwrap_err().sqlstate, "42704");
        assert_eq!(options("-d 5").unwrap_err().sqlstate, "42601");
    }
}
