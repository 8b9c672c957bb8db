//! Functions of the user's own: `--load-lisp-file`.

/// Functions that expressions may call besides those built in. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Library {}
