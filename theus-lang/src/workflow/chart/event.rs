//! What makes a transition happen.

use std::time::Duration;

use serde::Serialize;

use super::id::StateId;
use crate::signal::EventName;

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
    /// The state's child has reached a final state, or all its regions have (`done`).
    Done,
    /// Another state, wherever it is, has come to its end (`done.state.NAME` among the `events`).
    DoneOf(StateId),
    /// The work at this place among those of the state has ended well (`done` of an `invoke`).
    Invoked(u32),
}

/// A timer of one definition: [`Definition::timers`](super::Definition::timers) has those of a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub struct TimerId {
    /// The state that it begins and ends with.
    pub state: StateId,
    /// The place of its first transition among those of the state.
    pub index: u32,
}
