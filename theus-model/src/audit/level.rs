//! How strongly a rule reacts.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The level of a rule: what happens when its counter reaches the threshold.
///
/// | level | error | reaction | reach |
/// |---|---|---|---|
/// | S Safety | `AuditInterlockError` | emergency stop: this run rolls back, every later run of the engine is refused until a reset with a reason | system |
/// | A Abort | `AuditInterlockError` | hard stop: rolls back and ends this workflow; others go on | workflow |
/// | B Block | `AuditBlockError` | rolls back this transaction; the workflow can branch or retry | process |
/// | C Campaign | none | recorded; the run goes on | |
/// | I Info | none | recorded as information; the run goes on | |
///
/// The strongest comes first in the order: `Level::S < Level::I`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Level {
    /// Safety: stops the engine.
    S,
    /// Abort: ends the workflow.
    A,
    /// Block: rolls the transaction back. The default.
    #[default]
    B,
    /// Campaign: records.
    C,
    /// Info: records what is worth knowing and nothing to act upon.
    I,
}

impl Level {
    /// All of them, the gravest first.
    pub const ALL: [Self; 5] = [Self::S, Self::A, Self::B, Self::C, Self::I];

    /// The letter that recipes use.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::S => "S",
            Self::A => "A",
            Self::B => "B",
            Self::C => "C",
            Self::I => "I",
        }
    }

    /// Whether a rule of this level refuses the run when it acts: all but C and I.
    #[must_use]
    pub const fn refuses(self) -> bool {
        !matches!(self, Self::C | Self::I)
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
