//! Amazon S3: which keys, which region, which endpoint; and the objects of one bucket.
//!
//! ```no_run
//! # async fn example() -> Result<(), pgloader_s3::Error> {
//! use pgloader_s3::{Environment, Settings, Store};
//!
//! let store = Store::open(&Settings::default(), &Environment::from_process()).await?;
//! store.put("run/part-1.csv", vec!["1,2\n".into(), "3,4\n".into()]).await?;
//! let keys = store.keys().await?; // for COPY
//! store.delete(&["run/part-1.csv".to_owned()]).await?;
//! # Ok(())
//! # }
//! ```
//!
//! Everything runs on the caller's tokio runtime, which needs IO and time enabled. No secret is in any
//! error, log line or `Debug` output.

mod bucket;
mod connection;
mod environment;
mod error;
mod failure;
mod http;
mod keys;
mod objects;
mod pieces;
mod profiles;
mod reader;
mod settings;
mod sources;
mod store;
mod upload;

pub use crate::environment::Environment;
pub use crate::error::{Error, Kind};
pub use crate::keys::Keys;
pub use crate::objects::{Object, PendingUpload};
pub use crate::reader::Reader;
pub use crate::settings::Settings;
pub use crate::store::Store;
pub use crate::upload::Upload;
