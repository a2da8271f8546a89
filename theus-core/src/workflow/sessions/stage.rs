//! Whether a session has something to do, and whether a worker has it.

use crate::sync::{AtomicUsize, Ordering};

/// Something has happened that it has not looked at; unless a worker has it, it waits for one.
const WOKEN: usize = 1;
/// A worker has it.
const DRIVEN: usize = 2;

/// Whether a session has something to do, and whether a worker has it: nobody, the run queue, or one worker.
///
/// Whoever wakes writes in any case, even where it was woken before: so what was done before the waking is seen by the
/// worker that looks after it.
pub(super) struct Stage(AtomicUsize);

impl Stage {
    pub(super) fn idle() -> Self {
        Self(AtomicUsize::new(0))
    }

    /// It has something to do. True for the one who has to put it in the run queue; `begin` is called before that can be seen,
    /// and `undo` where it turned out that another was faster.
    pub(super) fn wake(&self, begin: impl Fn(), undo: impl Fn()) -> bool {
        let mut seen = self.0.load(Ordering::Relaxed);
        loop {
            let is_idle = seen == 0;
            if is_idle {
                begin();
            }
            match self.0.compare_exchange(seen, seen | WOKEN, Ordering::AcqRel, Ordering::Relaxed) {
                Ok(_) => return is_idle,
                Err(now) => {
                    if is_idle {
                        undo();
                    }
                    seen = now;
                }
            }
        }
    }

    /// A worker takes it off the run queue, or looks again: what has happened until now, it will see.
    pub(super) fn take(&self) {
        self.0.swap(DRIVEN, Ordering::AcqRel);
    }

    /// The worker gives it back with nothing left to do. False where something has happened since [`take`](Self::take).
    pub(super) fn give_back(&self) -> bool {
        self.0.compare_exchange(DRIVEN, 0, Ordering::AcqRel, Ordering::Acquire).is_ok()
    }

    /// Nobody has it, and nobody will: whoever wakes it from now on finds a worker that never gives it back. False where somebody
    /// has it.
    #[cfg(feature = "store")]
    #[allow(dead_code, reason = "the tests of schedules, which have this file by itself, retire none")]
    pub(super) fn retire(&self) -> bool {
        self.0.compare_exchange(0, DRIVEN, Ordering::AcqRel, Ordering::Acquire).is_ok()
    }

    /// The worker puts it in the run queue again, for others have their turn.
    pub(super) fn put_back(&self) {
        self.0.swap(WOKEN, Ordering::AcqRel);
    }
}
