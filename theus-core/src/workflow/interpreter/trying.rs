//! What is tried, and tried again: whether it waits for that, or is under way.

use std::time::{Duration, SystemTime};

use super::environment::Environment;
use crate::workflow::clock::{Moment, Timekeeper};

/// Where something stands that is tried; `R` is a try that is under way.
pub(super) enum Trying<R> {
    /// It starts as soon as it may.
    Ready,
    /// It waits to be tried again.
    Later(Moment),
    /// The same, of before a restart.
    LaterAt(SystemTime),
    Running(R),
}

/// What is to be done now.
pub(super) enum Due<R> {
    /// Nothing until this time.
    Wait(Moment),
    /// A try is made.
    Start,
    /// The try under way goes on.
    GoOn(R),
}

impl<R> Trying<R> {
    /// As it was stored.
    pub(super) fn restored(again: Option<SystemTime>) -> Self {
        again.map_or(Self::Ready, Self::LaterAt)
    }

    /// When it is tried again, as it is stored; `None` where it does not wait for that.
    pub(super) fn again(&self, keeper: &Timekeeper) -> Option<SystemTime> {
        match self {
            Self::Later(at) => keeper.date(*at),
            Self::LaterAt(date) => Some(*date),
            Self::Ready | Self::Running(_) => None,
        }
    }

    /// Whether a try is made when it goes on next.
    #[cfg(feature = "store")]
    pub(super) fn starts(&self, environment: &Environment<'_>) -> bool {
        match self {
            Self::Ready => true,
            Self::Later(at) => environment.moment() >= *at,
            Self::LaterAt(date) => environment.moment() >= environment.moment_of(*date),
            Self::Running(_) => false,
        }
    }

    pub(super) const fn is_running(&self) -> bool {
        matches!(self, Self::Running(_))
    }

    /// What is to be done now. A try under way is handed out, and is put back by who leaves it under way.
    pub(super) fn due(&mut self, environment: &Environment<'_>) -> Due<R> {
        if let Self::LaterAt(date) = *self {
            *self = Self::Later(environment.moment_of(date));
        }
        match std::mem::replace(self, Self::Ready) {
            Self::Later(at) if environment.moment() < at => {
                *self = Self::Later(at);
                Due::Wait(at)
            }
            Self::Running(run) => Due::GoOn(run),
            Self::Ready | Self::Later(_) | Self::LaterAt(_) => Due::Start,
        }
    }

    /// The try that is under way is over: it starts as soon as it may, if it does.
    pub(super) fn stop(&mut self) -> Option<R> {
        match std::mem::replace(self, Self::Ready) {
            Self::Running(run) => Some(run),
            Self::Ready | Self::Later(_) | Self::LaterAt(_) => None,
        }
    }

    /// It is tried again after this time: the moment, and the date of it.
    pub(super) fn put_off(&mut self, wait: Duration, environment: &Environment<'_>) -> (Moment, SystemTime) {
        let (now, moment) = (environment.now(), environment.moment());
        let due = moment.checked_add(wait).unwrap_or(moment);
        *self = Self::Later(due);
        (due, now.checked_add(wait).unwrap_or(now))
    }
}
