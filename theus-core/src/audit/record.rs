//! What the audit records.

use std::fmt;
use std::time::SystemTime;

use serde::Serialize;

use super::condition::Test;
use super::gate::Gate;
use super::level::Level;

/// What came of a violation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
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
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Counted => "counted",
            Self::Warned => "warned",
            Self::Campaign => "campaign",
            Self::Informed => "informed",
            Self::Blocked => "blocked",
            Self::Aborted => "aborted",
            Self::Interlocked => "interlocked",
        })
    }
}

/// One violation of one rule, and what came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Violation {
    /// Its number among all records, counted from 1.
    pub sequence: u64,
    /// When it was settled.
    pub time: SystemTime,
    /// The process.
    pub process: &'static str,
    /// The gate.
    pub gate: Gate,
    /// The rule, as in `domain.temperature min 45`.
    pub rule: String,
    /// The path that the rule is on.
    pub path: String,
    /// What the rule asks.
    pub condition: Test,
    /// The bound.
    pub limit: String,
    /// The value that was seen.
    pub value: String,
    /// The level of the rule.
    pub level: Level,
    /// What the counter reached, this violation included.
    pub count: u32,
    /// At which count the level acts.
    pub max_threshold: u32,
    /// What came of it.
    pub action: Action,
    /// The message of the recipe.
    pub message: Option<String>,
    /// Where the rule stands: `file:line:column`.
    pub source: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { rule, value, level, count, max_threshold, source, .. } = self;
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
    pub since: SystemTime,
    /// The violation that stopped it.
    pub violation: Violation,
}

impl fmt::Display for Interlock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "interlocked by `{}` at its {} gate: {}", self.violation.process, self.violation.gate, self.violation)
    }
}

/// One record of the audit, in the order in which things were settled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "record")]
#[non_exhaustive]
pub enum AuditRecord {
    /// A rule was violated.
    Violation(Violation),
    /// A violation of level S stopped the engine.
    Interlock {
        /// The number of this record.
        sequence: u64,
        /// When.
        time: SystemTime,
        /// The number of the violation that did it.
        violation: u64,
    },
    /// An operator let the engine go on.
    InterlockReset {
        /// The number of this record.
        sequence: u64,
        /// When.
        time: SystemTime,
        /// Why, in the operator's words.
        reason: String,
    },
}

impl AuditRecord {
    /// The number of the record, counted from 1.
    #[must_use]
    pub const fn sequence(&self) -> u64 {
        match self {
            Self::Violation(violation) => violation.sequence,
            Self::Interlock { sequence, .. } | Self::InterlockReset { sequence, .. } => *sequence,
        }
    }

    /// When it was made.
    #[must_use]
    pub const fn time(&self) -> SystemTime {
        match self {
            Self::Violation(violation) => violation.time,
            Self::Interlock { time, .. } | Self::InterlockReset { time, .. } => *time,
        }
    }
}
