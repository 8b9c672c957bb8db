//! Whether a server's certificate is to be trusted, by the rules that OpenSSL applies for libpq:
//! RFC 5280, section 6, with these particulars.
//!
//! * Trust ends at a self-signed certificate of the root file; any other one there is
//!   only a step on the way. The server's own certificate may be the self-signed one, whatever its
//!   version and whether or not it is one of a CA.
//! * Version 1 is taken for a server's certificate and for a root.
//! * All certificates of the chain must be valid now, the root too.
//! * With revocation lists, each certificate of the chain must have one.

use std::fmt;
use std::time::Duration;

use rustls::RootCertStore;
use rustls::client::verify_server_cert_signed_by_trust_anchor;
use rustls::crypto::WebPkiSupportedAlgorithms;
use rustls::pki_types::{CertificateDer, UnixTime};
use rustls::server::ParsedCertificate;

use super::certificate::{Certificate, Signed};
use super::der::{self, BOOLEAN, INTEGER, OBJECT_IDENTIFIER, SEQUENCE};
use super::revocation::RevocationList;

/// Why a certificate is not trusted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Refusal {
    Unreadable,
    SelfSigned,
    UnknownIssuer,
    Expired,
    NotYetValid,
    NotACa,
    ChainTooLong,
    WrongPurpose,
    CriticalExtension,
    NameConstraints,
    Revoked,
    NoRevocationList,
    OutdatedRevocationList,
    /// The names it is for, none of which is the host's; and the host.
    WrongName {
        host: String,
        names: Vec<String>,
    },
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Refusal::Unreadable => "it cannot be read",
            Refusal::SelfSigned => "it is self-signed, and not in the root certificate file",
            Refusal::UnknownIssuer => "it is not issued by a CA of the root certificate file",
            Refusal::Expired => "it, or a certificate above it, has expired",
            Refusal::NotYetValid => "it, or a certificate above it, is not valid yet",
            Refusal::NotACa => "it is issued by a certificate that is not one of a CA",
            Refusal::ChainTooLong => "the chain of certificates above it is longer than a CA allows",
            Refusal::WrongPurpose => "it, or a certificate above it, is not for servers",
            Refusal::CriticalExtension => {
                "it, or a certificate above it, has a critical extension that is not known"
            }
            Refusal::NameConstraints => "a CA above it is not allowed to issue certificates for such names",
            Refusal::Revoked => "it, or a certificate above it, has been revoked",
            Refusal::NoRevocationList => {
                "the revocation lists have none for it or for a certificate above it"
            }
            Refusal::OutdatedRevocationList => {
                "the revocation list for it, or for a certificate above it, is outdated"
            }
            Refusal::WrongName { host, names } => return wrong_name(f, host, names),
        })
    }
}

fn wrong_name(f: &mut fmt::Formatter<'_>, host: &str, names: &[String]) -> fmt::Result {
    match names {
        [] => write!(f, "it names no host, and so not \"{host}\""),
        names => write!(f, "it is for {}, not for \"{host}\"", names.join(", ")),
    }
}

impl std::error::Error for Refusal {}

/// What trust rests on.
pub(super) struct Trust<'a> {
    pub(super) roots: Vec<Certificate<'a>>,
    /// None: revocation is not checked.
    pub(super) revoked: Option<Vec<RevocationList<'a>>>,
    pub(super) algorithms: WebPkiSupportedAlgorithms,
    /// Seconds since 1970.
    pub(super) now: i64,
}

/// Certificates above the server's that are followed, at most.
const LONGEST_CHAIN: usize = 10;
/// Signatures of certificates that are tried for one server, at most.
const MOST_SIGNATURES: usize = 100;

impl<'a> Trust<'a> {
    /// Judges a server's certificate; the others are those that it showed along.
    pub(super) fn judge(&self, server: &Certificate<'a>, others: &[Certificate<'a>]) -> Result<(), Refusal> {
        let mut search = Search { trust: self, others, signatures: 0 };
        search.upwards(&mut vec![server])
    }

    /// Whether the holder of a key has made a signature.
    pub(super) fn has_signed(&self, issuer: &Certificate<'_>, signed: &Signed<'_>) -> bool {
        let fitting = self.algorithms.all.iter().filter(|algorithm| {
            algorithm.public_key_alg_id().as_ref() == issuer.key.algorithm
                && algorithm.signature_alg_id().as_ref() == signed.algorithm
        });
        fitting
            .map(|algorithm| algorithm.verify_signature(issuer.key.key, signed.body, signed.signature))
            .any(|verdict| verdict.is_ok())
    }

    /// Checks a chain from the server's certificate to a root.
    fn check(&self, chain: &[&Certificate<'a>]) -> Result<(), Refusal> {
        for (place, certificate) in chain.iter().enumerate() {
            check_extensions(certificate)?;
            match place {
                0 => check_key_usage(certificate)?,
                _ => check_issuer(certificate, &chain[1..place])?,
            }
        }
        self.check_times(chain)?;
        if chain.iter().any(|certificate| certificate.extension(NAME_CONSTRAINTS).is_some()) {
            self.check_name_constraints(chain)?;
        }
        match &self.revoked {
            Some(lists) => chain.iter().enumerate().try_for_each(|(place, certificate)| {
                let issuer = chain.get(place + 1).unwrap_or(certificate);
                super::revocation::check(self, lists, certificate, issuer)
            }),
            None => Ok(()),
        }
    }

    /// Leaves constraints to webpki, which knows them for the names in a certificate's list; for a
    /// common name it does not, so that a certificate without a list is refused.
    fn check_name_constraints(&self, chain: &[&Certificate<'a>]) -> Result<(), Refusal> {
        let [server, between @ .., root] = chain else { return Err(Refusal::NameConstraints) };
        let der = |certificate: &Certificate<'a>| CertificateDer::from(certificate.whole);
        let mut roots = RootCertStore::empty();
        let between: Vec<_> = between.iter().map(|certificate| der(certificate)).collect();
        let judge = |roots: &RootCertStore| {
            let now = UnixTime::since_unix_epoch(Duration::from_secs(u64::try_from(self.now).unwrap_or(0)));
            let server = der(server);
            let server = ParsedCertificate::try_from(&server).ok()?;
            let algorithms = self.algorithms.all;
            verify_server_cert_signed_by_trust_anchor(&server, roots, &between, now, algorithms).ok()
        };
        let listed = server.extension(SUBJECT_ALT_NAME).is_some();
        let added = roots.add(der(root)).is_ok();
        let agreed = listed && added && judge(&roots).is_some();
        if agreed { Ok(()) } else { Err(Refusal::NameConstraints) }
    }

    fn check_times(&self, chain: &[&Certificate<'a>]) -> Result<(), Refusal> {
        let mut validity = chain.iter().map(|certificate| certificate.validity);
        validity.try_for_each(|(first, last)| match () {
            () if self.now < first => Err(Refusal::NotYetValid),
            () if self.now > last => Err(Refusal::Expired),
            () => Ok(()),
        })
    }
}

/// The search for a chain; a name may have several certificates.
struct Search<'s, 'a> {
    trust: &'s Trust<'a>,
    others: &'s [Certificate<'a>],
    signatures: usize,
}

impl<'s, 'a> Search<'s, 'a> {
    /// Goes on from a chain that is sound so far, which it leaves as it was.
    fn upwards(&mut self, chain: &mut Vec<&'s Certificate<'a>>) -> Result<(), Refusal>
    where
        'a: 's,
    {
        let Some(last) = chain.last().copied() else { return Err(Refusal::Unreadable) };
        let self_signed = last.issuer == last.subject;
        if self_signed && self.trust.roots.iter().any(|root| root.whole == last.whole) {
            return self.trust.check(chain);
        }
        let mut refusal = match self_signed && chain.len() == 1 {
            true => Refusal::SelfSigned,
            false => Refusal::UnknownIssuer,
        };
        let candidates = self.trust.roots.iter().chain(self.others);
        for issuer in candidates.filter(|issuer| issuer.subject == last.issuer) {
            if chain.len() > LONGEST_CHAIN || chain.iter().any(|known| known.whole == issuer.whole) {
                continue;
            }
            self.signatures += 1;
            if self.signatures > MOST_SIGNATURES || !self.trust.has_signed(issuer, &last.signed) {
                continue;
            }
            chain.push(issuer);
            let verdict = self.upwards(chain);
            chain.pop();
            match verdict {
                Ok(()) => return Ok(()),
                Err(other) => refusal = other,
            }
        }
        Err(refusal)
    }
}

/// 2.5.29.*: the extensions of RFC 5280, section 4.2.1.
pub(super) const SUBJECT_ALT_NAME: &[u8] = &[0x55, 0x1d, 17];
const KEY_USAGE: &[u8] = &[0x55, 0x1d, 15];
const BASIC_CONSTRAINTS: &[u8] = &[0x55, 0x1d, 19];
pub(super) const NAME_CONSTRAINTS: &[u8] = &[0x55, 0x1d, 30];
const CERTIFICATE_POLICIES: &[u8] = &[0x55, 0x1d, 32];
const EXTENDED_KEY_USAGE: &[u8] = &[0x55, 0x1d, 37];
const KNOWN: [&[u8]; 6] = [
    SUBJECT_ALT_NAME,
    KEY_USAGE,
    BASIC_CONSTRAINTS,
    NAME_CONSTRAINTS,
    CERTIFICATE_POLICIES,
    EXTENDED_KEY_USAGE,
];

/// 1.3.6.1.5.5.7.3.1: serverAuth.
const FOR_SERVERS: &[u8] = &[0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x01];

/// What holds for every certificate of a chain: no unknown demands, and fit for servers.
fn check_extensions(certificate: &Certificate<'_>) -> Result<(), Refusal> {
    let unknown = |identifier: &[u8]| !KNOWN.contains(&identifier);
    if certificate.extensions.iter().any(|extension| extension.critical && unknown(extension.identifier)) {
        return Err(Refusal::CriticalExtension);
    }
    match certificate.extension(EXTENDED_KEY_USAGE) {
        Some(usage) if !for_servers(usage).ok_or(Refusal::Unreadable)? => Err(Refusal::WrongPurpose),
        _ => Ok(()),
    }
}

fn for_servers(mut usage: &[u8]) -> Option<bool> {
    let mut list = der::take_tagged(&mut usage, SEQUENCE)?.contents;
    let mut found = false;
    while !list.is_empty() {
        found |= der::take_tagged(&mut list, OBJECT_IDENTIFIER)?.contents == FOR_SERVERS;
    }
    Some(found)
}

const DIGITAL_SIGNATURE: u8 = 0x80;
const KEY_ENCIPHERMENT: u8 = 0x20;
const KEY_AGREEMENT: u8 = 0x08;
const SIGNS_CERTIFICATES: u8 = 0x04;
pub(super) const SIGNS_REVOCATIONS: u8 = 0x02;

/// Whether a key may be used in one of these ways; a certificate that says nothing allows all.
pub(super) fn key_may(certificate: &Certificate<'_>, uses: u8) -> Result<bool, Refusal> {
    let Some(mut value) = certificate.extension(KEY_USAGE) else { return Ok(true) };
    let bits = der::take_tagged(&mut value, der::BIT_STRING).ok_or(Refusal::Unreadable)?;
    Ok(bits.contents.get(1).is_some_and(|first| first & uses != 0))
}

/// The server's own certificate.
fn check_key_usage(certificate: &Certificate<'_>) -> Result<(), Refusal> {
    match key_may(certificate, DIGITAL_SIGNATURE | KEY_ENCIPHERMENT | KEY_AGREEMENT)? {
        true => Ok(()),
        false => Err(Refusal::WrongPurpose),
    }
}

/// A certificate that has issued another one; `below` are those between it and the server's.
fn check_issuer(certificate: &Certificate<'_>, below: &[&Certificate<'_>]) -> Result<(), Refusal> {
    let limit = match certificate.extension(BASIC_CONSTRAINTS) {
        Some(value) => path_limit(value).ok_or(Refusal::NotACa)?,
        None if certificate.version == 1 && certificate.issuer == certificate.subject => None,
        None => return Err(Refusal::NotACa),
    };
    if !key_may(certificate, SIGNS_CERTIFICATES)? {
        return Err(Refusal::NotACa);
    }
    let counted = below.iter().filter(|ca| ca.issuer != ca.subject).count();
    match limit {
        Some(limit) if counted > limit => Err(Refusal::ChainTooLong),
        _ => Ok(()),
    }
}

/// How many further CAs may stand below one, if it says so; None for what is not one of a CA.
fn path_limit(mut value: &[u8]) -> Option<Option<usize>> {
    let mut parts = der::take_tagged(&mut value, SEQUENCE)?.contents;
    let is_ca = der::take_if(&mut parts, BOOLEAN).is_some_and(|flag| flag.contents != [0]);
    let limit = match der::take_if(&mut parts, INTEGER) {
        Some(number) => Some(match number.contents {
            [limit] if *limit < 0x80 => usize::from(*limit),
            _ => return None,
        }),
        None => None,
    };
    is_ca.then_some(limit)
}
