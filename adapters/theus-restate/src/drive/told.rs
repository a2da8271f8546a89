//! What a caller is answered.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::heard::Failure;

/// What a caller is answered. That something was refused is an answer too.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Told {
    /// Why it was refused, and changed nothing: a problem document, as RFC 9457 has it and the HTTP adapter tells it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<Value>,
    /// What the process gave, where one was run that gives something.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result: Option<Value>,
    /// The innermost states that the workflow is in, in the order of the file; none where there is no workflow.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub states: Vec<String>,
    /// How it stands: `running`, `paused`, `halted`, `finished`, `failed`, `aborted`, `cancelled`.
    pub status: String,
    /// What the state says, or the workflow at its end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply: Option<Value>,
    /// What has failed last on the way, if anything has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<Failure>,
    /// What the audit has found on the way: those that acted and those that did not.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub violations: Vec<Value>,
    /// The version of the state.
    pub version: u64,
    /// A step is tried again later, and what comes of it is not known yet.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_under_way: bool,
}

impl Told {
    /// The kind of the refusal: the end of its `type`, as `declared`, `refused`, `interlocked`.
    #[must_use]
    pub fn kind(&self) -> Option<&str> {
        self.refused.as_ref()?.get("type")?.as_str()?.rsplit(':').next()
    }
}
