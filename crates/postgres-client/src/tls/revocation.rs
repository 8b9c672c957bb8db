//! Certificate revocation lists (RFC 5280, section 5).

use super::certificate::{Certificate, Extension, Signed, extensions};
use super::chain::{Refusal, SIGNS_REVOCATIONS, Trust, key_may};
use super::der::{self, GENERALIZED_TIME, INTEGER, SEQUENCE, UTC_TIME, take_if, take_tagged};

/// A list, read from its DER form.
pub(super) struct RevocationList<'a> {
    signed: Signed<'a>,
    issuer: &'a [u8],
    this_update: i64,
    next_update: Option<i64>,
    serials: Vec<&'a [u8]>,
    extensions: Vec<Extension<'a>>,
}

const EXTENSIONS: u8 = 0xa0;

impl<'a> RevocationList<'a> {
    /// None for what is no revocation list.
    pub(super) fn read(whole: &'a [u8]) -> Option<RevocationList<'a>> {
        let signed = Signed::read(whole)?;
        let mut body = signed.body;
        let mut body = take_tagged(&mut body, SEQUENCE)?.contents;
        take_if(&mut body, INTEGER);
        let repeated = take_tagged(&mut body, SEQUENCE)?.contents;
        let issuer = take_tagged(&mut body, SEQUENCE)?.whole;
        let this_update = der::take_time(&mut body)?;
        let next_update = match body.first() {
            Some(&(UTC_TIME | GENERALIZED_TIME)) => Some(der::take_time(&mut body)?),
            _ => None,
        };
        let serials = match take_if(&mut body, SEQUENCE) {
            Some(entries) => serials(entries.contents)?,
            None => Vec::new(),
        };
        let extensions = match take_if(&mut body, EXTENSIONS) {
            Some(element) => extensions(element.contents)?,
            None => Vec::new(),
        };
        (body.is_empty() && repeated == signed.algorithm).then_some(RevocationList {
            signed,
            issuer,
            this_update,
            next_update,
            serials,
            extensions,
        })
    }

    /// Whether the list is a plain one: a critical extension may say that it covers only
    /// some certificates.
    fn is_complete(&self) -> bool {
        !self.extensions.iter().any(|extension| extension.critical)
    }

    fn is_current(&self, now: i64) -> bool {
        self.this_update <= now && self.next_update.is_none_or(|next| now <= next)
    }
}

fn serials(mut entries: &[u8]) -> Option<Vec<&[u8]>> {
    let mut serials = Vec::new();
    while !entries.is_empty() {
        let mut entry = take_tagged(&mut entries, SEQUENCE)?.contents;
        serials.push(take_tagged(&mut entry, INTEGER)?.contents);
    }
    Some(serials)
}

/// Checks that a certificate has a list of its issuer's, which does not name it.
pub(super) fn check(
    trust: &Trust<'_>,
    lists: &[RevocationList<'_>],
    certificate: &Certificate<'_>,
    issuer: &Certificate<'_>,
) -> Result<(), Refusal> {
    if !key_may(issuer, SIGNS_REVOCATIONS)? {
        return Err(Refusal::NoRevocationList);
    }
    let fitting = lists.iter().filter(|list| {
        list.issuer == certificate.issuer && list.is_complete() && trust.has_signed(issuer, &list.signed)
    });
    let mut refusal = Err(Refusal::NoRevocationList);
    for list in fitting {
        if list.serials.contains(&certificate.serial) {
            return Err(Refusal::Revoked);
        }
        refusal = match list.is_current(trust.now) {
            true => Ok(()),
            false => refusal.or(Err(Refusal::OutdatedRevocationList)),
        };
    }
    refusal
}
