//! Authentication, over both kinds of socket.

use std::sync::OnceLock;

use pgloader_postgres_client::{Config, Connection, Environment, Error};
use private_postgres::Server;

use crate::support::{config, connect, refused, value};

/// User and method.
const HBA: [(&str, &str); 5] = [
    ("trusted", "trust"),
    ("clear", "password"),
    ("digest", "md5"),
    ("scram", "scram-sha-256"),
    ("odd", "password"),
];

fn hba() -> String {
    let lines = HBA
        .map(|(user, method)| format!("local all {user} {method}\nhost all {user} 127.0.0.1/32 {method}\n"));
    lines.concat()
}

fn server() -> &'static Server {
    static SERVER: OnceLock<Server> = OnceLock::new();
    SERVER.get_or_init(|| {
        let server = Server::builder().hba(&hba()).start().unwrap();
        let sql = "
            CREATE ROLE trusted LOGIN;
            CREATE ROLE clear LOGIN PASSWORD 'sesame clear';
            SET password_encryption = 'md5';
            CREATE ROLE digest LOGIN PASSWORD 'sesame-md5';
            SET password_encryption = 'scram-sha-256';
            CREATE ROLE scram LOGIN PASSWORD 'sesame@scram';
            CREATE ROLE odd LOGIN PASSWORD 'sesame%40';
            CREATE DATABASE \"my db\";";
        server.psql("postgres", sql).unwrap();
        server
    })
}

/// Both ways to the server, for a user with a password.
fn ways(login: &str, database: &str) -> [String; 2] {
    let server = server();
    let socket = server.socket_dir().display();
    let port = server.port();
    [
        format!("postgresql://{login}@unix:{socket}:{port}/{database}"),
        format!("postgresql://{login}@127.0.0.1:{port}/{database}"),
    ]
}

// shows: password
#[tokio::test]
async fn every_method_lets_the_right_password_in() {
    for login in [
        "trusted",
        "clear:sesame%20clear",
        "digest:sesame-md5",
        "scram:sesame@@scram",
        "scram:sesame%40scram",
        "odd:sesame%40",
        "odd:sesame%2540",
    ] {
        for uri in ways(login, "postgres") {
            let mut connection = connect(&uri).await;
            let user = value(&mut connection, "SELECT current_user").await;
            assert!(login.starts_with(&user), "{uri}");
            connection.close().await;
        }
    }
}

#[tokio::test]
async fn wrong_passwords_are_refused_and_their_origin_is_told() {
    for login in ["clear:sesame-no", "digest:sesame-no", "scram:sesame-no", "scram:sesame%41"] {
        for uri in ways(login, "postgres") {
            let error = refused(&uri).await;
            assert_eq!(error.sqlstate(), Some("28P01"), "{error}");
            assert!(!error.is_transient());
            let hint = error.database().unwrap().hint.as_deref();
            assert_eq!(hint, Some("the password was taken from the connection string"));
        }
    }
}

#[tokio::test]
async fn without_a_password_the_error_tells_where_it_was_looked_for() {
    for user in ["clear", "digest", "scram"] {
        let [uri, _] = ways(user, "postgres");
        let environment = Environment::empty().with_home("/nonexistent");
        let config = Config::from_uri(&uri, &environment).unwrap().0;
        let error = Connection::connect(&config).await.unwrap_err();
        assert!(matches!(error, Error::Authentication { .. }), "{error:?}");
        let text = error.to_string();
        for part in [user, "connection string", "PGPASSWORD", "/nonexistent/.pgpass"] {
            assert!(text.contains(part), "{text}");
        }
    }
}

#[tokio::test]
async fn unknown_databases_and_users() {
    let [uri, _] = ways("trusted", "nowhere");
    assert_eq!(refused(&uri).await.sqlstate(), Some("3D000"));
    let [uri, _] = ways("trusted", "no%20where");
    let error = refused(&uri).await;
    assert!(error.to_string().contains("\"no where\""), "{error}");
    let [uri, _] = ways("trusted", "my%20db");
    let mut connection = connect(&uri).await;
    assert_eq!(value(&mut connection, "SELECT current_database()").await, "my db");
    let [uri, _] = ways("stranger", "postgres");
    assert_eq!(refused(&uri).await.sqlstate(), Some("28000"));
}

#[tokio::test]
async fn too_many_connections_are_waited_for() {
    let server = server();
    server.psql("postgres", "CREATE DATABASE narrow CONNECTION LIMIT 0").unwrap();
    let [uri, _] = ways("trusted", "narrow");
    let before = std::time::Instant::now();
    assert_eq!(refused(&uri).await.sqlstate(), Some("53300"));
    assert!(before.elapsed().as_millis() >= 2000, "five attempts have four pauses");
    let opening = std::thread::spawn(|| {
        std::thread::sleep(std::time::Duration::from_millis(700));
        server.psql("postgres", "ALTER DATABASE narrow CONNECTION LIMIT 5").unwrap();
    });
    connect(&uri).await;
    opening.join().unwrap();
}

#[tokio::test]
async fn connection_attempts_show_no_password() {
    let [uri, _] = ways("scram:sesame@@scram", "postgres");
    let connection = connect(&uri).await;
    let shown = format!("{connection:?} {:?} {:?}", connection.canceller(), config(&uri));
    assert!(!shown.contains("sesame"), "{shown}");
}
