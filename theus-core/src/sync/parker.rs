//! A blocked thread as somebody to wake.

use std::sync::Arc;
use std::task::{Wake, Waker};
use std::time::Instant;

use super::{Condvar, Mutex};

/// Where a thread waits until it is woken. Not the thread's own parking place, which the program may use for itself.
pub(crate) struct Parker {
    woken: Mutex<bool>,
    changed: Condvar,
}

impl Parker {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self { woken: Mutex::new(false), changed: Condvar::new() })
    }

    pub(crate) fn waker(self: &Arc<Self>) -> Waker {
        Waker::from(Arc::clone(self))
    }

    /// Waits until it is woken, or has been since the last time; false where the time is over before.
    pub(crate) fn park_until(&self, time: Option<Instant>) -> bool {
        let mut woken = self.woken.lock();
        while !*woken {
            match time {
                None => self.changed.wait(&mut woken),
                Some(time) => {
                    if self.changed.wait_until(&mut woken, time).timed_out() {
                        break;
                    }
                }
            }
        }
        std::mem::replace(&mut *woken, false)
    }
}

impl Wake for Parker {
    fn wake(self: Arc<Self>) {
        *self.woken.lock() = true;
        self.changed.notify_one();
    }
}
