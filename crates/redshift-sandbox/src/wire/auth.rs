//! Password authentication.

use std::io;

use md5::{Digest as _, Md5};
use sha2::Sha256;

use crate::error::SqlError;
use crate::secret::Secret;
use crate::wire::Front;
use crate::wire::body::Body;

/// How a client proves that it knows the password.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Auth {
    /// Code 3.
    Cleartext,
    /// Code 5.
    #[default]
    Md5,
    /// Code 13: Redshift's digest of SHA-256.
    Sha256,
}

/// Asks the client to prove that it knows the user's password; false where it does not. A user who does not
/// exist has none, and is asked all the same.
pub async fn authenticate(
    front: &mut Front,
    auth: Auth,
    user: &str,
    password: Option<&Secret>,
) -> io::Result<bool> {
    let challenge = Challenge::new(auth);
    let (code, more) = challenge.request();
    front.out.authentication(code, &more);
    front.flush().await?;
    let Some((tag, body)) = front.message().await? else { return Ok(false) };
    let right = match password {
        Some(password) if tag == challenge.tag() => challenge.is_answer(&body, user, &password.0),
        _ => false,
    };
    Ok(right)
}

/// 28000, as Redshift answers a wrong password.
pub fn refused(user: &str) -> SqlError {
    SqlError::new("28000", format!("password authentication failed for user \"{user}\""))
}

enum Challenge {
    Cleartext,
    Md5([u8; 4]),
    Sha256 { salt: Vec<u8>, nonce: Vec<u8> },
}

impl Challenge {
    fn new(auth: Auth) -> Challenge {
        let random = || uuid::Uuid::now_v7().into_bytes();
        match auth {
            Auth::Cleartext => Challenge::Cleartext,
            // The last bytes are random, the first the time.
            Auth::Md5 => {
                let [.., a, b, c, d] = random();
                Challenge::Md5([a, b, c, d])
            }
            Auth::Sha256 => Challenge::Sha256 { salt: random().to_vec(), nonce: random()[8..].to_vec() },
        }
    }

    /// The code and what follows it.
    fn request(&self) -> (i32, Vec<u8>) {
        match self {
            Challenge::Cleartext => (3, Vec::new()),
            Challenge::Md5(salt) => (5, salt.to_vec()),
            Challenge::Sha256 { salt, nonce } => {
                let mut more = 0_i32.to_be_bytes().to_vec();
                for part in [salt, nonce] {
                    more.extend(u32::try_from(part.len()).unwrap_or_default().to_be_bytes());
                    more.extend(part);
                }
                (13, more)
            }
        }
    }

    fn tag(&self) -> u8 {
        if matches!(self, Challenge::Sha256 { .. }) { b'd' } else { b'p' }
    }

    fn is_answer(&self, body: &[u8], user: &str, password: &str) -> bool {
        match self {
            Challenge::Cleartext => body == [password.as_bytes(), b"\0"].concat(),
            Challenge::Md5(salt) => {
                let inner = hex(&Md5::digest(format!("{password}{user}")));
                let outer = hex(&Md5::digest([inner.as_bytes(), salt].concat()));
                body == format!("md5{outer}\0").as_bytes()
            }
            Challenge::Sha256 { salt, nonce } => digested(body, salt, nonce, password).unwrap_or(false),
        }
    }
}

/// Checks a digest and the client's nonce, each with its length before it.
fn digested(body: &[u8], salt: &[u8], nonce: &[u8], password: &str) -> io::Result<bool> {
    let mut body = Body(body);
    let digest = body.value()?.unwrap_or_default();
    let client = body.value()?.unwrap_or_default();
    let stored = Sha256::digest([password.as_bytes(), salt].concat());
    let wanted = Sha256::digest([stored.as_slice(), nonce, client].concat());
    Ok(digest == wanted.as_slice() && body.0.is_empty())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digest_takes_salt_and_both_nonces() {
        let challenge = Challenge::Sha256 { salt: b"salt".to_vec(), nonce: b"server".to_vec() };
        let stored = Sha256::digest(b"secretsalt");
        let digest = Sha256::digest([stored.as_slice(), b"server1700000000000"].concat());
        let mut body = 32_u32.to_be_bytes().to_vec();
        body.extend(digest.as_slice());
        body.extend(13_u32.to_be_bytes());
        body.extend(b"1700000000000");
        assert!(challenge.is_answer(&body, "loader", "secret"));
        assert!(!challenge.is_answer(&body, "loader", "other"));
        assert!(!challenge.is_answer(&body[..40], "loader", "secret"));
    }

    #[test]
    fn md5_as_postgresql_computes_it() {
        let challenge = Challenge::Md5([1, 2, 3, 4]);
        let inner = hex(&Md5::digest("pwuser"));
        let answer = format!("md5{}\0", hex(&Md5::digest([inner.as_bytes(), &[1, 2, 3, 4]].concat())));
        assert!(challenge.is_answer(answer.as_bytes(), "user", "pw"));
        assert!(!challenge.is_answer(answer.as_bytes(), "other", "pw"));
    }
}
