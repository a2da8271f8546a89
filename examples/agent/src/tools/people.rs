//! The people. What they answer comes back as an event, not from here: a human takes their time.

use std::sync::{Mutex, PoisonError};

/// The way to people.
#[theus_core::effect]
pub(crate) trait Post {
    /// Tells them something, and does not wait. What comes twice with one key is told once.
    fn tell(&self, words: &str, key: &str);
}

/// What people were told, in order.
#[derive(Debug, Default)]
pub(crate) struct People {
    /// Each with the key of the call that has told it.
    told: Mutex<Vec<(String, String)>>,
}

impl Post for People {
    fn tell(&self, words: &str, key: &str) {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if told.iter().all(|(before, _)| before != key) {
            told.push((key.to_owned(), words.to_owned()));
        }
    }
}

impl People {
    /// What they were told so far.
    pub(crate) fn told(&self) -> Vec<String> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner).iter().map(|(_, words)| words.clone()).collect()
    }
}
