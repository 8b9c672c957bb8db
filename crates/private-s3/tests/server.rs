//! The private server as the official client sees it.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::time::{SystemTime, UNIX_EPOCH};

use aws_sdk_s3::Client;
use aws_sdk_s3::config::retry::RetryConfig;
use aws_sdk_s3::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::operation::RequestId as _;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{
    ChecksumAlgorithm, CompletedMultipartUpload, CompletedPart, Delete, ObjectIdentifier,
};
use aws_smithy_async::time::StaticTimeSource;
use private_s3::{Fault, Server};

const KEY: &str = "AKIAIOSFODNN7EXAMPLE";
const TEMPORARY: &str = "ASIAIOSFODNN7EXAMPLE";

fn server() -> Server {
    Server::builder()
        .key(KEY, "secret", None)
        .key(TEMPORARY, "other", Some("token"))
        .bucket("staging", "eu-west-1")
        .foreign_bucket("theirs", "eu-west-1")
        .start()
        .unwrap()
}

fn client_of(server: &Server, region: &str, id: &str, secret: &str, token: Option<&str>) -> Client {
    let keys = Credentials::new(id, secret, token.map(str::to_owned), None, "test");
    let config = aws_sdk_s3::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .credentials_provider(keys)
        .region(Region::new(region.to_owned()))
        .endpoint_url(server.endpoint())
        .force_path_style(true)
        .retry_config(RetryConfig::disabled())
        .build();
    Client::from_conf(config)
}

fn client(server: &Server) -> Client {
    client_of(server, "eu-west-1", KEY, "secret", None)
}

/// What putting an object comes to: `""`, an error's code, or `io` for a broken connection.
async fn put(client: &Client, bucket: &str, key: &str) -> String {
    let body = ByteStream::from_static(b"1,2\n");
    match client.put_object().bucket(bucket).key(key).body(body).send().await {
        Ok(_) => String::new(),
        Err(SdkError::ServiceError(error)) => {
            assert!(error.err().meta().request_id().is_some());
            error.err().code().unwrap_or("none").to_owned()
        }
        Err(_) => "io".to_owned(),
    }
}

#[tokio::test]
async fn keeps_objects() {
    let server = server();
    let client = client(&server);
    assert_eq!(put(&client, "staging", "run/a b.csv").await, "");
    assert_eq!(put(&client, "staging", "run").await, "");
    assert_eq!(server.objects(), ["staging/run", "staging/run/a b.csv"]);
    assert_eq!(server.get("staging", "run").as_deref(), Some(&b"1,2\n"[..]));

    let read = client.get_object().bucket("staging").key("run/a b.csv");
    let whole = read.clone().send().await.unwrap();
    assert_eq!(whole.body.collect().await.unwrap().to_vec(), b"1,2\n");
    let part = read.range("bytes=2-").send().await.unwrap();
    assert_eq!(part.content_range(), Some("bytes 2-3/4"));
    assert_eq!(part.body.collect().await.unwrap().to_vec(), b"2\n");

    let doomed = ["run", "absent"].map(|key| ObjectIdentifier::builder().key(key).build().unwrap());
    let delete = Delete::builder().set_objects(Some(doomed.to_vec())).build().unwrap();
    let deleted = client.delete_objects().bucket("staging").delete(delete).send().await.unwrap();
    assert_eq!((deleted.deleted().len(), deleted.errors().len()), (2, 0));
    assert_eq!(server.objects(), ["staging/run/a b.csv"]);
    assert_eq!(server.requests()[0], "PUT /staging/run/a%20b.csv?x-id=PutObject");
}

#[tokio::test]
async fn refuses_what_s3_refuses() {
    let server = server();
    let code = async |client: Client, bucket: &'static str| put(&client, bucket, "k").await;
    let of = |region, id, secret, token| client_of(&server, region, id, secret, token);
    let home = "eu-west-1";
    assert_eq!(code(of(home, KEY, "wrong", None), "staging").await, "SignatureDoesNotMatch");
    assert_eq!(code(of(home, "AKIANOBODY", "secret", None), "staging").await, "InvalidAccessKeyId");
    assert_eq!(code(of(home, TEMPORARY, "other", None), "staging").await, "InvalidAccessKeyId");
    assert_eq!(code(of(home, TEMPORARY, "other", Some("old")), "staging").await, "InvalidToken");
    assert_eq!(code(of(home, KEY, "secret", Some("token")), "staging").await, "InvalidToken");
    assert_eq!(code(of("us-east-1", KEY, "secret", None), "staging").await, "AuthorizationHeaderMalformed");
    assert_eq!(code(of(home, KEY, "secret", None), "theirs").await, "AccessDenied");
    assert_eq!(code(of(home, KEY, "secret", None), "nowhere").await, "NoSuchBucket");
    assert!(server.objects().is_empty());
    assert_eq!(code(of(home, TEMPORARY, "other", Some("token")), "staging").await, "");
}

#[tokio::test]
async fn tells_a_buckets_region() {
    let server = Server::builder().key(KEY, "secret", None).bucket("far", "ap-south-1").redirects().start();
    let server = server.unwrap();
    let client = client(&server);
    let refused = client.head_bucket().bucket("far").send().await.unwrap_err();
    let answer = refused.raw_response().unwrap();
    assert_eq!(answer.status().as_u16(), 301);
    assert_eq!(answer.headers().get("x-amz-bucket-region"), Some("ap-south-1"));
    assert_eq!(put(&client, "far", "k").await, "PermanentRedirect");
    let near = client_of(&server, "ap-south-1", KEY, "secret", None);
    let location = near.get_bucket_location().bucket("far").send().await.unwrap();
    assert_eq!(location.location_constraint().unwrap().as_str(), "ap-south-1");
    assert_eq!(near.head_bucket().bucket("far").send().await.unwrap().bucket_region(), Some("ap-south-1"));
}

#[tokio::test]
async fn fails_on_purpose() {
    let server = server();
    let client = client(&server);
    let faults = [
        (Fault::SlowDown, "SlowDown"),
        (Fault::InternalError, "InternalError"),
        (Fault::ExpiredToken, "ExpiredToken"),
        (Fault::ClockSkew, "RequestTimeTooSkewed"),
        (Fault::AccessDenied, "AccessDenied"),
        (Fault::ResetMidUpload, "io"),
    ];
    for (fault, code) in faults {
        server.inject(fault);
        assert_eq!(put(&client, "staging", "k").await, code);
        assert!(server.objects().is_empty());
    }
    server.inject(Fault::LostAnswer);
    assert_eq!(put(&client, "staging", "k").await, "io");
    assert_eq!(server.objects(), ["staging/k"]);
    server.inject(Fault::ForbidKey("k".to_owned()));
    let read = client.get_object().bucket("staging").key("k").send().await.unwrap_err();
    assert_eq!(read.code(), Some("AccessDenied"));
}

#[tokio::test]
async fn checks_sums() {
    let server = server();
    let client = client(&server);
    let put = || client.put_object().bucket("staging").key("k");
    let body = || ByteStream::from_static(b"1,2\n");
    for algorithm in [ChecksumAlgorithm::Crc32, ChecksumAlgorithm::Sha256] {
        put().body(body()).checksum_algorithm(algorithm).send().await.unwrap();
    }
    let wrong = put().body(body()).checksum_crc32("AAAAAA==").send().await.unwrap_err();
    assert_eq!(wrong.code(), Some("BadDigest"));
    let wrong = put().body(body()).content_md5("1B2M2Y8AsgTpgAmY7PhCfg==").send().await.unwrap_err();
    assert_eq!(wrong.code(), Some("BadDigest"));
}

#[tokio::test]
async fn checks_sums_that_come_last() {
    let server = server();
    let client = client(&server);
    let path = std::env::temp_dir().join(format!("private-s3-body-{}", std::process::id()));
    let bytes: Vec<u8> = (0..6_000_001_u32).map(|at| (at >> 3) as u8).collect();
    std::fs::write(&path, &bytes).unwrap();
    // Over http the client signs each chunk of a body that it reads from a file.
    let body = ByteStream::from_path(&path).await.unwrap();
    client.put_object().bucket("staging").key("k").body(body).send().await.unwrap();
    std::fs::remove_file(path).unwrap();
    assert!(server.get("staging", "k").unwrap() == bytes);
    let read = client.get_object().bucket("staging").key("k").send().await.unwrap();
    assert!(read.checksum_crc32().is_some());
    assert!(read.body.collect().await.unwrap().to_vec() == bytes);
}

#[tokio::test]
async fn checks_the_clock() {
    let server = server();
    for (minutes, code) in [(10, ""), (-10, ""), (20, "RequestTimeTooSkewed"), (-20, "RequestTimeTooSkewed")]
    {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
        let then = now.checked_add_signed(minutes * 60).unwrap();
        let clock = StaticTimeSource::from_secs(then);
        let config = client(&server).config().to_builder().time_source(clock).build();
        assert_eq!(put(&Client::from_conf(config), "staging", "k").await, code);
    }
}

#[tokio::test]
async fn takes_parts() {
    let server = server();
    let client = client(&server);
    let first = vec![b'a'; 5 * 1024 * 1024];
    assert_eq!(upload(&client, &[first.clone(), b"end".to_vec()]).await, "");
    assert_eq!(server.uploads(), 0);
    let expected = [first.as_slice(), b"end"].concat();
    assert_eq!(server.get("staging", "k"), Some(expected.clone()));
    let range = client.get_object().bucket("staging").key("k").range("bytes=5242878-5242881");
    let part = range.send().await.unwrap().body.collect().await.unwrap();
    assert_eq!(part.to_vec(), b"aaen");

    assert_eq!(upload(&client, &[b"small".to_vec(), b"end".to_vec()]).await, "EntityTooSmall");
    let open = client.list_multipart_uploads().bucket("staging").send().await.unwrap();
    let [open] = open.uploads() else { panic!("one upload should be open") };
    let id = open.upload_id().unwrap();
    client.abort_multipart_upload().bucket("staging").key("k").upload_id(id).send().await.unwrap();
    assert_eq!(server.uploads(), 0);
    assert_eq!(server.get("staging", "k"), Some(expected));
}

async fn upload(client: &Client, parts: &[Vec<u8>]) -> String {
    let created = client.create_multipart_upload().bucket("staging").key("k").send().await.unwrap();
    let id = created.upload_id().unwrap();
    let mut list = CompletedMultipartUpload::builder();
    for (number, part) in (1..).zip(parts) {
        let sent = client.upload_part().bucket("staging").key("k").upload_id(id).part_number(number);
        let sent = sent.body(part.clone().into()).send().await.unwrap();
        let part = CompletedPart::builder().part_number(number).set_e_tag(sent.e_tag);
        list = list.parts(part.set_checksum_crc32(sent.checksum_crc32).build());
    }
    let complete = client.complete_multipart_upload().bucket("staging").key("k").upload_id(id);
    match complete.multipart_upload(list.build()).send().await {
        Ok(_) => String::new(),
        Err(error) => error.code().unwrap_or("none").to_owned(),
    }
}

#[tokio::test]
async fn lists_by_page() {
    let server = server();
    for number in 0..25 {
        server.put("staging", &format!("run/{number:02}"), b"x").unwrap();
    }
    server.put("staging", "else", b"x").unwrap();
    let mut pages = client(&server)
        .list_objects_v2()
        .bucket("staging")
        .prefix("run/")
        .max_keys(10)
        .into_paginator()
        .send();
    let mut sizes = Vec::new();
    while let Some(page) = pages.next().await {
        sizes.push(page.unwrap().contents().len());
    }
    assert_eq!(sizes, [10, 10, 5]);
}
