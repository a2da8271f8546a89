//! A thread that waits for a run.

use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Wake, Waker};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

use crate::panics::tell;
use crate::workflow::clock::{Moment, Timekeeper};

/// How long a thread rests before it looks again: what another thread says to a session is heard after that at the latest.
pub(super) const LONGEST_REST: Duration = Duration::from_millis(20);

/// How long a thread waits for a run before that is told, once.
const LONG: Duration = Duration::from_secs(10);

/// The calling thread, while it waits for a run.
pub(super) struct ThreadWaker {
    unparker: Arc<Unparker>,
    since: Instant,
    is_told: Cell<bool>,
    patience: Patience,
}

struct Unparker {
    thread: Thread,
    woken: AtomicBool,
}

impl ThreadWaker {
    pub(super) fn here() -> Self {
        let unparker = Unparker { thread: thread::current(), woken: AtomicBool::new(false) };
        let (since, is_told) = (Instant::now(), Cell::new(false));
        Self { unparker: Arc::new(unparker), since, is_told, patience: Patience::default() }
    }

    pub(super) fn waker(&self) -> Waker {
        Waker::from(Arc::clone(&self.unparker))
    }

    /// Waits until it is woken, at this time at the latest, and for so long in real time. A clock that jumps goes there where
    /// nobody has woken it.
    pub(super) fn rest(&self, until: Option<Moment>, real: Option<Duration>, keeper: &Timekeeper, is_left_alone: bool) {
        if self.unparker.woken.swap(false, Ordering::Acquire) {
            return;
        }
        let left = until.map(|until| self.patience.left(until, keeper, is_left_alone));
        match (left, until) {
            (Some(left), Some(until)) if left.is_zero() => drop(keeper.jump_to(until)),
            (left, _) => {
                let left = left.into_iter().chain(real).min();
                thread::park_timeout(left.unwrap_or(LONGEST_REST).min(LONGEST_REST));
            }
        }
        self.unparker.woken.store(false, Ordering::Release);
        if self.since.elapsed() > LONG && !self.is_told.replace(true) {
            tell(|| {
                tracing::warn!(
                    target: "theus::workflow",
                    "a thread has waited {LONG:?} for an async step; if it belongs to an async runtime, which the step may need, drive \
                     the workflow by `run_until_final_async` or one of its siblings"
                );
            });
        }
    }
}

impl Wake for Unparker {
    fn wake(self: Arc<Self>) {
        self.woken.store(true, Ordering::Release);
        self.thread.unpark();
    }
}

/// For how long something real is waited for by a clock that jumps.
#[derive(Default)]
pub(super) struct Patience(Cell<Option<(Moment, Instant)>>);

impl Patience {
    /// How much real time is left until the clock is to jump to this moment; by a clock of real time, until then.
    pub(super) fn left(&self, until: Moment, keeper: &Timekeeper, is_left_alone: bool) -> Duration {
        let left = keeper.left(until);
        if !keeper.jumps() {
            return left;
        }
        if is_left_alone {
            return Duration::ZERO;
        }
        let now = Instant::now();
        let end = match self.0.get() {
            Some((same, end)) if same == until => end,
            _ => now.checked_add(left.min(keeper.clock().patience())).unwrap_or(now),
        };
        self.0.set(Some((until, end)));
        if left.is_zero() { left } else { end.saturating_duration_since(now) }
    }
}
