//! Several servers: which are tried, in which order, and which will do (PostgreSQL documentation,
//! "Specifying Multiple Hosts").

use std::hash::{BuildHasher, RandomState};

use crate::config::{Config, SessionKind};
use crate::connection::Connection;
use crate::error::Error;
use crate::{settings, startup};

/// A session at the first server that gives one of the wanted kind, with the settings applied. A refusal of user,
/// password or database ends the search, as in libpq: the other servers are thought to have the
/// same ones.
pub(crate) async fn connect(config: &Config) -> Result<Connection, Error> {
    let mut connection = match config.session {
        SessionKind::PreferStandby => match first(config, SessionKind::Standby).await {
            Err(error) if may_try_others(&error) => first(config, SessionKind::Any).await?,
            other => other?,
        },
        kind => first(config, kind).await?,
    };
    settings::apply(&mut connection, config).await?;
    Ok(connection)
}

async fn first(config: &Config, kind: SessionKind) -> Result<Connection, Error> {
    let mut candidates = config.candidates();
    if config.shuffle {
        shuffle(&mut candidates);
    }
    let mut failures = Vec::new();
    if let [only] = candidates.as_slice() {
        return one(only, kind).await;
    }
    for candidate in &candidates {
        match one(candidate, kind).await {
            Ok(connection) => return Ok(connection),
            Err(error) if may_try_others(&error) => failures.push(placed(error, candidate)),
            Err(error) => return Err(error),
        }
    }
    Err(Error::NoServer { failures })
}

async fn one(config: &Config, kind: SessionKind) -> Result<Connection, Error> {
    let mut connection = startup::connect(config).await?;
    match mismatch(&mut connection, kind).await? {
        None => Ok(connection),
        Some(reason) => {
            connection.close().await;
            Err(Error::Connect {
                server: config.server(),
                reason: reason.to_owned(),
                hint: Some("target_session_attrs asks for another kind of server".to_owned()),
                transient: true,
            })
        }
    }
}

/// The server cannot be reached, is starting up (57P03), or is of the wrong kind.
fn may_try_others(error: &Error) -> bool {
    match error {
        Error::Connect { .. } | Error::NoServer { .. } => true,
        _ => error.sqlstate() == Some("57P03"),
    }
}

/// The server's own words do not say which server it is.
fn placed(error: Error, config: &Config) -> Error {
    match error {
        Error::Database(refusal) => Error::Connect {
            server: config.server(),
            reason: refusal.message,
            hint: refusal.hint,
            transient: true,
        },
        other => other,
    }
}

/// Why a session is not of the kind that is wanted.
async fn mismatch(connection: &mut Connection, kind: SessionKind) -> Result<Option<&'static str>, Error> {
    Ok(match kind {
        SessionKind::Any | SessionKind::PreferStandby => None,
        SessionKind::ReadWrite => is_read_only(connection).await?.then_some("its sessions are read-only"),
        SessionKind::ReadOnly => {
            (!is_read_only(connection).await?).then_some("its sessions are not read-only")
        }
        SessionKind::Primary => is_standby(connection).await?.then_some("it is a standby"),
        SessionKind::Standby => (!is_standby(connection).await?).then_some("it is no standby"),
    })
}

/// Servers from version 14 on say so by themselves.
async fn is_read_only(connection: &mut Connection) -> Result<bool, Error> {
    let on = |name| connection.parameter(name).map(|value| value == "on");
    match (on("default_transaction_read_only"), on("in_hot_standby")) {
        (Some(read_only), Some(standby)) => Ok(read_only || standby),
        _ => answer(connection, "SHOW transaction_read_only").await,
    }
}

async fn is_standby(connection: &mut Connection) -> Result<bool, Error> {
    match connection.parameter("in_hot_standby") {
        Some(standby) => Ok(standby == "on"),
        None => answer(connection, "SELECT pg_catalog.pg_is_in_recovery()").await,
    }
}

async fn answer(connection: &mut Connection, query: &str) -> Result<bool, Error> {
    let results = connection.simple_query(query).await?;
    let value = results.first().and_then(|result| result.rows.first()?.first()?.as_deref());
    Ok(matches!(value, Some("on" | "t")))
}

/// Every order is as likely as any other, near enough to spread the load.
fn shuffle<T>(list: &mut [T]) {
    let chance = RandomState::new();
    for last in (1..list.len()).rev() {
        let other = chance.hash_one(last) % (last as u64 + 1);
        list.swap(last, other as usize);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_server_comes_first_sometimes() {
        let mut firsts = std::collections::HashSet::new();
        for _ in 0..200 {
            let mut list = [1, 2, 3];
            shuffle(&mut list);
            firsts.insert(list[0]);
            list.sort_unstable();
            assert_eq!(list, [1, 2, 3]);
        }
        assert_eq!(firsts.len(), 3);
    }
}
