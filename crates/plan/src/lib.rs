//! Commands and catalogs to plans. Pure: what is to be done is decided here, and done elsewhere.

mod columns;
pub mod identifier;
pub mod options;
pub mod schema_options;
mod table_load;

pub use columns::{DateFormats, ListedColumn};
pub use table_load::{FileLoad, file_load};
