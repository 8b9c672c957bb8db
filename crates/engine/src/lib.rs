//! Threads, retry, rejects and the report.
