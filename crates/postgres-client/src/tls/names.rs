//! Whether a certificate is one for a host, by the rules of libpq (PostgreSQL documentation, "SSL
//! Client Certificate Verification of Server Certificates").

use std::net::IpAddr;

use super::certificate::Certificate;
use super::chain::{Refusal, SUBJECT_ALT_NAME};
use super::der::{self, OBJECT_IDENTIFIER, SEQUENCE, SET};

/// `dNSName [2]` and `iPAddress [7]` of a GeneralName.
const DNS_NAME: u8 = 0x82;
const IP_ADDRESS: u8 = 0x87;
/// 2.5.4.3
const COMMON_NAME: &[u8] = &[0x55, 0x04, 0x03];

/// The names of a certificate that count for a host.
struct Names {
    listed: Vec<Name>,
    /// The first common name of the subject.
    common: Option<Name>,
}

#[derive(Clone)]
enum Name {
    Dns(String),
    Address(IpAddr),
}

/// Compares the certificate with the host as the user writes it. The names in its list count; the common
/// name does only when the list has none of the kind of the host, name or address.
pub(super) fn check(certificate: &Certificate<'_>, host: &str) -> Result<(), Refusal> {
    let names = read(certificate).ok_or(Refusal::Unreadable)?;
    let address: Option<IpAddr> = host.parse().ok();
    let same_kind = |name: &Name| matches!(name, Name::Address(_)) == address.is_some();
    let common = names.common.filter(|_| !names.listed.iter().any(same_kind));
    let names: Vec<Name> = names.listed.into_iter().chain(common).collect();
    let fits = |name: &Name| match name {
        Name::Dns(pattern) => fits(pattern, host),
        Name::Address(listed) => Some(*listed) == address,
    };
    match names.iter().any(fits) {
        true => Ok(()),
        false => Err(Refusal::WrongName { host: host.to_owned(), names: names.iter().map(shown).collect() }),
    }
}

fn shown(name: &Name) -> String {
    match name {
        Name::Dns(name) => format!("{name:?}"),
        Name::Address(address) => format!("\"{address}\""),
    }
}

/// A `*` stands for one whole word, the first one, and only when another word follows.
fn fits(pattern: &str, host: &str) -> bool {
    let (pattern, host) = (pattern.to_ascii_lowercase(), host.to_ascii_lowercase());
    if pattern == host {
        return true;
    }
    let after_star = pattern.strip_prefix('*').filter(|rest| rest.starts_with('.') && rest.len() > 1);
    let first_word = after_star.and_then(|rest| host.strip_suffix(rest));
    first_word.is_some_and(|word| !word.is_empty() && !word.contains('.'))
}

/// None when a name cannot be read, or holds a NUL character (as a forged one might).
fn read(certificate: &Certificate<'_>) -> Option<Names> {
    let mut listed = Vec::new();
    if let Some(mut value) = certificate.extension(SUBJECT_ALT_NAME) {
        let mut list = der::take_tagged(&mut value, SEQUENCE)?.contents;
        while !list.is_empty() {
            let name = der::take(&mut list)?;
            match name.tag {
                DNS_NAME => listed.push(Name::Dns(text(name.contents)?)),
                IP_ADDRESS => listed.push(Name::Address(ip_address(name.contents)?)),
                _ => {}
            }
        }
    }
    Some(Names { listed, common: common_name(certificate.subject)? })
}

fn common_name(mut subject: &[u8]) -> Option<Option<Name>> {
    let mut parts = der::take_tagged(&mut subject, SEQUENCE)?.contents;
    while !parts.is_empty() {
        let mut set = der::take_tagged(&mut parts, SET)?.contents;
        while !set.is_empty() {
            let mut pair = der::take_tagged(&mut set, SEQUENCE)?.contents;
            let kind = der::take_tagged(&mut pair, OBJECT_IDENTIFIER)?.contents;
            let value = der::take(&mut pair)?.contents;
            if kind == COMMON_NAME {
                return Some(Some(Name::Dns(text(value)?)));
            }
        }
    }
    Some(None)
}

fn text(bytes: &[u8]) -> Option<String> {
    (!bytes.contains(&0)).then(|| String::from_utf8_lossy(bytes).into_owned())
}

fn ip_address(bytes: &[u8]) -> Option<IpAddr> {
    match bytes.len() {
        4 => <[u8; 4]>::try_from(bytes).ok().map(IpAddr::from),
        16 => <[u8; 16]>::try_from(bytes).ok().map(IpAddr::from),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards() {
        let cases = [
            ("db.example.com", "DB.example.COM", true),
            ("*.example.com", "db.example.com", true),
            ("*.example.com", "a.db.example.com", false),
            ("*.example.com", "example.com", false),
            ("*.example.com", ".example.com", false),
            ("d*.example.com", "db.example.com", false),
            ("*", "db", false),
            ("*.", "db.", false),
            ("db.*.com", "db.example.com", false),
            ("*.com", "example.com", true),
        ];
        for (pattern, host, expected) in cases {
            assert_eq!(fits(pattern, host), expected, "{pattern} {host}");
        }
    }

    #[test]
    fn names_with_a_nul_are_refused() {
        assert_eq!(text(b"db.example.com\0.evil.example"), None);
    }
}
