//! Queries, settings, notices, cancelling.

use std::time::{Duration, Instant};

use pgloader_postgres_client::{
    Config, Connection, Environment, Error, TransactionStatus, quote_identifier, quote_literal,
};
use private_postgres::Server;

use crate::support::{config, connect, refused, value};

fn uri() -> String {
    Server::shared().uri("postgres")
}

#[tokio::test]
async fn one_result_a_statement() {
    let mut connection = connect(&uri()).await;
    let results = connection
        .simple_query("SELECT 1 AS a, NULL AS b, 'é' AS c; ; CREATE TEMP TABLE q (x int); INSERT INTO q VALUES (1), (2)")
        .await
        .unwrap();
    assert_eq!(results.len(), 3, "{results:?}");
    let names: Vec<_> = results[0].columns.iter().map(|column| column.name.as_str()).collect();
    assert_eq!(names, ["a", "b", "c"]);
    assert_eq!(results[0].columns[0].type_oid, 23);
    assert_eq!(results[0].rows, [[Some("1".into()), None, Some("é".into())]]);
    assert_eq!(results[1].tag, "CREATE TABLE");
    assert_eq!(results[2].rows_affected(), Some(2));
    assert_eq!(connection.simple_query("").await.unwrap().len(), 1);
    connection.close().await;
}

#[tokio::test]
async fn errors_have_all_fields_and_leave_the_connection_usable() {
    let mut connection = connect(&uri()).await;
    connection.simple_query("CREATE TEMP TABLE e (x int CONSTRAINT positive CHECK (x > 0))").await.unwrap();
    let error = connection.simple_query("INSERT INTO e VALUES (0)").await.unwrap_err();
    let error = error.database().unwrap().clone();
    assert_eq!((error.severity.as_str(), error.sqlstate.as_str()), ("ERROR", "23514"));
    assert_eq!(error.constraint.as_deref(), Some("positive"));
    assert_eq!(error.table.as_deref(), Some("e"));
    assert!(error.detail.is_some());
    let error = connection.simple_query("SELECT 1, nothing").await.unwrap_err();
    assert_eq!(error.database().unwrap().position, Some(11));
    assert_eq!(value(&mut connection, "SELECT 1").await, "1");
    let error = connection.simple_query("SELECT '\0'").await.unwrap_err();
    assert!(matches!(error, Error::Request(_)));
    assert_eq!(value(&mut connection, "SELECT 2").await, "2");
}

#[tokio::test]
async fn transaction_status() {
    let mut connection = connect(&uri()).await;
    assert_eq!(connection.transaction_status(), TransactionStatus::Idle);
    connection.simple_query("BEGIN").await.unwrap();
    assert_eq!(connection.transaction_status(), TransactionStatus::Open);
    connection.simple_query("nonsense").await.unwrap_err();
    assert_eq!(connection.transaction_status(), TransactionStatus::Failed);
    connection.simple_query("ROLLBACK").await.unwrap();
    assert_eq!(connection.transaction_status(), TransactionStatus::Idle);
}

// shows: options; application_name
#[tokio::test]
async fn settings_reach_the_session() {
    let mut config = config(&(uri() + "?options=-c%20geqo%3Doff"));
    let settings = [
        ("work_mem", "7MB"),
        ("search_path", "App, \"Odd, one\""),
        ("myapp.note", "it's a \\ b"),
        ("client_encoding", "latin1"),
    ];
    let settings = settings.map(|(name, value)| (name.to_owned(), value.to_owned()));
    assert_eq!(config.add_settings(settings).len(), 1);
    let mut connection = Connection::connect(&config).await.unwrap();
    for (name, expected) in [
        ("work_mem", "7MB"),
        ("search_path", "app, \"Odd, one\""),
        ("myapp.note", "it's a \\ b"),
        ("client_encoding", "UTF8"),
        ("application_name", "pgloader"),
        ("geqo", "off"),
    ] {
        assert_eq!(value(&mut connection, &format!("SHOW {name}")).await, expected);
    }
    config.add_settings([("a; DROP TABLE x".to_owned(), String::new())]);
    let error = Connection::connect(&config).await.unwrap_err();
    assert!(matches!(error, Error::Request(_)), "{error:?}");
}

#[tokio::test]
async fn literals_and_identifiers_come_back() {
    let mut connection = connect(&uri()).await;
    let texts = ["it's", r"a\b", r"\'; --", "é\n\t", "\"", ""];
    for conforming in ["on", "off"] {
        let sql = format!("SET standard_conforming_strings TO {conforming}");
        connection.simple_query(&sql).await.unwrap();
        for text in texts {
            let sql = format!("SELECT {}", quote_literal(text));
            assert_eq!(value(&mut connection, &sql).await, text);
            let sql = format!("SELECT {}", connection.quote_literal(text));
            assert_eq!(value(&mut connection, &sql).await, text);
        }
    }
    let name = quote_identifier("a\"b; --");
    let results = connection.simple_query(&format!("SELECT 1 AS {name}")).await.unwrap();
    assert_eq!(results[0].columns[0].name, "a\"b; --");
}

#[tokio::test]
async fn what_the_server_reports() {
    let connection = connect(&uri()).await;
    assert!(connection.server_version_num().unwrap() >= 90_600);
    assert_eq!(connection.parameter("client_encoding"), Some("UTF8"));
    assert_eq!(connection.parameter("nothing"), None);
    assert!(connection.process_id() > 0);
    assert!(!connection.is_encrypted());
}

#[tokio::test]
async fn notices_are_kept_in_bounds() {
    let mut connection = connect(&uri()).await;
    let sql = "DO $$ BEGIN FOR i IN 1..1500 LOOP RAISE WARNING 'w%', i; END LOOP; END $$";
    connection.simple_query(sql).await.unwrap();
    let notices = connection.take_notices();
    assert_eq!(notices.len(), 1001);
    assert_eq!((notices[0].severity.as_str(), notices[0].message.as_str()), ("WARNING", "w1"));
    assert!(notices[1000].message.contains("500"));
    assert!(connection.take_notices().is_empty());
}

#[tokio::test]
async fn cancelling_interrupts_over_both_sockets() {
    for uri in [uri(), Server::shared().tcp_uri("postgres")] {
        let mut connection = connect(&uri).await;
        let canceller = connection.canceller();
        let cancelling = tokio::spawn(async move {
            tokio::time::sleep(Duration::from_millis(300)).await;
            canceller.cancel().await
        });
        let before = Instant::now();
        let error = connection.simple_query("SELECT pg_sleep(100)").await.unwrap_err();
        assert_eq!(error.sqlstate(), Some("57014"));
        assert!(before.elapsed() < Duration::from_secs(20));
        cancelling.await.unwrap().unwrap();
        assert_eq!(value(&mut connection, "SELECT 1").await, "1");
    }
}

#[tokio::test]
async fn a_connection_given_up_half_way_says_so() {
    let mut connection = connect(&uri()).await;
    let query = connection.simple_query("SELECT pg_sleep(2)");
    tokio::time::timeout(Duration::from_millis(100), query).await.unwrap_err();
    let error = connection.simple_query("SELECT 1").await.unwrap_err();
    assert!(matches!(error, Error::Abandoned { .. }), "{error:?}");
    let error = connection.copy_in("COPY t FROM STDIN", std::iter::empty()).await.unwrap_err();
    assert!(matches!(error.error, Error::Abandoned { .. }) && !error.commit_unknown);
    connection.close().await;
}

#[tokio::test]
async fn a_terminated_session_is_transient_and_stays_broken() {
    let mut connection = connect(&uri()).await;
    let terminate = format!("SELECT pg_terminate_backend({})", connection.process_id());
    Server::shared().psql("postgres", &terminate).unwrap();
    tokio::time::sleep(Duration::from_millis(200)).await;
    let error = connection.simple_query("SELECT 1").await.unwrap_err();
    assert_eq!(error.sqlstate(), Some("57P01"), "{error:?}");
    assert!(error.is_transient());
    let error = connection.simple_query("SELECT 1").await.unwrap_err();
    assert!(matches!(error, Error::Lost { .. }) && error.is_transient(), "{error:?}");
}

#[tokio::test]
async fn copy_statements_do_not_hang_a_simple_query() {
    let mut connection = connect(&uri()).await;
    connection.simple_query("CREATE TEMP TABLE c (x int)").await.unwrap();
    let error = connection.simple_query("COPY c FROM STDIN").await.unwrap_err();
    assert_eq!(error.sqlstate(), Some("57014"), "{error:?}");
    let results = connection.simple_query("COPY (SELECT 1) TO STDOUT; SELECT 5").await.unwrap();
    assert_eq!(results[0].rows_affected(), Some(1));
    assert_eq!(results[1].rows, [[Some("5".into())]]);
}

// shows: bad: server that is not there
#[tokio::test]
async fn hosts_that_cannot_be_reached() {
    let error = refused("postgresql://u:sesame@no-such-host.invalid/d").await;
    let text = error.to_string();
    assert!(text.contains("no-such-host.invalid") && text.contains("HINT"), "{text}");

    let error = refused("postgresql://u:sesame@unix:/nonexistent:5432/d").await;
    assert!(error.to_string().contains("/nonexistent/.s.PGSQL.5432"), "{error}");

    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = free.local_addr().unwrap().port();
    drop(free);
    let error = refused(&format!("postgresql://u:sesame@127.0.0.1:{port}/d")).await;
    assert!(error.to_string().contains("refused") && error.is_transient(), "{error}");

    // "localhost" may have two addresses, of which the server listens on one.
    let server = Server::shared();
    connect(&format!("postgresql://postgres@localhost:{}/postgres", server.port())).await;
}

#[tokio::test]
async fn a_name_given_by_the_environment_is_the_last_resort() {
    let server = Server::shared();
    let environment = Environment::empty()
        .with("PGHOST", server.socket_dir().to_str().unwrap())
        .with("PGPORT", &server.port().to_string())
        .with("PGUSER", "postgres");
    let config = Config::from_uri("postgresql://", &environment).unwrap().0;
    let mut connection = Connection::connect(&config).await.unwrap();
    assert_eq!(value(&mut connection, "SELECT current_database()").await, "postgres");
}
