//! How rustls is to judge a server's certificate.

use std::error::Error as StdError;
use std::io;
use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, WebPkiSupportedAlgorithms};
use rustls::pki_types::{CertificateDer, ServerName, SubjectPublicKeyInfoDer, UnixTime};
use rustls::{CertificateError, DigitallySignedStruct, OtherError, SignatureScheme};

use super::certificate::{self, Certificate};
use super::chain::{Refusal, Trust};
use super::files::Trusted;
use super::names;
use super::revocation::RevocationList;

/// Judges as libpq does. Whatever else is checked, the server must hold the private key of its
/// certificate.
#[derive(Debug)]
pub(super) struct Verifier {
    algorithms: WebPkiSupportedAlgorithms,
    /// None: any certificate will do, also a self-signed or outdated one.
    trusted: Option<Trusted>,
    /// The host, as the user writes it, that the certificate must name; None: any name will do.
    host: Option<String>,
}

impl Verifier {
    pub(super) fn new(provider: &CryptoProvider, trusted: Option<Trusted>, host: Option<String>) -> Verifier {
        Verifier { algorithms: provider.signature_verification_algorithms, trusted, host }
    }

    fn judge(&self, server: &[u8], others: &[CertificateDer<'_>], now: UnixTime) -> Result<(), Refusal> {
        let Some(trusted) = &self.trusted else { return Ok(()) };
        let server = Certificate::read(server).ok_or(Refusal::Unreadable)?;
        let others: Vec<_> = others.iter().filter_map(|other| Certificate::read(other)).collect();
        let lists = trusted.revoked.as_ref();
        let trust = Trust {
            roots: trusted.roots.iter().filter_map(|root| Certificate::read(root)).collect(),
            revoked: lists.map(|lists| lists.iter().filter_map(|list| RevocationList::read(list)).collect()),
            algorithms: self.algorithms,
            now: i64::try_from(now.as_secs()).unwrap_or(i64::MAX),
        };
        trust.judge(&server, &others)?;
        self.host.as_ref().map_or(Ok(()), |host| names::check(&server, host))
    }
}

/// What this verifier has said, when that is why a handshake failed.
pub(super) fn refusal(error: &io::Error) -> Option<&Refusal> {
    match error.get_ref()?.downcast_ref()? {
        rustls::Error::InvalidCertificate(CertificateError::Other(OtherError(refusal))) => {
            (refusal.as_ref() as &(dyn StdError + 'static)).downcast_ref()
        }
        _ => None,
    }
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let verdict = self.judge(end_entity, intermediates, now);
        verdict.map_err(|refusal| CertificateError::Other(OtherError(Arc::new(refusal))))?;
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let key = certificate::public_key(certificate).ok_or(CertificateError::BadEncoding)?;
        let scheme = self.algorithms.mapping.iter();
        let mut scheme = scheme.filter(|(scheme, _)| *scheme == signed.scheme);
        let (_, candidates) = scheme.next().ok_or(CertificateError::BadSignature)?;
        let valid = candidates
            .iter()
            .filter(|candidate| candidate.public_key_alg_id().as_ref() == key.algorithm)
            .any(|candidate| {
                let signature = signed.signature();
                let verdict = candidate.verify_signature(key.key, message, signature);
                verdict.is_ok()
            });
        match valid {
            true => Ok(HandshakeSignatureValid::assertion()),
            false => Err(CertificateError::BadSignature.into()),
        }
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let key = certificate::public_key(certificate).ok_or(CertificateError::BadEncoding)?;
        let info = SubjectPublicKeyInfoDer::from(key.info);
        rustls::crypto::verify_tls13_signature_with_raw_key(message, &info, signed, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}
