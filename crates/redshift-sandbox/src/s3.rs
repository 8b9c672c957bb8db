//! Where objects are kept.

use private_s3::Server;

use crate::builder::Builder;
use crate::error::Error;

/// The private S3 server, and perhaps another that is used in its place.
pub struct Store {
    /// Idle where another is used.
    pub server: Server,
    other: Option<String>,
}

impl Store {
    /// A server with the builder's keys and buckets. Blocks.
    pub fn start(builder: &Builder) -> Result<Store, Error> {
        let mut server = Server::builder();
        for key in &builder.keys {
            let token = key.token.as_ref().map(|token| token.0.as_str());
            server = server.key(&key.id, &key.secret.0, token);
        }
        for (name, region) in &builder.buckets {
            server = server.bucket(name, region);
        }
        for (name, region) in &builder.foreign_buckets {
            server = server.foreign_bucket(name, region);
        }
        let server = server.start().map_err(|error| Error::S3(error.to_string()))?;
        Ok(Store { server, other: builder.s3_endpoint.clone() })
    }

    /// Such as `http://127.0.0.1:40000`.
    pub fn endpoint(&self) -> String {
        self.other.clone().unwrap_or_else(|| self.server.endpoint())
    }
}
