//! What the tests share.

use pgloader_postgres_client::{Config, Connection, Environment, Error};

/// Part of every password in these tests; no message may contain it.
pub const MARKER: &str = "sesame";

pub fn config(uri: &str) -> Config {
    let environment = Environment::empty().with_account("nobody");
    Config::from_uri(uri, &environment).unwrap().0
}

pub async fn connect(uri: &str) -> Connection {
    match Connection::connect(&config(uri)).await {
        Ok(connection) => connection,
        Err(error) => panic!("{error}"),
    }
}

/// The error of an attempt that must fail, checked for the password.
pub async fn refused(uri: &str) -> Error {
    let error = Connection::connect(&config(uri)).await.unwrap_err();
    let shown = format!("{error} {error:?} {error:#?}");
    assert!(!shown.contains(MARKER), "{shown}");
    error
}

/// The only value of the only row of a query.
pub async fn value(connection: &mut Connection, sql: &str) -> String {
    let results = connection.simple_query(sql).await.unwrap();
    results.last().unwrap().rows[0][0].clone().unwrap()
}
