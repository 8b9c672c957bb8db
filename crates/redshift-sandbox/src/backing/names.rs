//! Names on the backing server, which keeps 63 bytes of a name where Redshift keeps 127.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use sha2::{Digest, Sha256};

/// The longest name that the backing server keeps, in bytes.
const LONGEST: usize = 63;
/// What a shortened name keeps of the long one, in bytes, before `~` and 16 digits.
const KEPT: usize = LONGEST - 17;

/// Longer names that were used so far, by what they are called on the backing server.
#[derive(Debug, Default)]
pub struct Names(Mutex<HashMap<String, String>>);

impl Names {
    /// What the backing server calls it.
    pub fn shorten(&self, name: &str) -> String {
        if name.len() <= LONGEST {
            return name.to_owned();
        }
        let digest = Sha256::digest(name.as_bytes());
        let digits: String = digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        let short = format!("{}~{digits}", &name[..name.floor_char_boundary(KEPT)]);
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(short.clone(), name.to_owned());
        short
    }

    /// What Redshift calls what the backing server calls so.
    pub fn lengthen(&self, name: &str) -> String {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(name).cloned().unwrap_or_else(|| name.to_owned())
    }

    /// Learns a pair that the backing database remembers.
    pub fn learn(&self, short: String, long: String) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(short, long);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_long_names_change_and_come_back() {
        let names = Names::default();
        assert_eq!(names.shorten("orders"), "orders");
        let long = "é".repeat(50);
        let short = names.shorten(&long);
        assert!(short.len() <= LONGEST);
        assert_ne!(short, names.shorten(&format!("{long}x")));
        assert_eq!(names.lengthen(&short), long);
        assert_eq!(names.lengthen("orders"), "orders");
    }
}
