//! A local stand-in for Amazon Redshift and S3, for tests, demos and users' own CI. It is not Redshift.
//!
//! It shares no code with the loader, so that a misunderstanding there is not repeated here.
//!
//! A client's statement is cut into tokens ([`lexer`]), recognised by one of a few productions ([`sql`]),
//! printed anew and run on a PostgreSQL server ([`backing`]) by the client's [`session`]; COPY is done by
//! [`copy`].

pub mod backing;
mod builder;
pub mod copy;
pub mod error;
pub mod fault;
pub mod lexer;
pub mod model;
mod own;
mod s3;
mod sandbox;
pub mod secret;
pub mod session;
pub mod sql;
pub mod wire;

pub use builder::Builder;
pub use error::Error;
pub use sandbox::Sandbox;
pub use wire::auth::Auth;
pub use wire::tls::Tls;
