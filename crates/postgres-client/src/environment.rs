//! What the process's surroundings say about connections: variables, account, files.

use std::collections::HashMap;
use std::path::PathBuf;

/// The variables and the account that fill in what a URI leaves out. Nothing in this crate reads
/// the process's environment anywhere else. Its `Debug` form shows names only: a variable
/// may be a password.
#[derive(Clone, Default)]
pub struct Environment {
    variables: HashMap<String, String>,
    account: Option<String>,
    home: Option<PathBuf>,
}

impl std::fmt::Debug for Environment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut names: Vec<_> = self.variables.keys().collect();
        names.sort();
        f.debug_struct("Environment")
            .field("variables", &names)
            .field("account", &self.account)
            .field("home", &self.home)
            .finish()
    }
}

impl Environment {
    /// An environment in which nothing is set, for tests.
    pub fn empty() -> Environment {
        Environment::default()
    }

    /// The `PG…` variables, `USER` and `HOME` of this process and the account it runs under.
    /// Variables that are not UTF-8 count as not set.
    pub fn from_process() -> Environment {
        let variables: HashMap<_, _> = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .filter(|(name, _)| name.starts_with("PG") || name == "USER")
            .collect();
        let account = Account::current();
        let home = std::env::var_os("HOME")
            .filter(|home| !home.is_empty())
            .map(PathBuf::from)
            .or_else(|| account.as_ref().map(|account| account.home.clone()));
        Environment { variables, account: account.map(|account| account.name), home }
    }

    /// The same with one variable set.
    pub fn with(mut self, name: &str, value: &str) -> Environment {
        self.variables.insert(name.into(), value.into());
        self
    }

    /// The same with another home directory.
    pub fn with_home(mut self, home: impl Into<PathBuf>) -> Environment {
        self.home = Some(home.into());
        self
    }

    /// The same with another name for the account of the process.
    pub fn with_account(mut self, name: &str) -> Environment {
        self.account = Some(name.into());
        self
    }

    /// A variable; one that is set to nothing counts as not set, as in libpq.
    pub(crate) fn variable(&self, name: &str) -> Option<&str> {
        let value = self.variables.get(name)?;
        (!value.is_empty()).then_some(value.as_str())
    }

    pub(crate) fn account(&self) -> Option<&str> {
        self.account.as_deref()
    }

    /// A file below the home directory, whether it exists or not.
    pub(crate) fn home_file(&self, name: &str) -> Option<PathBuf> {
        Some(self.home.as_ref()?.join(name))
    }
}

struct Account {
    name: String,
    home: PathBuf,
}

impl Account {
    /// The entry of the effective user in the system's account database.
    fn current() -> Option<Account> {
        let mut buffer = vec![0 as libc::c_char; 16 * 1024];
        // SAFETY: `passwd` is a plain C struct for which all zeros is a valid value.
        let mut entry: libc::passwd = unsafe { std::mem::zeroed() };
        let mut found = std::ptr::null_mut();
        // SAFETY: all pointers are valid for the call, and the length is that of the buffer.
        let status = unsafe {
            libc::getpwuid_r(libc::geteuid(), &mut entry, buffer.as_mut_ptr(), buffer.len(), &mut found)
        };
        if status != 0 || found.is_null() {
            return None;
        }
        // SAFETY: on success both fields point to NUL-terminated strings inside `buffer`,
        // which outlives this use.
        let (name, home) =
            unsafe { (std::ffi::CStr::from_ptr(entry.pw_name), std::ffi::CStr::from_ptr(entry.pw_dir)) };
        Some(Account { name: name.to_str().ok()?.to_owned(), home: PathBuf::from(home.to_str().ok()?) })
    }
}
