//! COPY against a real server.

use std::sync::Arc;
use std::time::{Duration, Instant};

use pgloader_postgres_client::{Connection, CopyError, Error, TransactionStatus};
use private_postgres::{Server, StopMode};

use crate::support::{config, connect, value};

/// A table of one integer column, and a name for it.
async fn table(sql: &str) -> (pgloader_postgres_client::Connection, String) {
    let server = Server::shared();
    let database = server.create_database();
    let mut connection = connect(&server.uri(&database)).await;
    connection.simple_query(sql).await.unwrap();
    (connection, database)
}

/// Writers run on a runtime with several threads.
fn spawnable<F: Future + Send>(future: F) -> F {
    future
}

fn counted(results: &[pgloader_postgres_client::QueryResult]) -> u64 {
    let id = results[0].rows[0][0].as_ref().unwrap();
    id.parse().unwrap()
}

#[tokio::test]
async fn rows_and_transaction_id_come_back() {
    let (mut connection, _) = table("CREATE TABLE t (a int, b text)").await;
    let rows: [&[u8]; 4] = [b"1\ta\n2", b"", b"\tb\n", b"3\t\\N\n"];
    let sql = "SELECT txid_current(); COPY t FROM STDIN";
    let copying = spawnable(connection.copy_in(sql, rows.into_iter()));
    let outcome = copying.await.unwrap();
    assert_eq!(outcome.rows, 3);
    let id = counted(&outcome.results);
    let status = format!("SELECT txid_status({id})");
    assert_eq!(value(&mut connection, &status).await, "committed");
    let sum = "SELECT string_agg(coalesce(b, '-'), ',' ORDER BY a) FROM t";
    assert_eq!(value(&mut connection, sum).await, "a,b,-");
    let none = connection.copy_in("COPY t FROM STDIN", std::iter::empty()).await.unwrap();
    assert_eq!(none.rows, 0);
}

#[tokio::test]
async fn a_large_copy() {
    let (mut connection, _) = table("CREATE TABLE t (a text)").await;
    let chunk = b"0123456789012345678901234567890123456789\n".repeat(25_000);
    let chunks = std::iter::repeat_n(chunk.as_slice(), 30);
    let outcome = connection.copy_in("COPY t FROM STDIN", chunks).await.unwrap();
    assert_eq!(outcome.rows, 750_000);
    assert_eq!(value(&mut connection, "SELECT count(*) FROM t").await, "750000");
}

fn database_error(error: &CopyError) -> &str {
    error.error.sqlstate().unwrap_or_else(|| panic!("{error:?}"))
}

#[tokio::test]
async fn a_refused_statement_ends_the_sending() {
    let (mut connection, _) = table("SELECT 1").await;
    let chunk = b"1\n".repeat(500_000);
    let mut taken = 0;
    let chunks = std::iter::repeat_n(chunk.as_slice(), 100).inspect(|_| taken += 1);
    let error = connection.copy_in("COPY missing FROM STDIN", chunks).await.unwrap_err();
    assert_eq!(database_error(&error), "42P01");
    assert!(!error.commit_unknown);
    assert!(taken < 10, "{taken} MB were sent");
    assert_eq!(value(&mut connection, "SELECT 1").await, "1");
    let one: [&[u8]; 1] = [b"1\n"];
    let error = connection.copy_in("COPY missing FROM STDIN", one.into_iter()).await.unwrap_err();
    assert_eq!(database_error(&error), "42P01");
    assert_eq!(value(&mut connection, "SELECT 2").await, "2");
}

#[tokio::test]
async fn a_bad_row_in_mid_stream_stops_early() {
    let (mut connection, _) = table("CREATE TABLE t (a int)").await;
    let good = b"1234567\n".repeat(125_000);
    let bad = [good.as_slice(), b"x\n"].concat();
    let mut taken = 0;
    let chunks = (0..60)
        .map(|index| if index == 5 { bad.as_slice() } else { good.as_slice() })
        .inspect(|_| taken += 1);
    let sql = "SELECT txid_current(); COPY t FROM STDIN";
    let error = connection.copy_in(sql, chunks).await.unwrap_err();
    assert_eq!(database_error(&error), "22P02");
    assert!(!error.commit_unknown);
    let context = error.error.database().unwrap().context.clone().unwrap();
    assert!(context.contains("line 750001"), "{context}");
    assert!(taken < 15, "{taken} MB were sent");
    let status = format!("SELECT txid_status({})", counted(&error.results));
    assert_eq!(value(&mut connection, &status).await, "aborted");
    assert_eq!(value(&mut connection, "SELECT count(*) FROM t").await, "0");
}

#[tokio::test]
async fn a_deferred_constraint_fails_at_the_commit() {
    let (mut connection, _) = table("CREATE TABLE t (a int UNIQUE DEFERRABLE INITIALLY DEFERRED)").await;
    let rows: [&[u8]; 1] = [b"1\n1\n"];
    let error = connection.copy_in("COPY t FROM STDIN", rows.into_iter()).await.unwrap_err();
    assert_eq!(database_error(&error), "23505");
    assert!(!error.commit_unknown);
    assert_eq!(value(&mut connection, "SELECT count(*) FROM t").await, "0");
}

#[tokio::test]
async fn notices_by_the_row_do_not_block() {
    let (mut connection, _) = table(
        "CREATE TABLE t (a int);
         CREATE FUNCTION shout() RETURNS trigger LANGUAGE plpgsql AS
           $$ BEGIN RAISE WARNING 'row % %', NEW.a, repeat('x', 200); RETURN NEW; END $$;
         CREATE TRIGGER shout BEFORE INSERT ON t FOR EACH ROW EXECUTE PROCEDURE shout()",
    )
    .await;
    let chunk = b"1\n".repeat(50_000);
    let copying = connection.copy_in("COPY t FROM STDIN", std::iter::once(chunk.as_slice()));
    let outcome = tokio::time::timeout(Duration::from_secs(60), copying).await.unwrap();
    assert_eq!(outcome.unwrap().rows, 50_000);
    assert_eq!(connection.take_notices().len(), 1001);
}

#[tokio::test]
async fn inside_a_transaction_block() {
    let (mut connection, _) = table("CREATE TABLE t (a int)").await;
    connection.simple_query("BEGIN").await.unwrap();
    for _ in 0..2 {
        let rows: [&[u8]; 1] = [b"1\n2\n"];
        connection.copy_in("COPY t FROM STDIN", rows.into_iter()).await.unwrap();
    }
    assert_eq!(connection.transaction_status(), TransactionStatus::Open);
    connection.simple_query("ROLLBACK").await.unwrap();
    assert_eq!(value(&mut connection, "SELECT count(*) FROM t").await, "0");
}

#[tokio::test]
async fn statements_without_a_copy() {
    let (mut connection, _) = table("SELECT 1").await;
    let chunk = vec![b'x'; 3_000_000];
    let copying = connection.copy_in("SELECT 1", std::iter::once(chunk.as_slice()));
    let error = copying.await.unwrap_err();
    assert!(matches!(error.error, Error::Request(_)) && !error.commit_unknown, "{error:?}");
    assert_eq!(value(&mut connection, "SELECT 3").await, "3");
}

#[tokio::test]
async fn a_future_dropped_in_mid_stream() {
    let (mut connection, database) = table("CREATE TABLE t (a int)").await;
    let mut holder = connect(&Server::shared().uri(&database)).await;
    holder.simple_query("BEGIN; LOCK TABLE t").await.unwrap();
    let chunk = b"1\n".repeat(500_000);
    let chunks = std::iter::repeat_n(chunk.as_slice(), 20);
    let copying = connection.copy_in("COPY t FROM STDIN", chunks);
    tokio::time::timeout(Duration::from_millis(200), copying).await.unwrap_err();
    let error = connection.simple_query("SELECT 1").await.unwrap_err();
    assert!(matches!(error, Error::Abandoned { .. }), "{error:?}");
}

#[tokio::test]
async fn cancelling_a_copy_that_waits_for_a_lock() {
    let (mut connection, database) = table("CREATE TABLE t (a int)").await;
    let mut holder = connect(&Server::shared().uri(&database)).await;
    holder.simple_query("BEGIN; LOCK TABLE t").await.unwrap();
    let canceller = connection.canceller();
    let cancelling = tokio::spawn(async move {
        tokio::time::sleep(Duration::from_millis(300)).await;
        canceller.cancel().await
    });
    let chunk = b"1\n".repeat(500_000);
    let chunks = std::iter::repeat_n(chunk.as_slice(), 20);
    let error = connection.copy_in("COPY t FROM STDIN", chunks).await.unwrap_err();
    assert_eq!(database_error(&error), "57014");
    cancelling.await.unwrap().unwrap();
    assert_eq!(value(&mut connection, "SELECT 1").await, "1");
}

/// Rows without an end, at a pace that leaves the server time to die.
struct Endless<'a>(&'a [u8], Instant);

impl<'a> Iterator for Endless<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        assert!(self.1.elapsed() < Duration::from_secs(60), "the copy goes on");
        std::thread::sleep(Duration::from_millis(1));
        Some(self.0)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_killed_in_mid_stream() {
    let server = Server::builder().start().unwrap();
    for over in [server.uri("postgres"), server.tcp_uri("postgres")] {
        let mut connection = connect(&over).await;
        connection.simple_query("CREATE TABLE IF NOT EXISTS t (a int)").await.unwrap();
        let pid = connection.process_id().to_string();
        let killing = std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(300));
            let killed = std::process::Command::new("kill").args(["-KILL", &pid]).status();
            assert!(killed.unwrap().success());
        });
        let chunk = b"1\n".repeat(1000);
        let rows = Endless(&chunk, Instant::now());
        let error = connection.copy_in("COPY t FROM STDIN", rows).await.unwrap_err();
        killing.join().unwrap();
        assert!(matches!(error.error, Error::Lost { .. }), "{error:?}");
        assert!(error.error.is_transient() && !error.commit_unknown);
        let again = connection.simple_query("SELECT 1").await.unwrap_err();
        assert!(matches!(again, Error::Lost { .. }), "{again:?}");
        // The server restarts by itself after a process was killed.
        connect_when_up(&over).await;
    }
}

async fn connect_when_up(uri: &str) {
    for _ in 0..100 {
        match pgloader_postgres_client::Connection::connect(&crate::support::config(uri)).await {
            Ok(_) => return,
            Err(error) => assert!(error.is_transient(), "{error:?}"),
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("the server did not come up again");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_stopped_in_mid_stream() {
    let server = Arc::new(Server::builder().start().unwrap());
    for mode in [StopMode::Fast, StopMode::Immediate] {
        server.start_again().unwrap();
        let mut connection = connect(&server.uri("postgres")).await;
        connection.simple_query("CREATE TABLE IF NOT EXISTS t (a int)").await.unwrap();
        let stopped = Arc::clone(&server);
        let stopping = std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(300));
            stopped.stop(mode).unwrap();
        });
        let chunk = b"1\n".repeat(1000);
        let rows = Endless(&chunk, Instant::now());
        let error = connection.copy_in("COPY t FROM STDIN", rows).await.unwrap_err();
        stopping.join().unwrap();
        assert!(error.error.is_transient() && !error.commit_unknown, "{error:?}");
    }
}

/// The end of the connection after CopyDone, while a trigger delays the commit.
#[tokio::test(flavor = "multi_thread")]
async fn a_session_killed_before_its_commit() {
    let server = Server::builder().start().unwrap();
    let mut connection = connect(&server.uri("postgres")).await;
    let sql = "CREATE TABLE t (a int);
        CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS
          $$ BEGIN PERFORM pg_sleep(60); RETURN NULL; END $$;
        CREATE CONSTRAINT TRIGGER wait AFTER INSERT ON t DEFERRABLE INITIALLY DEFERRED
          FOR EACH ROW EXECUTE PROCEDURE wait()";
    connection.simple_query(sql).await.unwrap();
    for (in_block, unknown) in [(false, true), (true, false)] {
        if in_block {
            connection = connect(&server.uri("postgres")).await;
            connection.simple_query("BEGIN; SET CONSTRAINTS ALL IMMEDIATE").await.unwrap();
        }
        let pid = connection.process_id();
        let killing = std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(500));
            let pid = pid.to_string();
            std::process::Command::new("kill").args(["-KILL", &pid]).status().unwrap();
        });
        let rows: [&[u8]; 1] = [b"1\n"];
        let sql = "SELECT txid_current(); COPY t FROM STDIN";
        let error = connection.copy_in(sql, rows.into_iter()).await.unwrap_err();
        killing.join().unwrap();
        assert!(matches!(error.error, Error::Lost { .. }), "{error:?}");
        assert_eq!(error.commit_unknown, unknown, "{error:?}");
        // A crash may also lose the number: the server then says that it is in the future.
        let status = format!("SELECT txid_status({})", counted(&error.results));
        loop {
            connect_when_up(&server.uri("postgres")).await;
            let Ok(mut other) = Connection::connect(&config(&server.uri("postgres"))).await else { continue };
            match other.simple_query(&status).await {
                // The server may not have noticed yet that one of its processes is gone.
                Ok(results) if results[0].rows[0][0].as_deref() == Some("in progress") => {}
                Err(error) if error.is_transient() => {}
                Ok(results) => break assert_eq!(results[0].rows[0][0].as_deref(), Some("aborted")),
                Err(error) => break assert_eq!(error.sqlstate(), Some("22023"), "{error}"),
            }
        }
    }
}
