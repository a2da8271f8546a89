//! Which counter is a rule's.

use std::sync::atomic::{AtomicU64, Ordering};

/// The identity of a counter: one for each rule, the same for the rule of a new recipe that takes its place, and the same
/// for all processes after which an invariant is judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Counter(u64);

impl Counter {
    /// What tells it from every other one of the program.
    #[cfg(feature = "store")]
    pub(super) const fn number(self) -> u64 {
        self.0
    }

    /// One that no rule has yet.
    pub(super) fn new() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        Self(NEXT.fetch_add(1, Ordering::Relaxed))
    }
}
