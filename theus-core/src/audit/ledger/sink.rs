//! What keeps records outside of the engine, and what happens where it does not.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::hash::Hash;
use crate::audit::Level;
use crate::audit::Text;
use crate::audit::record::AuditRecord;

/// The end of a chain of records.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tail {
    /// The number of the last record; 0 where there is none.
    pub sequence: u64,
    /// Its hash.
    pub hash: Hash,
}

impl Tail {
    /// The end of a chain that has not begun.
    pub const START: Self = Self { sequence: 0, hash: Hash::START };

    /// Whether there is no record.
    #[must_use]
    pub fn is_start(&self) -> bool {
        *self == Self::START
    }
}

impl Default for Tail {
    fn default() -> Self {
        Self::START
    }
}

/// Takes records, one by one and in order: a file, a database, a wire.
///
/// It is called under a lock of its own, by the thread whose run is recorded (or by a thread of the sink's own: see
/// [`SinkOptions::queued`]). It must not run, reload or reset anything on the engine that it records.
/// A record that it refuses is offered again before the next one, for as long as the ring keeps it.
///
/// ```
/// use theus_core::audit::{AuditRecord, Sink, SinkError};
///
/// struct Lines(Vec<String>);
///
/// impl Sink for Lines {
///     fn name(&self) -> String {
///         "lines".into()
///     }
///     fn write(&mut self, record: &AuditRecord) -> Result<(), SinkError> {
///         self.0.push(format!("{} {}", record.sequence, record.session));
///         Ok(())
///     }
/// }
/// ```
pub trait Sink: Send + 'static {
    /// What status and records call it.
    fn name(&self) -> String;

    /// Called once, before the first record: where its own chain ends, if it keeps one that is to be continued.
    ///
    /// # Errors
    /// Where it cannot be used: the engine is not built.
    fn open(&mut self) -> Result<Opened, SinkError> {
        Ok(Opened::default())
    }

    /// Takes one record.
    ///
    /// # Errors
    /// Where it is not kept. Nothing of it may be left behind then.
    fn write(&mut self, record: &AuditRecord) -> Result<(), SinkError>;
}

/// How a sink was found when it was opened.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Opened {
    /// Where the chain that it keeps ends. New records continue it.
    pub tail: Option<Tail>,
    /// What is to be put on record about it, as a torn line that was cut off.
    pub note: Option<String>,
}

/// Why a sink did not take a record.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct SinkError(pub String);

impl From<std::io::Error> for SinkError {
    fn from(error: std::io::Error) -> Self {
        Self(error.to_string())
    }
}

/// How a sink is used. Where nothing else is said: at once, and closed for rules of level S and A.
///
/// ```
/// use theus_core::audit::{Level, SinkOptions, WhenFull};
/// let options = SinkOptions::new().fail_closed(Level::B).queued(1_024, WhenFull::Refuse);
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct SinkOptions {
    pub(super) closed_at: Option<Level>,
    pub(super) queue: Option<QueueOptions>,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct QueueOptions {
    pub(super) capacity: usize,
    pub(super) when_full: WhenFull,
}

/// What happens to a record that finds a sink's queue full.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhenFull {
    /// The run waits for room, however long.
    Wait,
    /// The run waits for room, so long; then it is as if the sink had failed.
    WaitAtMost(Duration),
    /// It is as if the sink had failed.
    Refuse,
}

impl Default for SinkOptions {
    fn default() -> Self {
        Self { closed_at: Some(Level::A), queue: None }
    }
}

impl SinkOptions {
    /// At once, closed for level S and A.
    pub fn new() -> Self {
        Self::default()
    }

    /// A run with a violation of a rule of this level or a stronger one is refused where the sink does not take its
    /// record. The same goes for resets of the interlock and changes of the recipe, whatever the level.
    pub const fn fail_closed(mut self, level: Level) -> Self {
        self.closed_at = Some(level);
        self
    }

    /// Nothing is refused for this sink: that it failed is put on record, and told by `tracing`.
    pub const fn fail_open(mut self) -> Self {
        self.closed_at = None;
        self
    }

    /// A thread of the sink's own writes, from a queue of so many records; runs wait for room only. A record counts as
    /// taken when it is in the queue; once the thread has failed, no more are taken until it succeeds.
    pub const fn queued(mut self, capacity: usize, when_full: WhenFull) -> Self {
        self.queue = Some(QueueOptions { capacity: if capacity == 0 { 1 } else { capacity }, when_full });
        self
    }
}

/// How a sink does.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct SinkStatus {
    /// Its name.
    pub name: Text,
    /// What it failed with last, while it fails.
    pub failure: Option<Text>,
    /// The last record that it has written; 0 where none.
    pub written: u64,
    /// How many records wait in its queue.
    pub waiting: u64,
    /// How many records it can never get, because the ring gave them up before it took them.
    pub lost: u64,
}
