//! What is done each time that so long a time has gone by: when it comes next, how late it comes, what is missed.

use std::time::{Duration, SystemTime};

use serde::Serialize;

use super::timers::{Timer, Timers};
use crate::workflow::chart::{Cron, Definition, TimerId};
use crate::workflow::clock::Moment;

/// How a cycle (`every`) of a session keeps its time: since the session began, restarts included.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Cycle {
    /// The state.
    pub state: String,
    /// When one comes, as pictures say it: `every 20ms`.
    pub time: String,
    /// How many were handled.
    pub handled: u64,
    /// How many were missed: the session was busy, or not there, when they were due, and the next was due too when it was back.
    pub missed: u64,
    /// How late the last one was handled.
    pub late: Duration,
    /// How late one was handled at most.
    pub latest: Duration,
}

/// What is counted of one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Figures {
    pub(super) handled: u64,
    pub(super) missed: u64,
    pub(super) late: Duration,
    pub(super) latest: Duration,
}

/// The figures of those that have come, in the order of their ids; of no more than the file has.
pub(super) type Counted = Vec<(TimerId, Figures)>;

/// How one comes.
#[derive(Clone, Copy)]
pub(super) struct Tick {
    /// How late it is.
    pub(super) late: Duration,
    /// How many after it are due by now: they are skipped.
    pub(super) missed: u64,
}

impl Timers {
    /// A cycle is due. The next one is counted from when this one was due, and is in the future.
    pub(super) fn turn(&mut self, timer: &Timer, every: Duration, now: Moment) -> Tick {
        let late = now.since(timer.due);
        let missed = late.as_nanos().checked_div(every.as_nanos()).unwrap_or_default();
        let ahead = u64::try_from(every.as_nanos().saturating_mul(missed.saturating_add(1))).ok();
        let ahead = ahead.map_or(every, Duration::from_nanos);
        if let (Some(due), Some(date)) = (timer.due.checked_add(ahead), timer.date.checked_add(ahead)) {
            self.add(Timer { due, date, id: timer.id });
        }
        let tick = Tick { late, missed: u64::try_from(missed).unwrap_or(u64::MAX) };
        self.count(timer.id, tick);
        tick
    }

    /// A time of the calendar has come. The next one is the first that is still to come.
    pub(super) fn turn_page(
        &mut self,
        timer: &Timer,
        cron: &Cron,
        now: SystemTime,
        moment_of: impl Fn(SystemTime) -> Moment,
    ) -> Tick {
        let late = now.duration_since(timer.date).unwrap_or_default();
        let missed = if late.is_zero() { 0 } else { cron.between(timer.date, now) };
        if let Some(date) = cron.after(timer.date.max(now)) {
            self.add(Timer { due: moment_of(date), date, id: timer.id });
        }
        let tick = Tick { late, missed };
        self.count(timer.id, tick);
        tick
    }

    fn count(&mut self, id: TimerId, tick: Tick) {
        let counted = self.counted_mut();
        let place = counted.binary_search_by_key(&id, |(of, _)| *of).unwrap_or_else(|place| {
            counted.insert(place, (id, Figures::default()));
            place
        });
        let Some((_, figures)) = counted.get_mut(place) else { return };
        figures.handled = figures.handled.saturating_add(1);
        figures.missed = figures.missed.saturating_add(tick.missed);
        figures.late = tick.late;
        figures.latest = figures.latest.max(tick.late);
    }

    /// How the cycles of the session keep their time, in the order of the file.
    pub(super) fn cycles(&self, definition: &Definition) -> Vec<Cycle> {
        let cycle = |(id, figures): &(TimerId, Figures)| {
            let (state, time) = (definition.state(id.state)?, definition.time(*id)?);
            let Figures { handled, missed, late, latest } = *figures;
            Some(Cycle { state: state.name.clone(), time: time.to_string(), handled, missed, late, latest })
        };
        self.counted().iter().filter_map(cycle).collect()
    }
}
