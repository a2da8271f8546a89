//! The times that a session waits for.

use std::time::SystemTime;

use crate::workflow::chart::{Definition, StateId, TimerId};

/// One time of `after` in an active state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Timer {
    pub(super) due: SystemTime,
    pub(super) id: TimerId,
}

/// The times that a session waits for, in the order in which they are due; of those due at once, in the order of the file.
#[derive(Clone, Debug, Default)]
pub(super) struct Timers {
    waiting: Vec<Timer>,
}

impl Timers {
    pub(super) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    pub(super) fn clear(&mut self) {
        self.waiting.clear();
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Timer> {
        self.waiting.iter()
    }

    /// When the first is due.
    pub(super) fn next_due(&self) -> Option<SystemTime> {
        self.waiting.first().map(|timer| timer.due)
    }

    /// Takes the first that is due.
    pub(super) fn take_due(&mut self, now: SystemTime) -> Option<Timer> {
        let due = self.next_due()? <= now;
        due.then(|| self.waiting.remove(0))
    }

    /// States are left: their timers end.
    pub(super) fn end(&mut self, exited: &[StateId]) {
        if !self.waiting.is_empty() {
            self.waiting.retain(|timer| !exited.contains(&timer.id.state));
        }
    }

    /// States are entered: their timers begin. The clock is only asked where there is one.
    pub(super) fn begin(&mut self, definition: &Definition, entered: &[StateId], now: impl Fn() -> SystemTime) {
        for state in entered {
            for (id, after) in definition.timers(*state) {
                // A time that no clock will ever show is never due.
                if let Some(due) = now().checked_add(after) {
                    self.add(Timer { due, id });
                }
            }
        }
    }

    pub(super) fn add(&mut self, timer: Timer) {
        let key = |timer: &Timer| (timer.due, timer.id);
        let place = self.waiting.partition_point(|other| key(other) <= key(&timer));
        self.waiting.insert(place, timer);
    }
}
