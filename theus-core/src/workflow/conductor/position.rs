//! Where a session is, to be stored and gone on from.

use std::time::SystemTime;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use thiserror::Error;

use crate::audit::timestamp;
use crate::engine::Arguments;
use crate::signal::EventNameError;
use crate::source::did_you_mean;
use crate::workflow::chart::{Stored, StoredError};

/// Where a session is, by names: what a restart leaves intact, and a change of the file that keeps those names.
///
/// It is the states that are active, what history states remember, the timers with the times when they are due, and what
/// the session tells itself. It is neither the domain, which is stored by itself, nor the bus, whose events are lost with the
/// process.
///
/// A chain is not stored while it is under way: where it was interrupted nobody knows what its last step did. It counts as
/// failed. What it has committed stays and is made good by its compensations when the session goes on, which are part of the
/// position with their arguments; then the workflow hears `EVT_CHAIN_FAIL`. So a position that was taken between two events
/// ([`process_event`](crate::workflow::WorkflowManager::process_event) has returned) has lost nothing.
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
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Position {
    /// The workflow's name.
    pub(super) workflow: String,
    /// The active states; `None` before the start.
    pub(super) configuration: Option<Stored>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) timers: Vec<StoredTimer>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) inbox: Vec<Message>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) payload: Option<Value>,
    /// The chain that was under way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) interrupted: Option<Interrupted>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) paused: bool,
    /// Whether it is over, and how.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) ended: Option<Ended>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StoredTimer {
    pub(super) state: String,
    pub(super) after_ns: u64,
    #[serde(with = "timestamp")]
    pub(super) due: SystemTime,
}

/// What a session tells itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum Message {
    Raised {
        event: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        payload: Option<Value>,
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        urgent: bool,
        /// The signal's field, and the process that raised it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        path: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        process: Option<String>,
    },
    Done {
        state: String,
    },
    ChainDone {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        heard_by: Option<String>,
    },
    ChainFailed {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        heard_by: Option<String>,
        payload: Value,
    },
    Error {
        state: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        heard_by: Option<String>,
        target: Option<String>,
        error: String,
        payload: Value,
    },
}

/// A chain that did not come to its end.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Interrupted {
    /// The state whose chain it was.
    pub(super) state: String,
    /// The process that failed it, where it was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) process: Option<String>,
    /// Why it fails.
    pub(super) reason: String,
    /// The error's name, where `on_error` may know it.
    pub(super) error: Option<String>,
    /// Where the step says that the error leads.
    pub(super) target: Option<String>,
    /// Whether a violation of level A has ended the session.
    pub(super) aborts: bool,
    /// Why it is to be cancelled when what was committed is made good.
    pub(super) cancelled: Option<String>,
    /// What is to be made good, oldest first.
    pub(super) undo: Vec<StoredUndo>,
    /// Who hears how it ended, where not whoever is active.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) heard_by: Option<String>,
    /// Whether it was what leaving the final state runs.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) closes: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StoredUndo {
    pub(super) process: String,
    pub(super) arguments: Option<Arguments>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum Ended {
    Finished { result: Option<Value> },
    Failed { reason: String },
    Aborted { reason: String },
    Cancelled { reason: String },
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

    /// When the first of its timers is due.
    #[must_use]
    pub fn next_due(&self) -> Option<SystemTime> {
        self.timers.iter().map(|timer| timer.due).min()
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
    /// What a step had raised has no event's name.
    #[error(transparent)]
    Event(#[from] EventNameError),
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
