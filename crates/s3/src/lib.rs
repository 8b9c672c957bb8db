//! Amazon S3.
