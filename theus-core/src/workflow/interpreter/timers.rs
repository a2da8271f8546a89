//! The times that a session waits for.

use std::cmp::Reverse;
use std::time::{Duration, SystemTime};

use super::cycles::{Counted, Figures};
use super::reckoning::{Reckonings, is_date};
use crate::workflow::chart::{Definition, Effects, StateId, TimerId, Trigger};
use crate::workflow::clock::{Moment, Timekeeper};

/// How far a date may be from what it is worked out to be: less, and the clock was not set, only looked at twice.
const LOOKED_AT_TWICE: Duration = Duration::from_millis(5);

/// One time of `after`, or the next one of `every`, in an active state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Timer {
    /// When it is due, whatever the wall clock is set to.
    pub(super) due: Moment,
    /// When that was to be, by the wall clock as it went when the timer began: what is stored and told.
    pub(super) date: SystemTime,
    pub(super) id: TimerId,
}

/// The times that a session waits for, in the order in which they are due; of those due at once, in the order of the file.
///
/// Behind one word: very many sessions have none.
#[derive(Clone, Debug, Default)]
pub(super) struct Timers(Option<Box<Known>>);

#[derive(Clone, Debug, Default)]
pub(super) struct Known {
    /// The next one is the last: it is what is taken.
    waiting: Vec<Timer>,
    /// How cycles keep their time; `None` until one has come.
    counted: Option<Box<Counted>>,
    /// What is known of the times that the data or the calendar say; `None` where no active state has any.
    pub(super) reckonings: Option<Box<Reckonings>>,
}

impl Timers {
    pub(super) fn is_empty(&self) -> bool {
        self.0.as_ref().is_none_or(|known| known.waiting.is_empty() && known.reckonings.is_none())
    }

    pub(super) fn known(&self) -> Option<&Known> {
        self.0.as_deref()
    }

    pub(super) fn known_mut(&mut self) -> Option<&mut Known> {
        self.0.as_deref_mut()
    }

    pub(super) fn known_or_new(&mut self) -> &mut Known {
        self.0.get_or_insert_default()
    }

    fn waiting(&self) -> &[Timer] {
        self.0.as_ref().map_or(&[], |known| &known.waiting)
    }

    pub(super) fn rest(&mut self) {
        if self.is_empty() && self.counted().is_empty() {
            self.0 = None;
        }
        if let Some(known) = &mut self.0 {
            known.waiting.shrink_to_fit();
        }
    }

    pub(super) fn clear(&mut self) {
        if let Some(known) = &mut self.0 {
            known.waiting.clear();
            known.reckonings = None;
        }
    }

    /// As they are stored.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Timer> {
        self.waiting().iter().rev()
    }

    /// With their dates as the wall clock goes now: what another process can go on from.
    pub(super) fn dated(&self, keeper: &Timekeeper, definition: &Definition) -> Self {
        let mut timers = self.clone();
        if !timers.is_empty() {
            let now = keeper.now();
            // One look for all of them, so that their order stays.
            let wall = keeper.date(now);
            let date = |moment: Moment| wall.and_then(|wall| shifted(wall, now, moment));
            timers.date_reckonings(date);
            let waiting = timers.0.iter_mut().flat_map(|known| &mut known.waiting);
            for timer in waiting.filter(|timer| !is_date(definition, timer.id)) {
                let Some(date) = date(timer.due) else { continue };
                let apart = date.duration_since(timer.date).unwrap_or_else(|error| error.duration());
                if apart > LOOKED_AT_TWICE {
                    timer.date = date;
                }
            }
        }
        timers
    }

    /// When the first is due.
    pub(super) fn next_due(&self) -> Option<Moment> {
        self.waiting().last().map(|timer| timer.due)
    }

    /// Takes the first that is due.
    pub(super) fn take_due(&mut self, now: Moment) -> Option<Timer> {
        let due = self.next_due()? <= now;
        if due { self.0.as_mut()?.waiting.pop() } else { None }
    }

    /// Takes one of them.
    pub(super) fn take(&mut self, timer: &Timer) {
        let Some(known) = &mut self.0 else { return };
        known.waiting.retain(|other| other != timer);
    }

    /// States are left: their timers end.
    pub(super) fn end(&mut self, effects: Effects<'_>, definition: &Definition) {
        if !self.is_empty() && effects.exited().iter().any(|state| definition.has_times(*state)) {
            if let Some(known) = &mut self.0 {
                known.waiting.retain(|timer| !effects.exits(timer.id.state));
            }
            self.end_reckonings(effects);
        }
    }

    /// States are entered: their timers begin. The clock is only asked where there is one.
    pub(super) fn begin(
        &mut self,
        definition: &Definition,
        entered: &[StateId],
        now: impl Fn() -> (Moment, SystemTime),
    ) {
        let (before, mut are_reckoned) = (self.waiting().len(), false);
        for state in entered {
            for (id, time) in definition.timers(*state) {
                let (now, wall) = now();
                let (Trigger::After(after) | Trigger::Every(after)) = time else {
                    self.reckon_later(id, (now, wall), None, definition);
                    are_reckoned = true;
                    continue;
                };
                // A time that no clock will ever show is never due.
                if let (Some(due), Some(date)) = (now.checked_add(*after), wall.checked_add(*after)) {
                    self.known_or_new().waiting.push(Timer { due, date, id });
                }
            }
        }
        if are_reckoned {
            self.put_reckonings_in_order();
        }
        match self.waiting().len() - before {
            0 => {}
            1 => self.put_last_in_order(),
            _ => self.put_in_order(),
        }
    }

    /// One more, in its place.
    pub(super) fn add(&mut self, timer: Timer) {
        self.known_or_new().waiting.push(timer);
        self.put_last_in_order();
    }

    fn put_last_in_order(&mut self) {
        let Some(Known { waiting, .. }) = self.known_mut() else { return };
        let (others, new) = waiting.split_at(waiting.len().saturating_sub(1));
        let place = others.partition_point(|other| new.iter().all(|new| key(other) < key(new)));
        waiting[place..].rotate_right(1);
    }

    fn put_in_order(&mut self) {
        if let Some(known) = &mut self.0 {
            known.waiting.sort_by_key(key);
        }
    }

    /// These come in the place of those.
    pub(super) fn replace(&mut self, those: impl Fn(&TimerId) -> bool, these: impl Iterator<Item = Timer>) {
        let known = self.known_or_new();
        known.waiting.retain(|timer| !those(&timer.id));
        known.waiting.extend(these);
        self.put_in_order();
    }

    /// Moves them to where this says.
    pub(super) fn move_to(&mut self, to: impl Fn(&Timer) -> Option<Moment>) {
        for timer in self.0.iter_mut().flat_map(|known| &mut known.waiting) {
            timer.due = to(timer).unwrap_or(timer.due);
        }
        self.put_in_order();
    }

    pub(super) fn counted(&self) -> &[(TimerId, Figures)] {
        self.known().and_then(|known| known.counted.as_deref()).map_or(&[], Vec::as_slice)
    }

    pub(super) fn counted_mut(&mut self) -> &mut Counted {
        self.known_or_new().counted.get_or_insert_default()
    }

    /// One that goes on from a position, of which only the date is known: the next one comes last, and
    /// [`count_by`](Self::count_by) is to follow.
    pub(super) fn restore(&mut self, date: SystemTime, id: TimerId) {
        self.known_or_new().waiting.push(Timer { due: Moment::ZERO, date, id });
    }

    /// From now on they are due by this clock, as far from now as their dates are.
    pub(super) fn count_by(&mut self, keeper: &Timekeeper) {
        if self.is_empty() {
            return;
        }
        let now = keeper.now();
        let Some(wall) = keeper.date(now) else { return };
        for timer in self.0.iter_mut().flat_map(|known| &mut known.waiting) {
            timer.due = now.shifted(wall, timer.date);
        }
        self.count_reckonings(|date| now.shifted(wall, date));
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
