//! Where rows come from, one folder a source.

pub mod csv;
