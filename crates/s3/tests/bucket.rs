//! Finding the bucket, and what is said when it cannot be used.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod common;

use common::home::Home;
use common::{BUCKET, KEY, REGION, SECRET, TEMPORARY, TOKEN, builder, check_secrecy, environment, open};
use pgloader_s3::{Error, Kind, Settings, Store};
use private_s3::{Builder, Fault, Server};

type Variables<'a> = &'a [(&'a str, &'a str)];

#[tokio::test]
async fn finds_the_region() {
    let plain: fn(Builder) -> Builder = |builder| builder;
    for answers in [plain, Builder::redirects] {
        let far = Server::builder().key(KEY, SECRET, None).bucket(BUCKET, "ap-south-1");
        let server = answers(far).start().unwrap();
        for region in ["", "us-east-1", "eu-west-1", "ap-south-1"] {
            let store = open(&server, &[("AWS_REGION", region)]).await.unwrap();
            assert_eq!(store.region(), "ap-south-1");
            store.put("k", vec!["x".into()]).await.unwrap();
        }
    }
}

/// The region that the first request was signed for is the one that the bucket is asked for in.
#[tokio::test]
async fn begins_where_told() {
    let home = Home::new("[default]\nregion = sa-east-1\n[profile other]\nregion = ca-central-1\n", "");
    let table: [(&str, Option<&str>, Variables); 6] = [
        ("us-east-1", None, &[]),
        ("sa-east-1", None, &[("HOME", home.text())]),
        ("ca-central-1", None, &[("HOME", home.text()), ("AWS_PROFILE", "other")]),
        ("us-west-2", None, &[("HOME", home.text()), ("AWS_DEFAULT_REGION", "us-west-2")]),
        ("us-west-1", None, &[("AWS_DEFAULT_REGION", "us-west-2"), ("AWS_REGION", "us-west-1")]),
        ("eu-north-1", Some("eu-north-1"), &[("AWS_REGION", "us-west-1")]),
    ];
    for (expected, option, more) in table {
        let server = Server::builder().key(KEY, SECRET, None).bucket(BUCKET, expected).start().unwrap();
        let settings = Settings { region: option.map(str::to_owned), ..Settings::default() };
        let store = Store::open(&settings, &environment(&server, more)).await.unwrap();
        assert_eq!(store.region(), expected);
        assert_eq!(server.requests().len(), 1, "{expected}: {:?}", server.requests());
    }
}

#[tokio::test]
async fn the_endpoint_may_be_in_a_profile() {
    let server = builder().start().unwrap();
    let own = format!(
        "[default]\nservices = mine\n[services mine]\ns3 =\n  endpoint_url = {}/\n",
        server.endpoint()
    );
    let common = format!("[default]\nendpoint_url = {}\n", server.endpoint());
    for config in [own, common] {
        let home = Home::new(&config, "");
        let more = [("AWS_ENDPOINT_URL_S3", ""), ("HOME", home.text())];
        let store = open(&server, &more).await.unwrap();
        assert_eq!(store.endpoint(), Some(server.endpoint().as_str()));
        let wrong = [("AWS_ENDPOINT_URL", "http://127.0.0.1:1"), ("AWS_ENDPOINT_URL_S3", &server.endpoint())];
        assert!(open(&server, &wrong).await.is_ok());
    }
}

async fn refused(server: &Server, more: &[(&str, &str)]) -> Error {
    let error = open(server, more).await.unwrap_err();
    check_secrecy(&format!("{error} {error:?}"));
    error
}

#[tokio::test]
async fn says_what_is_wrong_with_the_bucket() {
    let server = builder().foreign_bucket("theirs", "us-west-2").start().unwrap();
    let error = refused(&server, &[("AWS_S3_BUCKET_NAME", "nowhere")]).await;
    assert_eq!(error.kind(), Kind::NoBucket);
    assert!(error.message().starts_with("cannot use s3://nowhere at http://127.0.0.1:"), "{error}");

    let error = refused(&server, &[("AWS_S3_BUCKET_NAME", "")]).await;
    assert!(error.message().starts_with("cannot use s3://pgloader at "), "{error}");

    let error = refused(&server, &[("AWS_S3_BUCKET_NAME", "theirs")]).await;
    assert_eq!(error.kind(), Kind::Denied);
    assert!(error.message().contains(": AccessDenied: Access Denied (request PRIVATE"), "{error}");
    let hint = "the key AKIA…MPLE needs the permission s3:ListBucket for the bucket theirs";
    assert_eq!(error.hint(), Some(hint));
}

#[tokio::test]
async fn says_what_is_wrong_with_the_keys() {
    let server = builder().start().unwrap();
    let table: [(Variables, Kind, &str); 5] = [
        (&[("AWS_SECRET_ACCESS_KEY", "wrong")], Kind::WrongKey, "SignatureDoesNotMatch"),
        (&[("AWS_ACCESS_KEY_ID", "AKIANOBODYATALL00000")], Kind::WrongKey, "InvalidAccessKeyId"),
        (&[("AWS_ACCESS_KEY_ID", TEMPORARY)], Kind::WrongKey, "InvalidAccessKeyId"),
        (&[("AWS_ACCESS_KEY_ID", TEMPORARY), ("AWS_SESSION_TOKEN", "old")], Kind::WrongKey, "InvalidToken"),
        (&[("AWS_SESSION_TOKEN", TOKEN)], Kind::WrongKey, "InvalidToken"),
    ];
    for (more, kind, code) in table {
        let error = refused(&server, more).await;
        assert_eq!(error.kind(), kind, "{error}");
        assert!(error.message().contains(code), "{error}");
    }
}

#[tokio::test]
async fn says_what_else_is_wrong() {
    let server = builder().start().unwrap();
    // Finding the bucket asks thrice, and the SDK may correct a skewed clock and ask again.
    for (fault, kind) in [(Fault::ExpiredToken, Kind::ExpiredToken), (Fault::ClockSkew, Kind::ClockSkew)] {
        (0..20).for_each(|_| server.inject(fault.clone()));
        let error = refused(&server, &[("AWS_REGION", REGION), ("AWS_MAX_ATTEMPTS", "1")]).await;
        assert_eq!(error.kind(), kind, "{error}");
        while open(&server, &[("AWS_REGION", REGION), ("AWS_MAX_ATTEMPTS", "1")]).await.is_err() {}
    }
}

#[tokio::test]
async fn says_when_nobody_is_there() {
    let server = builder().start().unwrap();
    let more = [("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:1"), ("AWS_MAX_ATTEMPTS", "1")];
    let error = refused(&server, &more).await;
    assert!(error.is_transient());
    assert!(error.message().contains("Connection refused"), "{error}");
}
