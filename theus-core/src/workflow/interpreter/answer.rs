//! What has come of an event, for who has asked.

use serde::Serialize;
use serde_json::Value;

use super::outcome::Status;
use crate::audit::Violation;

/// What has come of an event that somebody has asked by, when nothing follows from it any more: its chain, the states that it has led to
/// and theirs, signals that its steps have raised.
///
/// That a step has failed is an answer too, as is that no state has a use for the event.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Answer {
    /// The innermost states that the session is in now, in the order of the file.
    pub states: Vec<String>,
    /// How the session stands.
    pub status: Status,
    /// Whether an active state had a use for the event.
    pub is_taken: bool,
    /// What the file says: `reply` of the state, or `result` where the workflow has ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reply: Option<Value>,
    /// What has failed last, if anything has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure: Option<AnswerFailure>,
    /// What the audit has found in the runs, in order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub violations: Vec<Violation>,
    /// The version of the state.
    pub version: u64,
}

/// What has failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct AnswerFailure {
    /// The process, where it was one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub process: Option<String>,
    /// The name of the declared error, where it was one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// Why, in words.
    pub message: String,
}

impl Answer {
    /// Whether a state had a use for the event, and nothing has failed.
    #[must_use]
    pub const fn is_well(&self) -> bool {
        self.is_taken && self.failure.is_none()
    }

    /// Whether the session is in a state of this name. Of states with others inside, those are told.
    #[must_use]
    pub fn is_in(&self, state: &str) -> bool {
        self.states.iter().any(|name| name == state)
    }

    pub(super) fn nothing() -> Self {
        let (states, violations) = (Vec::new(), Vec::new());
        Self { states, status: Status::Running, is_taken: false, reply: None, failure: None, violations, version: 0 }
    }
}
