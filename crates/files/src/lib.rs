//! Opens what a FROM clause names.
