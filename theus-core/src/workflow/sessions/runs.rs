//! How many runs beside the workflows are under way in a pool.

use std::sync::atomic::{AtomicUsize, Ordering, fence};

/// How many runs of [`Sessions::run`](super::Sessions::run) are under way: an end in good order waits for them.
#[derive(Default)]
pub(super) struct Runs(AtomicUsize);

impl Runs {
    /// One begins. Who looks after that whether the pool shuts down is seen by who waits, or sees that it does.
    pub(super) fn begins(&self) {
        self.0.fetch_add(1, Ordering::SeqCst);
        fence(Ordering::SeqCst);
    }

    pub(super) fn ends(&self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }

    pub(super) fn are_under_way(&self) -> bool {
        self.0.load(Ordering::SeqCst) > 0
    }
}
