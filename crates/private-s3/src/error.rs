use std::io;
use std::path::Path;

/// Why the server could not be started, or an object not be stored from within.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The operating system refused.
    #[error("cannot {action}: {source}")]
    System {
        /// What was tried, such as `listen`.
        action: String,
        /// The system's reason.
        source: io::Error,
    },
    /// A bucket that the server was not given.
    #[error("private S3 has no bucket {0}")]
    NoBucket(String),
}

pub(crate) trait Acting<T> {
    fn acting(self, action: &str) -> Result<T, Error>;
    fn at(self, verb: &str, path: &Path) -> Result<T, Error>;
}

impl<T> Acting<T> for io::Result<T> {
    fn acting(self, action: &str) -> Result<T, Error> {
        self.map_err(|source| Error::System { action: action.to_owned(), source })
    }

    fn at(self, verb: &str, path: &Path) -> Result<T, Error> {
        self.map_err(|source| Error::System { action: format!("{verb} {}", path.display()), source })
    }
}
