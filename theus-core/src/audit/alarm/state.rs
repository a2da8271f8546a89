//! An alarm as an operator sees it.

use std::fmt;
use std::time::SystemTime;

use serde::{Deserialize, Serialize};

use crate::audit::{Gate, Level, Text};
use crate::timestamp;

/// How an alarm stands, in the states of ISA-18.2.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum AlarmState {
    /// Its value is outside, and nobody has acknowledged that. Of a latched one: or was.
    Unacknowledged,
    /// Its value is outside, and somebody has acknowledged that.
    Acknowledged,
    /// Its value is back inside before anybody has acknowledged that it was not.
    ReturnedUnacknowledged,
    /// An operator has put it aside until a time.
    Shelved,
    /// Its rule is not judged at present: its `when` does not hold.
    SuppressedByDesign,
    /// There is nothing to see.
    Normal,
}

impl AlarmState {
    /// The words that records use.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unacknowledged => "unacknowledged",
            Self::Acknowledged => "acknowledged",
            Self::ReturnedUnacknowledged => "returned unacknowledged",
            Self::Shelved => "shelved",
            Self::SuppressedByDesign => "suppressed by design",
            Self::Normal => "normal",
        }
    }
}

impl fmt::Display for AlarmState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Which alarm it is: of which session, of which rule, and of which value of its `per`. The same after a restart.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct AlarmId {
    /// The session.
    pub session: Text,
    /// The rule, by all that it says: two rules that differ in anything are two alarms.
    pub rule: Text,
    /// The value of its `per`, where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<Text>,
}

impl fmt::Display for AlarmId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.session.is_empty() {
            write!(f, "[{}] ", self.session)?;
        }
        write!(f, "{}", self.rule)?;
        self.key.as_ref().map_or(Ok(()), |key| write!(f, " for {key}"))
    }
}

/// Who has put an alarm aside, until when, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shelf {
    /// Until then, by the clock of the records.
    #[serde(with = "timestamp")]
    pub until: SystemTime,
    /// Who.
    pub operator: Text,
    /// Why.
    pub reason: Text,
}

/// One alarm that is not [normal](AlarmState::Normal): see [`Engine::alarms`](crate::Engine::alarms).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Alarm {
    /// By which it is acknowledged and shelved.
    pub id: AlarmId,
    /// The process that has violated its rule; of one that is only shelved, nothing.
    pub process: Text,
    /// The gate.
    pub gate: Gate,
    /// What its rule is on.
    pub path: Text,
    /// The rule, as records name it: `domain.temperature max 100`.
    pub rule: Text,
    /// The level of its rule.
    pub level: Level,
    /// How it stands.
    pub state: AlarmState,
    /// Since when it stands so.
    #[serde(with = "timestamp")]
    pub since: SystemTime,
    /// When it was raised, where it was.
    #[serde(with = "timestamp::maybe", skip_serializing_if = "Option::is_none")]
    pub raised: Option<SystemTime>,
    /// The record of the violation that has raised it; 0 where there is none.
    pub violation: u64,
    /// The value that its rule saw last outside.
    pub value: Text,
    /// Who has acknowledged it last, where somebody has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operator: Option<Text>,
    /// Where it is put aside: until when, by whom, and why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shelf: Option<Shelf>,
    /// Where the rule stands: `file:line:column`.
    pub source: Text,
}

/// One line: how it stands, since when, what and where.
impl fmt::Display for Alarm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { id, process, gate, rule, level, state, since, value, operator, shelf, source, .. } = self;
        write!(f, "{} since {}: ", state.as_str().to_uppercase(), timestamp::text(*since))?;
        if !id.session.is_empty() {
            write!(f, "[{}] ", id.session)?;
        }
        write!(f, "`{rule}` (level {level})")?;
        if !process.is_empty() {
            write!(f, " of `{process}` at its {gate} gate, value {value}")?;
        }
        if let Some(key) = &id.key {
            write!(f, ", for {key}")?;
        }
        if let Some(operator) = operator {
            write!(f, ", acknowledged by {operator:?}")?;
        }
        if let Some(Shelf { until, operator, reason }) = shelf {
            write!(f, ", until {} by {operator:?}: {reason:?}", timestamp::text(*until))?;
        }
        write!(f, " [{source}]")
    }
}
