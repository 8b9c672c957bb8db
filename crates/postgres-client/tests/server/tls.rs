//! Encryption.

use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;
use std::time::Duration;

use pgloader_postgres_client::{Connection, Error};
use private_postgres::Server;

use crate::support::{config, connect, refused, value};

fn openssl(directory: &Path, arguments: &str) {
    let output = Command::new("openssl")
        .args(arguments.split_whitespace())
        .current_dir(directory)
        .output()
        .unwrap_or_else(|error| panic!("openssl cannot be run ({error}): apt-get install openssl"));
    let messages = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "openssl {arguments}: {messages}");
}

/// A server whose certificate is made by `steps`, which leave server.key and server.crt behind.
fn encrypted_server(name: &str, steps: &[&str], settings: &[&str]) -> Server {
    let directory = std::env::temp_dir().join(format!("tls-{}-{name}", std::process::id()));
    std::fs::create_dir_all(&directory).unwrap();
    steps.iter().for_each(|step| openssl(&directory, step));
    let read = |file: &str| std::fs::read(directory.join(file)).unwrap();
    let mut builder = Server::builder()
        .config("ssl = on")
        .file("server.crt", read("server.crt"))
        .file("server.key", read("server.key"))
        .hba(
            "hostssl all scram 127.0.0.1/32 scram-sha-256\n\
             hostssl all only_encrypted 127.0.0.1/32 trust\n\
             hostnossl all only_plain 127.0.0.1/32 trust\n\
             host all postgres 127.0.0.1/32 trust\n",
        );
    for setting in settings {
        builder = builder.config(setting);
    }
    let server = builder.start().unwrap();
    std::fs::remove_dir_all(&directory).unwrap();
    let roles = "CREATE ROLE scram LOGIN PASSWORD 'sesame'; \
                 CREATE ROLE only_encrypted LOGIN; CREATE ROLE only_plain LOGIN";
    server.psql("postgres", roles).unwrap();
    server
}

const SELF_SIGNED: &[&str] =
    &["req -x509 -newkey rsa:2048 -nodes -keyout server.key -out server.crt -subj /CN=test -days 2"];

fn server() -> &'static Server {
    static SERVER: OnceLock<Server> = OnceLock::new();
    SERVER.get_or_init(|| encrypted_server("rsa", SELF_SIGNED, &[]))
}

fn uri(user: &str, mode: &str) -> String {
    format!("postgresql://{user}@127.0.0.1:{}/postgres?sslmode={mode}", server().port())
}

async fn protocol(connection: &mut Connection) -> String {
    let sql = "SELECT version FROM pg_stat_ssl WHERE pid = pg_backend_pid()";
    value(connection, sql).await
}

#[tokio::test]
async fn a_self_signed_certificate_will_do() {
    let mut connection = connect(&uri("postgres", "require")).await;
    assert!(connection.is_encrypted());
    assert_eq!(protocol(&mut connection).await, "TLSv1.3");
    connection.close().await;
}

#[tokio::test]
async fn scram_is_bound_to_the_channel() {
    connect(&uri("scram:sesame", "require")).await;
    let error = refused(&uri("scram:sesame-not", "require")).await;
    assert_eq!(error.sqlstate(), Some("28P01"));
}

/// Channel binding and signatures for every kind of certificate, in both protocols.
#[tokio::test]
async fn other_certificates_and_protocols() {
    let kinds: [(&str, &[&str]); 5] = [
        (
            "p384",
            &["req -x509 -newkey ec -pkeyopt ec_paramgen_curve:secp384r1 -sha384 -nodes \
                    -keyout server.key -out server.crt -subj /CN=test -days 2"],
        ),
        (
            "ed25519",
            &["req -x509 -newkey ed25519 -nodes -keyout server.key -out server.crt \
                       -subj /CN=test -days 2"],
        ),
        (
            "sha512",
            &["req -x509 -newkey rsa:2048 -sha512 -nodes -keyout server.key \
                      -out server.crt -subj /CN=test -days 2"],
        ),
        (
            "v1",
            &[
                "req -newkey rsa:2048 -nodes -keyout server.key -out server.csr -subj /CN=test",
                "x509 -req -in server.csr -signkey server.key -out server.crt -days 2",
            ],
        ),
        (
            "expired",
            &[
                "req -newkey rsa:2048 -nodes -keyout server.key -out server.csr -subj /CN=test",
                "x509 -req -in server.csr -signkey server.key -out server.crt -days -1",
            ],
        ),
    ];
    for (name, steps) in kinds {
        for version in ["TLSv1.2", "TLSv1.3"] {
            let limit = format!("ssl_max_protocol_version = '{version}'");
            let server = encrypted_server(name, steps, &[&limit]);
            let port = server.port();
            let uri = format!("postgresql://scram:sesame@127.0.0.1:{port}/postgres?sslmode=require");
            let connected = Connection::connect(&config(&uri)).await;
            let mut connection = connected.unwrap_or_else(|e| panic!("{name} {version}: {e}"));
            assert_eq!(protocol(&mut connection).await, version, "{name}");
        }
    }
}

// shows: sslmode
#[tokio::test]
async fn modes_choose_and_fall_back() {
    for (user, mode, encrypted) in [
        ("postgres", "disable", false),
        ("postgres", "allow", false),
        ("postgres", "prefer", true),
        ("postgres", "require", true),
        ("only_encrypted", "allow", true),
        ("only_plain", "prefer", false),
    ] {
        let connection = connect(&uri(user, mode)).await;
        assert_eq!(connection.is_encrypted(), encrypted, "{user} {mode}");
    }
    for (user, mode) in [("only_plain", "require"), ("only_encrypted", "disable")] {
        assert_eq!(refused(&uri(user, mode)).await.sqlstate(), Some("28000"), "{user} {mode}");
    }
}

#[tokio::test]
async fn a_server_without_encryption() {
    let server = Server::shared();
    let plain = server.tcp_uri("postgres");
    assert!(!connect(&format!("{plain}?sslmode=prefer")).await.is_encrypted());
    let error = refused(&format!("{plain}?sslmode=require")).await;
    assert!(matches!(error, Error::Tls { .. }), "{error:?}");
    assert!(error.to_string().contains("sslmode=prefer"), "{error}");
    assert!(!connect(&format!("{}?sslmode=require", server.uri("postgres"))).await.is_encrypted());
}

#[tokio::test]
async fn encrypted_copies_and_cancels() {
    let mut connection = connect(&uri("postgres", "require")).await;
    connection.simple_query("CREATE TEMP TABLE t (a text)").await.unwrap();
    let row = [vec![b'x'; 999], vec![b'\n']].concat();
    let chunk = row.repeat(1000);
    let chunks = std::iter::repeat_n(chunk.as_slice(), 20);
    let outcome = connection.copy_in("COPY t FROM STDIN", chunks).await.unwrap();
    assert_eq!(outcome.rows, 20_000);

    let canceller = connection.canceller();
    let cancelling = tokio::spawn(async move {
        tokio::time::sleep(Duration::from_millis(300)).await;
        canceller.cancel().await
    });
    let error = connection.simple_query("SELECT pg_sleep(100)").await.unwrap_err();
    assert_eq!(error.sqlstate(), Some("57014"));
    cancelling.await.unwrap().unwrap();
}
