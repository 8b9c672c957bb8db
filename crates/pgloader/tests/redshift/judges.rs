//! What a grammar and an S3 server that others wrote say of what pgloader sends. Their scripts are in `tests/judges`.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdout, Stdio};

use private_postgres::Server;
use redshift_sandbox::Sandbox;
use redshift_sandbox::fault::Fault;

use crate::bench::{BUCKET, Bench, PASSWORD, SECRET, TOKEN, builder, numbers};
use crate::kit::Place;
use judge::{content, judge};

#[path = "../../../../tests/judges/judge.rs"]
mod judge;

const ARN: &str = "arn:aws:iam::123456789012:role/loader";

/// The statement as the specification has it, which any grammar of Redshift must take.
const SPECIFIED: &str = "COPY orders FROM 's3://pgloader/batch.csv' FORMAT CSV TIMEFORMAT 'auto' REGION 'eu-west-1' \
                         ACCESS_KEY_ID 'AKIAIOSFODNN7EXAMPLE' SECRET_ACCESS_KEY 'wJalrXUtnFEMI/K7MDENG+EXAMPLEKEY'";

/// What some statement must have, so that nothing stays unjudged because no load sent it.
const COVERED: &[&str] = &[
    " TIMEFORMAT 'auto' DATEFORMAT 'auto' ",
    " NULL AS '~pgl-null~' ",
    " NULL AS '~pgl-null-1~' ",
    " ROUNDEC ",
    " COMPUPDATE OFF REGION ",
    " COMPUPDATE OFF STATUPDATE OFF ",
    " MANIFEST ",
    " EXPLICIT_IDS ",
    " GZIP ",
    " ZSTD ",
    " MAXERROR ",
    " SESSION_TOKEN '",
    " IAM_ROLE default",
    " IAM_ROLE 'arn:",
    "COPY \"public\".\"select\" (\"order\", ",
    "COPY \"other schema\".\"it's a \\ 1.a/b ä\" (",
    "SELECT version()",
    "pg_attribute",
    "pg_user",
    "pg_last_copy_count()",
    "stl_load_errors",
    "sys_load_error_detail",
    "BEGIN",
    "COMMIT",
    "ROLLBACK",
    "LOCK \"public\".\"t\"",
    "TRUNCATE \"public\".\"t\"",
    "ANALYZE \"public\".\"t\"",
];

#[test]
fn every_statement_is_of_redshifts_grammar() {
    let loads = [modes, roles, tokens, names, identities, bad_rows, forbidden_views, lost_commits, not_owned];
    let mut statements: BTreeSet<String> =
        loads.iter().flat_map(|load| load().sandbox.statements()).collect();
    statements.insert(SPECIFIED.to_owned());
    for words in COVERED {
        assert!(statements.iter().any(|statement| statement.contains(words)), "{words}: {statements:#?}");
    }
    let place = Place::new();
    let all: String = statements.iter().map(|statement| format!("{statement}\0")).collect();
    let file = File::open(place.write("statements", all)).unwrap();
    content(judge("grammar.py").stdin(file));
}

/// Both modes and all codecs, with and without a manifest, and a value that is the marker for NULL.
fn modes() -> Bench {
    let bench = Bench::table("id int, v varchar(20)");
    for mode in ["copy per batch", "copy per table"] {
        for codec in ["none", "gzip", "zstd"] {
            let with = format!("{mode}, compression = {codec}, batch rows = 50, truncate, analyze");
            bench.load(numbers(100), &with).expect(0, &["100 written"]);
        }
    }
    bench.load("1,~pgl-null~\n2,\n", "").expect(0, &["2 written"]);
    bench
}

fn roles() -> Bench {
    let bench = Bench::with(builder().role(ARN).default_role(ARN));
    bench.sql("CREATE TABLE t (id int, v varchar(20))");
    for role in [&format!("'{ARN}'"), "default"] {
        bench.load(numbers(10), &format!("iam role {role}")).expect(0, &["10 written"]);
    }
    bench
}

fn tokens() -> Bench {
    let bench = Bench::with(builder().key("ASIATESTTESTTESTTEST", SECRET, Some(TOKEN)));
    bench.sql("CREATE TABLE t (id int, v varchar(20))");
    bench.place.write("data.csv", numbers(10));
    let file = bench.place.write("test.load", bench.load_csv("t", ""));
    let keys = [("AWS_ACCESS_KEY_ID", "ASIATESTTESTTESTTEST"), ("AWS_SESSION_TOKEN", TOKEN)];
    bench.finish(bench.command().envs(keys).arg(file)).expect(0, &["10 written"]);
    bench
}

fn names() -> Bench {
    let bench = Bench::new();
    bench.sql("CREATE SCHEMA \"other schema\"");
    for table in ["\"select\"", "\"other schema\".\"it's a \\ 1.a/b ä\""] {
        bench.sql(&format!("CREATE TABLE {table} (\"order\" int, \"a \"\"b\"\" \\ 'c'\" varchar(20))"));
        bench.place.write("data.csv", numbers(10));
        bench.run(&bench.load_csv_into(table, "")).expect(0, &["10 written"]);
    }
    bench
}

fn identities() -> Bench {
    let bench = Bench::table("id int identity(1,1), v varchar(20)");
    bench.load(numbers(10), "").expect(0, &["10 written"]);
    bench
}

/// The error views are asked, and then as many errors are allowed as it takes.
fn bad_rows() -> Bench {
    let bench = Bench::table("id int, d date");
    bench.load("1,2024-01-31\n2,xx\n", "").expect(0, &["1 written + 1 rejected"]);
    bench
}

/// The older view is asked where the newer one is forbidden.
fn forbidden_views() -> Bench {
    let bench = Bench::table("id int, d date");
    bench.inject(Fault::ErrorViewsForbidden);
    bench.load("1,2024-01-31\n2,xx\n", "").expect(0, &["1 written + 1 rejected"]);
    bench
}

/// What has become of it is found out behind the table's lock.
fn lost_commits() -> Bench {
    let bench = Bench::table("id int, v varchar(20)");
    bench.inject(Fault::DropAfterCommit);
    bench.load(numbers(10), "").expect(0, &["10 written"]);
    bench
}

/// The sandbox has no GRANT, so the server behind it is asked.
fn not_owned() -> Bench {
    let (server, database) = (Server::shared(), Server::shared().create_database());
    let builder = builder().backing(&server.tcp_uri(&database)).user("guest", PASSWORD);
    let bench = Bench::with(builder);
    bench.sql("CREATE TABLE t (id int, v varchar(20))");
    server.psql(&database, "GRANT SELECT, INSERT ON t TO guest").unwrap();
    bench.place.write("data.csv", numbers(10));
    bench.run(&bench.load_csv("t", "").replace("//loader:", "//guest:")).expect(0, &["10 written"]);
    assert!(!bench.copies()[0].contains("STATUPDATE"), "{:?}", bench.copies());
    bench
}

/// moto's S3 with a user of the policy that the guide recommends. Stops when dropped.
struct Moto {
    child: Child,
    answers: BufReader<ChildStdout>,
    url: String,
    key: String,
    secret: String,
}

impl Moto {
    fn start() -> Moto {
        Moto::of(&policy_of_the_guide())
    }

    /// Its user may do no more than `policy` says.
    fn of(policy: &str) -> Moto {
        let place = Place::new();
        let policy = place.write("policy.json", policy);
        let mut command = judge("moto_server.py");
        command.args([BUCKET, "eu-west-1"]).arg(policy);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        let answers = BufReader::new(child.stdout.take().unwrap());
        let mut moto = Moto { child, answers, url: String::new(), key: String::new(), secret: String::new() };
        let first = moto.answer();
        let [url, key, secret] = first.try_into().unwrap();
        (moto.url, moto.key, moto.secret) = (url, key, secret);
        moto
    }

    /// The words of its next line.
    fn answer(&mut self) -> Vec<String> {
        let mut line = String::new();
        self.answers.read_line(&mut line).unwrap();
        line.split_whitespace().map(str::to_owned).collect()
    }

    /// Sends a word that it obeys; answers all keys.
    fn tell(&mut self, word: &str) -> Vec<String> {
        writeln!(self.child.stdin.as_mut().unwrap(), "{word}").unwrap();
        self.answer()
    }
}

impl Drop for Moto {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The indented block that begins with a brace.
fn policy_of_the_guide() -> String {
    let guide = include_str!("../../../../docs/redshift.md");
    let block = guide.lines().skip_while(|line| *line != "    {");
    let block: Vec<&str> = block.take_while(|line| line.starts_with("    ")).collect();
    block.join("\n")
}

/// A sandbox whose S3 is moto's, and `t` in it.
fn bench_of(moto: &Moto) -> Bench {
    let server = Server::shared();
    let builder = Sandbox::builder()
        .backing(&server.tcp_uri(&server.create_database()))
        .user("loader", PASSWORD)
        .key(&moto.key, &moto.secret, None)
        .bucket(BUCKET, "eu-west-1")
        .s3_endpoint(&moto.url);
    let bench = Bench::with(builder);
    bench.sql("CREATE TABLE t (id int, v varchar(100))");
    bench
}

#[test]
fn moto_takes_the_traffic_of_loads() {
    let mut moto = Moto::start();
    let bench = bench_of(&moto);
    let wide: String = (1..=200_000).map(|id| format!("{id},{id:090}\n")).collect();
    bench.load(wide, "").expect(0, &["200000 read = 200000 written"]);
    for codec in ["none", "gzip", "zstd"] {
        let with =
            format!("truncate, copy per table, compression = {codec}, batch rows = 300, concurrency = 2");
        bench.load(numbers(1000), &with).expect(0, &["1000 read = 1000 written"]);
        assert_eq!(bench.sql("SELECT count(*), sum(id) FROM t"), "1000|500500");
    }
    assert_eq!(moto.tell("list"), Vec::<String>::new(), "objects are left behind");
}

// shows: --s3-gc
#[test]
fn moto_lists_and_removes_what_killed_runs_left() {
    let mut moto = Moto::start();
    let bench = bench_of(&moto);
    bench.load(numbers(10), "keep s3 files").expect(0, &["10 written"]);
    let kept = moto.tell("age");
    assert_eq!(kept.len(), 1, "{kept:?}");
    bench.finish(bench.command().arg("--s3-gc")).expect(0, &[&kept[0]]);
    assert_eq!(moto.tell("list"), kept);
    bench.finish(bench.command().arg("--s3-gc=remove")).expect(0, &[&kept[0]]);
    assert_eq!(moto.tell("list"), Vec::<String>::new());
}

#[test]
fn moto_refuses_a_wrong_secret_and_another_bucket() {
    let mut moto = Moto::start();
    let bench = bench_of(&moto);
    bench.place.write("data.csv", numbers(10));
    let file = bench.place.write("test.load", bench.load_csv("t", ""));
    let wrong = bench.finish(bench.command().env("AWS_SECRET_ACCESS_KEY", SECRET).arg(&file));
    wrong.expect(1, &["SignatureDoesNotMatch"]);
    let another = bench.finish(bench.command().env("AWS_S3_BUCKET_NAME", "another").arg(&file));
    another.expect(1, &["s3://another"]);
    assert_eq!(bench.sql("SELECT count(*) FROM t"), "0");
    assert_eq!(moto.tell("list"), Vec::<String>::new());
}

/// The policy of the guide with less in it. What cannot be deleted is no reason to fail, but is told.
#[test]
fn moto_refuses_what_the_policy_does_not_allow() {
    for (missing, code) in [("s3:PutObject", 1), ("s3:GetObject", 1), ("s3:DeleteObject", 0)] {
        let mut moto = Moto::of(&policy_of_the_guide().replace(missing, "s3:ListBucket"));
        let bench = bench_of(&moto);
        bench.load(numbers(10), "").expect(code, &[missing]);
        assert_eq!(bench.sql("SELECT count(*) FROM t"), if code == 0 { "10" } else { "0" });
        assert_eq!(moto.tell("list").len(), usize::from(code == 0));
    }
}
