//! What became of a commit whose answer was lost, asked of a real server.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::io::Write;
use std::process::{Command, Stdio};

use pgloader_core::batch::{Batch, Chunk};
use pgloader_core::catalog::{Column, TableName};
use pgloader_core::encode::Format;
use pgloader_core::load::{BatchLimits, Commit, OnError, TableLoad};
use pgloader_core::target::{CommitToken, ConnectError, Loading, Outcome, Target};
use pgloader_postgres_client::{Config, Environment};
use pgloader_targets::postgres::PostgresTarget;
use private_postgres::Server;

struct Fixture {
    server: &'static Server,
    database: String,
    loading: Box<dyn Loading>,
}

impl Fixture {
    async fn new() -> Fixture {
        let server = Server::shared();
        let database = server.create_database();
        server.psql(&database, "CREATE TABLE t (id int)").unwrap();
        let uri = server.uri(&database);
        let target = PostgresTarget::new(Config::from_uri(&uri, &Environment::empty()).unwrap().0);
        let load = TableLoad {
            table: TableName { schema: Some("public".into()), name: "t".into() },
            columns: vec![Column { name: "id".into(), ..Column::default() }],
            fields: vec![0],
            projection: None,
            on_error: OnError::ResumeNext,
            commit: Commit::Batch,
            truncate_columns: false,
            writers: 1,
            ordered: false,
            batch: BatchLimits { rows: 1, bytes: 1 },
        };
        let loading = target.load(&load).await.unwrap();
        Fixture { server, database, loading }
    }

    /// Runs a transaction of three rows that ends so; gives its token.
    fn transaction(&self, end: &str) -> CommitToken {
        let sql = format!("BEGIN; SELECT txid_current(); INSERT INTO t VALUES (1), (2), (3); {end}");
        let number = self.server.psql(&self.database, &sql).unwrap();
        CommitToken {
            transaction: Some(number.trim().parse().unwrap()),
            session: 0,
            rows: 3,
            bad: Vec::new(),
        }
    }

    async fn outcome(&self, token: &CommitToken) -> Outcome {
        self.loading.outcome(token).await.unwrap()
    }
}

#[tokio::test]
async fn a_committed_transaction_is_believed_when_its_rows_are_there() {
    let fixture = Fixture::new().await;
    let token = fixture.transaction("COMMIT");
    assert_eq!(fixture.outcome(&token).await, Outcome::Committed);
    let other = CommitToken { rows: 4, ..token.clone() };
    assert!(matches!(fixture.outcome(&other).await, Outcome::Undecidable(why) if why.contains("3 rows")));
}

#[tokio::test]
async fn one_that_was_rolled_back_or_never_heard_of_is_not_there() {
    let fixture = Fixture::new().await;
    let token = fixture.transaction("ROLLBACK");
    assert_eq!(fixture.outcome(&token).await, Outcome::RolledBack);
    let future = CommitToken { transaction: Some(token.transaction.unwrap() + 1_000_000), ..token.clone() };
    assert_eq!(fixture.outcome(&future).await, Outcome::RolledBack);
}

/// After a crash the server may give a lost number to another writer's transaction of the same load.
#[tokio::test]
async fn a_number_that_another_writer_has_committed_was_lost_before() {
    let fixture = Fixture::new().await;
    let chunk = Chunk { bytes: b"7\n".to_vec(), ends: vec![2], ..Chunk::default() };
    let batch = Batch { format: Format::CopyText, chunks: vec![chunk], part: 0, position: 1 };
    let batch = std::sync::Arc::new(batch);
    let mut writer = fixture.loading.writer().await.unwrap();
    assert_eq!(writer.write(batch.rows()).await.unwrap().rows, 1);
    let number = fixture.server.psql(&fixture.database, "SELECT xmin FROM t").unwrap();
    let token =
        CommitToken { transaction: Some(number.parse().unwrap()), session: 0, rows: 1, bad: Vec::new() };
    assert_eq!(fixture.outcome(&token).await, Outcome::RolledBack);
}

#[tokio::test]
async fn without_a_number_nobody_can_tell() {
    let fixture = Fixture::new().await;
    let token = CommitToken { transaction: None, session: 0, rows: 3, bad: Vec::new() };
    assert!(matches!(fixture.outcome(&token).await, Outcome::Undecidable(_)));
}

/// A session whose client is gone is ended, so that its transaction comes to an end.
#[tokio::test]
async fn one_still_in_progress_is_ended_and_asked_for_again() {
    let fixture = Fixture::new().await;
    let mut psql = Command::new("psql")
        .args(["-XAtq", "-h"])
        .arg(fixture.server.socket_dir())
        .args(["-p", &fixture.server.port().to_string(), "-U", "postgres", &fixture.database])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut input = psql.stdin.take().unwrap();
    input.write_all(b"BEGIN; SELECT txid_current(), pg_backend_pid(); INSERT INTO t VALUES (1);\n").unwrap();
    let mut line = String::new();
    std::io::BufRead::read_line(&mut std::io::BufReader::new(psql.stdout.take().unwrap()), &mut line)
        .unwrap();
    let (number, session) = line.trim().split_once('|').unwrap();
    let token = CommitToken {
        transaction: Some(number.parse().unwrap()),
        session: session.parse().unwrap(),
        rows: 1,
        bad: Vec::new(),
    };
    let stranger = CommitToken { session: token.session + 1, ..token.clone() };
    for token in [&stranger, &stranger, &token] {
        let asked = fixture.loading.outcome(token).await;
        assert!(matches!(asked, Err(ConnectError::Transient(_))), "{asked:?}");
    }
    let mut outcome = None;
    for _ in 0..200 {
        outcome = fixture.loading.outcome(&token).await.ok();
        if outcome.is_some() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    assert_eq!(outcome, Some(Outcome::RolledBack));
    drop(input);
    psql.wait().unwrap();
}
