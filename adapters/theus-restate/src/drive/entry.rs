//! What is kept of a session.

use serde::{Deserialize, Serialize};
use theus_core::engine::RunId;
use theus_core::store::SessionState;

use super::error::StepError;
use super::parts::Kept;

/// All that is kept of a session, in one place: its state, its counters, where its workflow is, the events that wait, the chain over its
/// steps, and which time is waited for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// [`Entry::FORMAT`].
    pub format: u32,
    /// What tells it from an earlier session of its name: 32 hexadecimal digits.
    pub life: String,
    /// How many steps it has been driven for.
    pub turn: u64,
    /// When it is to be driven next without being asked, in milliseconds since 1970, where that has been seen to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub armed: Option<u64>,
    /// Where the fields of its state are, where they are not in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parts: Option<Vec<Kept>>,
    /// The session.
    pub state: SessionState,
}

impl Entry {
    /// The format of this version of the program.
    pub const FORMAT: u32 = 1;

    /// Out of what is kept.
    ///
    /// # Errors
    /// [`StepError::Damaged`] where it is no such thing, or another version's.
    pub fn read(session: &str, kept: &[u8]) -> Result<Self, StepError> {
        let damaged = |reason: String| StepError::Damaged { session: session.to_owned(), reason };
        let entry: Self = serde_json::from_slice(kept).map_err(|error| damaged(error.to_string()))?;
        match entry.format {
            Self::FORMAT => Ok(entry),
            other => Err(damaged(format!("it has format {other}, and this program knows {}", Self::FORMAT))),
        }
    }

    /// What a session is told by that begins with this invocation.
    #[must_use]
    pub fn life_of(invocation: &str) -> String {
        let mut life = blake3::hash(invocation.as_bytes()).to_hex().to_string();
        life.truncate(32);
        life
    }

    /// The number by which keys of effects go.
    pub(super) fn run_id(life: &str, turn: u64) -> RunId {
        // One that was written by hand is a life too.
        let number = u128::from_str_radix(life, 16).unwrap_or_default();
        RunId { life: number, turn }
    }
}
