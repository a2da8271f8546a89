//! A handle with which another thread pauses, lets go on and cancels a session.

use std::sync::Arc;
use std::task::Waker;

use parking_lot::Mutex;

use super::requests::{Asked, Requests};
use crate::panics::{drop_caught, wake};

/// Pauses, lets go on and cancels a session from anywhere, while another thread or task drives it. A clone is the same
/// handle.
///
/// What it says is heard between two steps: a run that is under way is finished first. An asynchronous one that is
/// cancelled is dropped, which rolls it back, when its session is driven next.
#[derive(Clone, Debug, Default)]
pub struct Control {
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    requests: Requests,
    /// Whoever drives the session as a task and waits.
    driver: Mutex<Option<Waker>>,
}

impl Control {
    /// Keeps the session from going on.
    pub fn pause(&self) {
        self.shared.requests.pause(true);
        self.wake_driver();
    }

    /// Lets it go on. Somebody has to drive it, as before.
    pub fn resume(&self) {
        self.shared.requests.pause(false);
        self.wake_driver();
    }

    /// Ends it: see [`WorkflowManager::cancel`](crate::workflow::WorkflowManager::cancel).
    pub fn cancel(&self, reason: impl Into<String>) {
        self.shared.requests.cancel(reason.into());
        self.wake_driver();
    }

    fn wake_driver(&self) {
        let driver = self.shared.driver.lock().take();
        if let Some(driver) = driver {
            wake(driver);
        }
    }

    /// Has this waker woken when something is asked.
    pub(super) fn wakes(&self, waker: &Waker) {
        let waker = waker.clone();
        let replaced = self.shared.driver.lock().replace(waker);
        drop_caught(replaced);
    }

    /// What was asked since it was taken last.
    pub(super) fn take(&self) -> Option<Box<Asked>> {
        self.shared.requests.take()
    }
}
