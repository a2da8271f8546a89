//! What one step has come to.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use theus_core::audit::Counted;
use theus_core::store::{JournalEntry, Part, StoredMessage};

use super::entry::Entry;
use super::heard::Heard;
use super::recorded::Recorded;

/// What is left to do after a step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rest {
    /// More, at once: another step.
    More,
    /// Nothing, until it is asked, or until this time, in milliseconds since 1970.
    Idle(Option<u64>),
    /// A step is tried again at this time.
    Retries(u64),
    /// Nothing until it is resumed.
    Paused,
    /// Nothing until the interlock is reset: it looks again at this time.
    Halted(u64),
    /// Nothing ever again.
    Over,
}

/// What one step has come to: all that a caller keeps of it before he goes on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stepped {
    /// The session after it.
    pub entry: Entry,
    /// What has come of it.
    pub heard: Heard,
    /// Where the workflow is: see [`Told`](super::Told).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub states: Vec<String>,
    /// How it stands.
    pub status: String,
    /// What it says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply: Option<Value>,
    /// Why it was refused, if it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<Value>,
    /// What the process gave.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result: Option<Value>,
    /// What is left to do.
    pub rest: Rest,
    /// When it was over, in milliseconds since 1970.
    pub at: u64,
    /// The messages that were sent, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sent: Vec<StoredMessage>,
    /// The steps of the session's journal, where they are asked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub entries: Vec<JournalEntry>,
    /// What its commits have changed, in order, where it is asked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<Part>,
    /// What the audit has put on record, where a ledger is to have it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub recorded: Vec<Recorded>,
    /// What it has added to counters that machines share, where they do and it was not asked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub counted: Vec<Counted>,
}
