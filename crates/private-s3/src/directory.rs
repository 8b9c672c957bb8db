//! Where objects are kept: `<temporary directory>/private-s3-<pid>-<n>/`.
//!
//! A directory belongs to the process that holds the lock on its file `lock`; one that nobody holds
//! was left by a killed process and is removed by the next server.

use std::env;
use std::fs::{self, DirBuilder, File};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::process;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::error::{Acting, Error};

/// A server's directory; removed when dropped.
pub(crate) struct Directory {
    path: PathBuf,
    _lock: File,
}

const PREFIX: &str = "private-s3-";

impl Directory {
    /// Creates one that only this account may enter.
    pub fn create() -> Result<Self, Error> {
        static SERVERS: AtomicU64 = AtomicU64::new(0);
        let parent = env::temp_dir();
        sweep(&parent);
        let name = format!("{}-{}", process::id(), SERVERS.fetch_add(1, Ordering::Relaxed));
        // Renamed when it is locked, or another process might take it for abandoned.
        let unlocked = parent.join(format!(".{PREFIX}{name}"));
        DirBuilder::new().mode(0o700).create(&unlocked).at("create", &unlocked)?;
        let lock = File::create(unlocked.join("lock")).at("create a lock in", &unlocked)?;
        lock.lock().at("lock", &unlocked)?;
        let path = parent.join(format!("{PREFIX}{name}"));
        fs::rename(&unlocked, &path).at("create", &path)?;
        Ok(Self { path, _lock: lock })
    }

    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        // Nobody can be told here; the next server's sweep tries again.
        let _ = fs::remove_dir_all(&self.path);
    }
}

fn sweep(parent: &Path) {
    for entry in fs::read_dir(parent).into_iter().flatten().flatten() {
        let ours = entry.file_name().to_string_lossy().starts_with(PREFIX);
        if ours && is_abandoned(&entry.path()) {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

/// Without a lock file it is not ours.
fn is_abandoned(path: &Path) -> bool {
    File::open(path.join("lock")).is_ok_and(|lock| lock.try_lock().is_ok())
}
