use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use aws_sdk_s3::Client;
use aws_sdk_s3::primitives::DateTime;
use aws_sdk_s3::types::{Delete, ObjectIdentifier};
use bytes::Bytes;

use crate::bucket;
use crate::connection::Connection;
use crate::environment::Environment;
use crate::error::{Error, Kind};
use crate::failure::{Action, Place, explained, failure, kind};
use crate::keys::{Keys, shown};
use crate::objects::{Object, PendingUpload};
use crate::pieces::Pieces;
use crate::reader::Reader;
use crate::settings::Settings;
use crate::sources::KeySource;
use crate::upload::{self, Upload};

/// One bucket. Clones share its connections; all methods may be called at the same time.
#[derive(Clone)]
pub struct Store(Arc<Inner>);

struct Inner {
    client: Client,
    bucket: String,
    region: String,
    endpoint: Option<String>,
    key_id: String,
    keys: KeySource,
    checksums: bool,
}

/// The most objects that one request deletes (AWS, `DeleteObjects`).
const DELETED_AT_ONCE: usize = 1000;

/// How many keys an error names.
const NAMED: usize = 3;

impl Store {
    /// Looks for keys, finds the bucket's region, and asks whether the bucket may be used.
    ///
    /// # Errors
    /// All kinds but [`Kind::NoObject`].
    pub async fn open(settings: &Settings, environment: &Environment) -> Result<Self, Error> {
        let connection = Connection::new(settings, environment).await?;
        let key_id = shown(connection.keys.credentials().await?.access_key_id());
        let name = settings.bucket(environment);
        let endpoint = connection.endpoint.clone();
        let place = Place { bucket: &name, key: None, endpoint: endpoint.as_deref(), key_id: &key_id };
        let found = bucket::find(&connection, &place).await?;
        Ok(Self(Arc::new(Inner {
            client: found.client,
            region: found.region,
            bucket: name,
            endpoint,
            key_id,
            keys: connection.keys,
            checksums: connection.checksums,
        })))
    }

    /// The bucket's name.
    pub fn bucket(&self) -> &str {
        &self.0.bucket
    }

    /// The bucket's own region, for COPY and UNLOAD.
    pub fn region(&self) -> &str {
        &self.0.region
    }

    /// The endpoint, where it is another than Amazon's: a real Redshift would not find it.
    pub fn endpoint(&self) -> Option<&str> {
        self.0.endpoint.as_deref()
    }

    /// The keys in use, for the text of a COPY or UNLOAD: ask again before each, since temporary keys
    /// are replaced in time. Where the source gives long enough ones they are good for another 15 minutes.
    ///
    /// # Errors
    /// [`Kind::NoKeys`], [`Kind::Settings`].
    pub async fn keys(&self) -> Result<Keys, Error> {
        Ok(Keys::of(&self.0.keys.credentials().await?))
    }

    /// Stores an object, given as its consecutive pieces, which are not copied. An object of that key is
    /// replaced. One of more than 16 MiB goes in parts, three at a time.
    ///
    /// On error, or when the future is dropped, nothing is stored and parts already sent are removed,
    /// except that a request under way may still succeed.
    ///
    /// # Errors
    /// All kinds but [`Kind::NoObject`].
    pub async fn put(&self, key: &str, body: Vec<Bytes>) -> Result<(), Error> {
        let mut upload = self.upload(key);
        for piece in body {
            upload.push(piece).await?;
        }
        upload.finish().await
    }

    /// Begins an object whose bytes are still to come. Nothing is sent before 16 MiB have been pushed.
    pub fn upload(&self, key: &str) -> Upload {
        Upload::new(self.clone(), key)
    }

    /// Opens an object for reading.
    ///
    /// # Errors
    /// [`Kind::NoObject`], [`Kind::Denied`], which S3 also says of an absent object when the key may not
    /// list the bucket, and others.
    pub async fn get(&self, key: &str) -> Result<Reader, Error> {
        Reader::open(self, key).await
    }

    /// Deletes objects; absent ones count as deleted. Goes on after an error.
    ///
    /// # Errors
    /// The first; [`Error::left`] has every key that was not deleted.
    pub async fn delete(&self, keys: &[String]) -> Result<(), Error> {
        let mut first = None;
        let mut left = Vec::new();
        for some in keys.chunks(DELETED_AT_ONCE) {
            if let Err(error) = self.delete_some(some).await {
                left.extend_from_slice(error.left());
                first.get_or_insert(error);
            }
        }
        match first {
            None => Ok(()),
            Some(error) => Err(error.with_left(left)),
        }
    }

    /// The objects whose keys begin with `prefix`, sorted by key.
    ///
    /// # Errors
    /// All kinds but [`Kind::NoObject`].
    pub async fn list(&self, prefix: &str) -> Result<Vec<Object>, Error> {
        let listing = self.client().list_objects_v2().bucket(self.bucket()).prefix(prefix);
        let mut pages = listing.into_paginator().send();
        let mut objects = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| failure(&error, Action::List, &self.place(None)))?;
            objects.extend(page.contents.unwrap_or_default().into_iter().filter_map(listed));
        }
        Ok(objects)
    }

    /// The unfinished uploads to keys that begin with `prefix`.
    ///
    /// # Errors
    /// All kinds but [`Kind::NoObject`].
    pub async fn uploads(&self, prefix: &str) -> Result<Vec<PendingUpload>, Error> {
        let mut uploads = Vec::new();
        let (mut key_marker, mut id_marker) = (None, None);
        loop {
            let listing = self.client().list_multipart_uploads().bucket(self.bucket()).prefix(prefix);
            let page = listing.set_key_marker(key_marker).set_upload_id_marker(id_marker).send().await;
            let page = page.map_err(|error| failure(&error, Action::ListUploads, &self.place(None)))?;
            uploads.extend(page.uploads.unwrap_or_default().into_iter().filter_map(pending));
            if page.is_truncated != Some(true) || page.next_key_marker.is_none() {
                return Ok(uploads);
            }
            (key_marker, id_marker) = (page.next_key_marker, page.next_upload_id_marker);
        }
    }

    /// Ends an upload and removes its parts; one that does not exist counts as ended.
    ///
    /// # Errors
    /// All kinds but [`Kind::NoObject`].
    pub async fn abort_upload(&self, key: &str, id: &str) -> Result<(), Error> {
        upload::abort(self, key, id).await
    }

    pub(crate) fn client(&self) -> &Client {
        &self.0.client
    }

    /// Whether uploads carry checksums.
    pub(crate) fn checksums(&self) -> bool {
        self.0.checksums
    }

    pub(crate) fn place<'a>(&'a self, key: Option<&'a str>) -> Place<'a> {
        let Inner { bucket, endpoint, key_id, .. } = &*self.0;
        Place { bucket, key, endpoint: endpoint.as_deref(), key_id }
    }

    /// Stores an object with one request.
    pub(crate) async fn put_whole(&self, key: &str, pieces: &Pieces) -> Result<(), Error> {
        let put = self.client().put_object().bucket(self.bucket()).key(key);
        let put = put.set_checksum_crc32(self.checksums().then(|| pieces.crc32()));
        let sent = put.body(pieces.body()).send().await;
        sent.map(drop).map_err(|error| failure(&error, Action::Write, &self.place(Some(key))))
    }

    async fn delete_some(&self, keys: &[String]) -> Result<(), Error> {
        let object = |key: &String| ObjectIdentifier::builder().key(key).build();
        let objects = keys.iter().map(object).collect::<Result<Vec<_>, _>>();
        let request =
            objects.and_then(|objects| Delete::builder().set_objects(Some(objects)).quiet(true).build());
        let request = request.map_err(|error| Error::new(Kind::Other, format!("cannot delete: {error}")))?;
        let answer = self.client().delete_objects().bucket(self.bucket()).delete(request).send().await;
        let failed = |error| failure(&error, Action::Delete, &self.place(None)).with_left(keys.to_vec());
        match answer.map_err(failed)?.errors() {
            [] => Ok(()),
            errors => Err(self.not_deleted(errors)),
        }
    }

    fn not_deleted(&self, errors: &[aws_sdk_s3::types::Error]) -> Error {
        let code = |error: &aws_sdk_s3::types::Error| error.code().unwrap_or("no code").to_owned();
        let key = |error: &aws_sdk_s3::types::Error| error.key().unwrap_or_default().to_owned();
        let named = errors.iter().take(NAMED).map(|error| format!("{} ({})", key(error), code(error)));
        let more = if errors.len() > NAMED { ", …" } else { "" };
        let named = named.collect::<Vec<_>>().join(", ");
        let place = self.place(None);
        let message = format!("cannot delete {} objects from {place}: {named}{more}", errors.len());
        let kind = errors.first().map_or(Kind::Other, |error| kind(error.code(), 0));
        explained(kind, message, Action::Delete, &place).with_left(errors.iter().map(key).collect())
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner { bucket, region, endpoint, key_id, .. } = &*self.0;
        f.debug_struct("Store")
            .field("bucket", bucket)
            .field("region", region)
            .field("endpoint", endpoint)
            .field("key_id", key_id)
            .finish_non_exhaustive()
    }
}

fn listed(object: aws_sdk_s3::types::Object) -> Option<Object> {
    let size = object.size().and_then(|size| u64::try_from(size).ok()).unwrap_or(0);
    let last_modified = object.last_modified().and_then(time);
    Some(Object { key: object.key?, size, last_modified })
}

fn pending(upload: aws_sdk_s3::types::MultipartUpload) -> Option<PendingUpload> {
    let initiated = upload.initiated().and_then(time);
    Some(PendingUpload { key: upload.key?, id: upload.upload_id?, initiated })
}

fn time(time: &DateTime) -> Option<SystemTime> {
    SystemTime::try_from(*time).ok()
}
