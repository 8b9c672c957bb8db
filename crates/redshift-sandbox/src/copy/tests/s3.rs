//! The same engine on an S3 that checks signatures, tokens, regions and more.

use private_s3::{Fault, Server};

use super::*;

fn server() -> Server {
    Server::builder()
        .key("AKIA1", "secret/1", None)
        .key("ASIA2", "secret+2", Some("token=2"))
        .bucket("near", "eu-west-1")
        .bucket("far", "us-east-1")
        .start()
        .unwrap()
}

/// Runs a statement as a session would, on S3.
async fn run_on(server: &Server, statement: &str) -> (Result<Copied, Failed>, Kept) {
    let settings = Settings { s3_endpoint: server.endpoint(), ..settings() };
    let case = Case::new(&[ColumnType::Int4, ColumnType::Varchar(9)]);
    let mut host = Kept { table: Some(case.table), ..Kept::default() };
    (run(&tokens(statement), &mut host, &settings, &Faults::default()).await, host)
}

async fn rows(server: &Server, statement: &str) -> String {
    let (result, host) = run_on(server, statement).await;
    result.unwrap();
    String::from_utf8(host.pieces.concat()).unwrap()
}

async fn failure(server: &Server, statement: &str) -> String {
    run_on(server, statement).await.0.unwrap_err().error.message
}

#[tokio::test]
async fn objects_are_listed_and_read() {
    let server = server();
    server.put("near", "run/1", b"1,a\n").unwrap();
    server.put("near", "run/2", b"2,\"b\nc\"\n").unwrap();
    server.put("near", "ran/3", b"3,d\n").unwrap();
    let statement = format!("COPY t FROM 's3://near/run/' CSV {KEYS}");
    assert_eq!(rows(&server, &statement).await, "1\ta\n2\tb\\nc\n");
}

#[tokio::test]
async fn more_objects_than_a_page_holds_are_all_read() {
    let server = server();
    let numbers = 0..1003;
    for number in numbers.clone() {
        server.put("near", &format!("run/{number:04}"), format!("{number},x\n").as_bytes()).unwrap();
    }
    let wanted: String = numbers.map(|number| format!("{number}\tx\n")).collect();
    assert_eq!(rows(&server, &format!("COPY t FROM 's3://near/run/' CSV {KEYS}")).await, wanted);
}

#[tokio::test]
async fn a_manifest_with_a_token_works_in_another_region() {
    let server = server();
    server.put("far", "k.gz", &files::gzip(b"1,a\n")).unwrap();
    let entries = br#"{"entries":[{"url":"s3://far/k.gz","mandatory":true},{"url":"s3://far/gone"}]}"#;
    server.put("far", "m", entries).unwrap();
    let statement = "COPY t FROM 's3://far/m' CSV GZIP MANIFEST REGION 'us-east-1' ACCESS_KEY_ID 'ASIA2' \
                     SECRET_ACCESS_KEY 'secret+2' SESSION_TOKEN 'token=2'";
    assert_eq!(rows(&server, statement).await, "1\ta\n");
}

#[tokio::test]
async fn what_s3_refuses_fails_the_statement() {
    let server = server();
    server.put("near", "k", b"1,a\n").unwrap();
    let statement = |bucket| format!("COPY t FROM 's3://{bucket}/k' CSV {KEYS}");
    assert!(failure(&server, &statement("none")).await.contains("Status 404,Error NoSuchBucket"));
    server.put("near", "m", br#"{"entries":[{"url":"s3://near/k"}]}"#).unwrap();
    server.inject(Fault::ForbidKey("k".to_owned()));
    let denied = "S3ServiceException:Access Denied,Status 403,Error AccessDenied";
    let message = failure(&server, &statement("near")).await;
    assert!(message.starts_with(denied), "{message}");
    let message = failure(&server, &format!("COPY t FROM 's3://near/m' CSV MANIFEST {KEYS}")).await;
    assert!(message.starts_with(denied), "{message}");
    server.inject(Fault::ExpiredToken);
    let message = failure(&server, &statement("near")).await;
    assert!(message.contains("Status 400,Error ExpiredToken"), "{message}");
}

#[tokio::test]
async fn an_s3_that_is_not_there_fails_the_statement() {
    let case = Case::new(&[ColumnType::Int4]);
    let mut host = Kept { table: Some(case.table), ..Kept::default() };
    let statement = tokens(&format!("COPY t FROM 's3://near/k' CSV {KEYS}"));
    let failed = run(&statement, &mut host, &settings(), &Faults::default()).await.unwrap_err();
    assert!(failed.error.message.starts_with("could not connect to S3"), "{:?}", failed.error);
    assert!(!failed.loading_began);
}
