use std::time::SystemTime;

/// An object as a listing shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    /// Its key within the bucket.
    pub key: String,
    /// In bytes.
    pub size: u64,
    /// When it was written, by S3's clock.
    pub last_modified: Option<SystemTime>,
}

/// An upload that is neither finished nor aborted. Its parts take up space that S3 charges for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PendingUpload {
    /// The key that the object would have.
    pub key: String,
    /// What [`crate::Store::abort_upload`] takes.
    pub id: String,
    /// When it was begun, by S3's clock.
    pub initiated: Option<SystemTime>,
}
