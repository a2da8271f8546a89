//! How a session stands, and how all of them do.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

/// How a session of a pool stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "is", rename_all = "lowercase")]
#[non_exhaustive]
pub enum SessionStatus {
    /// It handles events.
    Running,
    /// It was paused.
    Paused,
    /// It waits for the engine's interlock to be reset.
    Halted {
        /// What latched it.
        reason: String,
    },
    /// It has come to a final state.
    Finished,
    /// It has come to a final state whose chain failed: it is over, and not well.
    Failed {
        /// Why the chain failed.
        reason: String,
    },
    /// A violation of level A has ended it.
    Aborted {
        /// Which.
        reason: String,
    },
    /// It was cancelled, and what it had committed is made good.
    Cancelled {
        /// Why.
        reason: String,
    },
    /// A panic that was no process's has ended it.
    Broken {
        /// What it said.
        reason: String,
    },
}

impl SessionStatus {
    /// The word for its kind, as JSON has it: `running`, `paused`, `halted`, `finished`, `failed`, `aborted`, `cancelled`, `broken`.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Halted { .. } => "halted",
            Self::Finished => "finished",
            Self::Failed { .. } => "failed",
            Self::Aborted { .. } => "aborted",
            Self::Cancelled { .. } => "cancelled",
            Self::Broken { .. } => "broken",
        }
    }

    /// Whether it handles no more events, whatever happens.
    #[must_use]
    pub const fn is_over(&self) -> bool {
        matches!(
            self,
            Self::Finished | Self::Failed { .. } | Self::Aborted { .. } | Self::Cancelled { .. } | Self::Broken { .. }
        )
    }
}

impl fmt::Display for SessionStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind())?;
        match self {
            Self::Running | Self::Paused | Self::Finished => Ok(()),
            Self::Halted { reason }
            | Self::Failed { reason }
            | Self::Aborted { reason }
            | Self::Cancelled { reason }
            | Self::Broken { reason } => write!(f, ": {reason}"),
        }
    }
}

/// How many sessions there are, and how they stand. Of a pool on a store, those that are in memory.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Census {
    /// All that are open.
    pub open: usize,
    /// Those that handle events.
    pub running: usize,
    /// Those that are paused.
    pub paused: usize,
    /// Those that wait for the engine's interlock to be reset.
    pub halted: usize,
    /// Those that have come to a final state.
    pub finished: usize,
    /// Those that have come to a final state whose chain failed.
    pub failed: usize,
    /// Those that a violation of level A ended.
    pub aborted: usize,
    /// Those that were cancelled.
    pub cancelled: usize,
    /// Those that broke: a defect of the engine, not of a process.
    pub broken: usize,
    /// How many are in each state, by the names of innermost states; those in none of them are left out. A session with regions is in
    /// several, and one that a worker has while it is counted from inside a process is in none.
    pub by_state: BTreeMap<String, usize>,
    /// How many events wait in all of them. Those of sessions that are in a store alone are not among them.
    pub waiting: u64,
    /// How many events and other causes were handled, by all sessions that ever were.
    pub handled: u64,
    /// How many events were accepted and not handled, because their session was over before.
    pub discarded: u64,
    /// How often something could not be handled, an observer that panicked included.
    pub troubles: u64,
}

impl Census {
    pub(super) const fn count(&mut self, status: &SessionStatus) {
        self.open += 1;
        let kind = match status {
            SessionStatus::Running => &mut self.running,
            SessionStatus::Paused => &mut self.paused,
            SessionStatus::Halted { .. } => &mut self.halted,
            SessionStatus::Finished => &mut self.finished,
            SessionStatus::Failed { .. } => &mut self.failed,
            SessionStatus::Aborted { .. } => &mut self.aborted,
            SessionStatus::Cancelled { .. } => &mut self.cancelled,
            SessionStatus::Broken { .. } => &mut self.broken,
        };
        *kind += 1;
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::workflow::Status;

    #[test]
    fn the_word_for_a_kind_is_that_of_json_and_of_logs() {
        let reason = || "why".to_owned();
        let of_workflows = [
            Status::Running,
            Status::Finished,
            Status::Failed { reason: reason() },
            Status::Aborted { reason: reason() },
            Status::Cancelled { reason: reason() },
            Status::Halted { reason: reason() },
        ];
        let of_sessions = [
            SessionStatus::Running,
            SessionStatus::Paused,
            SessionStatus::Halted { reason: reason() },
            SessionStatus::Finished,
            SessionStatus::Failed { reason: reason() },
            SessionStatus::Aborted { reason: reason() },
            SessionStatus::Cancelled { reason: reason() },
            SessionStatus::Broken { reason: reason() },
        ];
        let of_workflows = of_workflows.iter().map(|it| (serde_json::to_value(it).unwrap(), it.kind(), it.to_string()));
        let of_sessions = of_sessions.iter().map(|it| (serde_json::to_value(it).unwrap(), it.kind(), it.to_string()));
        for (json, kind, text) in of_workflows.chain(of_sessions) {
            assert_eq!(json["is"], kind);
            let expected = if json.get("reason").is_some() { format!("{kind}: why") } else { kind.to_owned() };
            assert_eq!(text, expected);
        }
    }
}
