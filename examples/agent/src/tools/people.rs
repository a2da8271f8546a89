//! The people. What they answer comes back as an event, not from here: a human takes their time.

use std::sync::{Mutex, PoisonError};

/// What people were told, in order.
#[derive(Debug, Default)]
pub(crate) struct People {
    told: Mutex<Vec<String>>,
}

impl People {
    /// Tells them something, and does not wait.
    pub(crate) fn tell(&self, words: String) {
        self.told.lock().unwrap_or_else(PoisonError::into_inner).push(words);
    }

    /// What they were told so far.
    pub(crate) fn told(&self) -> Vec<String> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
