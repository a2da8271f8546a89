//! What is handed to a store, and what it hands out.

use std::sync::Arc;
use std::time::SystemTime;

use serde::{Deserialize, Serialize};

use super::alarm::StoredAlarm;
use super::chain::ChainHash;
use super::error::StoreError;
use crate::audit::{AuditRecord, Tail};
use crate::signal::TraceContext;

/// What a run has written of one field of the Data zone: the whole value, or entries of a map, or both.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// The field, without its layer: `total`, `watch.count`.
    pub path: String,
    /// Its whole value, [encoded](super::encode): entries that were there before are gone then.
    #[serde(default, with = "bytes::maybe", skip_serializing_if = "Option::is_none")]
    pub value: Option<Vec<u8>>,
    /// Its entries that are another now, in the order of their keys.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub entries: Vec<Entry>,
}

impl Part {
    /// A whole value.
    #[must_use]
    pub fn whole(path: impl Into<String>, value: impl Into<Vec<u8>>) -> Self {
        Self { path: path.into(), value: Some(value.into()), entries: Vec::new() }
    }
}

/// One entry of a map that is another now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Its key, [encoded](super::encode).
    #[serde(with = "bytes")]
    pub key: Vec<u8>,
    /// Its value, encoded; none where it is gone.
    #[serde(default, with = "bytes::maybe", skip_serializing_if = "Option::is_none")]
    pub value: Option<Vec<u8>>,
}

/// One field of a stored state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Field {
    /// Its path, without the layer.
    pub path: String,
    /// Its value, [encoded](super::encode), as it was last written whole.
    #[serde(with = "bytes")]
    pub value: Vec<u8>,
    /// The entries that are another since, in the order of the bytes of their keys, each once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub entries: Vec<Entry>,
    /// Whether a commit has written it: one that no commit has written has no value before, for rules about changes.
    pub written: bool,
}

impl Field {
    /// One that is stored whole.
    #[must_use]
    pub fn whole(path: impl Into<String>, value: impl Into<Vec<u8>>, written: bool) -> Self {
        Self { path: path.into(), value: value.into(), entries: Vec::new(), written }
    }

    /// It is as the part says from now on.
    pub fn take(&mut self, part: &Part) {
        self.written = true;
        if let Some(value) = &part.value {
            self.value.clone_from(value);
            self.entries.clear();
        }
        for entry in &part.entries {
            match self.entries.binary_search_by(|there| there.key.cmp(&entry.key)) {
                Ok(place) => {
                    if let Some(there) = self.entries.get_mut(place) {
                        *there = entry.clone();
                    }
                }
                Err(place) => self.entries.insert(place, entry.clone()),
            }
        }
        if self.has_outgrown()
            && let Ok(whole) = self.merged()
        {
            self.value = whole;
            self.entries.clear();
        }
    }
}

/// A state that a journal begins with: the first one, or a later one before which all steps were pruned.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Base {
    /// After which step it is; 0 for the first state.
    pub step: u64,
    /// The version of the state.
    pub version: u64,
    /// The chain until there.
    pub chain: ChainHash,
    /// The version of the context that its fields have.
    pub schema: u32,
    /// The Data zone.
    pub fields: Vec<Field>,
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
    /// The version of the context that the state has from then on, where it was migrated: the parts are all its fields then,
    /// whole, and what else there was is gone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<u32>,
    /// What it asked its effects, in order, and what they gave; none where it has effects whose answers are not recorded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answers: Option<Vec<EffectAnswer>>,
    /// The code that made it; none where it was written before that was noted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<CodePrint>,
}

/// Numbers for the code that made a step: each is another where what it stands for was another, but for one time in four thousand
/// million. A replay that gives something else says by them what has changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct CodePrint {
    /// The body of the process, as it is written.
    pub body: u32,
    /// What its contract says.
    pub contract: u32,
    /// The fields of the context: their paths, their zones and their types, as they are written.
    pub schema: u32,
}

/// One call of an effect.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EffectAnswer {
    /// The effect, as the contract names it.
    pub effect: String,
    /// What of it was called.
    pub call: String,
    /// With which arguments, [encoded](super::encode).
    #[serde(with = "bytes")]
    pub asked: Vec<u8>,
    /// What it gave, encoded; none where the run went on without it.
    #[serde(default, with = "bytes::maybe", skip_serializing_if = "Option::is_none")]
    pub gave: Option<Vec<u8>>,
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
    /// When it came, in nanoseconds since 1970, where the order of it and of a time that is due depends on that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub came: Option<u64>,
    /// Where in a trace it was sent, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trace: Option<TraceContext>,
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

/// What a run gave that was asked for under a key: asked again under it, it is given this.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredAnswer {
    /// The key, which its session has once.
    pub key: String,
    /// The step that the run has made; 0 where it has written nothing.
    pub step: u64,
    /// What was asked for, encoded.
    #[serde(with = "bytes")]
    pub asked: Vec<u8>,
    /// What it gave, encoded.
    #[serde(with = "bytes")]
    pub gave: Vec<u8>,
    /// When, by the engine's clock, in nanoseconds since 1970.
    pub at: u64,
}

/// A message that is to be delivered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StoredMessage {
    /// Its number in its session: later messages have greater ones.
    pub number: u64,
    /// The step that has sent it.
    pub step: u64,
    /// Its type, by name.
    pub topic: String,
    /// What it says.
    pub body: serde_json::Value,
    /// How often it was tried to deliver it.
    pub tries: u32,
    /// It is not tried again before then, in nanoseconds since 1970.
    pub not_before: u64,
    /// Why it is not tried any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dead: Option<String>,
}

/// A session is one program's alone until then, by the store's clock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    /// Whose.
    pub owner: Arc<str>,
    /// How often the session had been leased to somebody else before.
    pub fence: u64,
}

/// How often a rule was violated since its level acted.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct StoredCount {
    /// The rule, by what it says.
    pub rule: String,
    /// How often.
    pub count: u32,
    /// Of a rule with a window, what is in it: of `within`, when each violation was, in nanoseconds since 1970; of `of`, how many
    /// judgements before the last one each was.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub window: Vec<u64>,
    /// Of a rule with a counter for each value of a field: of which value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// Of an alarm that is not normal: how it stands. It counts nothing then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alarm: Option<Box<StoredAlarm>>,
    /// Of a rule that goes by time: what it has seen last. It counts nothing then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sample: Option<Box<StoredSample>>,
}

/// What a rule that goes by time (`max_rate`, `stuck`, `missing`) has seen last.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct StoredSample {
    /// When; of `stuck`, since when it is so. In nanoseconds since 1970.
    pub at: u64,
    /// What, as text: its first letter says what kind of value it is.
    pub value: String,
}

/// A workflow's place, as a write brings it along.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The position, as JSON.
    pub position: Arc<str>,
    /// The runs that have committed since it, each by its place among those that the position has under way.
    pub settled: Vec<Settled>,
    /// When the first of its timers is due, or time alone finds something: that a run is missing.
    pub due: Option<SystemTime>,
    /// Whether there is something to do at once: an event or a step.
    pub ready: bool,
}

/// A run that was under way at a position, and has committed since.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settled {
    /// Which of the runs that are side by side; 0 where it is one.
    pub branch: u32,
    /// The version that it made.
    pub version: u64,
    /// What it gave, where the workflow goes on with that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gave: Option<Box<serde_json::Value>>,
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
    /// What was given under a key that the session has not had.
    pub answer: Option<StoredAnswer>,
    /// Messages that wait from now on, or that are as here from now on where there is one of the number.
    pub messages: Vec<StoredMessage>,
    /// Messages that were delivered, by their numbers.
    pub delivered: Vec<u64>,
    /// The version of the context that a [first](Self::first) state has.
    pub schema: u32,
    /// The lease under which it is written.
    pub lease: Option<Lease>,
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
    /// The counters of the rules that are counted across the engine, all of them that are not 0, where one has changed. They go in
    /// only where the [records](Self::records) do.
    pub counts: Option<Vec<StoredCount>>,
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
    /// The version of the context that its fields have.
    #[serde(default)]
    pub schema: u32,
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
    /// The number of the last message that it has sent.
    #[serde(default)]
    pub last_message: u64,
    /// The end of its own ledger: the audit's records of this session, in a chain by themselves. Only one that is
    /// [carried](crate::Engine::carry) has one; elsewhere records are in the engine's ledger alone.
    #[serde(default, skip_serializing_if = "Tail::is_start")]
    pub recorded: Tail,
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
            schema: 0,
            fields: Vec::new(),
            position: None,
            settled: Vec::new(),
            events: Vec::new(),
            counts: Vec::new(),
            last_message: 0,
            recorded: Tail::START,
        }
    }
}

/// What an engine finds in a store when it begins.
#[derive(Clone, Debug, Default)]
pub struct Beginning {
    /// What tells the store from every other one: drawn by chance when it was made, and the same from then on.
    pub identity: u128,
    /// The last record of the ledger.
    pub last_record: Option<AuditRecord>,
    /// The record of the violation that has latched the interlock, where it is.
    pub interlock: Option<AuditRecord>,
    /// The counters of the rules that are counted across the engine.
    pub counts: Vec<StoredCount>,
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

    use super::super::hex;

    pub(super) mod maybe {
        //! The same, where there are any.
        use serde::{Deserialize, Deserializer, Serialize, Serializer};

        #[derive(Serialize, Deserialize)]
        #[serde(transparent)]
        struct Bytes(#[serde(with = "super")] Vec<u8>);
        struct Borrowed<'a>(&'a [u8]);

        impl Serialize for Borrowed<'_> {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                super::serialize(self.0, serializer)
            }
        }

        pub(in super::super) fn serialize<S: Serializer>(bytes: &Option<Vec<u8>>, to: S) -> Result<S::Ok, S::Error> {
            bytes.as_deref().map(Borrowed).serialize(to)
        }

        pub(in super::super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Vec<u8>>, D::Error> {
            Ok(Option::<Bytes>::deserialize(from)?.map(|bytes| bytes.0))
        }
    }

    /// In a text they are hexadecimal.
    pub(super) fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        if !serializer.is_human_readable() {
            return serializer.serialize_bytes(bytes);
        }
        serializer.serialize_str(&hex::written(bytes))
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
            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Vec<u8>, E> {
                let bytes = hex::read(text);
                bytes.ok_or_else(|| E::custom("expected bytes as hexadecimal digits, two each"))
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
        match deserializer.is_human_readable() {
            true => deserializer.deserialize_any(Bytes),
            false => deserializer.deserialize_byte_buf(Bytes),
        }
    }
}
