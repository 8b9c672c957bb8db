//! Start-up, authentication, settings, tags: what a client meets before and around statements.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod common;

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Command, Output};

use common::{Client, outcome, shared, startup};
use redshift_sandbox::{Auth, Sandbox, Tls};
use sha2::{Digest as _, Sha256};

/// psql, told where the sandbox is.
fn psql(sandbox: &Sandbox, options: &[(&str, &str)], sql: &str) -> Output {
    let mut command = Command::new("psql");
    command.args(["-XAt", "-c", sql]).envs(sandbox.postgres_environment());
    command.envs(options.iter().copied()).output().unwrap()
}

fn printed(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).trim_end().to_owned()
}

#[test]
fn a_session_is_told_what_redshift_tells() {
    let client = Client::connect(shared(), &[]).unwrap();
    let mut told: Vec<_> = client.parameters.into_iter().collect();
    told.sort();
    let expected = [
        ("DateStyle", "ISO, MDY"),
        ("TimeZone", "UTC"),
        ("client_encoding", "UTF8"),
        ("integer_datetimes", "on"),
        ("server_version", "8.0.2"),
    ];
    assert_eq!(told, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
}

#[test]
fn start_up_keys() {
    for keys in [
        [("client_encoding", "UNICODE"), ("application_name", "x"), ("extra_float_digits", "2")],
        [("DateStyle", "ISO"), ("TimeZone", "Europe/Paris"), ("search_path", "a, \"B\"")],
        [("client_protocol_version", "2"), ("driver_version", "x"), ("options", "-c statement_timeout=5")],
    ] {
        assert!(Client::connect(shared(), &keys).is_ok(), "{keys:?}");
    }
    for (key, value, sqlstate, message) in [
        (
            "standard_conforming_strings",
            "on",
            "42704",
            "unrecognized configuration parameter \"standard_conforming_strings\"",
        ),
        ("IntervalStyle", "iso_8601", "42704", "unrecognized configuration parameter \"IntervalStyle\""),
        ("bytea_output", "hex", "42704", "unrecognized configuration parameter \"bytea_output\""),
        ("lock_timeout", "1", "42704", "unrecognized configuration parameter \"lock_timeout\""),
        (
            "options",
            "-c idle_in_transaction_session_timeout=1",
            "42704",
            "unrecognized configuration parameter \"idle_in_transaction_session_timeout\"",
        ),
        (
            "extra_float_digits",
            "3",
            "22023",
            "3 is outside the valid range for parameter \"extra_float_digits\" (-15 .. 2)",
        ),
        (
            "options",
            "-c statement_timeout=5s",
            "22023",
            "parameter \"statement_timeout\" requires an integer value",
        ),
        ("lc_monetary", "C", "42501", "permission denied to set parameter \"lc_monetary\" to \"C\""),
    ] {
        let error = Client::connect(shared(), &[(key, value)]).err().unwrap();
        let fields = ['S', 'C', 'M'].map(|code| error.field(code).unwrap());
        assert_eq!(fields, ["FATAL", sqlstate, message]);
    }
}

#[test]
fn only_who_knows_the_password_gets_in() {
    let sandbox = Sandbox::builder().user("IAM:alice", "p@ss:w/rd").user("bob", "b").start().unwrap();
    assert!(sandbox.uri().starts_with("postgresql://IAM%3Aalice:p%40ss%3Aw%2Frd@127.0.0.1:"));
    assert_eq!(printed(&psql(&sandbox, &[], "SELECT current_user")), "IAM:alice");
    let bob = [("PGUSER", "bob"), ("PGPASSWORD", "b")];
    assert_eq!(printed(&psql(&sandbox, &bob, "SELECT session_user")), "bob");
    for wrong in [[("PGUSER", "bob"), ("PGPASSWORD", "B")], [("PGUSER", "carol"), ("PGPASSWORD", "b")]] {
        let answer = psql(&sandbox, &wrong, "SELECT 1");
        let said = String::from_utf8_lossy(&answer.stderr).into_owned();
        assert!(
            !answer.status.success() && said.contains("password authentication failed for user"),
            "{said}"
        );
    }
    let elsewhere = psql(&sandbox, &[("PGDATABASE", "prod")], "SELECT 1");
    assert!(String::from_utf8_lossy(&elsewhere.stderr).contains("database \"prod\" does not exist"));
    sandbox.sql("CREATE TABLE alices (a int)").unwrap();
    let foreign = psql(&sandbox, &bob, "SELECT * FROM alices");
    assert!(String::from_utf8_lossy(&foreign.stderr).contains("permission denied"));
}

#[test]
fn the_digest_of_code_13_is_asked_for_and_checked() {
    let sandbox = Sandbox::builder().auth(Auth::Sha256).start().unwrap();
    for (password, right) in [("Loader-1", true), ("loader-1", false)] {
        let mut stream = TcpStream::connect(("127.0.0.1", sandbox.port())).unwrap();
        stream.write_all(&startup(&[("user", "loader"), ("database", "dev")])).unwrap();
        let mut client = Client { stream, parameters: [].into(), pid: 0, secret: 0 };
        let asked = client.read();
        assert_eq!((asked.tag, &asked.body[..8]), ('R', [0, 0, 0, 13, 0, 0, 0, 0].as_slice()));
        let (salt, rest) = counted(&asked.body[8..]);
        let (nonce, rest) = counted(rest);
        assert!(rest.is_empty());
        let stored = Sha256::digest([password.as_bytes(), salt].concat());
        let digest = Sha256::digest([stored.as_slice(), nonce, b"1700000000000"].concat());
        let mut answer = 32_u32.to_be_bytes().to_vec();
        answer.extend(digest.as_slice());
        answer.extend(13_u32.to_be_bytes());
        answer.extend(b"1700000000000");
        client.send('d', &answer);
        assert_eq!(client.greeted().is_ok(), right, "{password}");
    }
}

fn counted(bytes: &[u8]) -> (&[u8], &[u8]) {
    let length = usize::try_from(u32::from_be_bytes(bytes[..4].try_into().unwrap())).unwrap();
    bytes[4..].split_at(length)
}

#[test]
fn tls_with_a_certificate_of_the_given_authority() {
    let sandbox = Sandbox::builder().tls(Tls::Required).auth(Auth::Cleartext).start().unwrap();
    let authority = sandbox.ca_certificate().unwrap();
    let full = [("PGSSLMODE", "verify-full"), ("PGSSLROOTCERT", authority.to_str().unwrap())];
    assert_eq!(printed(&psql(&sandbox, &full, "SELECT 1")), "1");
    let plain = Client::connect(&sandbox, &[]).err().unwrap();
    assert_eq!(plain.field('C').unwrap(), "28000");
    assert!(plain.field('M').unwrap().starts_with("no pg_hba.conf entry for host"));
    assert_eq!(sandbox.sql("SELECT 1").unwrap(), "1", "the own door needs no TLS");
    drop(sandbox);
    assert!(!authority.exists());
}

#[test]
fn without_tls_the_answer_is_no() {
    let sandbox = Sandbox::builder().tls(Tls::Off).start().unwrap();
    let mut stream = TcpStream::connect(("127.0.0.1", sandbox.port())).unwrap();
    for code in [80_877_104_i32, 80_877_103] {
        stream.write_all(&[8_i32.to_be_bytes(), code.to_be_bytes()].concat()).unwrap();
        let mut answer = [0];
        stream.read_exact(&mut answer).unwrap();
        assert_eq!(answer, *b"N");
    }
    assert_eq!(printed(&psql(&sandbox, &[], "SELECT 1")), "1");
    assert!(sandbox.ca_certificate().is_none());
}

#[test]
fn psql_connects_and_cannot_describe() {
    let sandbox = shared();
    let version = printed(&psql(sandbox, &[], "SELECT version()"));
    assert!(version.starts_with("PostgreSQL 8.0.2 on ") && version.ends_with(", Redshift 1.0.00000"));
    let described = psql(sandbox, &[], "\\d");
    assert!(String::from_utf8_lossy(&described.stderr).contains("ERROR:"), "{described:?}");
}

#[test]
fn tags_are_those_of_redshift() {
    let mut client = Client::connect(shared(), &[]).unwrap();
    for (sql, tag) in [
        ("CREATE TABLE tags (a int)", "CREATE TABLE"),
        ("INSERT INTO tags VALUES (1), (2)", "INSERT 0 2"),
        ("SELECT * FROM tags", "SELECT"),
        ("UPDATE tags SET a = 3 WHERE a = 1", "UPDATE 1"),
        ("DELETE FROM tags WHERE a = 3", "DELETE 1"),
        ("BEGIN", "BEGIN"),
        ("LOCK tags", "LOCK TABLE"),
        ("END", "COMMIT"),
        ("START TRANSACTION ISOLATION LEVEL SERIALIZABLE, READ ONLY", "BEGIN"),
        ("ABORT", "ROLLBACK"),
        ("ANALYZE tags", "ANALYZE"),
        ("VACUUM FULL tags", "VACUUM"),
        ("TRUNCATE tags", "TRUNCATE TABLE"),
        ("COMMENT ON TABLE tags IS 'x'", "COMMENT"),
        ("SET query_group TO 'x'", "SET"),
        ("RESET query_group", "RESET"),
        ("SHOW query_group", "SHOW"),
        ("DROP TABLE tags", "DROP TABLE"),
    ] {
        assert_eq!(client.outcome(sql), tag, "{sql}");
    }
    assert_eq!(client.query(" -- nothing\n;").first().unwrap().tag, 'I');
}

#[test]
fn settings_are_those_of_redshift() {
    let mut client = Client::connect(shared(), &[]).unwrap();
    for (sql, answer) in [
        ("SET statement_timeout TO '30s'", "22023 parameter \"statement_timeout\" requires an integer value"),
        ("SET statement_timeout TO 30000", "SET"),
        (
            "SET session_replication_role TO replica",
            "42704 unrecognized configuration parameter \"session_replication_role\"",
        ),
        ("SET work_mem TO '1GB'", "42704 unrecognized configuration parameter \"work_mem\""),
        (
            "SET standard_conforming_strings TO on",
            "42704 unrecognized configuration parameter \"standard_conforming_strings\"",
        ),
        (
            "SET extra_float_digits TO 3",
            "22023 3 is outside the valid range for parameter \"extra_float_digits\" (-15 .. 2)",
        ),
        ("SET lc_messages TO 'C'", "42501 permission denied to set parameter \"lc_messages\" to \"C\""),
        ("SET TIME ZONE 'Europe/Paris'", "SET"),
        ("SET timezone TO 'Mars/Base'", "22023 invalid value for parameter \"TimeZone\": \"Mars/Base\""),
        ("SET datestyle TO 'ISO, YMD'", "SET"),
        (
            "SET client_encoding = 'LATIN1'",
            "22023 invalid value for parameter \"client_encoding\": \"LATIN1\"",
        ),
        ("SHOW server_version", "42501 must be superuser to examine \"server_version\""),
        ("SHOW work_mem", "42704 unrecognized configuration parameter \"work_mem\""),
    ] {
        assert_eq!(client.outcome(sql), answer, "{sql}");
    }
    for (name, value) in [
        ("datestyle", "ISO, YMD"),
        ("timezone", "Europe/Paris"),
        ("statement_timeout", "30000"),
        ("enable_case_sensitive_identifier", "off"),
        ("search_path", "\"$user\", public"),
    ] {
        assert_eq!(client.value(&format!("SHOW {name}")), value);
    }
    assert_eq!(client.outcome("SELECT coalesce('2024-07-01 00:00:00+00'::timestamptz, NULL)"), "SELECT");
    assert_eq!(client.value("SELECT '2024-07-01 00:00:00+00'::timestamptz"), "2024-07-01 02:00:00+02");
}

#[test]
fn a_message_of_several_statements_is_one_transaction() {
    let mut client = Client::connect(shared(), &[]).unwrap();
    client.query("CREATE TABLE several (a int)");
    assert!(
        client
            .outcome("INSERT INTO several VALUES (1); INSERT INTO several VALUES ('x')")
            .starts_with("22P02")
    );
    assert_eq!(client.value("SELECT count(*) FROM several"), "0");
    assert!(client.outcome("INSERT INTO several VALUES (1); SELEC 1").starts_with("42601"));
    assert_eq!(
        client.outcome("INSERT INTO several VALUES (1); INSERT INTO several VALUES (2)"),
        "INSERT 0 1"
    );
    assert_eq!(client.value("SELECT count(*) FROM several"), "2");
    let messages = client.query("BEGIN; INSERT INTO several VALUES (3)");
    assert_eq!(messages.last().unwrap().body, b"T");
    client.query("ROLLBACK");
    assert_eq!(client.value("SELECT count(*) FROM several"), "2");
    assert!(client.outcome("SELECT 1; VACUUM").starts_with("25001"));
}

#[test]
fn a_failed_block_takes_nothing_but_its_end() {
    let mut client = Client::connect(shared(), &[]).unwrap();
    client.query("BEGIN");
    let failed = client.query("CREATE INDEX i ON t (a)");
    assert_eq!(failed.last().unwrap().body, b"E");
    for sql in ["SELECT 1", "SHOW timezone", "BEGIN"] {
        assert!(client.outcome(sql).starts_with("25P02 current transaction is aborted"), "{sql}");
    }
    assert_eq!(client.outcome("COMMIT"), "ROLLBACK");
    assert_eq!(client.outcome("SELECT 1"), "SELECT");
}

#[test]
fn the_extended_protocol_prepares_binds_and_executes() {
    let mut client = Client::connect(shared(), &[]).unwrap();
    client.query("CREATE TABLE extended (a int, b varchar(10))");
    let prepare = |sql: &str, types: &[u32]| {
        let mut body = [b"s\0", sql.as_bytes(), b"\0"].concat();
        body.extend(u16::try_from(types.len()).unwrap().to_be_bytes());
        types.iter().for_each(|oid| body.extend(oid.to_be_bytes()));
        body
    };
    client.send('P', &prepare("INSERT INTO extended VALUES ($1, $2)", &[23, 705]));
    // Portal, statement, formats 1 and 0, values 7 and it's, no result formats.
    let bind = b"\0s\0\0\x02\0\x01\0\0\0\x02\0\0\0\x04\0\0\0\x07\0\0\0\x04it's\0\0";
    client.send('B', bind);
    client.send('E', b"\0\0\0\0\0");
    client.send('S', b"");
    assert_eq!(outcome(&client.finish()), "INSERT 0 1");

    client.send('P', &prepare("SELECT a, b FROM extended WHERE b = $1", &[]));
    client.send('D', b"Ss\0");
    client.send('B', b"\0s\0\0\0\0\x01\0\0\0\x04it's\0\x02\0\x01\0\0");
    client.send('E', b"\0\0\0\0\0");
    client.send('S', b"");
    let messages = client.finish();
    let tags: String = messages.iter().map(|message| message.tag).collect();
    assert_eq!(tags, "1tT2DCZ");
    assert_eq!(messages[4].body, b"\0\x02\0\0\0\x04\0\0\0\x07\0\0\0\x04it's");

    client.send('P', &prepare("SELEC 1", &[]));
    client.send('B', bind);
    client.send('S', b"");
    let tags: String = client.finish().iter().map(|message| message.tag).collect();
    assert_eq!(tags, "EZ", "passed over up to Sync");
}
