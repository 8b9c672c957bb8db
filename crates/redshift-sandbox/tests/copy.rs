//! COPY through the front door, with the private S3 server behind it.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod common;

use common::{Client, authorization, notices, outcome, refusal, shared};
use private_postgres::Server;
use redshift_sandbox::fault::Fault;
use redshift_sandbox::{Auth, Sandbox};

/// Stores an object and makes a table of that name.
fn prepare(sandbox: &Sandbox, table: &str, content: &str) -> String {
    sandbox.sql(&format!("CREATE TABLE {table} (id int NOT NULL, name varchar(5))")).unwrap();
    sandbox.s3().put("pgloader", &format!("{table}/1.csv"), content.as_bytes()).unwrap();
    format!("COPY {table} FROM 's3://pgloader/{table}/1.csv' {} FORMAT CSV", authorization(sandbox))
}

#[test]
fn rows_arrive_and_are_counted() {
    let sandbox = shared();
    let copy = prepare(sandbox, "arrive", "1,one\n2,\"\"\n3,\\N\n");
    let mut client = Client::connect(sandbox, &[]).unwrap();
    assert_eq!(client.value("SELECT pg_last_copy_id()"), "-1");
    let messages = client.query(&copy);
    assert_eq!(outcome(&messages), "COPY", "no count in the tag");
    assert_eq!(notices(&messages), ["Load into table 'arrive' completed, 3 record(s) loaded successfully."]);
    assert_eq!(client.value("SELECT pg_last_copy_count()"), "3");
    assert_ne!(client.value("SELECT pg_last_copy_id()"), "-1");
    assert_eq!(
        sandbox.sql("SELECT id, coalesce(name, 'null') FROM arrive ORDER BY 1").unwrap(),
        "1|one\n2|\n3|null"
    );
    let history = "SELECT status, loaded_rows, data_source FROM sys_load_history WHERE table_name = 'arrive'";
    assert_eq!(sandbox.sql(history).unwrap(), "completed|3|s3://pgloader/arrive/1.csv");
    let commits = "SELECT lines_scanned FROM stl_load_commits WHERE filename LIKE 's3://pgloader/arrive/%'";
    assert_eq!(sandbox.sql(commits).unwrap(), "3");
}

#[test]
fn bad_rows_are_shown_even_after_a_rollback() {
    let sandbox = shared();
    let copy = prepare(sandbox, "bad", "1,one\nx,two\n3,longer\n");
    let mut client = Client::connect(sandbox, &[]).unwrap();
    client.query("BEGIN");
    let messages = client.query(&copy);
    assert_eq!(
        outcome(&messages),
        "XX000 Load into table 'bad' failed.  Check 'stl_load_errors' system table for details."
    );
    assert_eq!(
        client.outcome("SELECT 1"),
        "25P02 current transaction is aborted, commands ignored until end of transaction block"
    );
    assert_eq!(client.outcome("ROLLBACK"), "ROLLBACK");
    assert_eq!(client.value("SELECT pg_last_copy_id()"), "-1", "not kept over a ROLLBACK");
    let errors = "SELECT line_number, trim(colname), trim(type), err_code, session FROM stl_load_errors
                   WHERE filename = 's3://pgloader/bad/1.csv' ORDER BY 1";
    assert!(sandbox.sql(errors).unwrap().starts_with("2|id|int4|1207|"));
    let tolerant = format!("{copy} MAXERROR 3");
    let messages = client.query(&tolerant);
    assert_eq!(outcome(&messages), "COPY");
    assert_eq!(
        notices(&messages)[1],
        "Load into table 'bad' completed, 2 record(s) could not be loaded.  Check 'stl_load_errors' system table for details."
    );
    let detail = "SELECT line_number, trim(column_name), error_code FROM sys_load_error_detail
                   WHERE file_name LIKE 's3://pgloader/bad/%' AND query_id = ";
    let last = client.value("SELECT pg_last_copy_id()");
    assert_eq!(sandbox.sql(&format!("{detail}{last} ORDER BY 1")).unwrap(), "2|id|1207\n3|name|1204");
    assert_eq!(sandbox.sql("SELECT count(*) FROM bad").unwrap(), "1");
}

#[test]
fn a_block_is_undone_as_a_whole() {
    let sandbox = shared();
    let copy = prepare(sandbox, "undone", "1,one\n");
    let mut client = Client::connect(sandbox, &[]).unwrap();
    client.query("BEGIN");
    assert_eq!(client.outcome(&copy), "COPY");
    assert_eq!(client.value("SELECT count(*) FROM undone"), "1");
    client.query("ROLLBACK");
    assert_eq!(client.value("SELECT count(*) FROM undone"), "0");
}

#[test]
fn what_has_no_file_on_s3_is_refused() {
    let sandbox = shared();
    sandbox.sql("CREATE TABLE nofile (a int)").unwrap();
    for (sql, sqlstate, message) in [
        ("COPY nofile FROM STDIN", "42601", "syntax error at or near \"STDIN\""),
        ("COPY nofile (a) FROM stdin", "42601", "syntax error at or near \"stdin\""),
        ("COPY nofile TO STDOUT", "42601", "syntax error at or near \"STDOUT\""),
        ("COPY (SELECT 1) TO STDOUT", "42601", "syntax error at or near \"(\""),
    ] {
        let (state, text) = refusal(sandbox, sql);
        assert_eq!(state, sqlstate, "{sql}");
        assert!(text.starts_with(message), "{sql}: {text}");
    }
    let missing = format!("COPY gone FROM 's3://pgloader/x' {} FORMAT CSV", authorization(sandbox));
    assert_eq!(
        refusal(sandbox, &missing),
        ("XX000".into(), "Cannot COPY into nonexistent table gone".into())
    );
    let both = format!("SELECT 1; {missing}");
    assert_eq!(refusal(sandbox, &both).0, "25001", "not beside other statements");
}

#[test]
fn who_may_insert_may_copy_and_no_more() {
    let (server, database) = (Server::shared(), Server::shared().create_database());
    let builder = Sandbox::builder().backing(&server.tcp_uri(&database)).auth(Auth::Cleartext);
    let sandbox = builder.user("owner", "Owner-1").user("loader", "Loader-1").start().unwrap();
    let copy = prepare(&sandbox, "given", "1,one\n");
    let mut client = Client::connect(&sandbox, &[]).unwrap();
    assert_eq!(client.outcome(&copy), "42501 permission denied for table given");
    server.psql(&database, "GRANT INSERT ON given TO loader").unwrap();
    assert_eq!(client.outcome(&copy), "COPY");
    assert_eq!(client.outcome("INSERT INTO given VALUES (2, 'two')"), "INSERT 0 1");
    assert_eq!(client.outcome("DELETE FROM given"), "42501 permission denied for table given");
    assert_eq!(client.outcome(&format!("{copy} STATUPDATE OFF")), "42501 must be owner of relation given");
    assert_eq!(sandbox.sql("SELECT count(*) FROM given").unwrap(), "2");
}

#[test]
fn copies_into_one_table_wait_for_each_other() {
    let sandbox = shared();
    let copy = prepare(sandbox, "waits", "1,one\n");
    let mut first = Client::connect(sandbox, &[]).unwrap();
    let mut second = Client::connect(sandbox, &[]).unwrap();
    let mut third = Client::connect(sandbox, &[]).unwrap();
    first.query("BEGIN");
    assert_eq!(first.outcome(&copy), "COPY");
    second.start(&copy);
    third.start("BEGIN; LOCK waits; ROLLBACK");
    std::thread::sleep(std::time::Duration::from_millis(300));
    second.stream.set_nonblocking(true).unwrap();
    assert!(second.stream.peek(&mut [0]).is_err(), "waits");
    third.stream.set_nonblocking(true).unwrap();
    assert!(third.stream.peek(&mut [0]).is_err(), "waits too");
    second.stream.set_nonblocking(false).unwrap();
    third.stream.set_nonblocking(false).unwrap();
    first.query("COMMIT");
    assert_eq!(outcome(&second.finish()), "COPY");
    assert_eq!(outcome(&third.finish()), "ROLLBACK");
    assert_eq!(sandbox.sql("SELECT count(*) FROM waits").unwrap(), "2");
}

#[test]
fn identity_columns_count_or_take_explicit_ids() {
    let sandbox = shared();
    sandbox.sql("CREATE TABLE ids (id bigint IDENTITY(10, 5), name varchar(5))").unwrap();
    sandbox.s3().put("pgloader", "ids/names", b"a\nb\n").unwrap();
    sandbox.s3().put("pgloader", "ids/both", b"7,c\n").unwrap();
    let auth = authorization(sandbox);
    sandbox.sql(&format!("COPY ids FROM 's3://pgloader/ids/names' {auth} FORMAT CSV")).unwrap();
    sandbox
        .sql(&format!("COPY ids (id, name) FROM 's3://pgloader/ids/both' {auth} FORMAT CSV EXPLICIT_IDS"))
        .unwrap();
    assert_eq!(sandbox.sql("SELECT id, name FROM ids ORDER BY 2").unwrap(), "10|a\n15|b\n7|c");
    assert_eq!(
        refusal(sandbox, "INSERT INTO ids VALUES (1, 'd')").1,
        "cannot set an identity column to a value"
    );
}

#[test]
fn a_cancel_request_ends_a_slow_copy_and_a_wait() {
    let sandbox = Sandbox::builder().auth(Auth::Cleartext).start().unwrap();
    let copy = prepare(&sandbox, "slow", "1,one\n");
    let mut client = Client::connect(&sandbox, &[]).unwrap();
    sandbox.inject(Fault::SlowCopy(30_000));
    let started = std::time::Instant::now();
    client.start(&copy);
    std::thread::sleep(std::time::Duration::from_millis(300));
    cancel(&sandbox, &client);
    assert!(outcome(&client.finish()).starts_with("57014 "));
    assert!(started.elapsed().as_secs() < 20);

    let mut holder = Client::connect(&sandbox, &[]).unwrap();
    holder.query("BEGIN; LOCK slow");
    client.start(&copy);
    std::thread::sleep(std::time::Duration::from_millis(300));
    cancel(&sandbox, &client);
    assert!(outcome(&client.finish()).starts_with("57014 "));
    client.query("BEGIN");
    client.start("LOCK slow");
    std::thread::sleep(std::time::Duration::from_millis(300));
    cancel(&sandbox, &client);
    assert!(outcome(&client.finish()).starts_with("57014 "));
}

fn cancel(sandbox: &Sandbox, client: &Client) {
    use std::io::Write as _;
    let mut request = 16_i32.to_be_bytes().to_vec();
    for number in [80_877_102, client.pid, client.secret] {
        request.extend(number.to_be_bytes());
    }
    std::net::TcpStream::connect(("127.0.0.1", sandbox.port())).unwrap().write_all(&request).unwrap();
}

#[test]
fn faults_strike_once() {
    let sandbox = Sandbox::builder().auth(Auth::Cleartext).start().unwrap();
    let copy = prepare(&sandbox, "faulty", "1,one\n");
    let loaded = || sandbox.sql("SELECT count(*) FROM faulty").unwrap();
    for (fault, answers, rows) in [
        (Fault::DropBeforeCopy, vec!["BEGIN", "closed"], "0"),
        (Fault::DropBeforeCommit, vec!["BEGIN", "COPY", "closed"], "0"),
        (Fault::SerializationFailure, vec!["BEGIN", "COPY", "XX000 1023"], "0"),
        (Fault::ConcurrentDrop, vec!["BEGIN", "XX000 1018"], "0"),
        (Fault::Deadlock, vec!["BEGIN", "40P01 deadlock detected"], "0"),
        (Fault::CopyFails("XX000", "smoke".into()), vec!["BEGIN", "XX000 smoke"], "0"),
        (Fault::DropAfterCommit, vec!["BEGIN", "COPY", "closed"], "1"),
    ] {
        let mut client = Client::connect(&sandbox, &[]).unwrap();
        sandbox.inject(fault.clone());
        let statements = ["BEGIN", &copy, "COMMIT"];
        for (sql, answer) in statements.iter().zip(&answers) {
            assert_eq!(client.outcome(sql), *answer, "{fault:?}");
        }
        drop(client);
        // The lock of a dropped transaction is waited for, as a loader would.
        sandbox.sql("BEGIN; LOCK faulty; ROLLBACK").unwrap();
        assert_eq!(loaded(), rows, "{fault:?}");
    }
    let mut client = Client::connect(&sandbox, &[]).unwrap();
    assert_eq!(client.outcome(&copy), "COPY", "none is left");
}

#[test]
fn error_views_can_be_late_or_forbidden() {
    let sandbox = Sandbox::builder().auth(Auth::Cleartext).start().unwrap();
    let copy = prepare(&sandbox, "views", "x,one\n");
    refusal(&sandbox, &copy);
    sandbox.inject(Fault::ErrorViewEmpty);
    assert_eq!(sandbox.sql("SELECT count(*) FROM stl_load_errors").unwrap(), "0");
    assert_eq!(sandbox.sql("SELECT count(*) FROM stl_load_errors").unwrap(), "1");
    assert_eq!(sandbox.sql("SELECT count(*) FROM sys_load_error_detail").unwrap(), "1");
    sandbox.inject(Fault::ErrorViewsForbidden);
    assert_eq!(refusal(&sandbox, "SELECT * FROM sys_load_error_detail").0, "42501");
}

#[test]
fn a_serverless_workgroup_names_the_other_view() {
    let sandbox = Sandbox::builder().serverless(true).start().unwrap();
    let copy = prepare(&sandbox, "workgroup", "x,one\n");
    assert!(refusal(&sandbox, &copy).1.contains("Check 'sys_load_error_detail' system table for details."));
    assert_eq!(sandbox.sql("SELECT count(*) FROM stl_load_errors").unwrap(), "0");
    assert_eq!(sandbox.sql("SELECT count(*) FROM sys_load_error_detail").unwrap(), "1");
    assert_eq!(refusal(&sandbox, "SELECT count(*) FROM stv_slices").0, "42501");
}

#[test]
fn a_client_that_goes_leaves_a_copy_of_its_own_but_no_block() {
    let sandbox = Sandbox::builder().auth(Auth::Cleartext).start().unwrap();
    let copy = prepare(&sandbox, "left_", "1,one\n");
    for (block, rows) in [(false, "1"), (true, "1")] {
        let mut client = Client::connect(&sandbox, &[]).unwrap();
        if block {
            client.query("BEGIN");
        }
        sandbox.inject(Fault::SlowCopy(300));
        client.start(&copy);
        drop(client);
        std::thread::sleep(std::time::Duration::from_millis(800));
        sandbox.sql("BEGIN; LOCK left_; ROLLBACK").unwrap();
        assert_eq!(sandbox.sql("SELECT count(*) FROM left_").unwrap(), rows, "block: {block}");
    }
}

#[test]
fn objects_and_statements_are_told() {
    let sandbox = Sandbox::builder().auth(Auth::Cleartext).bucket("other", "us-east-1").start().unwrap();
    sandbox.s3().put("other", "a/b", b"1").unwrap();
    assert_eq!(sandbox.objects(), ["other/a/b"]);
    let mut client = Client::connect(&sandbox, &[]).unwrap();
    client.query("SELECT 1 ; SELECT 2 -- two");
    client.query("SELEC 3");
    sandbox.sql("SELECT 4").unwrap();
    assert_eq!(sandbox.statements(), ["SELECT 1", "SELECT 2", "SELEC 3"]);
}
