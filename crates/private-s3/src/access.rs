//! Who may do what: keys, session tokens, buckets of others, forbidden objects.

use std::collections::HashMap;
use std::sync::Arc;

use s3s::access::{S3Access, S3AccessContext};
use s3s::auth::{S3Auth, SecretKey};
use s3s::{S3Result, s3_error};

use crate::fault::Faults;
use crate::objects::Objects;

/// One access key's secrets; never printed.
pub(crate) struct Key {
    pub secret: String,
    pub token: Option<String>,
}

/// The keys by their ids.
#[derive(Clone)]
pub(crate) struct Keys(pub Arc<HashMap<String, Key>>);

#[async_trait::async_trait]
impl S3Auth for Keys {
    async fn get_secret_key(&self, id: &str) -> S3Result<SecretKey> {
        let unknown = || s3_error!(InvalidAccessKeyId, "The access key id is not in our records.");
        self.0.get(id).map(|key| SecretKey::from(key.secret.as_str())).ok_or_else(unknown)
    }
}

/// What is asked once the signature is known to be right.
pub(crate) struct Access {
    pub keys: Keys,
    pub objects: Arc<Objects>,
    pub faults: Arc<Faults>,
}

#[async_trait::async_trait]
impl S3Access for Access {
    async fn check(&self, context: &mut S3AccessContext<'_>) -> S3Result<()> {
        let credentials =
            context.credentials().ok_or_else(|| s3_error!(AccessDenied, "A signature is needed."))?;
        let token = context.headers().get("x-amz-security-token").map(|token| token.as_bytes());
        self.check_token(&credentials.access_key, token)?;
        if let Some(bucket) = context.s3_path().get_bucket_name() {
            self.check_bucket(bucket)?;
        }
        let reads = matches!(context.s3_op().name(), "GetObject" | "HeadObject");
        match context.s3_path().get_object_key() {
            Some(key) if reads && self.faults.forbids(key) => Err(denied()),
            _ => Ok(()),
        }
    }
}

impl Access {
    fn check_token(&self, id: &str, token: Option<&[u8]>) -> S3Result<()> {
        let expected = self.keys.0.get(id).and_then(|key| key.token.as_deref());
        match (expected, token) {
            (None, None) => Ok(()),
            (Some(expected), Some(token)) if expected.as_bytes() == token => Ok(()),
            // S3 does not know a temporary key on its own.
            (Some(_), None) => Err(s3_error!(InvalidAccessKeyId, "The access key id is not in our records.")),
            (_, Some(_)) => Err(s3_error!(InvalidToken, "The token is malformed or otherwise invalid.")),
        }
    }

    fn check_bucket(&self, name: &str) -> S3Result<()> {
        match self.objects.find(name) {
            Some((_, false)) => Err(denied()),
            _ => Ok(()),
        }
    }
}

fn denied() -> s3s::S3Error {
    s3_error!(AccessDenied, "Access Denied")
}
