//! What the object of the interlock says, and is told.

use serde::{Deserialize, Serialize};
use theus_core::audit::Interlock;

/// How the interlock stands.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Status<L = Interlock> {
    /// How often it was latched or reset. Whoever does something outside can tell by it who has not heard of the last of these.
    pub epoch: u64,
    /// What has latched it, where it is.
    #[serde(default = "Option::default", skip_serializing_if = "Option::is_none")]
    pub latched: Option<L>,
}

impl<L> Default for Status<L> {
    fn default() -> Self {
        Self { epoch: 0, latched: None }
    }
}

/// An operator lets all machines go on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResetAsk {
    /// Who.
    pub operator: String,
    /// Why.
    pub reason: String,
}

/// One latch and its reset, on record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResetRecord {
    /// The epoch that the reset has begun.
    pub epoch: u64,
    /// What had latched it.
    pub latched: Interlock,
    /// Who has reset it.
    pub operator: String,
    /// Why.
    pub reason: String,
    /// When, in milliseconds since 1970.
    pub at: u64,
}
