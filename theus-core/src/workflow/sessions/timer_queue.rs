//! When which session has to be woken: timers of states, waits before another try, limits of time.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Weak};
use std::time::Duration;

use parking_lot::{Condvar, Mutex};

use super::panicked::message_of;
use super::run_queue::Runnable;
use crate::panics::tell;
use crate::workflow::clock::{Moment, Timekeeper};

/// How long the timer thread sleeps at most: a virtual clock is moved by hand.
const LONGEST_SLEEP: Duration = Duration::from_millis(200);

/// When a session is to be woken, and its number among those of the same time.
pub(super) type Key = (Moment, u64);

/// The sessions that wait for a time.
pub(super) struct TimerQueue {
    waiting: Mutex<Waiting>,
    /// Whether anybody waits for a time, or did when it was looked at last: seen without the lock.
    is_awaited: AtomicBool,
    changed: Condvar,
    keeper: Arc<Timekeeper>,
}

#[derive(Default)]
struct Waiting {
    by_time: BTreeMap<Key, Weak<dyn Runnable>>,
    next: u64,
    over: bool,
}

impl TimerQueue {
    pub(super) fn new(keeper: Arc<Timekeeper>) -> Self {
        Self { waiting: Mutex::default(), is_awaited: AtomicBool::new(false), changed: Condvar::new(), keeper }
    }

    /// Has a session woken at this time, and not at the one of before. One that was due is set anew.
    pub(super) fn set(&self, before: Option<Key>, due: Option<Moment>, runnable: &Weak<dyn Runnable>) -> Option<Key> {
        if before.is_none() && due.is_none() {
            return None;
        }
        let mut waiting = self.waiting.lock();
        if let Some(key) = before {
            if Some(key.0) == due && waiting.by_time.contains_key(&key) {
                return before;
            }
            waiting.by_time.remove(&key);
        }
        let key = (due?, waiting.next);
        waiting.next += 1;
        let is_first = waiting.by_time.first_key_value().is_none_or(|(first, _)| key < *first);
        waiting.by_time.insert(key, Weak::clone(runnable));
        self.is_awaited.store(true, Ordering::Release);
        drop(waiting);
        if is_first {
            self.changed.notify_one();
        }
        Some(key)
    }

    pub(super) fn unset(&self, key: Key) {
        self.waiting.lock().by_time.remove(&key);
    }

    /// When the first session is due.
    pub(super) fn next_due(&self) -> Option<Moment> {
        self.waiting.lock().by_time.first_key_value().map(|((due, _), _)| *due)
    }

    /// Wakes those who are due, the earliest first. Says how many.
    pub(super) fn wake_due(&self) -> usize {
        // The clock is asked only where somebody waits for it.
        if !self.is_awaited.load(Ordering::Acquire) {
            return 0;
        }
        let now = self.keeper.now();
        let mut count = 0;
        loop {
            let mut waiting = self.waiting.lock();
            let is_due = waiting.by_time.first_key_value().is_some_and(|((due, _), _)| *due <= now);
            let Some((_, runnable)) = is_due.then(|| waiting.by_time.pop_first()).flatten() else {
                self.is_awaited.store(!waiting.by_time.is_empty(), Ordering::Release);
                return count;
            };
            drop(waiting);
            // One that was closed meanwhile has nothing to be woken for.
            if let Some(runnable) = runnable.upgrade() {
                runnable.wake();
                count += 1;
            }
        }
    }

    /// Wakes them until it is ended: the work of a thread of its own.
    pub(super) fn keep_waking(&self) {
        loop {
            // A clock is user code: where it panics, it is asked again later.
            let now = catch_unwind(AssertUnwindSafe(|| {
                self.wake_due();
                self.keeper.now()
            }));
            let now = now.map_err(|panic| {
                let message = message_of(panic);
                tell(|| tracing::error!(target: "theus::workflow", message, "the clock panicked: timers are late"));
            });
            let mut waiting = self.waiting.lock();
            if waiting.over {
                return;
            }
            let first = waiting.by_time.first_key_value().map(|((due, _), _)| *due);
            let left = first.map(|due| now.map_or(LONGEST_SLEEP, |now| due.since(now)));
            match left {
                None => self.changed.wait(&mut waiting),
                Some(left) if left.is_zero() => {}
                Some(left) => {
                    self.changed.wait_for(&mut waiting, left.min(LONGEST_SLEEP));
                }
            }
        }
    }

    pub(super) fn end(&self) {
        self.waiting.lock().over = true;
        self.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail by panicking")]

    use std::time::Instant;

    use super::*;
    use crate::workflow::clock::SystemClock;

    /// Tells when it was woken.
    #[derive(Default)]
    struct Sleeper {
        woken: Mutex<u32>,
        changed: Condvar,
    }

    impl Runnable for Sleeper {
        fn go(self: Arc<Self>) {}
        fn wake(self: Arc<Self>) {
            *self.woken.lock() += 1;
            self.changed.notify_all();
        }
    }

    #[test]
    fn an_earlier_time_is_not_slept_over_for_a_later_one() {
        let keeper = Arc::new(Timekeeper::new(Arc::new(SystemClock)));
        let timer_queue = Arc::new(TimerQueue::new(Arc::clone(&keeper)));
        let waking = {
            let timer_queue = Arc::clone(&timer_queue);
            std::thread::spawn(move || timer_queue.keep_waking())
        };
        let sleeper = Arc::new(Sleeper::default());
        let runnable: Weak<dyn Runnable> = Arc::downgrade(&(Arc::clone(&sleeper) as Arc<dyn Runnable>));
        let far = timer_queue.set(None, keeper.now().checked_add(Duration::from_secs(3_600)), &runnable);
        let waited = (1..=8).map(|time| {
            // It sleeps by now, for as long as it may.
            std::thread::sleep(Duration::from_millis(20));
            let begin = Instant::now();
            timer_queue.set(None, Some(keeper.now()), &runnable);
            let mut woken = sleeper.woken.lock();
            while *woken < time {
                assert!(!sleeper.changed.wait_for(&mut woken, Duration::from_secs(20)).timed_out(), "it sleeps on");
            }
            begin.elapsed()
        });
        let shortest = waited.min().unwrap();
        timer_queue.unset(far.unwrap());
        timer_queue.end();
        waking.join().unwrap();
        // However busy the machine is, of eight times one is short.
        assert!(shortest < LONGEST_SLEEP / 3, "{shortest:?}");
    }
}
