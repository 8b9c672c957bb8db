//! Faults that tests and users inject.

use std::collections::VecDeque;
use std::str::FromStr;
use std::sync::{Mutex, PoisonError};

/// What goes wrong, once for each time it is injected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// The socket is closed when a COPY arrives, before it runs.
    DropBeforeCopy,
    /// The socket is closed when COMMIT arrives, before it is carried out.
    DropBeforeCommit,
    /// The socket is closed after COMMIT was carried out, before it is answered.
    DropAfterCommit,
    /// The next COMMIT fails with XX000 `1023` and rolls back.
    SerializationFailure,
    /// The next COPY fails with XX000 `1018`.
    ConcurrentDrop,
    /// The next COPY fails with 40P01.
    Deadlock,
    /// The next COPY fails with this SQLSTATE and message, as a statement.
    CopyFails(&'static str, String),
    /// In the next COPY, the record of this number (from 1, over all files) is refused with this code and reason.
    RefuseRow(u64, i32, String),
    /// The next COPY takes so many milliseconds longer.
    SlowCopy(u64),
    /// The next query of an error view finds nothing.
    ErrorViewEmpty,
    /// From now on error views are forbidden (42501).
    ErrorViewsForbidden,
}

/// The faults that are named without a value.
const BARE: &[(&str, Fault)] = &[
    ("drop-before-copy", Fault::DropBeforeCopy),
    ("drop-before-commit", Fault::DropBeforeCommit),
    ("drop-after-commit", Fault::DropAfterCommit),
    ("serialization-failure", Fault::SerializationFailure),
    ("concurrent-drop", Fault::ConcurrentDrop),
    ("deadlock", Fault::Deadlock),
    ("error-view-empty", Fault::ErrorViewEmpty),
    ("error-views-forbidden", Fault::ErrorViewsForbidden),
];

impl FromStr for Fault {
    type Err = String;

    /// The name in lower case with hyphens, and after `=` what belongs to it: `slow-copy=MILLISECONDS`,
    /// `refuse-row=NUMBER:CODE:REASON`, `copy-fails=MESSAGE`.
    fn from_str(text: &str) -> Result<Fault, String> {
        if let Some((_, fault)) = BARE.iter().find(|(name, _)| *name == text) {
            return Ok(fault.clone());
        }
        let (name, value) = text.split_once('=').unwrap_or((text, ""));
        Ok(match name {
            "copy-fails" => Fault::CopyFails("XX000", value.to_owned()),
            "refuse-row" => {
                refused_row(value).ok_or_else(|| format!("{text}: expected refuse-row=NUMBER:CODE:REASON"))?
            }
            "slow-copy" => Fault::SlowCopy(
                value.parse().map_err(|_| format!("{text}: expected slow-copy=MILLISECONDS"))?,
            ),
            _ => return Err(unknown(text)),
        })
    }
}

fn unknown(text: &str) -> String {
    let bare: Vec<&str> = BARE.iter().map(|(name, _)| *name).collect();
    format!(
        "unknown fault {text}; there are {}, copy-fails=MESSAGE, refuse-row=NUMBER:CODE:REASON and \
         slow-copy=MILLISECONDS",
        bare.join(", ")
    )
}

fn refused_row(text: &str) -> Option<Fault> {
    let mut parts = text.splitn(3, ':');
    let (number, code) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    Some(Fault::RefuseRow(number, code, parts.next()?.to_owned()))
}

/// The faults still to happen, in the order injected.
#[derive(Debug, Default)]
pub struct Faults(Mutex<VecDeque<Fault>>);

impl Faults {
    /// Adds one.
    pub fn inject(&self, fault: Fault) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push_back(fault);
    }

    /// Takes out the first that `wanted` says yes to.
    pub fn take(&self, wanted: impl Fn(&Fault) -> bool) -> Option<Fault> {
        let mut faults = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let at = faults.iter().position(wanted)?;
        faults.remove(at)
    }

    /// Takes out one of exactly that fault: whether there was one.
    pub fn strikes(&self, fault: &Fault) -> bool {
        self.take(|waiting| waiting == fault).is_some()
    }

    /// Whether one of that kind waits; it stays.
    pub fn has(&self, wanted: impl Fn(&Fault) -> bool) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).iter().any(wanted)
    }
}

#[cfg(test)]
mod tests {
    use super::Fault;

    #[test]
    fn faults_have_names() {
        assert_eq!("drop-after-commit".parse(), Ok(Fault::DropAfterCommit));
        assert_eq!("slow-copy=250".parse(), Ok(Fault::SlowCopy(250)));
        assert_eq!(
            "refuse-row=3:1207:Invalid: digit".parse(),
            Ok(Fault::RefuseRow(3, 1207, "Invalid: digit".into()))
        );
        assert!("slow-copy=soon".parse::<Fault>().is_err());
        assert!("smoke".parse::<Fault>().is_err());
    }
}
