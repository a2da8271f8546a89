//! What was asked of a session while a worker has it.

use std::sync::atomic::{AtomicBool, Ordering};

use parking_lot::Mutex;

/// What was asked of a session since it listened last.
#[derive(Default)]
pub(super) struct Wishes {
    /// Whether there is anything: what a session looks at before each step.
    any: AtomicBool,
    said: Mutex<Option<Box<Said>>>,
}

/// The last that was said of each.
#[derive(Default)]
pub(super) struct Said {
    pub(super) pause: Option<bool>,
    pub(super) cancel: Option<String>,
}

impl Wishes {
    pub(super) fn say(&self, wish: impl FnOnce(&mut Said)) {
        let mut said = self.said.lock();
        wish(said.get_or_insert_default());
        self.any.store(true, Ordering::Release);
    }

    /// What was said since it was asked last.
    pub(super) fn heard(&self) -> Option<Box<Said>> {
        if !self.any.load(Ordering::Acquire) {
            return None;
        }
        let mut said = self.said.lock();
        self.any.store(false, Ordering::Relaxed);
        said.take()
    }
}
