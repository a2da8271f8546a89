//! Why there is nothing to be done at present, and for how long that is waited out.

use std::time::{Duration, Instant};

use super::instance::Progress;
use super::outcome::Handled;
use crate::process::Halted;
use crate::workflow::clock::{Moment, Timekeeper};

/// Why there is nothing to be done at present.
pub(super) enum Rest {
    /// Until an event comes, or this time; and when the audit is to be looked at meanwhile.
    Idle(Option<Moment>, Option<Moment>),
    /// Until an event comes, what states have invoked can go on, or this time.
    Working(Option<Moment>),
    /// Until this time: a step is tried again then.
    Wait(Moment),
    /// A step is awaited, and the time for that is over.
    Awaits,
    Paused,
    Halted(Halted),
    Over,
}

impl Rest {
    /// What a session says that goes on only later.
    pub(super) fn of(progress: Progress, looks_at: Option<Moment>) -> Self {
        let earlier = |until: Option<Moment>| until.into_iter().chain(looks_at).min();
        match progress {
            Progress::Idle { until } => Self::Idle(until, looks_at),
            Progress::Working { until, .. } => Self::Working(earlier(until)),
            Progress::Wait { until } => Self::Wait(looks_at.map_or(until, |looks_at| looks_at.min(until))),
            Progress::Paused => Self::Paused,
            Progress::Halted(halted) => Self::Halted(halted),
            Progress::Stepped | Progress::Handled(_) | Progress::Pending { .. } => Self::Awaits,
            Progress::Over => Self::Over,
            #[cfg(feature = "store")]
            Progress::Unsaved(_) => Self::Awaits,
        }
    }
}

/// What was done, or why nothing was.
pub(super) enum Outcome {
    Handled(Box<Handled>),
    Rest(Rest),
}

/// How long a call may go on.
#[derive(Clone, Copy)]
pub(super) struct Limits {
    /// By the workflow's clock: then it is done.
    pub(super) until: Option<Moment>,
    /// In real time: then it has failed.
    pub(super) real: Option<Instant>,
}

impl Limits {
    /// Until when to wait, and whether for events too; `None` where there is nothing to wait for, or the time is over.
    pub(super) fn until(&self, rest: &Rest, keeper: &Timekeeper) -> Option<(Moment, bool)> {
        // It is looked at while something else is waited for: for that alone nobody waits.
        let (due, looks_at, hears) = match rest {
            Rest::Over | Rest::Halted(_) | Rest::Awaits | Rest::Working(_) => return None,
            Rest::Paused => {
                self.until?;
                (None, None, false)
            }
            Rest::Idle(due, looks_at) => (*due, *looks_at, true),
            Rest::Wait(due) => (Some(*due), None, false),
        };
        let at = self.first(due)?;
        let at = looks_at.map_or(at, |looks_at| looks_at.min(at));
        (!self.are_over(keeper)).then_some((at, hears))
    }

    /// The earlier of that time and the end.
    pub(super) fn first(&self, due: Option<Moment>) -> Option<Moment> {
        match (due, self.until) {
            (Some(due), Some(until)) => Some(due.min(until)),
            (due, until) => due.or(until),
        }
    }

    /// Whether the time is over, by the workflow's clock.
    pub(super) fn are_over(&self, keeper: &Timekeeper) -> bool {
        self.until.is_some_and(|until| keeper.now() >= until)
    }

    /// Whether the real time is over.
    pub(super) fn is_late(&self) -> bool {
        self.real.is_some_and(|real| Instant::now() >= real)
    }

    /// How much real time is left.
    pub(super) fn real_left(&self) -> Option<Duration> {
        self.real.map(|real| real.saturating_duration_since(Instant::now()))
    }
}
