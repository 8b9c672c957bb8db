//! X.509 certificates of all versions, as far as a client needs to read them.
//!
//! webpki, below rustls, reads version 3 only; OpenSSL, below libpq, reads older ones too, and
//! servers with such certificates are common: `openssl x509 -req` makes them, as in PostgreSQL's own
//! guide. The structure is that of RFC 5280, section 4.1.

use sha2::Digest;

use super::der::{
    self, BIT_STRING, BOOLEAN, INTEGER, OBJECT_IDENTIFIER, OCTET_STRING, SEQUENCE, take, take_if, take_tagged,
};

/// `version [0] EXPLICIT`, left out in version 1.
const VERSION: u8 = 0xa0;
const ISSUER_UNIQUE_ID: u8 = 0x81;
const SUBJECT_UNIQUE_ID: u8 = 0x82;
const EXTENSIONS: u8 = 0xa3;

/// A certificate or a revocation list as it is signed.
pub(super) struct Signed<'a> {
    /// What is signed, with its tag.
    pub(super) body: &'a [u8],
    /// The contents of the `AlgorithmIdentifier` of the signature.
    pub(super) algorithm: &'a [u8],
    /// The signature itself.
    pub(super) signature: &'a [u8],
}

impl<'a> Signed<'a> {
    pub(super) fn read(mut input: &'a [u8]) -> Option<Signed<'a>> {
        let mut parts = take_tagged(&mut input, SEQUENCE)?.contents;
        let body = take_tagged(&mut parts, SEQUENCE)?.whole;
        let algorithm = take_tagged(&mut parts, SEQUENCE)?.contents;
        let signature = der::whole_bytes(take_tagged(&mut parts, BIT_STRING)?.contents)?;
        Some(Signed { body, algorithm, signature })
    }
}

/// A certificate, read from its DER form.
pub(super) struct Certificate<'a> {
    pub(super) whole: &'a [u8],
    pub(super) signed: Signed<'a>,
    /// 1, 2 or 3.
    pub(super) version: u8,
    pub(super) serial: &'a [u8],
    /// The issuer's name, with its tag; names are compared as bytes.
    pub(super) issuer: &'a [u8],
    /// The subject's name, with its tag.
    pub(super) subject: &'a [u8],
    /// First and last second of validity, since 1970.
    pub(super) validity: (i64, i64),
    pub(super) key: PublicKey<'a>,
    pub(super) extensions: Vec<Extension<'a>>,
}

/// An extension of a certificate or of a revocation list.
pub(super) struct Extension<'a> {
    pub(super) identifier: &'a [u8],
    pub(super) critical: bool,
    pub(super) value: &'a [u8],
}

impl<'a> Certificate<'a> {
    /// None for what is no certificate.
    pub(super) fn read(whole: &'a [u8]) -> Option<Certificate<'a>> {
        let signed = Signed::read(whole)?;
        let mut body = signed.body;
        let mut body = take_tagged(&mut body, SEQUENCE)?.contents;
        let version = match take_if(&mut body, VERSION) {
            Some(element) => take_tagged(&mut { element.contents }, INTEGER)?.contents.last()? + 1,
            None => 1,
        };
        let serial = take_tagged(&mut body, INTEGER)?.contents;
        // What is signed repeats the algorithm, lest it be exchanged.
        let repeated = take_tagged(&mut body, SEQUENCE)?.contents;
        let issuer = take_tagged(&mut body, SEQUENCE)?.whole;
        let mut validity = take_tagged(&mut body, SEQUENCE)?.contents;
        let validity = (der::take_time(&mut validity)?, der::take_time(&mut validity)?);
        let subject = take_tagged(&mut body, SEQUENCE)?.whole;
        let key = PublicKey::take(&mut body)?;
        take_if(&mut body, ISSUER_UNIQUE_ID);
        take_if(&mut body, SUBJECT_UNIQUE_ID);
        let extensions = match take_if(&mut body, EXTENSIONS) {
            Some(element) => extensions(element.contents)?,
            None => Vec::new(),
        };
        let whole_is_read = body.is_empty() && repeated == signed.algorithm && (1..=3).contains(&version);
        whole_is_read.then_some(Certificate {
            whole,
            signed,
            version,
            serial,
            issuer,
            subject,
            validity,
            key,
            extensions,
        })
    }

    /// The contents of an extension; `identifier` is an OID without its tag.
    pub(super) fn extension(&self, identifier: &[u8]) -> Option<&'a [u8]> {
        let mut extensions = self.extensions.iter();
        Some(extensions.find(|extension| extension.identifier == identifier)?.value)
    }
}

/// The list inside the tag of the extensions.
pub(super) fn extensions(mut wrapped: &[u8]) -> Option<Vec<Extension<'_>>> {
    let mut list = take_tagged(&mut wrapped, SEQUENCE)?.contents;
    let mut extensions = Vec::new();
    while !list.is_empty() {
        let mut extension = take_tagged(&mut list, SEQUENCE)?.contents;
        let identifier = take_tagged(&mut extension, OBJECT_IDENTIFIER)?.contents;
        let critical = take_if(&mut extension, BOOLEAN).is_some_and(|flag| flag.contents != [0]);
        let value = take_tagged(&mut extension, OCTET_STRING)?.contents;
        extensions.push(Extension { identifier, critical, value });
    }
    Some(extensions)
}

/// A public key as the certificate gives it.
pub(super) struct PublicKey<'a> {
    /// The whole `SubjectPublicKeyInfo`.
    pub(super) info: &'a [u8],
    /// The contents of its `AlgorithmIdentifier`.
    pub(super) algorithm: &'a [u8],
    /// The key itself.
    pub(super) key: &'a [u8],
}

impl<'a> PublicKey<'a> {
    fn take(input: &mut &'a [u8]) -> Option<PublicKey<'a>> {
        let info = take_tagged(input, SEQUENCE)?;
        let mut parts = info.contents;
        let algorithm = take_tagged(&mut parts, SEQUENCE)?.contents;
        let key = der::whole_bytes(take_tagged(&mut parts, BIT_STRING)?.contents)?;
        Some(PublicKey { info: info.whole, algorithm, key })
    }
}

/// The public key of a certificate, however odd the rest of it is.
pub(super) fn public_key(certificate: &[u8]) -> Option<PublicKey<'_>> {
    let mut input = certificate;
    let mut certificate = take_tagged(&mut input, SEQUENCE)?.contents;
    let mut body = take_tagged(&mut certificate, SEQUENCE)?.contents;
    take_if(&mut body, VERSION);
    for _serial_signature_issuer_validity_subject in 0..5 {
        take(&mut body)?;
    }
    PublicKey::take(&mut body)
}

/// The binding data `tls-server-end-point` of RFC 5929, section 4.1: a hash of the certificate by
/// the hash function of its signature, with SHA-256 in place of MD5 and SHA-1. None
/// where the signature algorithm names no single hash function, as with Ed25519 and RSA-PSS.
pub(super) fn end_point_hash(certificate: &[u8]) -> Option<Vec<u8>> {
    let mut input = certificate;
    let mut parts = take_tagged(&mut input, SEQUENCE)?.contents;
    take(&mut parts)?;
    let mut algorithm = take_tagged(&mut parts, SEQUENCE)?.contents;
    let identifier = take_tagged(&mut algorithm, OBJECT_IDENTIFIER)?.contents;
    match identifier {
        // 1.2.840.113549.1.1: md5, sha1, sha256 | sha384 | sha512 WithRSAEncryption
        [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, last] => match last {
            4 | 5 | 11 => Some(sha2::Sha256::digest(certificate).to_vec()),
            12 => Some(sha2::Sha384::digest(certificate).to_vec()),
            13 => Some(sha2::Sha512::digest(certificate).to_vec()),
            _ => None,
        },
        // 1.2.840.10045.4.1: ecdsa-with-SHA1
        [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x01] => Some(sha2::Sha256::digest(certificate).to_vec()),
        // 1.2.840.10045.4.3: ecdsa-with-SHA256 | SHA384 | SHA512
        [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, last] => match last {
            2 => Some(sha2::Sha256::digest(certificate).to_vec()),
            3 => Some(sha2::Sha384::digest(certificate).to_vec()),
            4 => Some(sha2::Sha512::digest(certificate).to_vec()),
            _ => None,
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// An element around these contents.
    fn element(tag: u8, contents: &[u8]) -> Vec<u8> {
        let length = u16::try_from(contents.len()).unwrap().to_be_bytes();
        [&[tag, 0x82], &length[..], contents].concat()
    }

    fn certificate(version: &[u8], signature: &[u8]) -> Vec<u8> {
        let algorithm = element(SEQUENCE, b"algorithm");
        let key = element(BIT_STRING, b"\0key");
        let info = element(SEQUENCE, &[algorithm, key].concat());
        let between = element(SEQUENCE, b"anything").repeat(5);
        let body = element(SEQUENCE, &[version, &between, &info].concat());
        let identifier = element(OBJECT_IDENTIFIER, signature);
        let signature = element(SEQUENCE, &identifier);
        element(SEQUENCE, &[body, signature, element(BIT_STRING, b"\0")].concat())
    }

    #[test]
    fn keys_are_found_in_every_version() {
        for version in [vec![], element(VERSION, b"\x02\x01\x02")] {
            let certificate = certificate(&version, b"");
            let key = public_key(&certificate).unwrap();
            assert_eq!((key.algorithm, key.key), (&b"algorithm"[..], &b"key"[..]));
            assert_eq!(key.info[0], SEQUENCE);
        }
    }

    #[test]
    fn the_signature_chooses_the_hash() {
        let rsa = |last: u8| vec![0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, last];
        let ecdsa = |last: u8| vec![0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, last];
        let lengths = [
            (rsa(4), Some(32)),
            (rsa(5), Some(32)),
            (rsa(10), None),
            (rsa(11), Some(32)),
            (rsa(12), Some(48)),
            (rsa(13), Some(64)),
            (vec![0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x01], Some(32)),
            (ecdsa(2), Some(32)),
            (ecdsa(3), Some(48)),
            (ecdsa(4), Some(64)),
            (vec![0x2b, 0x65, 0x70], None),
        ];
        for (identifier, length) in lengths {
            let hash = end_point_hash(&certificate(&[], &identifier));
            assert_eq!(hash.map(|hash| hash.len()), length, "{identifier:x?}");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_make_the_reader_panic(
            bytes in proptest::collection::vec(any::<u8>(), 0..80),
            place in 0usize..60,
            value in any::<u8>(),
        ) {
            let _ = (public_key(&bytes), end_point_hash(&bytes));
            let mut damaged = certificate(&[], b"\x2a");
            damaged[place] = value;
            let _ = (public_key(&damaged), end_point_hash(&damaged));
        }
    }
}
