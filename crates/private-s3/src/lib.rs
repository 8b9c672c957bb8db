//! A private, throw-away S3 server in the test process, as strict as Amazon's.
//!
//! It listens on a free port of the loopback address, keeps its objects in a temporary directory, and
//! is gone when dropped. Signatures, session tokens, the region in the signature, the clock,
//! checksums and part sizes are checked; what S3 refuses is refused, with S3's codes. [`Fault`]
//! makes it fail on purpose.
//!
//! ```
//! let s3 = private_s3::Server::builder()
//!     .key("AKIAIOSFODNN7EXAMPLE", "secret", None)
//!     .bucket("staging", "eu-west-1")
//!     .start()?;
//! s3.put("staging", "a.csv", b"1,2\n")?;
//! assert_eq!(s3.objects(), ["staging/a.csv"]);
//! # Ok::<(), private_s3::Error>(())
//! ```
//!
//! Requests are path style (`/bucket/key`). Protocol and signatures are the crate s3s's; an entity tag
//! is not an MD5 sum, as on S3 with encryption.

mod access;
mod builder;
mod checksums;
mod directory;
mod error;
mod fault;
mod front;
mod intake;
mod listing;
mod multipart;
mod objects;
mod refusal;
mod server;
mod service;

pub use crate::builder::Builder;
pub use crate::error::Error;
pub use crate::fault::Fault;
pub use crate::server::Server;
