//! Certificates of a private authority.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod common;

use std::fs;

use aws_sdk_s3::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_s3::primitives::ByteStream;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};
use common::front::front;
use common::home::Home;
use common::scenario::pattern;
use common::{BUCKET, KEY, REGION, SECRET, builder, open};
use pgloader_s3::Kind;

#[tokio::test]
async fn trusts_the_bundle_alone() {
    let server = builder().start().unwrap();
    let (port, root) = front(server.endpoint().replace("http://", "")).await;
    let home = Home::new("", "");
    let bundle = home.path().join("bundle.pem");
    fs::write(&bundle, format!("# Ours\n{root}\n")).unwrap();
    let endpoint = format!("https://localhost:{port}");
    let with = [
        ("AWS_ENDPOINT_URL_S3", endpoint.as_str()),
        ("AWS_MAX_ATTEMPTS", "1"),
        ("AWS_CA_BUNDLE", bundle.to_str().unwrap()),
    ];
    let store = open(&server, &with).await.unwrap();
    store.put("k", vec!["1,2\n".into(), "3,4\n".into()]).await.unwrap();
    assert_eq!(server.objects(), ["staging/k"]);

    let (_, stranger) = front(String::new()).await;
    fs::write(&bundle, stranger).unwrap();
    for more in [with.as_slice(), &with[..2]] {
        let error = open(&server, more).await.unwrap_err();
        assert_eq!(error.kind(), Kind::Other, "{error}");
        assert!(error.message().contains("certificate"), "{error}");
        assert!(error.hint().unwrap().contains("AWS_CA_BUNDLE"), "{error}");
    }
}

/// What the SDK does when left alone: the body in unsigned chunks, its checksum after it.
#[tokio::test]
async fn the_private_server_takes_trailers() {
    let server = builder().start().unwrap();
    let (port, root) = front(server.endpoint().replace("http://", "")).await;
    let trust = TrustStore::empty().with_pem_certificate(root);
    let context = TlsContext::builder().with_trust_store(trust).build().unwrap();
    let http = aws_smithy_http_client::Builder::new().tls_provider(Provider::Rustls(CryptoMode::AwsLc));
    let config = aws_sdk_s3::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .credentials_provider(Credentials::new(KEY, SECRET, None, None, "test"))
        .region(Region::new(REGION))
        .endpoint_url(format!("https://localhost:{port}"))
        .force_path_style(true)
        .http_client(http.tls_context(context).build_https())
        .build();
    let home = Home::new("", "");
    let bytes = pattern(5_000_000);
    fs::write(home.path().join("body"), &bytes).unwrap();
    let body = ByteStream::from_path(home.path().join("body")).await.unwrap();
    let put = aws_sdk_s3::Client::from_conf(config).put_object().bucket(BUCKET).key("k").body(body);
    let sent = put.send().await.unwrap();
    assert!(sent.checksum_crc32().is_some());
    assert!(server.get(BUCKET, "k").unwrap() == bytes);
}
