//! What a shard is asked and tells.

use std::fmt;

use serde::{Deserialize, Serialize};
use theus_core::audit::Tail;

use crate::drive::Recorded;

/// A session has put something on record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TakeAsk {
    /// The session, with its object: `Accounts/a-17`.
    pub session: String,
    /// What.
    pub recorded: Recorded,
}

/// Are the records of a session what was recorded? One page of the answer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VerifyAsk {
    /// The session, with its object; the session itself is asked without it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub session: String,
    /// Where the session's own entry says that they end.
    #[serde(default, skip_serializing_if = "Tail::is_start")]
    pub head: Tail,
    /// Where the last page ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Cursor>,
}

/// How far somebody has verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cursor {
    /// The last record.
    pub at: Tail,
    /// Its anchor's number in the shard.
    pub anchor: u64,
}

/// One page of what verifying has come to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Page {
    /// The ledger's object, and the shard.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub ledger: String,
    /// The shard.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub shard: String,
    /// How many records were verified.
    pub records: u64,
    /// The number of the first record that the ledger has: above 1 of a session that was there before it had a ledger.
    pub first: u64,
    /// The last that was verified.
    pub until: Tail,
    /// Where the next page begins; none where this is the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<Cursor>,
    /// The first thing that is wrong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flaw: Option<Flaw>,
}

/// Where something is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Whose {
    /// In the session's records.
    Records,
    /// Between them and the session's own entry.
    Session,
    /// In the shard's chain of anchors, or between that and the records.
    Anchors,
}

/// Something that is wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{whose}: {what}")]
#[serde(deny_unknown_fields)]
pub struct Flaw {
    /// Where.
    pub whose: Whose,
    /// The number of the record of the session, or of the anchor in the shard, as `whose` says.
    pub number: u64,
    /// What.
    pub what: String,
    /// Whether it is so too while something is on its way: then it is over soon.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub may_pass: bool,
}

impl fmt::Display for Whose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Records => "the session's records",
            Self::Session => "the session's entry",
            Self::Anchors => "the anchors of its shard",
        })
    }
}

/// What a shard has anchored: a page of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnchorsAsk {
    /// The number after which the page begins.
    #[serde(default)]
    pub after: u64,
}

/// A page of a shard's own ledger.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Anchors {
    /// Lines, as core's ledger files have them; an empty one in the place of each that is not there.
    pub lines: Vec<String>,
    /// Where the shard says that it ends.
    pub end: Tail,
}
