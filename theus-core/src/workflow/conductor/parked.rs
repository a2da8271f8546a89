//! A thread that waits for a run.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Wake;
use std::thread::{self, Thread};
use std::time::{Duration, SystemTime};

use crate::workflow::clock::Clock;

/// How long a thread rests before it looks again: what another thread says to a session is heard after that at the latest.
pub(super) const LONGEST_REST: Duration = Duration::from_millis(20);

/// The calling thread, while it waits for a run.
pub(super) struct Parked {
    thread: Thread,
    woken: AtomicBool,
}

impl Parked {
    pub(super) fn here() -> Self {
        Self { thread: thread::current(), woken: AtomicBool::new(false) }
    }

    /// Waits until it is woken, at this time at the latest. A clock that jumps goes there where nobody has woken it.
    pub(super) fn rest(&self, until: Option<SystemTime>, clock: &dyn Clock) {
        if self.woken.swap(false, Ordering::Acquire) {
            return;
        }
        match until {
            Some(until) if clock.jump_to(until) => {}
            Some(until) => {
                let left = until.duration_since(clock.now()).unwrap_or_default();
                thread::park_timeout(left.min(LONGEST_REST));
            }
            None => thread::park_timeout(LONGEST_REST),
        }
        self.woken.store(false, Ordering::Release);
    }
}

impl Wake for Parked {
    fn wake(self: Arc<Self>) {
        self.woken.store(true, Ordering::Release);
        self.thread.unpark();
    }
}
