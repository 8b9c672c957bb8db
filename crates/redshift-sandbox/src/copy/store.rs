//! What COPY needs of S3.

use async_trait::async_trait;
use bytes::Bytes;

use super::statement::Location;
use super::trouble::Trouble;

/// Objects that can be listed and read.
#[async_trait]
pub(super) trait Store: Send + Sync {
    /// The keys that begin with a location's, all of them, in S3's order.
    async fn list(&self, prefix: &Location) -> Result<Vec<String>, Trouble>;

    /// Whether there is an object of exactly that key.
    async fn exists(&self, object: &Location) -> Result<bool, Trouble>;

    /// Begins to read an object.
    async fn open(&self, object: &Location) -> Result<Box<dyn Body>, Trouble>;
}

/// The rest of an object.
#[async_trait]
pub(super) trait Body: Send {
    /// The next bytes; `None` at the end.
    async fn chunk(&mut self) -> Result<Option<Bytes>, Trouble>;
}
