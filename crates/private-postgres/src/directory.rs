//! Where private servers live: `<temporary directory>/private-postgres-<uid>/`.
//!
//! It holds one cluster made by initdb for each version and account, copied for every server, and
//! one directory a server. A server's directory belongs to the process that holds the lock on its
//! file `lock`; one that nobody holds was left by a killed process and is removed.

use std::fs::{self, File, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::{self, Command};
use std::sync::atomic::{AtomicU32, Ordering};

use crate::error::{Acting, Error};
use crate::programs::{Account, Programs, effective_uid, run};

/// The common directory, locked against other processes until dropped.
pub(crate) struct Root {
    path: PathBuf,
    _lock: File,
}

/// The directory of one server; removed when dropped.
pub(crate) struct ServerDirectory {
    path: PathBuf,
    _lock: File,
}

/// The longest socket path that all systems accept, with room to spare.
const SOCKET_PATH_LIMIT: usize = 90;

impl Root {
    /// Creates the directory below `parent` if need be, waits for its lock, and removes what
    /// killed processes left in it.
    pub fn open(parent: &Path) -> Result<Self, Error> {
        let path = parent.join(format!("private-postgres-{}", effective_uid()));
        fs::create_dir_all(&path).at("create", &path)?;
        check_owner(&path)?;
        create(&path)?;
        let lock = File::create(path.join("lock")).at("create a lock in", &path)?;
        lock.lock().at("lock", &path)?;
        let root = Self { path, _lock: lock };
        root.sweep()?;
        Ok(root)
    }

    /// A new server's directory with a fresh cluster in `data`.
    pub fn server(&self, programs: &Programs) -> Result<ServerDirectory, Error> {
        static SERVERS: AtomicU32 = AtomicU32::new(0);
        let number = SERVERS.fetch_add(1, Ordering::Relaxed);
        let path = self.path.join(format!("{}-{number}", process::id()));
        check_length(&path)?;
        let cluster = self.cluster(programs)?;
        create(&path)?;
        let lock = File::create(path.join("lock")).at("create a lock in", &path)?;
        lock.try_lock().map_err(std::io::Error::from).at("lock", &path)?;
        let directory = ServerDirectory { path, _lock: lock };
        give(&directory.path, programs.account())?;
        copy(&cluster, &directory.data())?;
        Ok(directory)
    }

    /// The cluster to copy, made at the first call for this version and account.
    fn cluster(&self, programs: &Programs) -> Result<PathBuf, Error> {
        let uid = programs.account().map_or_else(effective_uid, |account| account.uid);
        let path = self.path.join(format!("cluster-{}-{uid}", programs.version()?));
        if path.exists() {
            return Ok(path);
        }
        let unfinished = self.path.join("unfinished");
        create(&unfinished)?;
        give(&unfinished, programs.account())?;
        initdb(programs, &unfinished)?;
        fs::rename(&unfinished, &path).at("create", &path)?;
        Ok(path)
    }

    fn sweep(&self) -> Result<(), Error> {
        let entries = fs::read_dir(&self.path).at("list", &self.path)?;
        for path in entries.flatten().map(|entry| entry.path()) {
            if path.is_dir() && !is_cluster(&path) && !is_in_use(&path) {
                // A server that is still ending may write a file: the next sweep removes the rest.
                let _ = fs::remove_dir_all(&path);
            }
        }
        Ok(())
    }
}

impl ServerDirectory {
    pub fn path(&self) -> &Path {
        &self.path
    }

    pub fn data(&self) -> PathBuf {
        self.path.join("data")
    }

    pub fn log(&self) -> PathBuf {
        self.path.join("log")
    }
}

impl Drop for ServerDirectory {
    fn drop(&mut self) {
        // The lock goes last: without it another process takes the rest for abandoned and removes it
        // too. Nobody can be told of an error here; the next sweep tries again.
        let _ = fs::remove_dir_all(self.data());
        let _ = fs::remove_file(self.log());
        let _ = fs::remove_dir_all(&self.path);
    }
}

/// Gives a file or directory to the account, if there is one.
pub(crate) fn give(path: &Path, account: Option<Account>) -> Result<(), Error> {
    match account {
        Some(Account { uid, gid }) => chown(path, Some(uid), Some(gid)).at("give away", path),
        None => Ok(()),
    }
}

/// A directory that the server's account may enter, whatever our umask.
fn create(path: &Path) -> Result<(), Error> {
    fs::create_dir_all(path).at("create", path)?;
    fs::set_permissions(path, Permissions::from_mode(0o755)).at("open to others", path)
}

/// Somebody else's directory could hold a cluster that runs their code.
fn check_owner(path: &Path) -> Result<(), Error> {
    let owner = fs::symlink_metadata(path).at("inspect", path)?;
    if owner.is_dir() && owner.uid() == effective_uid() {
        return Ok(());
    }
    let path = path.display();
    Err(Error::Directory(format!("{path} is not a directory of ours; remove it or set TMPDIR")))
}

fn check_length(path: &Path) -> Result<(), Error> {
    let length = path.as_os_str().len() + "/.s.PGSQL.65535".len();
    if length < SOCKET_PATH_LIMIT {
        return Ok(());
    }
    let path = path.display();
    Err(Error::Directory(format!("{path} is too long for a socket; set TMPDIR to a shorter one")))
}

fn is_cluster(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("cluster-"))
}

fn is_in_use(path: &Path) -> bool {
    match File::open(path.join("lock")) {
        Ok(lock) => lock.try_lock().is_err(),
        Err(_) => false,
    }
}

fn initdb(programs: &Programs, data: &Path) -> Result<(), Error> {
    let mut command = programs.server("initdb", "KILL");
    command.args(["--no-sync", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8"]);
    command.args(["--username=postgres", "--pgdata"]).arg(data).current_dir("/");
    run(&mut command, "initdb").map(drop)
}

fn copy(cluster: &Path, data: &Path) -> Result<(), Error> {
    run(Command::new("cp").arg("-a").arg(cluster).arg(data), "cp").map(drop)
}
