//! Where a session is, to be stored and gone on from.

use std::fmt;
use std::time::SystemTime;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use thiserror::Error;

use super::stored::{
    Ended, Message, StoredChain, StoredCompensation, StoredCycle, StoredDeferral, StoredInvocation, StoredReckoning,
    StoredTime, StoredTimer, StoredUnit, is_zero,
};
use crate::source::did_you_mean;
use crate::workflow::chart::{Stored, StoredError};

/// Where a session is, by names: what a restart leaves intact, and a change of the file that keeps those names.
///
/// It is the states that are active, what history states remember, the timers with the times when they are due, what the
/// session tells itself, the events that its states have deferred, and what is left of the event that is being handled: the steps that are still to be run, the elements
/// of the loops around them, how often a step was tried and when it is tried again, what is to be made good. It is neither the
/// domain, which is stored by itself and of the same moment, nor the bus, whose events are lost with the process.
///
/// A session that goes on from it does what it would have done: no step is left out and none is run twice.
///
/// | while it was taken | the session that goes on |
/// |---|---|
/// | nothing was handled, or between two steps | goes on there |
/// | a run of an `async fn` without effects was under way | runs it again: it had not committed |
/// | one with effects was under way, or several side by side | makes good what its chain had committed: nobody knows what was done outside. The chain has failed; the workflow hears `EVT_CHAIN_FAIL` |
/// | the file's steps are others by now | the same, where steps were left to be run |
///
/// A [`WorkflowManager`](crate::workflow::WorkflowManager) that is not being driven has no run under way. In a pool a session
/// goes on: pause it, so that its domain is of the same moment. Where the run that was under way then is not over yet, it
/// [says so](crate::workflow::sessions::SessionError::UnderWay) instead of giving a position.
///
/// What is stored of it has what events brought along and steps were given, also of fields marked `#[context(redact)]`: it is needed to go on.
/// Its `Debug` has nothing of that.
///
/// ```
/// use theus_core::prelude::*;
/// use theus_core::workflow::WorkflowManager;
///
/// #[derive(Clone, Default, Context)]
/// struct Door { cmd_open: bool }
///
/// let engine = Engine::builder(Door::default()).build()?;
/// let flow = "states: { CLOSED: { events: { CMD_OPEN: OPEN } }, OPEN: {} }";
/// let mut door = WorkflowManager::from_text(&engine, "door.yaml", flow)?;
/// door.run_until_idle()?;
/// let stored = serde_json::to_string(&door.position())?;
/// // Another day:
/// let mut door = WorkflowManager::restore(&engine, door.shared_definition(), &serde_json::from_str(&stored)?)?;
/// door.emit("CMD_OPEN")?;
/// door.run_until_final()?;
/// assert_eq!(door.state(), "OPEN");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Position {
    /// The workflow's name.
    pub(super) workflow: String,
    /// The active states; `None` before the start.
    pub(super) configuration: Option<Stored>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) timers: Vec<StoredTimer>,
    /// The times that the data say.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) reckoned: Vec<StoredReckoning>,
    /// How its cycles have kept their time.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) cycles: Vec<StoredCycle>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) inbox: Vec<Message>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) payload: Option<Value>,
    /// What is being handled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) unit: Option<StoredUnit>,
    /// The chain that is under way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) chain: Option<StoredChain>,
    /// What its states have invoked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) invoked: Vec<StoredInvocation>,
    /// What makes good what was committed in sagas that are not left, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) sagas: Vec<StoredCompensation>,
    /// What its states have deferred, in the order in which it came.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) deferred: Vec<StoredDeferral>,
    /// Whether that is looked through before the next event.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) recalls: bool,
    /// Whose turn of them it is first.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub(super) turn: u32,
    /// Whether it is their turn before the next event.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) is_due: bool,
    /// The number by which the runs of its own chain are told from those beside it.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub(super) slot: u32,
    /// How many moves and rounds of `while` have come of the last event.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub(super) spent: u32,
    /// How often that came to the limit.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub(super) overspent: u32,
    /// Why it is to be cancelled when what was committed is made good.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) cancelled: Option<String>,
    /// What its random waits come from, from now on.
    pub(super) random: u64,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) paused: bool,
    /// Whether it is over, and how.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) ended: Option<Ended>,
}

impl Position {
    /// The name of the workflow that it is a position in.
    #[must_use]
    pub fn workflow(&self) -> &str {
        &self.workflow
    }

    /// The innermost active states, by their names; none before the start.
    #[must_use]
    pub fn active(&self) -> &[String] {
        self.configuration.as_ref().map_or(&[], |stored| &stored.active)
    }

    /// The events that its states have deferred, by their names, in the order in which they came.
    pub fn deferred(&self) -> impl Iterator<Item = &str> {
        self.deferred.iter().map(|kept| kept.event.name.as_str())
    }

    /// When the first of its timers is due.
    #[must_use]
    pub fn next_due(&self) -> Option<SystemTime> {
        let reckoned = self.reckoned.iter().filter_map(|one| one.due.as_ref().map(|StoredTime(due)| *due));
        self.timers.iter().map(|timer| timer.due).chain(reckoned).min()
    }
}

/// Without what events brought along and steps were given: some of it may be what people are not shown.
impl fmt::Debug for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Position");
        shown.field("workflow", &self.workflow).field("active", &self.active()).field("next_due", &self.next_due());
        shown.finish_non_exhaustive()
    }
}

/// Why a session cannot go on from a position.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum PositionError {
    /// It is one of another workflow.
    #[error("this is a position in the workflow `{stored}`, not in `{workflow}`")]
    Workflow {
        /// The workflow of the position.
        stored: String,
        /// The one that was to go on.
        workflow: String,
    },
    /// The workflow cannot be in those states.
    #[error(transparent)]
    Configuration(#[from] StoredError),
    /// There is no such state.
    #[error("the workflow `{workflow}` has no state `{state}`; {help}")]
    State {
        /// The workflow.
        workflow: String,
        /// The name that was stored.
        state: String,
        /// The one that was probably meant, or those that there are.
        help: String,
    },
    /// The state has no timer of that time any more.
    #[error("the state `{state}` has no `after` of {after:?}, of which one is due at {due}")]
    Timer {
        /// The state.
        state: String,
        /// The time.
        after: std::time::Duration,
        /// When it is due.
        due: String,
    },
    /// What a state has invoked has a number that it cannot have, or that something else has.
    #[error("what `{state}` has invoked has the number {slot}, which is not one that it alone can have")]
    Slot {
        /// The state.
        state: String,
        /// The number that was stored.
        slot: u32,
    },
    /// The state has no cycle of that time any more.
    #[error("the state `{state}` has no `every` of {every:?}, of which one is due at {due}")]
    Cycle {
        /// The state.
        state: String,
        /// The time.
        every: std::time::Duration,
        /// When the next one is due.
        due: String,
    },
    /// The state waits for no such time any more.
    #[error("the state `{state}` has no `{time}` any more, by which it was waiting")]
    Reckoned {
        /// The state.
        state: String,
        /// What says the time: `after: ${ .. }`, `at: ${ .. }`.
        time: String,
    },
    /// What was being handled has no name of an event.
    #[error("`{event}`, which was being handled, is no name of an event")]
    Event {
        /// The name that was stored.
        event: String,
    },
    /// No step of the workflow has that compensation any more.
    #[error(
        "no step of the workflow has the compensation `{process}`, by which something committed is to be made good"
    )]
    Compensation {
        /// The process.
        process: String,
    },
}

impl PositionError {
    pub(super) fn state<'a>(workflow: &str, state: &str, known: impl Iterator<Item = &'a str> + Clone) -> Self {
        let help = did_you_mean(state, known).unwrap_or_default();
        Self::State { workflow: workflow.to_owned(), state: state.to_owned(), help }
    }
}
