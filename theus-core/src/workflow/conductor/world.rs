//! What a session finds around it while it goes on.

use std::cell::Cell;
use std::time::SystemTime;

use super::hand::Hand;
use crate::workflow::clock::Clock;

/// What a session finds around it while it goes on: an engine and a clock, which it is lent.
pub(crate) struct World<'a> {
    pub(crate) hand: &'a dyn Hand,
    pub(crate) clock: &'a dyn Clock,
    /// What the clock said last: it is asked once for what happens in no time.
    seen: Cell<Option<SystemTime>>,
}

impl<'a> World<'a> {
    pub(crate) const fn new(hand: &'a dyn Hand, clock: &'a dyn Clock) -> Self {
        Self { hand, clock, seen: Cell::new(None) }
    }

    /// The time now.
    pub(super) fn now(&self) -> SystemTime {
        if let Some(seen) = self.seen.get() {
            return seen;
        }
        let now = self.clock.now();
        self.seen.set(Some(now));
        now
    }

    /// Time may have gone by: the clock is asked anew.
    pub(crate) fn time_passes(&self) {
        self.seen.set(None);
    }
}
