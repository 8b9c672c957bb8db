//! Certificates of a private authority.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod common;

use std::fs;
use std::sync::Arc;

use common::home::Home;
use common::{builder, open};
use pgloader_s3::Kind;
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

/// Ends TLS before a server without it. Returns its port and the authority's certificate.
async fn front(behind: String) -> (u16, String) {
    let authority = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let root = params.self_signed(&authority).unwrap().pem();
    let key = KeyPair::generate().unwrap();
    let params_of_server = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    let certificate = params_of_server.signed_by(&key, &Issuer::new(params, authority)).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let config = config.with_no_client_auth().with_single_cert(vec![certificate.der().clone()], key).unwrap();
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(accept(listener, TlsAcceptor::from(Arc::new(config)), behind));
    (port, root)
}

async fn accept(listener: TcpListener, acceptor: TlsAcceptor, behind: String) {
    while let Ok((stream, _)) = listener.accept().await {
        let (acceptor, behind) = (acceptor.clone(), behind.clone());
        tokio::spawn(async move {
            let mut outside = acceptor.accept(stream).await?;
            let mut inside = TcpStream::connect(behind).await?;
            tokio::io::copy_bidirectional(&mut outside, &mut inside).await
        });
    }
}

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
