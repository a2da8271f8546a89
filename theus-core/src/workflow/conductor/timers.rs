//! The times that a session waits for.

use std::time::{Duration, SystemTime};

use crate::workflow::chart::{Definition, StateId, Trigger};

/// One time of `after` in an active state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Timer {
    pub(super) due: SystemTime,
    pub(super) state: StateId,
    /// The place of the first of its transitions among the state's.
    pub(super) place: u32,
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
            self.waiting.retain(|timer| !exited.contains(&timer.state));
        }
    }

    /// States are entered: their timers begin. The clock is only asked where there is one.
    pub(super) fn begin(&mut self, definition: &Definition, entered: &[StateId], now: impl Fn() -> SystemTime) {
        for state in entered {
            for (place, after) in timers_of(definition, *state) {
                // A time that no clock will ever show is never due.
                if let Some(due) = now().checked_add(after) {
                    self.add(Timer { due, state: *state, place });
                }
            }
        }
    }

    pub(super) fn add(&mut self, timer: Timer) {
        let key = |timer: &Timer| (timer.due, timer.state, timer.place);
        let place = self.waiting.partition_point(|other| key(other) <= key(&timer));
        self.waiting.insert(place, timer);
    }
}

/// The times of a state, each with the place of the first transition that waits for it.
pub(super) fn timers_of(definition: &Definition, state: StateId) -> impl Iterator<Item = (u32, Duration)> {
    let transitions = definition.state(state).map_or(&[][..], |state| &state.transitions);
    let after = |trigger: &Trigger| match trigger {
        Trigger::After(after) => Some(*after),
        _ => None,
    };
    transitions.iter().enumerate().filter_map(move |(place, way)| {
        let time = after(&way.trigger)?;
        let is_first = transitions[..place].iter().all(|earlier| after(&earlier.trigger) != Some(time));
        Some((u32::try_from(place).ok().filter(|_| is_first)?, time))
    })
}
