//! Ctrl-C, as the engine sees it.

use std::sync::{Arc, Mutex, PoisonError, Weak};

use pgloader_core::target::Loading;
use pgloader_core::{Error, Result};
use tokio::sync::watch;

/// Tells every part of a run that the user wants it to end, and keeps what a sudden end would leave to do.
#[derive(Clone)]
pub struct Interrupt {
    wanted: Arc<watch::Sender<bool>>,
    left_to_do: Arc<Mutex<Vec<String>>>,
    loadings: Arc<Mutex<Vec<Weak<dyn Loading>>>>,
}

impl Default for Interrupt {
    fn default() -> Interrupt {
        let wanted = Arc::new(watch::Sender::new(false));
        Interrupt { wanted, left_to_do: Arc::default(), loadings: Arc::default() }
    }
}

impl Interrupt {
    /// Ends the run: no row is read or written any more, and what was prepared is undone.
    pub fn trigger(&self) {
        self.wanted.send_replace(true);
    }

    /// Whether the run is to end.
    pub fn is_triggered(&self) -> bool {
        *self.wanted.borrow()
    }

    /// Returns when the run is to end.
    pub async fn triggered(&self) {
        let mut wanted = self.wanted.subscribe();
        // The sender lives in `self`, so waiting cannot fail.
        let _ = wanted.wait_for(|wanted| *wanted).await;
    }

    /// What `work` gives, or an error where the user wants an end before.
    pub async fn or<T>(&self, work: impl Future<Output = Result<T>>) -> Result<T> {
        tokio::select! {
            result = work => result,
            () = self.triggered() => Err(interrupted()),
        }
    }

    /// The statements that the target still needs before it is as it was, should the program end now.
    pub fn left_to_do(&self) -> Vec<String> {
        self.left_to_do.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What loads under way have left outside their tables, should the program end now.
    pub fn leftovers(&self) -> Vec<String> {
        let loadings = self.loadings.lock().unwrap_or_else(PoisonError::into_inner);
        loadings.iter().filter_map(Weak::upgrade).flat_map(|loading| loading.leftovers()).collect()
    }

    /// A load has begun.
    pub(crate) fn watch(&self, loading: &Arc<dyn Loading>) {
        let mut loadings = self.loadings.lock().unwrap_or_else(PoisonError::into_inner);
        loadings.retain(|known| known.strong_count() > 0);
        loadings.push(Arc::downgrade(loading));
    }

    pub(crate) fn set_left_to_do(&self, statements: Vec<String>) {
        *self.left_to_do.lock().unwrap_or_else(PoisonError::into_inner) = statements;
    }
}

/// What ends whatever the user has interrupted.
pub(crate) fn interrupted() -> Error {
    Error::new("interrupted")
}
