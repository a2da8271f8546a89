//! The times that a session waits for.

use std::cmp::Reverse;
use std::time::{Duration, SystemTime};

use crate::workflow::chart::{Definition, Effects, StateId, TimerId};
use crate::workflow::clock::{Moment, Timekeeper};

/// How far a date may be from what it is worked out to be: less, and the clock was not set, only looked at twice.
const LOOKED_AT_TWICE: Duration = Duration::from_millis(5);

/// One time of `after` in an active state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Timer {
    /// When it is due, whatever the wall clock is set to.
    pub(super) due: Moment,
    /// When that was to be, by the wall clock as it went when the timer began: what is stored and told.
    pub(super) date: SystemTime,
    pub(super) id: TimerId,
}

/// The times that a session waits for, in the order in which they are due; of those due at once, in the order of the file.
#[derive(Clone, Debug, Default)]
pub(super) struct Timers {
    /// The next one is the last: it is what is taken.
    waiting: Vec<Timer>,
}

impl Timers {
    pub(super) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    pub(super) fn rest(&mut self) {
        self.waiting.shrink_to_fit();
    }

    pub(super) fn clear(&mut self) {
        self.waiting.clear();
    }

    /// As they are stored.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Timer> {
        self.waiting.iter().rev()
    }

    /// With their dates as the wall clock goes now: what another process can go on from.
    pub(super) fn dated(&self, keeper: &Timekeeper) -> Self {
        let mut timers = self.waiting.clone();
        if !timers.is_empty() {
            let now = keeper.now();
            // One look for all of them, so that their order stays.
            let wall = keeper.date(now);
            for timer in &mut timers {
                let Some(date) = wall.and_then(|wall| shifted(wall, now, timer.due)) else { continue };
                let apart = date.duration_since(timer.date).unwrap_or_else(|error| error.duration());
                if apart > LOOKED_AT_TWICE {
                    timer.date = date;
                }
            }
        }
        Self { waiting: timers }
    }

    /// When the first is due.
    pub(super) fn next_due(&self) -> Option<Moment> {
        self.waiting.last().map(|timer| timer.due)
    }

    /// Takes the first that is due.
    pub(super) fn take_due(&mut self, now: Moment) -> Option<Timer> {
        let due = self.next_due()? <= now;
        if due { self.waiting.pop() } else { None }
    }

    /// States are left: their timers end.
    pub(super) fn end(&mut self, effects: Effects<'_>, definition: &Definition) {
        if !self.waiting.is_empty() && effects.exited().iter().any(|state| definition.has_times(*state)) {
            self.waiting.retain(|timer| !effects.exits(timer.id.state));
        }
    }

    /// States are entered: their timers begin. The clock is only asked where there is one.
    pub(super) fn begin(
        &mut self,
        definition: &Definition,
        entered: &[StateId],
        now: impl Fn() -> (Moment, SystemTime),
    ) {
        let before = self.waiting.len();
        for state in entered {
            for (id, after) in definition.timers(*state) {
                let (now, wall) = now();
                // A time that no clock will ever show is never due.
                if let (Some(due), Some(date)) = (now.checked_add(after), wall.checked_add(after)) {
                    self.waiting.push(Timer { due, date, id });
                }
            }
        }
        match self.waiting.len() - before {
            0 => {}
            1 => {
                let (others, new) = self.waiting.split_at(before);
                let place = others.partition_point(|other| new.iter().all(|new| key(other) < key(new)));
                self.waiting[place..].rotate_right(1);
            }
            _ => self.put_in_order(),
        }
    }

    fn put_in_order(&mut self) {
        self.waiting.sort_by_key(key);
    }

    /// One that goes on from a position, of which only the date is known: the next one comes last, and
    /// [`count_by`](Self::count_by) is to follow.
    pub(super) fn restore(&mut self, date: SystemTime, id: TimerId) {
        self.waiting.push(Timer { due: Moment::ZERO, date, id });
    }

    /// From now on they are due by this clock, as far from now as their dates are.
    pub(super) fn count_by(&mut self, keeper: &Timekeeper) {
        if self.waiting.is_empty() {
            return;
        }
        let now = keeper.now();
        let Some(wall) = keeper.date(now) else { return };
        for timer in &mut self.waiting {
            timer.due = now.shifted(wall, timer.date);
        }
        self.put_in_order();
    }
}

/// The next one comes last.
const fn key(timer: &Timer) -> Reverse<(Moment, TimerId)> {
    Reverse((timer.due, timer.id))
}

/// The date of a moment, where it is this date now.
fn shifted(wall: SystemTime, now: Moment, due: Moment) -> Option<SystemTime> {
    if due >= now { wall.checked_add(due.since(now)) } else { wall.checked_sub(now.since(due)) }
}
