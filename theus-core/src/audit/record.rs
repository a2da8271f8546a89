//! What the audit records.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;
use std::time::SystemTime;

use serde::{Deserialize, Serialize};

use super::change::{RecipeChange, RecipeIdentity};
use super::facts::RuleFacts;
use super::ledger::{Hash, timestamp};
use super::level::Level;
use super::text::Text;

/// What came of a violation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    /// Below `min_threshold`: counted, nothing more.
    Counted,
    /// From `min_threshold` on, below `max_threshold`: an early warning.
    Warned,
    /// Level C acted: recorded, the run goes on.
    Campaign,
    /// Level I acted: recorded as information, the run goes on.
    Informed,
    /// Level B acted: the run is refused.
    Blocked,
    /// Level A acted: the run is refused and its workflow ends.
    Aborted,
    /// Level S acted: the run is refused and the engine is stopped.
    Interlocked,
}

impl Action {
    /// What a level does when it acts.
    pub(super) const fn of(level: Level) -> Self {
        match level {
            Level::S => Self::Interlocked,
            Level::A => Self::Aborted,
            Level::B => Self::Blocked,
            Level::C => Self::Campaign,
            Level::I => Self::Informed,
        }
    }

    /// Whether the level acted: the threshold was reached.
    #[must_use]
    pub const fn is_acting(self) -> bool {
        !matches!(self, Self::Counted | Self::Warned)
    }

    /// The word that records use.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Counted => "counted",
            Self::Warned => "warned",
            Self::Campaign => "campaign",
            Self::Informed => "informed",
            Self::Blocked => "blocked",
            Self::Aborted => "aborted",
            Self::Interlocked => "interlocked",
        }
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// One violation of one rule, and what came of it.
///
/// It dereferences to what its rule says: `violation.rule`, `violation.level`, `violation.source`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Violation {
    /// The number of its record, which has the rest: time, session, version. A record writes it once, itself.
    #[serde(skip)]
    pub sequence: u64,
    /// What its rule says, shared by all violations of the rule.
    #[serde(flatten, with = "super::facts::shared")]
    pub facts: Arc<RuleFacts>,
    /// The value that was seen.
    pub value: Text,
    /// What the counter reached, this violation included.
    pub count: u32,
    /// What came of it.
    pub action: Action,
    /// The message of the recipe, filled in.
    pub message: Option<Text>,
}

impl Deref for Violation {
    type Target = RuleFacts;
    fn deref(&self) -> &RuleFacts {
        &self.facts
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { facts, value, count, .. } = self;
        let RuleFacts { rule, level, max_threshold, source, .. } = &**facts;
        write!(f, "rule `{rule}` (level {level}) found {value}, violation {count} of {max_threshold}")?;
        if let Some(message) = &self.message {
            write!(f, ": {message}")?;
        }
        write!(f, " [{source}]")
    }
}

/// Why the engine is stopped, and since when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Interlock {
    /// Since when.
    #[serde(with = "timestamp")]
    pub since: SystemTime,
    /// The violation that stopped it.
    pub violation: Violation,
}

impl fmt::Display for Interlock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "interlocked by `{}` at its {} gate: {}", self.violation.process, self.violation.gate, self.violation)
    }
}

/// One record of the audit, chained to the one before it.
///
/// Serialised, it is one flat object: what happened is under `record`, and its facts are beside it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AuditRecord {
    /// Its number, counted from 1 and without gaps, for as long as the ledger is continued.
    pub sequence: u64,
    /// When.
    #[serde(with = "timestamp")]
    pub time: SystemTime,
    /// The session.
    pub session: Text,
    /// The version of the state that was looked at.
    pub version: u64,
    /// What happened.
    #[serde(flatten)]
    pub event: AuditEvent,
    /// The hash of the record before it.
    pub previous: Hash,
    /// The hash over `previous` and all of the above.
    pub hash: Hash,
}

/// What a record tells.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "record")]
#[non_exhaustive]
pub enum AuditEvent {
    /// A rule was violated.
    Violation(Violation),
    /// A violation of level S stopped the engine, or keeps it stopped because its reset could not be recorded.
    Interlock {
        /// The number of the violation's record.
        violation: u64,
    },
    /// An operator let the engine go on.
    InterlockReset {
        /// Who.
        operator: Text,
        /// Why, in the operator's words.
        reason: Text,
    },
    /// A recipe came into force where there was none, or stays in force because its change could not be recorded.
    RecipeLoaded(RecipeIdentity),
    /// A running engine took another recipe.
    RecipeChanged(Box<RecipeChange>),
    /// A sink does not take records; or could not keep one that it had taken, as after a crash.
    SinkFailure {
        /// The sink.
        sink: Text,
        /// What it said.
        message: Text,
        /// The first record that it lacks; 0 where it lacks none that is known.
        first_missing: u64,
    },
}

impl AuditRecord {
    /// The violation, where it is one.
    #[must_use]
    pub const fn violation(&self) -> Option<&Violation> {
        match &self.event {
            AuditEvent::Violation(violation) => Some(violation),
            _ => None,
        }
    }

    /// The violation's level. What is no violation weighs as much as the strongest: it says what was done to the audit.
    pub(super) fn weight(&self) -> Level {
        match &self.event {
            AuditEvent::Violation(violation) => violation.level,
            _ => Level::S,
        }
    }

    /// Puts its own number into what it tells.
    pub(super) fn numbered(mut self) -> Self {
        if let AuditEvent::Violation(violation) = &mut self.event {
            violation.sequence = self.sequence;
        }
        self
    }
}
