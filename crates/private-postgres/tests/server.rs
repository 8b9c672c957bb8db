//! A private server starts, serves, stops, starts again and leaves nothing behind.

use std::os::unix::fs::PermissionsExt;
use std::thread;
use std::time::{Duration, Instant};

use private_postgres::{Error, Server, StopMode};

#[test]
fn serves_on_the_socket_and_over_tcp() {
    let server = Server::shared();
    assert_eq!(server.psql("postgres", "SELECT 1; SELECT 2, NULL, 'ä'").unwrap(), "1\n2||ä");
    let tcp = format!("host=127.0.0.1 port={} user=postgres dbname=postgres", server.port());
    assert_eq!(server.psql(&tcp, "SHOW server_encoding").unwrap(), "UTF8");
    assert!(server.uri("d").starts_with("postgresql://postgres@unix:/"));
    assert!(server.uri("d").ends_with(&format!(":{}/d", server.port())));
    assert_eq!(server.tcp_uri("d"), format!("postgresql://postgres@127.0.0.1:{}/d", server.port()));
}

#[test]
fn reports_what_the_server_refuses() {
    let error = Server::shared().psql("postgres", "SELECT 1/0").unwrap_err();
    assert!(matches!(&error, Error::Sql(text) if text.contains("division by zero")), "{error}");
    assert!(Server::shared().log().contains("division by zero"));
}

#[test]
fn hands_out_a_database_a_call() {
    let server = Server::shared();
    let (one, other) = (server.create_database(), server.create_database());
    assert_ne!(one, other);
    server.psql(&one, "CREATE TABLE t (x int)").unwrap();
    assert!(server.psql(&other, "TABLE t").is_err());
}

#[test]
fn outlives_the_thread_that_started_it() {
    let server = thread::spawn(|| Server::builder().start().unwrap()).join().unwrap();
    thread::sleep(Duration::from_millis(200));
    assert_eq!(server.psql("postgres", "SELECT 1").unwrap(), "1");
}

#[test]
fn keeps_its_data_and_port_over_a_restart() {
    let server = Server::builder().start().unwrap();
    server.psql("postgres", "CREATE TABLE t AS SELECT 1 AS x").unwrap();
    for mode in [StopMode::Fast, StopMode::Immediate] {
        let port = server.port();
        server.stop(mode).unwrap();
        assert!(server.psql("postgres", "SELECT 1").is_err());
        server.start_again().unwrap();
        assert_eq!(server.port(), port);
        assert_eq!(server.psql("postgres", "TABLE t").unwrap(), "1");
    }
}

#[test]
fn takes_settings_access_rules_and_files() {
    let server = Server::builder()
        .config("shared_buffers = 1MB")
        .config("work_mem = 1MB")
        .hba("host all all 127.0.0.1/32 reject")
        .file("server.key", "key")
        .start()
        .unwrap();
    assert_eq!(server.psql("postgres", "SHOW shared_buffers").unwrap(), "1MB");
    let tcp = format!("host=127.0.0.1 port={} user=postgres", server.port());
    let error = server.psql(&tcp, "SELECT 1").unwrap_err().to_string();
    assert!(error.contains("pg_hba.conf rejects"), "{error}");
    let mode = server.data_dir().join("server.key").metadata().unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    server.write_file("more.key", b"more").unwrap();
    let read = server.psql("postgres", "SELECT pg_read_file('more.key')").unwrap();
    assert_eq!(read, "more");
}

#[test]
fn shows_the_log_of_a_server_that_does_not_start() {
    let error = Server::builder().config("no_such_setting = 1").start().err().unwrap().to_string();
    assert!(error.contains("unrecognized configuration parameter \"no_such_setting\""), "{error}");
}

#[test]
fn removes_its_directory_and_is_quick() {
    Server::shared();
    let begin = Instant::now();
    let server = Server::builder().start().unwrap();
    assert!(begin.elapsed() < Duration::from_secs(5), "{:?}", begin.elapsed());
    let directory = server.socket_dir().to_owned();
    assert!(directory.exists());
    drop(server);
    assert!(!directory.exists());
}
