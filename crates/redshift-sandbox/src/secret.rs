//! Passwords and keys.

use std::fmt;

/// A password or a part of a key, which is never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(pub String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// An access key of S3.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// ACCESS_KEY_ID, which is no secret.
    pub id: String,
    /// SECRET_ACCESS_KEY.
    pub secret: Secret,
    /// SESSION_TOKEN, for temporary keys.
    pub token: Option<Secret>,
}

impl Key {
    /// A key of these parts.
    pub fn new(id: &str, secret: &str, token: Option<&str>) -> Key {
        let secret_of = |text: &str| Secret(text.to_owned());
        Key { id: id.to_owned(), secret: secret_of(secret), token: token.map(secret_of) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_not_shown() {
        assert_eq!(format!("{:?}", Secret("hidden".into())), "***");
    }
}
