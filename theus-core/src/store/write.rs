//! What is handed to a store, and what it hands out.

use std::sync::Arc;
use std::time::SystemTime;

use serde::{Deserialize, Serialize};

use super::chain::ChainHash;
use super::error::StoreError;
use crate::audit::AuditRecord;

/// A new value of one field of the Data zone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// The field, without its layer: `total`, `watch.count`.
    pub path: String,
    /// Its value, [encoded](super::encode).
    #[serde(with = "bytes")]
    pub value: Vec<u8>,
}

/// One field of a stored state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Field {
    /// Its path, without the layer.
    pub path: String,
    /// Its value, [encoded](super::encode).
    #[serde(with = "bytes")]
    pub value: Vec<u8>,
    /// Whether a commit has written it: one that no commit has written has no value before, for rules about changes.
    pub written: bool,
}

/// One committed run, as the journal keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JournalEntry {
    /// Which step of the session: 1 for the first.
    pub step: u64,
    /// The version of the state that it made.
    pub version: u64,
    /// The process.
    pub process: String,
    /// Its arguments, [encoded](super::encode).
    #[serde(with = "bytes")]
    pub command: Vec<u8>,
    /// What it changed.
    pub parts: Vec<Part>,
    /// The events that it raised, in order.
    pub raised: Vec<String>,
    /// When, by the engine's clock, in nanoseconds since 1970.
    pub at: u64,
    /// The chain's hash after it.
    pub chain: ChainHash,
}

/// An event that waits.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StoredEvent {
    /// Its number in its session: later events have greater ones.
    pub number: u64,
    /// Its name.
    pub name: String,
    /// What it brings along.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payload: Option<serde_json::Value>,
    /// Whether it overtakes what is not urgent.
    #[serde(default)]
    pub urgent: bool,
    /// Where it came from.
    pub origin: StoredOrigin,
    /// Whether it is for the session's own workflow alone: one of its steps has raised it.
    #[serde(default)]
    pub internal: bool,
}

/// Where an event came from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StoredOrigin {
    /// From outside.
    External,
    /// From a signal.
    Signal {
        /// The field, with its layer.
        path: String,
        /// The process that raised it.
        process: String,
    },
}

/// How often a rule was violated since its level acted.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct StoredCount {
    /// The rule, by what it says.
    pub rule: String,
    /// How often.
    pub count: u32,
}

/// A workflow's place, as a write brings it along.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The position, as JSON.
    pub position: Arc<str>,
    /// The runs that have committed since it, each by its place among those that the position has under way.
    pub settled: Vec<Settled>,
    /// When the first of its timers is due.
    pub due: Option<SystemTime>,
    /// Whether there is something to do at once: an event or a step.
    pub ready: bool,
}

/// A run that was under way at a position, and has committed since.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settled {
    /// Which of the runs that are side by side; 0 where it is one.
    pub branch: u32,
    /// The version that it made.
    pub version: u64,
}

/// What is written in one transaction: all of it, or none. The audit's part goes in even where the session's is refused.
#[derive(Clone, Debug, Default)]
pub struct Write {
    /// The session.
    pub session: Arc<str>,
    /// The step that the store must have it at; 0 for one that it has not.
    pub expected: u64,
    /// The whole first state, of a session that is new.
    pub first: Option<Vec<Field>>,
    /// A committed run: the session is at its step then.
    pub entry: Option<JournalEntry>,
    /// Where the workflow is now.
    pub place: Option<Place>,
    /// Events that wait from now on.
    pub raised: Vec<StoredEvent>,
    /// Events that do no longer, by their numbers.
    pub taken: Vec<u64>,
    /// The counters that are not 0, all of them, where one has changed.
    pub counts: Option<Vec<StoredCount>>,
    /// What the audit recorded since the last write, in order.
    pub audit: Audit,
}

impl Write {
    /// Whether it goes on from the step that it expects: what only counts, or brings events, can come beside another commit.
    #[must_use]
    pub const fn goes_on(&self) -> bool {
        self.first.is_some() || self.entry.is_some() || self.place.is_some()
    }
}

/// The audit's part of a write.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Audit {
    /// The records since the last write, of whichever session, oldest first.
    pub records: Vec<AuditRecord>,
    /// The interlock, where it has changed: latched by the violation of this record, or reset.
    pub interlock: Option<Option<AuditRecord>>,
}

/// The answer to a write that was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Committed;

/// Who is told how a write ended: once, from any thread.
pub type Done = Box<dyn FnOnce(Result<Committed, StoreError>) + Send>;

/// A session as a value: all that is needed to go on with it, here or elsewhere.
///
/// A store hands it out; [`Engine::dehydrate`](crate::Engine::dehydrate) makes one of a session in memory, and
/// [`Engine::open_state`](crate::Engine::open_state) goes on from it. It is serialisable, in JSON too.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SessionState {
    /// The format, [`SessionState::FORMAT`].
    pub format: u64,
    /// How many commits it has had.
    pub step: u64,
    /// The version of its state.
    pub version: u64,
    /// The chain over its steps.
    pub chain: ChainHash,
    /// Its Data zone.
    pub fields: Vec<Field>,
    /// Where its workflow is, as JSON.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<String>,
    /// The runs of that position that have committed since.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub settled: Vec<Settled>,
    /// The events that wait.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub events: Vec<StoredEvent>,
    /// The counters that are not 0.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub counts: Vec<StoredCount>,
}

impl SessionState {
    /// The format of this version of the program.
    pub const FORMAT: u64 = 1;
}

impl Default for SessionState {
    fn default() -> Self {
        Self {
            format: Self::FORMAT,
            step: 0,
            version: 0,
            chain: ChainHash::default(),
            fields: Vec::new(),
            position: None,
            settled: Vec::new(),
            events: Vec::new(),
            counts: Vec::new(),
        }
    }
}

/// What an engine finds in a store when it begins.
#[derive(Clone, Debug, Default)]
pub struct Beginning {
    /// The last record of the ledger.
    pub last_record: Option<AuditRecord>,
    /// The record of the violation that has latched the interlock, where it is.
    pub interlock: Option<AuditRecord>,
}

/// A session in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionRow {
    /// Its name.
    pub name: String,
    /// How many commits it has had.
    pub step: u64,
    /// Whether there is something to do at once.
    pub ready: bool,
    /// When the first of its timers is due.
    pub due: Option<SystemTime>,
}

mod bytes {
    //! As MessagePack's bytes, not as a list of numbers.
    use serde::{Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(bytes)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
        struct Bytes;
        impl<'de> serde::de::Visitor<'de> for Bytes {
            type Value = Vec<u8>;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("bytes")
            }
            fn visit_bytes<E>(self, bytes: &[u8]) -> Result<Vec<u8>, E> {
                Ok(bytes.to_vec())
            }
            fn visit_byte_buf<E>(self, bytes: Vec<u8>) -> Result<Vec<u8>, E> {
                Ok(bytes)
            }
            fn visit_seq<A: serde::de::SeqAccess<'de>>(self, mut list: A) -> Result<Vec<u8>, A::Error> {
                let mut bytes = Vec::new();
                while let Some(byte) = list.next_element()? {
                    bytes.push(byte);
                }
                Ok(bytes)
            }
        }
        deserializer.deserialize_byte_buf(Bytes)
    }
}
