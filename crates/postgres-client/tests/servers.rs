//! Lists of servers and `target_session_attrs`, against a primary, a hot standby and a read-only primary.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that meets what it does not expect has failed")]

use std::collections::HashSet;
use std::process::Command;

use pgloader_postgres_client::{Config, Connection, Environment, Error};
use private_postgres::{Server, StopMode};

/// The port of the server that a session is at, and its settings.
fn connect(conninfo: &str) -> Result<String, Error> {
    let (config, ..) = Config::from_uri(conninfo, &Environment::empty()).unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let mut connection = Connection::connect(&config).await?;
        let results = connection.simple_query("SHOW port").await?;
        Ok(results[0].rows[0][0].clone().unwrap())
    })
}

fn psql(conninfo: &str) -> Option<String> {
    let mut command = Command::new("psql");
    command.env_clear().env("PATH", std::env::var_os("PATH").unwrap()).args([
        "-XAtqc",
        "SHOW port",
        conninfo,
    ]);
    let output = command.output().unwrap();
    output.status.success().then(|| String::from_utf8(output.stdout).unwrap().trim().to_owned())
}

fn conninfo(ports: &[u16], parameters: &str) -> String {
    let hosts = vec!["127.0.0.1"; ports.len()].join(",");
    let ports: Vec<String> = ports.iter().map(u16::to_string).collect();
    format!("host={hosts} port={} user=postgres dbname=postgres {parameters}", ports.join(","))
}

fn standby() -> Server {
    let server = Server::builder().start().unwrap();
    server.stop(StopMode::Fast).unwrap();
    server.write_file("standby.signal", "").unwrap();
    server.start_again().unwrap();
    server
}

fn unused_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

// shows: target_session_attrs
#[test]
fn the_kind_of_session_chooses_the_server_as_with_libpq() {
    let primary = Server::builder().start().unwrap();
    let standby = standby();
    let read_only = Server::builder().config("default_transaction_read_only = on").start().unwrap();
    let [p, s, r] = [primary.port(), standby.port(), read_only.port()];
    let dead = unused_port();
    let cases: &[(&str, &[u16], Option<u16>)] = &[
        ("any", &[s, p], Some(s)),
        ("any", &[dead, r, p], Some(r)),
        ("read-write", &[s, r, p], Some(p)),
        ("read-write", &[s, r], None),
        ("read-only", &[p, r], Some(r)),
        ("read-only", &[p, s], Some(s)),
        ("read-only", &[dead, p], None),
        ("primary", &[s, r], Some(r)),
        ("primary", &[s], None),
        ("standby", &[p, r, s], Some(s)),
        ("standby", &[p, r], None),
        ("prefer-standby", &[p, s], Some(s)),
        ("prefer-standby", &[dead, r, p], Some(r)),
        ("prefer-standby", &[dead], None),
    ];
    for (kind, ports, expected) in cases {
        let conninfo = conninfo(ports, &format!("target_session_attrs={kind}"));
        let expected = expected.map(|port| port.to_string());
        assert_eq!(psql(&conninfo), expected, "psql {conninfo}");
        assert_eq!(connect(&conninfo).ok(), expected, "{conninfo}");
    }
}

#[test]
fn the_failure_of_every_server_is_told() {
    let server = Server::builder().start().unwrap();
    let dead = unused_port();
    let uri = format!(
        "postgresql://postgres@127.0.0.1:{dead},127.0.0.1:{}/postgres?target_session_attrs=standby",
        server.port()
    );
    let error = connect(&uri).unwrap_err();
    assert!(error.is_transient());
    let text = error.to_string();
    for part in [
        "any of the 2 servers".to_owned(),
        format!("127.0.0.1:{dead}: connection refused"),
        format!("127.0.0.1:{}: it is no standby", server.port()),
        "HINT: check hosts and ports".to_owned(),
    ] {
        assert!(text.contains(&part), "{text}");
    }
}

#[test]
fn a_refused_database_ends_the_search() {
    let server = Server::builder().start().unwrap();
    let ports = [server.port(), server.port()];
    let conninfo = conninfo(&ports, "").replace("dbname=postgres", "dbname=none");
    assert_eq!(connect(&conninfo).unwrap_err().sqlstate(), Some("3D000"));
}

// shows: load_balance_hosts
#[test]
fn load_balancing_reaches_every_server() {
    let servers = [Server::builder().start().unwrap(), Server::builder().start().unwrap()];
    let ports = [servers[0].port(), servers[1].port()];
    let conninfo = conninfo(&ports, "load_balance_hosts=random");
    let reached: HashSet<String> = (0..40).map(|_| connect(&conninfo).unwrap()).collect();
    assert_eq!(reached.len(), 2);
}

// shows: hostaddr
#[test]
fn an_address_saves_the_look_up_of_the_name() {
    let server = Server::builder().start().unwrap();
    let conninfo =
        format!("host=no-such-host.invalid hostaddr=127.0.0.1 port={} user=postgres", server.port());
    assert_eq!(connect(&conninfo).unwrap(), server.port().to_string());
}
