use std::collections::HashMap;

use crate::access::Key;
use crate::error::Error;
use crate::objects::Bucket;
use crate::server::Server;

/// How a private server is set up. [`Builder::start`] starts it.
#[derive(Default)]
pub struct Builder {
    pub(crate) keys: HashMap<String, Key>,
    pub(crate) buckets: Vec<(String, Bucket)>,
    pub(crate) redirects: bool,
}

impl Builder {
    /// An access key. One with a session token is temporary: requests must carry that token.
    #[must_use]
    pub fn key(mut self, id: &str, secret: &str, token: Option<&str>) -> Self {
        let key = Key { secret: secret.to_owned(), token: token.map(str::to_owned) };
        self.keys.insert(id.to_owned(), key);
        self
    }

    /// An empty bucket that every key may use.
    #[must_use]
    pub fn bucket(mut self, name: &str, region: &str) -> Self {
        self.buckets.push((name.to_owned(), Bucket::new(region, true)));
        self
    }

    /// A bucket of somebody else: it exists, and every request for it is denied.
    #[must_use]
    pub fn foreign_bucket(mut self, name: &str, region: &str) -> Self {
        self.buckets.push((name.to_owned(), Bucket::new(region, false)));
        self
    }

    /// Answers a request that was signed for another region than the bucket's with 301
    /// `PermanentRedirect`, as S3's endpoint of that other region does, instead of with 400
    /// `AuthorizationHeaderMalformed`, as the endpoint of the bucket's region does.
    #[must_use]
    pub fn redirects(mut self) -> Self {
        self.redirects = true;
        self
    }

    /// Starts the server and returns once it accepts connections.
    ///
    /// # Errors
    /// A temporary directory or a port that cannot be had.
    pub fn start(self) -> Result<Server, Error> {
        Server::start(self)
    }
}
