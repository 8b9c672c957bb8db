//! Where rows come from, one folder a source.

pub mod csv;
pub mod options;
