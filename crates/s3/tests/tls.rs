//! Certificates of a private authority.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod common;

use std::fs;

use common::front::front;
use common::home::Home;
use common::{builder, open};
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
