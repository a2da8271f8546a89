//! Times that the data or the calendar say: which are to be worked out, which run, which follow the data.

use std::time::{Duration, SystemTime};

use super::timers::{Timer, Timers};
use crate::workflow::chart::{Definition, Effects, TimerId, Trigger};
use crate::workflow::clock::Moment;

/// How far the wall clock may be from what it is worked out to be: less, and it was not set, only looked at twice.
const LOOKED_AT_TWICE: Duration = Duration::from_millis(5);

/// A time that the data or the calendar say, of an active state.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reckoning {
    pub(super) id: TimerId,
    /// When its state was entered.
    pub(super) since: Moment,
    /// The same by the wall clock, as it went then.
    pub(super) entered: SystemTime,
    /// The version of the data by which it was worked out; `None` where it is still to be.
    pub(super) version: Option<u64>,
    follows: bool,
    /// It was due, or the data said that there is none.
    pub(super) is_over: bool,
}

/// Those of the active states, in the order of their ids.
#[derive(Clone, Debug, Default)]
pub(super) struct Reckonings {
    all: Vec<Reckoning>,
    /// Whether one is still to be worked out.
    is_open: bool,
    /// Whether one follows the data, and the version by which that was looked at last.
    follows: bool,
    looked_at: u64,
    /// Whether one is a date, which is when the wall clock shows it; and how that went when it was looked at last.
    has_dates: bool,
    clocks: Option<(Moment, SystemTime)>,
}

/// When one is due, and the date of that; `None` where there is no such time.
pub(super) type Due = Option<(Moment, SystemTime)>;

/// Whether a timer is due when the wall clock shows its date.
pub(super) fn is_date(definition: &Definition, id: TimerId) -> bool {
    matches!(definition.time(id), Some(Trigger::At(_) | Trigger::Cron(_)))
}

impl Reckonings {
    fn add(&mut self, one: Reckoning, definition: &Definition) {
        // Before a restart the data may have been others.
        self.is_open |= one.version.is_none() || one.follows;
        self.follows |= one.follows;
        self.has_dates |= is_date(definition, one.id);
        self.all.push(one);
    }

    fn find(&mut self, id: TimerId) -> Option<&mut Reckoning> {
        let place = self.all.binary_search_by_key(&id, |one| one.id).ok()?;
        self.all.get_mut(place)
    }
}

impl Timers {
    /// Whether there are times that the data or the calendar say.
    #[inline]
    pub(super) fn are_reckoned(&self) -> bool {
        self.known().is_some_and(|known| known.reckonings.is_some())
    }

    fn all_reckonings(&self) -> Option<&Reckonings> {
        self.known()?.reckonings.as_deref()
    }

    fn all_reckonings_mut(&mut self) -> Option<&mut Reckonings> {
        self.known_mut()?.reckonings.as_deref_mut()
    }

    /// Whether a time follows the data.
    #[inline]
    pub(super) fn follow(&self) -> bool {
        self.all_reckonings().is_some_and(|reckonings| reckonings.follows)
    }

    /// Those that are not over, in order.
    pub(super) fn reckonings(&self) -> impl Iterator<Item = &Reckoning> {
        self.all_reckonings().into_iter().flat_map(|reckonings| &reckonings.all).filter(|one| !one.is_over)
    }

    /// One more, which is in order only after [`put_reckonings_in_order`](Self::put_reckonings_in_order).
    pub(super) fn reckon_later(
        &mut self,
        id: TimerId,
        (since, entered): (Moment, SystemTime),
        version: Option<u64>,
        definition: &Definition,
    ) {
        let follows = definition.time(id).and_then(Trigger::reckoned).is_some_and(|time| time.follow);
        let one = Reckoning { id, since, entered, version, follows, is_over: false };
        self.known_or_new().reckonings.get_or_insert_default().add(one, definition);
    }

    pub(super) fn put_reckonings_in_order(&mut self) {
        if let Some(reckonings) = self.all_reckonings_mut() {
            reckonings.all.sort_unstable_by_key(|one| one.id);
        }
    }

    /// Those that are to be worked out by this version of the data.
    pub(super) fn open_reckonings(&mut self, version: u64) -> Vec<Reckoning> {
        let Some(reckonings) = self.all_reckonings_mut() else { return Vec::new() };
        let have_data_changed = reckonings.follows && reckonings.looked_at != version;
        if !(reckonings.is_open || have_data_changed) {
            return Vec::new();
        }
        (reckonings.is_open, reckonings.looked_at) = (false, version);
        let is_wanted = |one: &&Reckoning| !one.is_over && one.version.is_none_or(|of| one.follows && of != version);
        reckonings.all.iter().filter(is_wanted).copied().collect()
    }

    /// They are due then, or never; those that are never and do not follow the data are over. In the order of their ids.
    pub(super) fn reckoned(&mut self, found: &[(TimerId, Due)], version: u64) {
        let is_found = |id: &TimerId| found.binary_search_by_key(id, |(id, _)| *id).is_ok();
        let timers = found.iter().filter_map(|(id, due)| due.map(|(due, date)| Timer { due, date, id: *id }));
        self.replace(is_found, timers);
        let Some(reckonings) = self.all_reckonings_mut() else { return };
        for (id, due) in found {
            if let Some(one) = reckonings.find(*id) {
                (one.version, one.is_over) = (Some(version), due.is_none() && !one.follows);
            }
        }
    }

    /// A date is when the wall clock shows it, whatever that was set to since it was looked at last.
    pub(super) fn go_by_the_wall(&mut self, definition: &Definition, (now, wall): (Moment, SystemTime)) {
        let Some(reckonings) = self.all_reckonings_mut().filter(|reckonings| reckonings.has_dates) else { return };
        let before = reckonings.clocks.replace((now, wall));
        let was_set = before.is_some_and(|(then, shown)| {
            let expected = shown.checked_add(now.since(then)).unwrap_or(shown);
            let apart = wall.duration_since(expected).unwrap_or_else(|error| error.duration());
            apart > LOOKED_AT_TWICE
        });
        if was_set {
            self.move_to(|timer| is_date(definition, timer.id).then(|| now.shifted(wall, timer.date)));
        }
    }

    /// One that is due is over, whatever the data say from then on; when its state was entered.
    pub(super) fn ends(&mut self, id: TimerId) -> Option<SystemTime> {
        let one = self.all_reckonings_mut()?.find(id)?;
        one.is_over = true;
        Some(one.entered)
    }

    /// States are left.
    pub(super) fn end_reckonings(&mut self, effects: Effects<'_>) {
        let Some(known) = self.known_mut() else { return };
        if let Some(reckonings) = &mut known.reckonings {
            reckonings.all.retain(|one| !effects.exits(one.id.state));
            if reckonings.all.is_empty() {
                known.reckonings = None;
            }
        }
    }

    /// When their states were entered, by the wall clock as it goes now.
    pub(super) fn date_reckonings(&mut self, date: impl Fn(Moment) -> Option<SystemTime>) {
        for one in self.all_reckonings_mut().into_iter().flat_map(|reckonings| &mut reckonings.all) {
            one.entered = date(one.since).unwrap_or(one.entered);
        }
    }

    /// The same by the clock that counts, of which the dates alone are known.
    pub(super) fn count_reckonings(&mut self, moment: impl Fn(SystemTime) -> Moment) {
        for one in self.all_reckonings_mut().into_iter().flat_map(|reckonings| &mut reckonings.all) {
            one.since = moment(one.entered);
        }
    }
}
