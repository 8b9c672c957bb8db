use std::fmt;
use std::time::SystemTime;

use aws_credential_types::Credentials;
use secrecy::SecretString;

/// AWS keys, for signing requests or for the text of COPY and UNLOAD.
///
/// `Debug` shows the first and last four characters of the id, and no secret.
#[derive(Clone)]
pub struct Keys {
    /// The access key id.
    pub access_key_id: String,
    /// Its secret.
    pub secret_access_key: SecretString,
    /// Present for temporary keys, which are worth nothing without it.
    pub session_token: Option<SecretString>,
    /// When temporary keys end, where that is known.
    pub expires: Option<SystemTime>,
}

impl Keys {
    pub(crate) fn of(credentials: &Credentials) -> Self {
        Self {
            access_key_id: credentials.access_key_id().to_owned(),
            secret_access_key: credentials.secret_access_key().into(),
            session_token: credentials.session_token().map(SecretString::from),
            expires: credentials.expiry(),
        }
    }

    /// The id as it may be shown: `AKIA…MPLE`.
    pub fn shown_id(&self) -> String {
        shown(&self.access_key_id)
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keys")
            .field("access_key_id", &self.shown_id())
            .field("temporary", &self.session_token.is_some())
            .field("expires", &self.expires)
            .finish_non_exhaustive()
    }
}

/// The first and last four characters of an access key id; nothing of a short one, which is no key's.
pub(crate) fn shown(id: &str) -> String {
    let characters: Vec<char> = id.chars().collect();
    if characters.len() < 12 {
        return "…".to_owned();
    }
    let part = |part: &[char]| part.iter().collect::<String>();
    format!("{}…{}", part(&characters[..4]), part(&characters[characters.len() - 4..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_no_secret() {
        let keys = Keys::of(&Credentials::new(
            "AKIAIOSFODNN7EXAMPLE",
            "wJalrXUtnFEMI",
            Some("FwoGZXIvYXdzEJr".to_owned()),
            None,
            "test",
        ));
        let debug = format!("{keys:?}");
        assert!(debug.contains("AKIA…MPLE"), "{debug}");
        assert!(!debug.contains("wJalr") && !debug.contains("FwoG") && !debug.contains("IOSF"), "{debug}");
        assert_eq!(shown("short"), "…");
    }
}
