//! What a counter's object is asked and tells.

use serde::{Deserialize, Serialize};
use theus_core::audit::{CountForAll, Verdict};

/// What does it hold?
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LookAsk {
    /// The number of the change up to which it is known: where that is the last, nothing is answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub known: Option<u64>,
}

/// What a violation, or a pass, has come to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Decided {
    /// Of a violation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verdict: Option<Verdict>,
    /// What the counter holds afterwards.
    pub counter: CountForAll,
}
