//! What a store keeps of an alarm.

use serde::{Deserialize, Serialize};

/// An alarm that is not normal. Times are in nanoseconds since 1970.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct StoredAlarm {
    /// The session.
    pub session: String,
    /// Since when it stands as it does.
    pub since: u64,
    /// Where it was raised: by what, and what became of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raised: Option<StoredRaised>,
    /// Where it is shelved: until when, by whom, and why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shelf: Option<StoredShelf>,
    /// Whether its `when` did not hold when its rule was last judged.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub suppressed: bool,
}

/// What has raised an alarm, and what became of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct StoredRaised {
    /// When.
    pub at: u64,
    /// The process.
    pub process: String,
    /// The record of the violation.
    pub violation: u64,
    /// The value that was seen outside.
    pub value: String,
    /// Whether the value is back.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub back: bool,
    /// Who has acknowledged it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acknowledged: Option<String>,
    /// Whether it was raised while it was shelved, which is on record only when it is taken up.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub untold: bool,
}

/// Until when an alarm is shelved, by whom, and why.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct StoredShelf {
    /// Until then.
    pub until: u64,
    /// By whom.
    pub operator: String,
    /// Why.
    pub reason: String,
}
