//! The HTTP client: rustls with aws-lc, and the certificates to trust.

use std::fs;

use aws_sdk_s3::config::SharedHttpClient;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};
use aws_smithy_types::base64;
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;

use crate::environment::Environment;
use crate::error::{Error, Kind};

/// A client that trusts the certificates of `AWS_CA_BUNDLE` alone where it is set, or else the
/// system's.
///
/// # Errors
/// A bundle that cannot be read or holds no certificate.
pub(crate) fn client(environment: &Environment) -> Result<SharedHttpClient, Error> {
    let builder = aws_smithy_http_client::Builder::new().tls_provider(Provider::Rustls(CryptoMode::AwsLc));
    let Some(bundle) = environment.get("AWS_CA_BUNDLE") else {
        return Ok(builder.build_https());
    };
    let trust = TrustStore::empty().with_pem_certificate(certificates(bundle)?);
    let context = TlsContext::builder().with_trust_store(trust).build();
    let context = context.map_err(|error| unusable(bundle, &error.to_string()))?;
    Ok(builder.tls_context(context).build_https())
}

/// The certificates of a bundle that can be roots of trust. The SDK would panic on others.
fn certificates(bundle: &str) -> Result<Vec<u8>, Error> {
    let text = fs::read(bundle).map_err(|error| unusable(bundle, &error.to_string()))?;
    let found: Vec<_> = CertificateDer::pem_slice_iter(&text)
        .collect::<Result<_, _>>()
        .map_err(|error| unusable(bundle, &error.to_string()))?;
    let usable = |certificate: &&CertificateDer<'_>| {
        let added = RootCertStore::empty().add((*certificate).clone());
        added.inspect_err(|error| tracing::warn!("AWS_CA_BUNDLE: a certificate is left out: {error}")).is_ok()
    };
    let pem: String = found.iter().filter(usable).map(pem).collect();
    if pem.is_empty() { Err(unusable(bundle, "it holds no certificate")) } else { Ok(pem.into_bytes()) }
}

fn pem(certificate: &CertificateDer<'_>) -> String {
    let encoded = base64::encode(certificate);
    format!("-----BEGIN CERTIFICATE-----\n{encoded}\n-----END CERTIFICATE-----\n")
}

fn unusable(bundle: &str, why: &str) -> Error {
    Error::new(Kind::Settings, format!("cannot use AWS_CA_BUNDLE {bundle}: {why}"))
}
