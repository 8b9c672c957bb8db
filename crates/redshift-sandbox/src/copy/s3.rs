//! S3 itself, at the endpoint of the settings and with nothing but the keys given.

use async_trait::async_trait;
use aws_sdk_s3::Client;
use aws_sdk_s3::config::{
    BehaviorVersion, Config, Credentials, Region, ResponseChecksumValidation, StalledStreamProtectionConfig,
};
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::primitives::ByteStream;
use bytes::Bytes;

use super::statement::Location;
use super::store::{Body, Store};
use super::trouble::Trouble;
use crate::secret::Key;

/// A client for the buckets of one region.
#[derive(Debug)]
pub(super) struct S3(Client);

impl S3 {
    /// Signs with `key` for `region`. Sends nothing yet.
    pub fn new(endpoint: &str, region: &str, key: &Key) -> S3 {
        let token = key.token.as_ref().map(|token| token.0.clone());
        let credentials = Credentials::new(&key.id, &key.secret.0, token, None, "the COPY statement");
        let config = Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .endpoint_url(endpoint)
            .force_path_style(true)
            .region(Region::new(region.to_owned()))
            .credentials_provider(credentials)
            .response_checksum_validation(ResponseChecksumValidation::WhenRequired)
            // A body is not read while rows are being inserted, which may take long.
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled());
        S3(Client::from_conf(config.build()))
    }
}

#[async_trait]
impl Store for S3 {
    async fn list(&self, prefix: &Location) -> Result<Vec<String>, Trouble> {
        let request = self.0.list_objects_v2().bucket(&prefix.bucket).prefix(&prefix.key);
        let mut pages = request.into_paginator().send();
        let mut keys = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| trouble(&error))?;
            keys.extend(page.contents.unwrap_or_default().into_iter().filter_map(|object| object.key));
        }
        Ok(keys)
    }

    async fn exists(&self, object: &Location) -> Result<bool, Trouble> {
        match self.0.head_object().bucket(&object.bucket).key(&object.key).send().await {
            Ok(_) => Ok(true),
            Err(error) if error.as_service_error().is_some_and(|e| e.is_not_found()) => Ok(false),
            Err(error) => Err(trouble(&error)),
        }
    }

    async fn open(&self, object: &Location) -> Result<Box<dyn Body>, Trouble> {
        let request = self.0.get_object().bucket(&object.bucket).key(&object.key);
        let answer = request.send().await.map_err(|error| trouble(&error))?;
        Ok(Box::new(Object(answer.body)))
    }
}

struct Object(ByteStream);

#[async_trait]
impl Body for Object {
    async fn chunk(&mut self) -> Result<Option<Bytes>, Trouble> {
        self.0
            .try_next()
            .await
            .map_err(|error| Trouble::new(8001, format!("could not read from S3: {error}")))
    }
}

/// An answer to HEAD has no body, so that only its status says what was wrong.
fn trouble<E>(error: &SdkError<E>) -> Trouble
where
    E: ProvideErrorMetadata,
{
    let Some(response) = error.raw_response() else {
        return Trouble::new(8001, format!("could not connect to S3: {error}"));
    };
    let status = response.status().as_u16();
    let fallback =
        if status == 403 { ("AccessDenied", "Access Denied") } else { ("Unknown", "Unknown error") };
    let code = error.code().unwrap_or(fallback.0);
    Trouble::s3(error.message().unwrap_or(fallback.1), status, code)
}
