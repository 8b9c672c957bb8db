use std::time::Duration;

use aws_sdk_s3::primitives::ByteStream;
use bytes::Bytes;

use crate::error::{Error, Kind};
use crate::failure::{Action, failure};
use crate::profiles::chain;
use crate::store::Store;

/// An object being read. A connection that breaks is replaced: the rest is asked for, of the same
/// version of the object.
pub struct Reader {
    store: Store,
    key: String,
    tag: Option<String>,
    size: u64,
    read: u64,
    body: ByteStream,
}

/// Broken connections in a row, without a byte between them, that are replaced.
const ATTEMPTS: u32 = 4;

impl Reader {
    pub(crate) async fn open(store: &Store, key: &str) -> Result<Self, Error> {
        let asked = store.client().get_object().bucket(store.bucket()).key(key).send().await;
        let object = asked.map_err(|error| failure(&error, Action::Read, &store.place(Some(key))))?;
        Ok(Self {
            store: store.clone(),
            key: key.to_owned(),
            size: object.content_length().and_then(|length| u64::try_from(length).ok()).unwrap_or(0),
            tag: object.e_tag,
            read: 0,
            body: object.body,
        })
    }

    /// The whole object's, in bytes.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The next bytes, in pieces of the network's size; `None` at the end.
    ///
    /// # Errors
    /// As [`Store::get`]; also when the object was replaced meanwhile, or its checksum is wrong.
    pub async fn next(&mut self) -> Result<Option<Bytes>, Error> {
        let mut failed = 0;
        loop {
            match self.body.next().await {
                Some(Ok(bytes)) => {
                    self.read += bytes.len() as u64;
                    return Ok(Some(bytes));
                }
                None if self.read >= self.size => return Ok(None),
                None => self.resume(&mut failed, "the connection ended early").await?,
                Some(Err(error)) if self.read >= self.size => {
                    return Err(self.broken(Kind::Other, &chain(&error)));
                }
                Some(Err(error)) => self.resume(&mut failed, &chain(&error)).await?,
            }
        }
    }

    async fn resume(&mut self, failed: &mut u32, why: &str) -> Result<(), Error> {
        *failed += 1;
        if *failed > ATTEMPTS {
            return Err(self.broken(Kind::Transient, why));
        }
        tracing::debug!("reading {} again from byte {}: {why}", self.key, self.read);
        tokio::time::sleep(Duration::from_millis(200) * *failed).await;
        let rest = self.store.client().get_object().bucket(self.store.bucket()).key(&self.key);
        let rest = rest.range(format!("bytes={}-", self.read)).set_if_match(self.tag.clone());
        let place = self.store.place(Some(&self.key));
        let rest = rest.send().await.map_err(|error| failure(&error, Action::Read, &place))?;
        self.body = rest.body;
        Ok(())
    }

    fn broken(&self, kind: Kind, why: &str) -> Error {
        let place = self.store.place(Some(&self.key));
        Error::new(kind, format!("cannot read {place} beyond byte {}: {why}", self.read))
    }
}
