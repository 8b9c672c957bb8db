//! A home directory with profile files.

use std::fs;
use std::path::{Path, PathBuf};
use std::process;
use std::sync::atomic::{AtomicU32, Ordering};

/// Removed when dropped.
pub struct Home(PathBuf);

impl Home {
    pub fn new(config: &str, credentials: &str) -> Self {
        static HOMES: AtomicU32 = AtomicU32::new(0);
        let number = HOMES.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("pgloader-s3-home-{}-{number}", process::id()));
        fs::create_dir_all(path.join(".aws")).unwrap();
        fs::write(path.join(".aws/config"), config).unwrap();
        fs::write(path.join(".aws/credentials"), credentials).unwrap();
        Self(path)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }

    pub fn text(&self) -> &str {
        self.0.to_str().unwrap()
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
