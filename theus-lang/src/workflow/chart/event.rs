//! What makes a transition happen.

use std::fmt;
use std::time::Duration;

use serde::Serialize;

use super::id::StateId;
use super::reckoned::Reckoned;
use crate::calendar::Cron;
use crate::signal::EventName;
use crate::source::duration;

/// An event of one definition: its place in [`Definition::events`](super::Definition::events).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct EventId(pub(crate) u32);

impl EventId {
    /// Its place in [`Definition::events`](super::Definition::events).
    #[must_use]
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// What the name of a state stands behind where a transition waits for its end.
pub const DONE_OF: &str = "done.state.";

/// What a transition waits for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trigger {
    /// An event of this name. The name as the file has it is kept beside: `SIG_X` and `EVT_X` are the same event.
    Event {
        /// The event.
        name: EventName,
        /// As the file writes it.
        written: String,
    },
    /// Any event that no transition of the state names: `"*"`. What the runtime tells (`EVT_CHAIN_DONE`, `EVT_CHAIN_FAIL`,
    /// `EVT_COMPENSATION_FAIL`) is not among them: it must be named.
    Any,
    /// None: it is taken as soon as its guard holds (`always`).
    Always,
    /// So long a time in the state (`after`).
    After(Duration),
    /// As long a time in the state as the data say (`after`).
    AfterReckoned(Box<Reckoned>),
    /// A date that the data say (`at`).
    At(Box<Reckoned>),
    /// Each time that so long a time has gone by in the state (`every`).
    Every(Duration),
    /// Each time that the calendar says (`cron`).
    Cron(Box<Cron>),
    /// The state's child has reached a final state, or all its regions have (`done`).
    Done,
    /// Another state, wherever it is, has come to its end (`done.state.NAME` among the `events`).
    DoneOf(StateId),
    /// The work at this place among those of the state has ended well (`done` of an `invoke`).
    Invoked(u32),
}

/// As pictures have it: `CMD_GO`, `*`, `after 5s`, `every 15m`; nothing for `always`.
impl fmt::Display for Trigger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let follows = |time: &Reckoned| if time.follow { " (followed)" } else { "" };
        match self {
            Self::Event { written, .. } => f.write_str(written),
            Self::Any => f.write_str("*"),
            Self::Always => Ok(()),
            Self::After(time) => write!(f, "after {}", duration::shown(*time)),
            Self::AfterReckoned(time) => write!(f, "after {}{}", time.value.text(), follows(time)),
            Self::At(time) => write!(f, "at {}{}", time.value.text(), follows(time)),
            Self::Every(time) => write!(f, "every {}", duration::shown(*time)),
            Self::Cron(cron) => write!(f, "cron {cron}"),
            Self::Done | Self::DoneOf(_) | Self::Invoked(_) => f.write_str("done"),
        }
    }
}

impl Trigger {
    /// Whether it waits for a time.
    #[must_use]
    pub const fn is_time(&self) -> bool {
        matches!(self, Self::After(_) | Self::AfterReckoned(_) | Self::At(_) | Self::Every(_) | Self::Cron(_))
    }

    /// What makes two times of a state the same: its word, how long it is where that is written out, else what says it. `None` for
    /// what is no time.
    pub(in crate::workflow) fn time(&self) -> Option<(&'static str, Duration, &str)> {
        match self {
            Self::After(time) => Some(("after", *time, "")),
            Self::AfterReckoned(time) => Some(("after", Duration::ZERO, time.value.text())),
            Self::At(time) => Some(("at", Duration::ZERO, time.value.text())),
            Self::Every(time) => Some(("every", *time, "")),
            Self::Cron(cron) => Some(("cron", Duration::ZERO, cron.text())),
            _ => None,
        }
    }

    /// The time that the data say, where they do.
    #[must_use]
    pub const fn reckoned(&self) -> Option<&Reckoned> {
        match self {
            Self::AfterReckoned(reckoned) | Self::At(reckoned) => Some(reckoned),
            _ => None,
        }
    }
}

/// A timer of one definition: [`Definition::timers`](super::Definition::timers) has those of a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub struct TimerId {
    /// The state that it begins and ends with.
    pub state: StateId,
    /// The place of its first transition among those of the state.
    pub index: u32,
}
