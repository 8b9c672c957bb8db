use std::sync::{Mutex, MutexGuard, PoisonError};

use hyper::Method;

/// A failure on purpose: [`crate::Server::inject`]. Each happens once, to the first request it fits,
/// unless its description says otherwise; a write is a PUT or a POST.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// The next write is answered with 503 `SlowDown`.
    SlowDown,
    /// The next write is answered with 500 `InternalError`.
    InternalError,
    /// The connection of the next PUT is reset when some of its body has arrived.
    ResetMidUpload,
    /// The connection of the next GET is closed when some of its answer has been sent.
    ResetMidDownload,
    /// The next write is carried out, and its connection closed without an answer.
    LostAnswer,
    /// The next request is answered with 400 `ExpiredToken`.
    ExpiredToken,
    /// The next request is answered with 403 `RequestTimeTooSkewed`.
    ClockSkew,
    /// The next write is answered with 403 `AccessDenied`.
    AccessDenied,
    /// From now on this key cannot be read in any bucket: 403 `AccessDenied`.
    ForbidKey(String),
}

impl Fault {
    fn fits(&self, method: &Method) -> bool {
        match self {
            Self::ResetMidUpload => method == Method::PUT,
            Self::ResetMidDownload => method == Method::GET,
            Self::ExpiredToken | Self::ClockSkew => true,
            Self::ForbidKey(_) => false,
            Self::SlowDown | Self::InternalError | Self::LostAnswer | Self::AccessDenied => {
                method == Method::PUT || method == Method::POST
            }
        }
    }
}

/// The faults still to come.
#[derive(Default)]
pub(crate) struct Faults(Mutex<Vec<Fault>>);

impl Faults {
    pub fn add(&self, fault: Fault) {
        self.list().push(fault);
    }

    /// The oldest fault for such a request, which does not come again.
    pub fn take(&self, method: &Method) -> Option<Fault> {
        let mut list = self.list();
        let position = list.iter().position(|fault| fault.fits(method))?;
        Some(list.remove(position))
    }

    pub fn forbids(&self, key: &str) -> bool {
        self.list().iter().any(|fault| matches!(fault, Fault::ForbidKey(forbidden) if forbidden == key))
    }

    fn list(&self) -> MutexGuard<'_, Vec<Fault>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
