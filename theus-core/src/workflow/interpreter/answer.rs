//! What has come of an event, for who has asked.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::outcome::Status;
use crate::audit::Violation;

/// What has come of an event that somebody has asked by, when nothing follows from it any more: its chain, the states that it has led to
/// and theirs, signals that its steps have raised.
///
/// That a step has failed is an answer too, as is that no state has a use for the event.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Answer {
    /// The innermost states that the session is in now, in the order of the file.
    pub states: Vec<String>,
    /// How the session stands.
    pub status: Status,
    /// Whether an active state had a use for the event.
    pub is_taken: bool,
    /// What the file says: `reply` of the state, or `result` where the workflow has ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply: Option<Value>,
    /// What has failed last, if anything has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<AnswerFailure>,
    /// What the audit has found in the runs, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub violations: Vec<Violation>,
    /// The version of the state.
    pub version: u64,
    /// Of an event that has come before under the key that it was asked under: it was not sent again, and this is known of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repeated: Option<Repeated>,
}

/// What an [`Answer`] tells to who asks again under the same key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Repeated {
    /// What was answered then.
    Kept,
    /// Where the session is now: the event was taken, and what came of it then is not known. The program may have ended before it could
    /// be kept, or the event came by [`Engine::emit_once`](crate::Engine::emit_once), which waits for no answer.
    Now,
}

/// What has failed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AnswerFailure {
    /// The process, where it was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub process: Option<String>,
    /// The name of the declared error, where it was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// Why, in words.
    pub message: String,
    /// Whether the process was not started as its arguments were not what it takes: mostly it is what the event brought along that was
    /// wrong.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub wrong_arguments: bool,
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

    /// The same for who asks again.
    pub(in crate::workflow) fn again(&self, repeated: Repeated) -> Self {
        Self { repeated: Some(repeated), ..self.clone() }
    }

    pub(super) fn nothing() -> Self {
        Self {
            states: Vec::new(),
            status: Status::Running,
            is_taken: false,
            reply: None,
            failure: None,
            violations: Vec::new(),
            version: 0,
            repeated: None,
        }
    }
}

/// As a store keeps it. What is written of a violation elsewhere has no number: its record has that.
#[cfg(feature = "store")]
#[derive(Serialize, Deserialize)]
struct Stored<A> {
    answer: A,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    records: Vec<u64>,
}

#[cfg(feature = "store")]
impl Answer {
    /// As JSON.
    pub(in crate::workflow) fn to_stored(&self) -> Vec<u8> {
        let records = self.violations.iter().map(|violation| violation.sequence).collect();
        serde_json::to_vec(&Stored { answer: self, records }).unwrap_or_default()
    }

    /// None where it was written in another way than this program knows.
    pub(in crate::workflow) fn of_stored(bytes: &[u8]) -> Option<Self> {
        let Stored { mut answer, records } = serde_json::from_slice::<Stored<Self>>(bytes).ok()?;
        for (violation, sequence) in answer.violations.iter_mut().zip(records) {
            violation.sequence = sequence;
        }
        Some(answer)
    }
}
