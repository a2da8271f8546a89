//! Which states are active.

use std::sync::Arc;

use super::id::StateId;

/// Which states a session is in, and what its history states remember.
///
/// It is small: one leaf without history is kept without an allocation. It outlives a restart, and a change of the file that
/// keeps the names, as [`Stored`](super::Stored).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Configuration {
    pub(super) leaves: Leaves,
    pub(super) memory: Memory,
}

/// Almost always one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Leaves {
    One(StateId),
    Several(Box<[StateId]>),
}

/// For each history state that has something to remember, in their order: the states inside its parent that were active.
pub(super) type Memory = Option<Arc<Remembered>>;
pub(super) type Remembered = Vec<(StateId, Box<[StateId]>)>;

impl Leaves {
    pub(super) fn of(leaves: Vec<StateId>) -> Self {
        match leaves[..] {
            [leaf] => Self::One(leaf),
            _ => Self::Several(leaves.into()),
        }
    }

    pub(super) fn as_slice(&self) -> &[StateId] {
        match self {
            Self::One(leaf) => std::slice::from_ref(leaf),
            Self::Several(leaves) => leaves,
        }
    }
}

impl Configuration {
    /// The innermost active states, in the order of the file. One, unless regions are active.
    #[must_use]
    pub fn leaves(&self) -> &[StateId] {
        self.leaves.as_slice()
    }

    /// What a history state remembers; empty where its parent was never left.
    #[must_use]
    pub fn remembered(&self, history: StateId) -> &[StateId] {
        recall(&self.memory, history).unwrap_or(&[])
    }
}

pub(super) fn recall(memory: &Memory, history: StateId) -> Option<&[StateId]> {
    let memory = memory.as_deref()?;
    let found = memory.binary_search_by_key(&history, |(known, _)| *known).ok()?;
    memory.get(found).map(|(_, states)| &**states)
}
