//! The protocol 3.0, server's side.

pub mod auth;
pub mod body;
pub mod front;
pub mod messages;
pub mod startup;
pub mod tls;

pub use front::Front;
pub use messages::{Field, Messages};
