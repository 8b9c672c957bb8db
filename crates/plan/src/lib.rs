//! Commands and catalogs to plans.
