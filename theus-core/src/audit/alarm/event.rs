//! What happens to an alarm, as it is put on record.

use std::fmt;
use std::time::SystemTime;

use serde::{Deserialize, Serialize};

use super::state::AlarmState;
use crate::audit::{Gate, Level, Text};
use crate::timestamp;

/// What has happened to an alarm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum AlarmChange {
    /// Its level has acted, where it had not in this excursion.
    Raised,
    /// Its value is back.
    Returned,
    /// Somebody has acknowledged it.
    Acknowledged,
    /// Somebody has put it aside.
    Shelved,
    /// Somebody has taken it up again before its time.
    Unshelved,
    /// The time for which it was put aside is over.
    ShelfEnded,
    /// Its `when` does not hold any more.
    Suppressed,
    /// Its `when` holds again.
    Unsuppressed,
    /// What was recorded last of it was not done, since a sink did not take it: it stands as before.
    Undone,
}

impl AlarmChange {
    /// The words that records use.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Raised => "raised",
            Self::Returned => "returned",
            Self::Acknowledged => "acknowledged",
            Self::Shelved => "shelved",
            Self::Unshelved => "unshelved",
            Self::ShelfEnded => "shelf ended",
            Self::Suppressed => "suppressed by design",
            Self::Unsuppressed => "no longer suppressed",
            Self::Undone => "as before",
        }
    }

    /// Whether an operator has done it.
    #[must_use]
    pub const fn is_an_operators(self) -> bool {
        matches!(self, Self::Acknowledged | Self::Shelved | Self::Unshelved | Self::Undone)
    }

    pub(in crate::audit) const fn tag(self) -> u8 {
        match self {
            Self::Raised => 1,
            Self::Returned => 2,
            Self::Acknowledged => 3,
            Self::Shelved => 4,
            Self::Unshelved => 5,
            Self::ShelfEnded => 6,
            Self::Suppressed => 7,
            Self::Unsuppressed => 8,
            Self::Undone => 9,
        }
    }
}

impl fmt::Display for AlarmChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// One thing that has happened to one alarm. The session is its record's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AlarmEvent {
    /// What has happened.
    pub change: AlarmChange,
    /// How the alarm stands from then on.
    pub state: AlarmState,
    /// The rule, as records name it: `domain.temperature max 100`.
    pub rule: Text,
    /// The process that has violated it; nothing where none has.
    pub process: Text,
    /// The gate.
    pub gate: Gate,
    /// The level of its rule.
    pub level: Level,
    /// The value of its `per`, where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<Text>,
    /// The record of the violation that has raised it; 0 where there is none.
    pub violation: u64,
    /// Until when it is put aside, where it is.
    #[serde(default, with = "timestamp::maybe", skip_serializing_if = "Option::is_none")]
    pub until: Option<SystemTime>,
    /// Who has done it, where somebody has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operator: Option<Text>,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Text>,
}

impl AlarmEvent {
    pub(in crate::audit) fn size(&self) -> usize {
        let length = |text: &Option<Text>| text.as_ref().map_or(0, |text| text.len());
        size_of::<Self>()
            + self.rule.len()
            + self.process.len()
            + length(&self.key)
            + length(&self.operator)
            + length(&self.reason)
    }
}

impl fmt::Display for AlarmEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { change, state, rule, key, violation, until, operator, reason, .. } = self;
        write!(f, "alarm `{rule}`")?;
        if let Some(key) = key {
            write!(f, " for {key}")?;
        }
        write!(f, " {change}")?;
        if let Some(until) = until {
            write!(f, " until {}", timestamp::text(*until))?;
        }
        if let (Some(operator), Some(reason)) = (operator, reason) {
            write!(f, " by {operator:?}: {reason:?}")?;
        }
        if *violation > 0 {
            write!(f, " (violation #{violation})")?;
        }
        write!(f, ", now {state}")
    }
}
