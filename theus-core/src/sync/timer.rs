//! Wakes a task at a time, on whatever runtime it is: one thread for the whole program, which begins with the first timer.
//!
//! A runtime's own timers cannot be relied on: there may be no runtime, or one that was built without timers.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::task::{Context, Waker};
use std::thread;
use std::time::Instant;

use parking_lot::{Condvar, Mutex};

use crate::panics::wake;

/// What is due, by its time; the number tells apart what is due at the same time.
struct Due {
    entries: BTreeMap<(Instant, u64), Waker>,
    next: u64,
    has_thread: bool,
}

static DUE: Mutex<Due> = Mutex::new(Due { entries: BTreeMap::new(), next: 0, has_thread: false });
static EARLIER: Condvar = Condvar::new();

thread_local! {
    static IS_HERE: Cell<bool> = const { Cell::new(false) };
}

/// Whether the calling thread is the one that wakes at a time, inside of a waker: while it waits, nobody is woken.
pub(crate) fn is_here() -> bool {
    IS_HERE.get()
}

/// Wakes once, at its time, unless it is dropped before.
pub(crate) struct Timer {
    key: (Instant, u64),
}

impl Timer {
    /// `None` where the thread cannot be started.
    pub(crate) fn wake_at(time: Instant, waker: Waker) -> Option<Self> {
        let mut due = DUE.lock();
        let key = (time, due.next);
        due.next += 1;
        if !due.has_thread {
            due.has_thread = thread::Builder::new().name("theus-timer".to_owned()).spawn(run).is_ok();
        }
        if !due.has_thread {
            return None;
        }
        due.entries.insert(key, waker);
        let is_first = due.entries.first_key_value().is_some_and(|(first, _)| *first == key);
        drop(due);
        if is_first {
            EARLIER.notify_one();
        }
        Some(Self { key })
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        let removed = DUE.lock().entries.remove(&self.key);
        // A waker is user code, when it is dropped too: not under the lock.
        crate::panics::drop_caught(removed);
    }
}

fn run() {
    IS_HERE.set(true);
    let mut due = DUE.lock();
    loop {
        match due.entries.first_entry() {
            None => EARLIER.wait(&mut due),
            Some(first) if first.key().0 <= Instant::now() => {
                let waker = first.remove();
                drop(due);
                wake(waker);
                due = DUE.lock();
            }
            Some(first) => {
                let time = first.key().0;
                EARLIER.wait_until(&mut due, time);
            }
        }
    }
}

/// Keeps the task of whoever polls it awake for one time.
pub(crate) struct Alarm {
    time: Instant,
    timer: Option<(Timer, Waker)>,
}

impl Alarm {
    pub(crate) const fn at(time: Instant) -> Self {
        Self { time, timer: None }
    }

    /// Whether it is time; if not, the task is woken then.
    pub(crate) fn poll(&mut self, task: &mut Context<'_>) -> bool {
        if self.time <= Instant::now() {
            return true;
        }
        if !self.timer.as_ref().is_some_and(|(_, waker)| waker.will_wake(task.waker())) {
            let waker = task.waker();
            self.timer = Timer::wake_at(self.time, waker.clone()).map(|timer| (timer, waker.clone()));
            if self.timer.is_none() {
                // Then the task looks at its watch by itself, again and again.
                waker.wake_by_ref();
            }
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::task::Wake;
    use std::time::Duration;

    use super::*;

    /// Notes when it was woken.
    struct Woken {
        order: Arc<Mutex<Vec<usize>>>,
        number: usize,
    }

    impl Wake for Woken {
        fn wake(self: Arc<Self>) {
            self.order.lock().push(self.number);
        }
    }

    #[test]
    fn each_is_woken_in_the_order_of_the_times_and_none_that_was_dropped() {
        let order = Arc::new(Mutex::new(Vec::new()));
        let begin = Instant::now();
        let mut timers = Vec::new();
        for (number, milliseconds) in [30, 10, 20, 15].into_iter().enumerate() {
            let waker = Waker::from(Arc::new(Woken { order: Arc::clone(&order), number }));
            timers.push(Timer::wake_at(begin + Duration::from_millis(milliseconds), waker));
        }
        drop(timers.remove(3));
        while order.lock().len() < 3 {
            thread::sleep(Duration::from_millis(1));
        }
        assert!(begin.elapsed() >= Duration::from_millis(30));
        assert_eq!(*order.lock(), [1, 2, 0]);
    }

    #[test]
    fn what_is_dropped_is_kept_no_longer() {
        struct Counted(Arc<AtomicUsize>);
        impl Wake for Counted {
            fn wake(self: Arc<Self>) {}
        }
        impl Drop for Counted {
            fn drop(&mut self) {
                self.0.fetch_add(1, Ordering::Relaxed);
            }
        }
        let dropped = Arc::new(AtomicUsize::new(0));
        let far = Instant::now() + Duration::from_secs(3_600);
        for _ in 0..100 {
            drop(Timer::wake_at(far, Waker::from(Arc::new(Counted(Arc::clone(&dropped))))));
        }
        assert_eq!(dropped.load(Ordering::Relaxed), 100);
    }

    #[test]
    fn a_waker_that_panics_stops_no_other() {
        struct Bad;
        impl Wake for Bad {
            #[allow(clippy::panic, reason = "what is tested")]
            fn wake(self: Arc<Self>) {
                panic!("a bad waker");
            }
        }
        let order = Arc::new(Mutex::new(Vec::new()));
        let now = Instant::now();
        let _bad = Timer::wake_at(now, Waker::from(Arc::new(Bad)));
        let _good = Timer::wake_at(now, Waker::from(Arc::new(Woken { order: Arc::clone(&order), number: 7 })));
        while order.lock().is_empty() {
            thread::sleep(Duration::from_millis(1));
        }
        assert_eq!(*order.lock(), [7]);
    }
}
