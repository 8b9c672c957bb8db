//! TLS with a certificate of a CA that is made for this run.

use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio_rustls::TlsAcceptor;

use crate::error::Error;
use crate::wire::front::Wire;

/// Whether connections are encrypted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Tls {
    /// Answers `N`.
    Off,
    /// Answers `S`, and takes plain connections too.
    #[default]
    Offered,
    /// Refuses plain connections.
    Required,
}

/// A server certificate and its CA's.
pub struct Identity {
    acceptor: TlsAcceptor,
    /// The CA's certificate, in PEM.
    pub authority: String,
}

impl Identity {
    /// Makes a CA and a certificate for `localhost` and 127.0.0.1.
    pub fn new() -> Result<Identity, Error> {
        let (chain, key, authority) = certificates().map_err(|error| Error::Tls(error.to_string()))?;
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, key))
            .map_err(|error| Error::Tls(error.to_string()))?;
        Ok(Identity { acceptor: TlsAcceptor::from(Arc::new(config)), authority })
    }

    /// Shakes hands with a client.
    pub async fn accept(&self, stream: Box<dyn Wire>) -> std::io::Result<Box<dyn Wire>> {
        Ok(Box::new(self.acceptor.accept(stream).await?))
    }
}

type Certificates = (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>, String);

fn certificates() -> Result<Certificates, rcgen::Error> {
    let authority_key = KeyPair::generate()?;
    let mut authority = CertificateParams::new(Vec::<String>::new())?;
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    authority.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    authority.distinguished_name.push(DnType::CommonName, "redshift-sandbox test CA, trust it nowhere else");
    let certificate = authority.self_signed(&authority_key)?;
    let issuer = Issuer::new(authority, authority_key);
    let key = KeyPair::generate()?;
    let names = vec!["localhost".to_owned(), "127.0.0.1".to_owned()];
    let leaf = CertificateParams::new(names)?.signed_by(&key, &issuer)?;
    let private = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    Ok((vec![leaf.der().clone()], private, certificate.pem()))
}
