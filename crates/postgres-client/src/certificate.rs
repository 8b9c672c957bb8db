//! The few facts of an X.509 certificate that a client needs which does not judge it.
//!
//! webpki, below rustls, reads version 3 only; OpenSSL, below libpq, reads older ones too, and
//! servers with such certificates exist. The structure is that of RFC 5280, section 4.1.

use sha2::Digest;

/// One DER element: its tag, its contents, and the whole with tag and length.
struct Element<'a> {
    tag: u8,
    contents: &'a [u8],
    whole: &'a [u8],
}

const SEQUENCE: u8 = 0x30;
const OBJECT_IDENTIFIER: u8 = 0x06;
const BIT_STRING: u8 = 0x03;
/// `version [0] EXPLICIT`, left out in version 1.
const VERSION: u8 = 0xa0;

/// Takes one element off the front.
fn take<'a>(input: &mut &'a [u8]) -> Option<Element<'a>> {
    let (tag, rest) = input.split_first()?;
    let (first, mut rest) = rest.split_first()?;
    let mut length = usize::from(*first);
    if length & 0x80 != 0 {
        let (digits, after) = rest.split_at_checked(length & 0x7f)?;
        if digits.is_empty() || digits.len() > 3 {
            return None;
        }
        let push = |sum: usize, digit: &u8| sum << 8 | usize::from(*digit);
        length = digits.iter().fold(0, push);
        rest = after;
    }
    let (contents, after) = rest.split_at_checked(length)?;
    let whole = &input[..input.len() - after.len()];
    *input = after;
    Some(Element { tag: *tag, contents, whole })
}

fn take_tagged<'a>(input: &mut &'a [u8], tag: u8) -> Option<Element<'a>> {
    take(input).filter(|element| element.tag == tag)
}

/// A public key as the certificate gives it.
pub(crate) struct PublicKey<'a> {
    /// The whole `SubjectPublicKeyInfo`.
    pub(crate) info: &'a [u8],
    /// The contents of its `AlgorithmIdentifier`.
    pub(crate) algorithm: &'a [u8],
    /// The key itself.
    pub(crate) key: &'a [u8],
}

/// The public key of a certificate of any version.
pub(crate) fn public_key(certificate: &[u8]) -> Option<PublicKey<'_>> {
    let mut input = certificate;
    let mut certificate = take_tagged(&mut input, SEQUENCE)?.contents;
    let mut body = take_tagged(&mut certificate, SEQUENCE)?.contents;
    if body.first() == Some(&VERSION) {
        take(&mut body)?;
    }
    for _serial_signature_issuer_validity_subject in 0..5 {
        take(&mut body)?;
    }
    let info = take_tagged(&mut body, SEQUENCE)?;
    let mut parts = info.contents;
    let algorithm = take_tagged(&mut parts, SEQUENCE)?.contents;
    let bits = take_tagged(&mut parts, BIT_STRING)?.contents;
    let key = bits.strip_prefix(&[0])?;
    Some(PublicKey { info: info.whole, algorithm, key })
}

/// The binding data `tls-server-end-point` of RFC 5929, section 4.1: a hash of the certificate by
/// the hash function of its signature, with SHA-256 in place of MD5 and SHA-1. None
/// where the signature algorithm names no single hash function, as with Ed25519 and RSA-PSS.
pub(crate) fn end_point_hash(certificate: &[u8]) -> Option<Vec<u8>> {
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
