//! What can be asked of a session.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A process is to be run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunAsk {
    /// Its name.
    pub process: String,
    /// Its arguments, by their names; nothing where it takes none.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub with: Value,
}

/// An event is to be handled.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EmitAsk {
    /// Its name.
    pub event: String,
    /// What it brings along.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub with: Value,
    /// Whether it overtakes what waits and is not urgent.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub urgent: bool,
}

/// The workflow is to be held up, let go on, or ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ControlAsk {
    /// It does not go on from now on; events wait.
    Pause,
    /// It goes on.
    Resume,
    /// It ends, and what was committed is made good. Why.
    Cancel(String),
}

/// What the rules would say to a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExplainAsk {
    /// The process.
    pub process: String,
    /// Its arguments.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub with: Value,
}

/// What a session is asked in one turn.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ask {
    /// To run a process.
    Run(RunAsk),
    /// To take an event, and go on: whether a state has a use for it is nobody's concern.
    Emit(EmitAsk),
    /// The same, and to tell what has come of it.
    Ask(EmitAsk),
    /// To be held up, let go on, or ended.
    Control(ControlAsk),
    /// To go on: the time has come that it had waited for, in milliseconds since 1970.
    Tick(u64),
    /// To go on with what it was asked in an earlier step: the event that it was asked by, where that is still to be handled.
    GoOn(Option<String>),
}

impl Ask {
    /// The event of which is told what has come.
    pub(super) fn asked(&self) -> Option<&str> {
        match self {
            Self::Ask(ask) => Some(&ask.event),
            Self::GoOn(event) => event.as_deref(),
            _ => None,
        }
    }
}
