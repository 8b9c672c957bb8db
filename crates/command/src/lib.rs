//! The load language: text to commands, with diagnostics.
