//! What sessions of a stepped pool await that is not time: it is waited for before a virtual clock jumps.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use parking_lot::Mutex;

/// How many sessions await something real, and how long that was waited for.
#[derive(Default)]
pub(super) struct Real {
    sessions: AtomicUsize,
    /// How long it was waited for since one of them went on last: what has lasted too long is not waited for again.
    waited: Mutex<Duration>,
}

impl Real {
    /// A session awaits something real, or does not any more.
    pub(super) fn set(&self, known: &mut bool, awaits: bool) {
        match (std::mem::replace(known, awaits), awaits) {
            (false, true) => drop(self.sessions.fetch_add(1, Ordering::AcqRel)),
            (true, false) => drop(self.sessions.fetch_sub(1, Ordering::AcqRel)),
            _ => {}
        }
    }

    pub(super) fn is_awaited(&self) -> bool {
        self.sessions.load(Ordering::Acquire) > 0
    }

    /// Waits, for so long at most and not beyond what is left of the patience: whether one of them goes on.
    pub(super) fn wait(&self, time: Duration, patience: Duration, wait: impl FnOnce(Instant) -> bool) -> bool {
        let mut waited = self.waited.lock();
        let begin = Instant::now();
        let end = begin.checked_add(time.min(patience.saturating_sub(*waited))).unwrap_or(begin);
        let goes_on = wait(end);
        *waited = if goes_on { Duration::ZERO } else { waited.saturating_add(begin.elapsed()) };
        goes_on
    }
}
