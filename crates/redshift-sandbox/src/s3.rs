//! Where objects are kept.

use crate::builder::Builder;
use crate::error::Error;

/// An S3 server.
#[derive(Debug)]
pub struct Store {
    endpoint: String,
}

impl Store {
    /// The server at `endpoint`, which must exist.
    pub fn start(builder: &Builder) -> Result<Store, Error> {
        let endpoint = builder.s3_endpoint.as_ref().ok_or_else(|| Error::S3("give an endpoint".into()))?;
        Ok(Store { endpoint: endpoint.clone() })
    }

    /// `http://127.0.0.1:PORT`
    pub fn endpoint(&self) -> String {
        self.endpoint.clone()
    }
}
