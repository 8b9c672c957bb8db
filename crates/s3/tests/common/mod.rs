//! What the tests share: environments, servers, profile files, scenarios for any S3.
#![allow(dead_code, reason = "each test file uses some of it")]

pub mod front;
pub mod home;
pub mod scenario;

use pgloader_s3::{Environment, Error, Settings, Store};
use private_s3::{Builder, Server};

pub const KEY: &str = "AKIAIOSFODNN7EXAMPLE";
pub const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
pub const TEMPORARY: &str = "ASIAIOSFODNN7EXAMPLE";
pub const TOKEN: &str = "FwoGZXIvYXdzEJr//////////w==";
pub const REGION: &str = "eu-west-1";
pub const BUCKET: &str = "staging";

/// One bucket; one lasting key and one temporary key with the same secret.
pub fn builder() -> Builder {
    Server::builder().key(KEY, SECRET, None).key(TEMPORARY, SECRET, Some(TOKEN)).bucket(BUCKET, REGION)
}

/// What a user with the lasting key has set, changed by `more`: a blank value unsets a variable.
pub fn environment(server: &Server, more: &[(&str, &str)]) -> Environment {
    let endpoint = server.endpoint();
    let set = [
        ("AWS_ACCESS_KEY_ID", KEY),
        ("AWS_SECRET_ACCESS_KEY", SECRET),
        ("AWS_ENDPOINT_URL_S3", endpoint.as_str()),
        ("AWS_EC2_METADATA_DISABLED", "true"),
        ("AWS_S3_BUCKET_NAME", BUCKET),
        ("HOME", "/nonexistent"),
    ];
    set.iter().chain(more).copied().collect()
}

pub async fn open(server: &Server, more: &[(&str, &str)]) -> Result<Store, Error> {
    Store::open(&Settings::default(), &environment(server, more)).await
}

/// Checks that nothing a user may see has a secret in it.
pub fn check_secrecy(shown: &str) {
    for secret in [SECRET, TOKEN, "IOSFODNN7"] {
        assert!(!shown.contains(secret), "{shown}");
    }
}
