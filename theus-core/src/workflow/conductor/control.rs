//! A handle with which another thread pauses, lets go on and cancels a session.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Waker;

use parking_lot::Mutex;

use crate::panics::{shed, wake};

/// Pauses, lets go on and cancels a session from anywhere, while another thread or task drives it. A clone is the same
/// handle.
///
/// What it says is heard between two steps: a run that is under way is finished first. An asynchronous one that is
/// cancelled is dropped, which rolls it back, when its session is driven next.
#[derive(Clone, Debug, Default)]
pub struct Control {
    wishes: Arc<Wishes>,
}

#[derive(Debug, Default)]
struct Wishes {
    /// Whether there is one: what a session looks at between two steps.
    any: AtomicBool,
    said: Mutex<Said>,
    /// Whoever drives the session as a task and waits.
    driver: Mutex<Option<Waker>>,
}

/// What was said since the session listened last.
#[derive(Debug, Default)]
pub(super) struct Said {
    pub(super) pause: Option<bool>,
    pub(super) cancel: Option<String>,
}

impl Control {
    /// Keeps the session from going on.
    pub fn pause(&self) {
        self.say(|said| said.pause = Some(true));
    }

    /// Lets it go on. Somebody has to drive it, as before.
    pub fn resume(&self) {
        self.say(|said| said.pause = Some(false));
    }

    /// Ends it: see [`WorkflowManager::cancel`](crate::workflow::WorkflowManager::cancel).
    pub fn cancel(&self, reason: impl Into<String>) {
        self.say(|said| said.cancel = Some(reason.into()));
    }

    fn say(&self, wish: impl FnOnce(&mut Said)) {
        wish(&mut self.wishes.said.lock());
        self.wishes.any.store(true, Ordering::Release);
        let driver = self.wishes.driver.lock().take();
        if let Some(driver) = driver {
            wake(driver);
        }
    }

    /// Has this waker woken when something is said.
    pub(super) fn wakes(&self, waker: &Waker) {
        let waker = waker.clone();
        let replaced = self.wishes.driver.lock().replace(waker);
        shed(replaced);
    }

    /// What was said since it was asked last.
    pub(super) fn heard(&self) -> Option<Said> {
        if !self.wishes.any.load(Ordering::Relaxed) {
            return None;
        }
        let mut said = self.wishes.said.lock();
        self.wishes.any.store(false, Ordering::Release);
        Some(std::mem::take(&mut *said))
    }
}
